//! The gate in front of all Parse endpoints: body, envelope, app, keys, caller; and the form of every answer.

use std::sync::Arc;

use astrolabe_core::app::{App, AppSettings, Apps};
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::objects::RequestId;
use astrolabe_core::value::JsonMap;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, Method, Uri, header};

use super::answer::{Failure, json_bytes, render_failure};
use super::body_budget::{BodyBudget, ReservedBytes};
use super::call::{ParseCall, ParseContext};
use super::caller::{identify, unauthorized};
use super::credentials::Credentials;
use super::envelope::{check_context, parse_body, take_method};
use super::read_body::read_body;
use super::route_rules::check_route;
use super::{Params, cors, path};
use crate::access_log::LoggedApp;
use crate::client_address::ClientAddress;

/// What the gate knows.
#[derive(Clone)]
pub struct ParseGate {
    /// The apps of this server.
    pub apps: Arc<dyn Apps>,
    /// Settings that hold until an app is known: the size of bodies, CORS, error texts.
    pub defaults: Arc<AppSettings>,
    /// Where the API is mounted, such as `/parse`.
    pub mount: &'static str,
    /// The bytes of bodies that may be held at the same time.
    pub body_budget: BodyBudget,
}

/// Endpoints that answer without an app.
const OPEN_PATHS: [&str; 1] = ["/health"];

/// Middleware around the routes; it may change method and path, so it has to stand outside of the router.
pub async fn gate(State(gate): State<ParseGate>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let (mut response, app) = match admit(&gate, request).await {
        Ok(Admitted::Preflight) => (Response::new(Body::from("OK")), None),
        Ok(Admitted::Open(request)) => (next.run(request).await, None),
        Ok(Admitted::Call(request, app, reserved)) => {
            let response = next.run(request).await;
            drop(reserved);
            (response, Some(app))
        }
        Err((error, app)) => (axum::response::IntoResponse::into_response(Failure(error)), app),
    };
    let settings = app.as_ref().map_or(&*gate.defaults, |app| &app.settings);
    if let Some(Failure(error)) = response.extensions_mut().remove::<Failure>() {
        response = render_failure(&error, settings.sanitized_errors);
    }
    cors::add_headers(response.headers_mut(), origin.as_ref(), settings);
    if let Some(app) = app {
        response.extensions_mut().insert(LoggedApp(Arc::clone(&app.id)));
    }
    response
}

enum Admitted {
    Preflight,
    Open(Request),
    Call(Request, Arc<App>, ReservedBytes),
}

type Refused = (Error, Option<Arc<App>>);

/// Keys in headers are checked before the body is read; keys in the body cannot be.
async fn admit(gate: &ParseGate, request: Request) -> Result<Admitted, Refused> {
    if request.method() == Method::OPTIONS {
        return Ok(Admitted::Preflight);
    }
    let (mut parts, body) = request.into_parts();
    let path = path::normalised(parts.uri.path())
        .ok_or_else(|| without_app(Error::new(ErrorCode::EndpointNotFound, "There is no such endpoint.")))?;
    set_path(&mut parts.uri, &path);
    if OPEN_PATHS.contains(&path.as_str()) {
        return Ok(Admitted::Open(Request::from_parts(parts, body)));
    }
    let known = app_of_headers(gate, &parts).await?;
    let (bytes, reserved) =
        read_body(body, gate.defaults.max_body_bytes, &gate.body_budget).await.map_err(without_app)?;
    let mut body = parse_body(&parts.headers, &bytes).map_err(without_app)?;
    drop(bytes);
    if let Some(method) = take_method(&parts.method, &mut body).map_err(without_app)? {
        parts.method = method;
    }
    let (app, context) = match known {
        Some(known) => known,
        None => app_of_body(gate, &parts, &mut body).await?,
    };
    let with_app = |error| (error, Some(Arc::clone(&app)));
    body.shift_remove("_noBody");
    check_context_header(&parts.headers).map_err(with_app)?;
    check_route(&context, &parts.method, parts.uri.path(), None).map_err(with_app)?;
    let query = Params::parse(parts.uri.query().unwrap_or_default()).map_err(with_app)?;
    let request_id = request_id(&app.settings, &parts).map_err(with_app)?;
    parts.extensions.insert(ParseCall { context: Arc::new(context), body, query, request_id });
    Ok(Admitted::Call(Request::from_parts(parts, Body::empty()), app, reserved))
}

fn without_app(error: Error) -> Refused {
    (error, None)
}

type Known = (Arc<App>, ParseContext);

/// The app that the headers name, and the caller, if there is such an app.
async fn app_of_headers(gate: &ParseGate, parts: &Parts) -> Result<Option<Known>, Refused> {
    let credentials = Credentials::from_headers(&parts.headers);
    let Some(app_id) = &credentials.app_id else { return Ok(None) };
    match gate.apps.by_id(app_id).await.map_err(without_app)? {
        Some(app) => settle(gate, app, &credentials, parts).await.map(Some),
        None => Ok(None),
    }
}

/// The app that the body names; then its other credentials count too.
async fn app_of_body(gate: &ParseGate, parts: &Parts, body: &mut JsonMap) -> Result<Known, Refused> {
    let mut credentials = Credentials::from_headers(&parts.headers);
    credentials.app_id = None;
    credentials.take_from_body(body).map_err(without_app)?;
    let app_id = credentials.app_id.as_deref().unwrap_or_default();
    let app = gate.apps.by_id(app_id).await.map_err(without_app)?;
    let app = app.ok_or_else(|| without_app(unauthorized()))?;
    // Meant for Cloud Code, which nobody has yet.
    body.shift_remove("_context").as_ref().map_or(Ok(()), check_context).map_err(without_app)?;
    settle(gate, app, &credentials, parts).await
}

/// The id of a request that is to be done only once.
fn request_id(settings: &AppSettings, parts: &Parts) -> Result<Option<RequestId>> {
    let Some(id) = parts.headers.get("x-parse-request-id") else { return Ok(None) };
    let writes = matches!(parts.method, Method::POST | Method::PUT);
    if !writes || !settings.idempotent_paths.matches(parts.uri.path().trim_matches('/')) {
        return Ok(None);
    }
    RequestId::parse(&String::from_utf8_lossy(id.as_bytes()))
}

fn check_context_header(headers: &HeaderMap) -> Result<()> {
    match headers.get("x-parse-cloud-context") {
        None => Ok(()),
        Some(value) => check_context(&String::from_utf8_lossy(value.as_bytes()).into_owned().into()),
    }
}

/// Checks keys and finds out who is calling.
async fn settle(
    gate: &ParseGate,
    app: Arc<App>,
    credentials: &Credentials,
    parts: &Parts,
) -> Result<Known, Refused> {
    let client = parts.extensions.get::<ClientAddress>().copied();
    let scope = identify(&app, credentials, client, &parts.method, parts.uri.path())
        .await
        .map_err(|error| (error, Some(Arc::clone(&app))))?;
    let context = ParseContext {
        base_url: base_url(gate, &app.settings, &parts.headers),
        app: Arc::clone(&app),
        scope,
        session_token: credentials.session_token.as_deref().map(Arc::from),
        client,
    };
    Ok((app, context))
}

fn base_url(gate: &ParseGate, settings: &AppSettings, headers: &HeaderMap) -> String {
    match &settings.public_url {
        Some(url) => url.clone(),
        None => {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
            format!("http://{host}{}", gate.mount)
        }
    }
}

fn set_path(uri: &mut Uri, path: &str) {
    if uri.path() != path
        && let Ok(rewritten) = path.parse()
    {
        *uri = rewritten;
    }
}

/// The answer to `/health`: the process is up and takes requests.
pub fn health() -> Response {
    json_bytes(http::StatusCode::OK, br#"{"status":"ok"}"#.to_vec())
}
