//! The gate in front of all Parse endpoints: body, envelope, app, keys, caller; and the form of every answer.

use std::sync::Arc;

use astrolabe_core::access::{Caller, Scope};
use astrolabe_core::app::{App, AppKeys, AppSettings, Apps, same_key};
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::value::JsonMap;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, Method, Uri, header};

use super::answer::{Failure, json_bytes, render_failure};
use super::call::{ParseCall, ParseContext};
use super::credentials::Credentials;
use super::envelope::{check_context, parse_body, read_body, take_method};
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
}

/// Endpoints that answer without an app.
const OPEN_PATHS: [&str; 1] = ["/health"];

/// Middleware around the routes; it may change method and path, so it has to stand outside of the router.
pub async fn gate(State(gate): State<ParseGate>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let (mut response, app) = match admit(&gate, request).await {
        Ok(Admitted::Preflight) => (Response::new(Body::from("OK")), None),
        Ok(Admitted::Open(request)) => (next.run(request).await, None),
        Ok(Admitted::Call(request, app)) => (next.run(request).await, Some(app)),
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
    Call(Request, Arc<App>),
}

type Refused = (Error, Option<Arc<App>>);

async fn admit(gate: &ParseGate, request: Request) -> Result<Admitted, Refused> {
    if request.method() == Method::OPTIONS {
        return Ok(Admitted::Preflight);
    }
    let (mut parts, body) = request.into_parts();
    let path = path::normalised(parts.uri.path());
    if OPEN_PATHS.contains(&path.as_str()) {
        set_path(&mut parts.uri, &path);
        return Ok(Admitted::Open(Request::from_parts(parts, body)));
    }
    let bytes = read_body(body, gate.defaults.max_body_bytes).await.map_err(without_app)?;
    let mut body = parse_body(&parts.headers, &bytes).map_err(without_app)?;
    if let Some(method) = take_method(&parts.method, &mut body).map_err(without_app)? {
        parts.method = method;
    }
    let mut credentials = Credentials::from_headers(&parts.headers);
    let app = find_app(gate, &mut credentials, &mut body).await.map_err(without_app)?;
    body.shift_remove("_noBody");
    check_context_header(&parts.headers).map_err(|error| (error, Some(Arc::clone(&app))))?;
    let query = Params::parse(parts.uri.query().unwrap_or_default()).with_json_values();
    let client = parts.extensions.get::<ClientAddress>().copied();
    let settled = settle(gate, &app, &credentials, client, &parts.headers, &parts.method, &path).await;
    let context = settled.map_err(|error| (error, Some(Arc::clone(&app))))?;
    set_path(&mut parts.uri, &path);
    parts.extensions.insert(ParseCall { context: Arc::new(context), body, query });
    Ok(Admitted::Call(Request::from_parts(parts, Body::empty()), app))
}

fn without_app(error: Error) -> Refused {
    (error, None)
}

/// The app of the header; if that names none, of the body, whose other credentials count then too.
async fn find_app(gate: &ParseGate, credentials: &mut Credentials, body: &mut JsonMap) -> Result<Arc<App>> {
    if let Some(app_id) = &credentials.app_id
        && let Some(app) = gate.apps.by_id(app_id).await?
    {
        return Ok(app);
    }
    credentials.app_id = None;
    credentials.take_from_body(body)?;
    let app_id = credentials.app_id.as_deref().unwrap_or_default();
    let app = gate.apps.by_id(app_id).await?.ok_or_else(unauthorized)?;
    // Meant for Cloud Code, which nobody has yet.
    body.shift_remove("_context").as_ref().map_or(Ok(()), check_context)?;
    Ok(app)
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
    app: &Arc<App>,
    credentials: &Credentials,
    client: Option<ClientAddress>,
    headers: &HeaderMap,
    method: &Method,
    path: &str,
) -> Result<ParseContext> {
    let scope = match privileged(app, credentials, client)? {
        Some(caller) => Scope::for_caller(caller),
        None => {
            check_client_key(&app.keys, credentials)?;
            match &credentials.session_token {
                Some(token) if reads_session(method, path) => {
                    let user = app.callers.resolve(app, token).await?;
                    Scope::for_caller(Caller::User(Arc::new(user)))
                }
                _ => Scope::for_caller(Caller::Anonymous),
            }
        }
    };
    let installation_id: Option<Arc<str>> = credentials.installation_id.as_deref().map(Arc::from);
    Ok(ParseContext {
        base_url: base_url(gate, &app.settings, headers),
        app: Arc::clone(app),
        scope: scope.from_installation(installation_id),
        session_token: credentials.session_token.as_deref().map(Arc::from),
        client,
    })
}

/// Log-in ignores a token that is sent along; `sessions/me` resolves it by itself.
fn reads_session(method: &Method, path: &str) -> bool {
    path != "/login" && !(path == "/sessions/me" && method == Method::GET)
}

/// The caller of a key that is more than a client's. A wrong key is as good as none; a right one from a wrong
/// address is refused.
fn privileged(app: &App, credentials: &Credentials, client: Option<ClientAddress>) -> Result<Option<Caller>> {
    let (keys, settings) = (&app.keys, &app.settings);
    let is_from = |networks: &[ipnet::IpNet]| client.is_some_and(|client| client.is_in(networks));
    let candidates = [
        (&keys.maintenance, &credentials.maintenance_key, &settings.maintenance_key_ips, Caller::Maintenance),
        (
            &keys.master,
            &credentials.master_key,
            &settings.master_key_ips,
            Caller::Master { read_only: false },
        ),
        (
            &keys.read_only_master,
            &credentials.master_key,
            &settings.read_only_master_key_ips,
            Caller::Master { read_only: true },
        ),
    ];
    for (expected, presented, networks, caller) in candidates {
        let (Some(expected), Some(presented)) = (expected, presented) else { continue };
        if expected.matches(presented) {
            return if is_from(networks) { Ok(Some(caller)) } else { Err(unauthorized()) };
        }
    }
    Ok(None)
}

fn check_client_key(keys: &AppKeys, credentials: &Credentials) -> Result<()> {
    let pairs = [
        (&keys.rest, &credentials.rest_key),
        (&keys.javascript, &credentials.javascript_key),
        (&keys.client, &credentials.client_key),
        (&keys.dot_net, &credentials.dot_net_key),
    ];
    let presented = pairs.iter().any(|(expected, presented)| match (expected, presented) {
        (Some(expected), Some(presented)) => same_key(expected, presented),
        _ => false,
    });
    if presented || !keys.client_key_needed() { Ok(()) } else { Err(unauthorized()) }
}

fn unauthorized() -> Error {
    Error::new(ErrorCode::Unauthorized, "unauthorized")
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
