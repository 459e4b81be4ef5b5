//! The gate in front of all Parse endpoints: body, envelope, app, keys, caller; and the form of every answer.

use std::sync::Arc;

use astrolabe_core::app::{self, App, AppSettings, Apps};
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::objects::RequestId;
use astrolabe_core::value::JsonMap;
use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, Request, StatusCode, header};
use http_body::Body;

use super::answer::{failure, json_bytes};
use super::body_budget::{BodyBudget, ReservedBytes};
use super::call::{ParseCall, ParseContext};
use super::caller::{identify, unauthorized};
use super::credentials::Credentials;
use super::envelope::{check_context, parse_body, take_method};
use super::read_body::{read_body, too_large};
use super::route_rules::check_own_route;
use super::{Answer, Params, Routes, cors, path};
use crate::around::Answered;
use crate::client_address::ClientAddress;

const X_PARSE_REQUEST_ID: HeaderName = HeaderName::from_static("x-parse-request-id");
const X_PARSE_CLOUD_CONTEXT: HeaderName = HeaderName::from_static("x-parse-cloud-context");

/// The gate, and the endpoints behind it.
pub struct ParseGate {
    /// The apps of this server.
    pub apps: Arc<dyn Apps>,
    /// Settings that hold until an app is known: the size of bodies, CORS, error texts.
    pub defaults: Arc<AppSettings>,
    /// Where the API is mounted, such as `/parse`.
    pub mount: &'static str,
    /// The bytes of bodies that may be held at the same time.
    pub body_budget: BodyBudget,
    /// The endpoints.
    pub routes: Routes,
}

/// The endpoint that answers without an app.
const HEALTH: &str = "/health";

impl ParseGate {
    /// Answers a request. `below` is its path below the mount.
    pub async fn answer<B>(&self, request: Request<B>, below: &str, client: ClientAddress) -> Answered
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let origin = request.headers().get(header::ORIGIN).cloned();
        let mut noted = Noted::default();
        let (mut response, app) = match self.admit(request, below, client, &mut noted).await {
            Ok(Admitted::Preflight) => (Response::new("OK".into()), None),
            Ok(Admitted::Health) => (health().into_response(), None),
            Ok(Admitted::Call(entry)) => {
                let app = Arc::clone(&entry.call.context.app);
                let answer = self.routes.answer(&entry.method, &entry.path, entry.call).await;
                let answer = answer.unwrap_or_else(|error| failure(&error, app.settings.sanitized_errors));
                drop(entry.reserved);
                (answer.into_response(), Some(app))
            }
            Err((error, app)) => {
                let settings = app.as_ref().map_or(&*self.defaults, |app| &app.settings);
                (failure(&error, settings.sanitized_errors).into_response(), app)
            }
        };
        let settings = app.as_ref().map_or(&*self.defaults, |app| &app.settings);
        cors::add_headers(response.headers_mut(), origin.as_ref(), settings);
        response.headers_mut().extend(noted.headers);
        if let Some(app) = &app {
            count(app, &response, noted.bytes_in);
        }
        Answered { response, app: app.map(|app| Arc::clone(&app.id)) }
    }

    /// Keys in headers are checked before the body is read; keys in the body cannot be.
    async fn admit<B>(
        &self,
        request: Request<B>,
        below: &str,
        client: ClientAddress,
        noted: &mut Noted,
    ) -> Result<Admitted, Refused>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        if request.method() == Method::OPTIONS {
            return Ok(Admitted::Preflight);
        }
        let (parts, body) = request.into_parts();
        let path = path::normalised(below).ok_or_else(|| {
            without_app(Error::new(ErrorCode::EndpointNotFound, "There is no such endpoint."))
        })?;
        if path == HEALTH {
            return Ok(Admitted::Health);
        }
        let mut head = Head { parts, path, client };
        let known = self.app_of_headers(&head).await?;
        let app = known.as_ref().map(|(app, _)| app);
        let bytes_max = self.body_bytes_max(app);
        let (bytes, reserved) =
            read_body(body, bytes_max, &self.body_budget).await.map_err(|error| (error, app.cloned()))?;
        noted.bytes_in = bytes.len();
        let mut body = parse_body(&head.parts.headers, &bytes).map_err(without_app)?;
        drop(bytes);
        if let Some(method) = take_method(&head.parts.method, &mut body).map_err(without_app)? {
            head.parts.method = method;
        }
        let (app, context) = match known {
            Some(known) => known,
            None => self.app_of_body(&head, &mut body, noted.bytes_in).await?,
        };
        let call = call(&app.settings, &head, context, body, noted).map_err(|error| (error, Some(app)))?;
        Ok(Admitted::Call(Box::new(Entry { method: head.parts.method, path: head.path, call, reserved })))
    }

    /// The app that the headers name, and the caller, if there is such an app.
    async fn app_of_headers(&self, head: &Head) -> Result<Option<Known>, Refused> {
        let credentials = Credentials::from_headers(&head.parts.headers);
        let Some(app_id) = &credentials.app_id else { return Ok(None) };
        match self.apps.by_id(app_id).await.map_err(without_app)? {
            Some(app) => self.settle(app, &credentials, head).await.map(Some),
            None => Ok(None),
        }
    }

    /// The app that the body names; then its other credentials count too.
    async fn app_of_body(
        &self,
        head: &Head,
        body: &mut JsonMap,
        body_bytes: usize,
    ) -> Result<Known, Refused> {
        let mut credentials = Credentials::from_headers(&head.parts.headers);
        credentials.app_id = None;
        credentials.take_from_body(body).map_err(without_app)?;
        let app_id = credentials.app_id.as_deref().unwrap_or_default();
        let app = self.apps.by_id(app_id).await.map_err(without_app)?;
        let app = app.ok_or_else(|| without_app(unauthorized()))?;
        if body_bytes > self.body_bytes_max(Some(&app)) {
            return Err((too_large(), Some(app)));
        }
        // Meant for Cloud Code, which nobody has yet.
        body.shift_remove("_context").as_ref().map_or(Ok(()), check_context).map_err(without_app)?;
        self.settle(app, &credentials, head).await
    }

    /// The largest body of an app; where the app is not known yet, that of the server.
    fn body_bytes_max(&self, app: Option<&Arc<App>>) -> usize {
        let server_max = self.defaults.max_body_bytes;
        app.map_or(server_max, |app| app.meter.body_bytes_max(server_max))
    }

    /// Checks keys, finds out who is calling, and lets the request begin if the app may answer one more.
    async fn settle(
        &self,
        app: Arc<App>,
        credentials: &Credentials<'_>,
        head: &Head,
    ) -> Result<Known, Refused> {
        let scope = identify(&app, credentials, head.client, &head.parts.method, &head.path)
            .await
            .map_err(|error| (error, Some(Arc::clone(&app))))?;
        let in_flight = app.meter.begin(app.objects.clock().now());
        let in_flight = in_flight.map_err(|error| (error, Some(Arc::clone(&app))))?;
        let context = ParseContext {
            app: Arc::clone(&app),
            scope,
            session_token: credentials.session_token.as_deref().map(Arc::from),
            client: head.client,
            host: head.parts.headers.get(header::HOST).cloned(),
            mount: self.mount,
            _in_flight: in_flight,
        };
        Ok((app, context))
    }
}

/// What is known of a request whether it is let in or not.
#[derive(Default)]
struct Noted {
    /// The bytes of its body.
    bytes_in: usize,
    /// What its answer says beside the answer.
    headers: HeaderMap,
}

/// A request without its body.
struct Head {
    parts: Parts,
    /// Normalised, below the mount.
    path: String,
    client: ClientAddress,
}

enum Admitted {
    Preflight,
    Health,
    Call(Box<Entry>),
}

/// A call that has been let in.
struct Entry {
    method: Method,
    path: String,
    call: ParseCall,
    /// Room for the body, which is needed until the answer is there.
    reserved: ReservedBytes,
}

type Refused = (Error, Option<Arc<App>>);

type Known = (Arc<App>, ParseContext);

/// Counts a request for its app.
pub(super) fn count(app: &App, response: &Response, bytes_in: usize) {
    app.meter.count(app::Answered {
        refused: response.status().as_u16() >= 400,
        bytes_in: bytes_in as u64,
        bytes_out: response.body().size_hint().exact().unwrap_or_default(),
        at: app.objects.clock().now(),
    });
}

fn without_app(error: Error) -> Refused {
    (error, None)
}

/// The call of an identified caller.
fn call(
    settings: &AppSettings,
    head: &Head,
    context: ParseContext,
    mut body: JsonMap,
    noted: &mut Noted,
) -> Result<ParseCall> {
    body.shift_remove("_noBody");
    check_context_header(&head.parts.headers)?;
    check_own_route(&context, &head.parts.method, &head.path, &mut noted.headers)?;
    let query = Params::parse(head.parts.uri.query().unwrap_or_default())?;
    let request_id = request_id(settings, head)?;
    Ok(ParseCall { context: Arc::new(context), body, query, request_id })
}

/// The id of a request that is to be done only once.
fn request_id(settings: &AppSettings, head: &Head) -> Result<Option<RequestId>> {
    let Some(id) = head.parts.headers.get(X_PARSE_REQUEST_ID) else { return Ok(None) };
    let writes = matches!(head.parts.method, Method::POST | Method::PUT);
    if !writes || !settings.idempotent_paths.matches(head.path.trim_matches('/')) {
        return Ok(None);
    }
    RequestId::parse(&String::from_utf8_lossy(id.as_bytes()))
}

fn check_context_header(headers: &HeaderMap) -> Result<()> {
    match headers.get(X_PARSE_CLOUD_CONTEXT) {
        None => Ok(()),
        Some(value) => check_context(&String::from_utf8_lossy(value.as_bytes()).into_owned().into()),
    }
}

/// The answer to `/health`: the process is up and takes requests.
fn health() -> Answer {
    json_bytes(StatusCode::OK, br#"{"status":"ok"}"#.to_vec())
}
