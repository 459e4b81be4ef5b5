//! `POST /batch`: several requests in one, each answered in its place.

use std::sync::Arc;

use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::limits;
use astrolabe_core::value::{Json, JsonMap};
use astrolabe_wire::parse::{Failure, Params, ParseCall, ParseContext, failure_body, json_value, normalised};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::future::join_all;
use http::Method;
use http_body_util::BodyExt;
use tower::ServiceExt;

/// The endpoints that a batch can reach: all but itself.
#[derive(Clone)]
pub(super) struct BatchRoutes(Router);

impl BatchRoutes {
    pub(super) fn new(routes: Router) -> Self {
        BatchRoutes(routes)
    }
}

pub(super) async fn run(State(routes): State<BatchRoutes>, call: ParseCall) -> Result<Response, Failure> {
    let requests = parse_requests(&call)?;
    let answers =
        join_all(requests.into_iter().map(|request| answer(&routes.0, &call.context, request))).await;
    Ok(json_value(&Json::Array(answers)))
}

struct SubRequest {
    method: Method,
    path: String,
    query: JsonMap,
    body: JsonMap,
}

fn parse_requests(call: &ParseCall) -> Result<Vec<SubRequest>> {
    let Some(Json::Array(requests)) = call.body.get("requests") else {
        return Err(invalid("requests must be an array".to_owned()));
    };
    if requests.len() > limits::BATCH_REQUESTS_MAX {
        return Err(invalid(format!("A batch holds at most {} requests.", limits::BATCH_REQUESTS_MAX)));
    }
    if call.body.get("transaction").is_some_and(|flag| *flag != Json::Bool(false) && !flag.is_null()) {
        return Err(Error::new(ErrorCode::InvalidQuery, "transaction in a batch is not available yet"));
    }
    requests.iter().map(|request| sub_request(&call.context, request)).collect()
}

fn sub_request(context: &ParseContext, json: &Json) -> Result<SubRequest> {
    let whole = json.get("path").and_then(Json::as_str);
    let whole = whole.ok_or_else(|| invalid("batch request path must be a string".to_owned()))?;
    let method = match json.get("method").and_then(Json::as_str).unwrap_or_default() {
        "GET" => Method::GET,
        "POST" => Method::POST,
        "PUT" => Method::PUT,
        "DELETE" => Method::DELETE,
        other => return Err(invalid(format!("cannot route {} {}", printable(other), printable(whole)))),
    };
    let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
    let path = normalised(&below_mount(context, path).ok_or_else(|| cannot_route(whole))?);
    if path == "/batch" {
        return Err(invalid("nested batch requests are not allowed".to_owned()));
    }
    let body = json.get("body").and_then(Json::as_object).cloned().unwrap_or_default();
    Ok(SubRequest { method, path, query: Params::parse(query).with_json_values(), body })
}

/// The path after the mount, which clients put in front of every path.
fn below_mount(context: &ParseContext, path: &str) -> Option<String> {
    let mount = context.base_url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    let rest = mount.and_then(|mount| path.strip_prefix(mount)).or_else(|| path.strip_prefix("/parse"))?;
    rest.starts_with('/').then(|| rest.to_owned())
}

fn cannot_route(path: &str) -> Error {
    invalid(format!("cannot route batch path {}", printable(path)))
}

fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(256).collect()
}

fn invalid(message: String) -> Error {
    Error::new(ErrorCode::InvalidJson, message)
}

async fn answer(routes: &Router, context: &Arc<ParseContext>, request: SubRequest) -> Json {
    let sanitized = context.app.settings.sanitized_errors;
    match dispatch(routes, context, request).await {
        Ok(success) => serde_json::json!({ "success": success }),
        Err(error) => serde_json::json!({ "error": failure_body(&error, sanitized) }),
    }
}

async fn dispatch(routes: &Router, context: &Arc<ParseContext>, request: SubRequest) -> Result<Json> {
    let call = ParseCall { context: Arc::clone(context), body: request.body, query: request.query };
    let http_request = Request::builder()
        .method(request.method)
        .uri(&request.path)
        .extension(call)
        .body(Body::empty())
        .map_err(|_| cannot_route(&request.path))?;
    let Ok(mut response) = routes.clone().oneshot(http_request).await;
    if let Some(Failure(error)) = response.extensions_mut().remove::<Failure>() {
        return Err(error);
    }
    let body = response.into_body().collect().await.map_err(|_| Error::internal())?.to_bytes();
    serde_json::from_slice(&body).map_err(|_| Error::internal())
}
