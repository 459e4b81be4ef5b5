//! `POST /batch`: several requests in one, each answered in its place.

use std::sync::Arc;

use astrolabe_core::error::{Error, ErrorCode, Result, shown};
use astrolabe_core::limits;
use astrolabe_core::value::{Json, JsonMap};
use astrolabe_wire::parse::{
    Failure, Params, ParseCall, ParseContext, check_route, failure_body, json_bytes, normalised,
};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::condition::given_twice;
use super::idempotency::record;
use super::transaction;

/// The endpoints that a batch can reach: all but itself.
#[derive(Clone)]
pub(super) struct BatchRoutes(Router);

impl BatchRoutes {
    pub(super) fn new(routes: Router) -> Self {
        BatchRoutes(routes)
    }
}

pub(super) async fn run(State(routes): State<BatchRoutes>, call: ParseCall) -> Result<Response, Failure> {
    let (requests, is_transaction) = (parse_requests(&call)?, asks_for_transaction(&call)?);
    for request in &requests {
        check_route(&call.context, &request.method, &request.path, Some(&Method::POST))?;
    }
    if is_transaction {
        return Ok(transaction::run(&call.context, requests, call.request_id.as_ref()).await);
    }
    record(&call).await?;
    let mut answers = stream::iter(requests)
        .map(|request| dispatch(&routes.0, &call.context, request))
        .buffered(limits::BATCH_CONCURRENCY);
    let mut list = AnswerList::new(&call.context);
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(success) => list.push_success(&success),
            Err(error) => list.push_refusal(&error),
        }
    }
    Ok(list.into_response())
}

/// The answers in the order of the requests.
pub(super) struct AnswerList<'c> {
    context: &'c ParseContext,
    body: Vec<u8>,
}

impl<'c> AnswerList<'c> {
    pub(super) fn new(context: &'c ParseContext) -> Self {
        AnswerList { context, body: vec![b'['] }
    }

    pub(super) fn push_success(&mut self, answer: &[u8]) {
        // The whole answer is made in memory. What was written stays written, so each item answers for itself.
        if self.body.len() + answer.len() > limits::RESPONSE_BYTES_MAX {
            self.push_refusal(&too_large());
        } else {
            self.push(br#"{"success":"#, answer);
        }
    }

    fn push_refusal(&mut self, error: &Error) {
        let body = Json::Object(failure_body(error, self.context.app.settings.sanitized_errors)).to_string();
        self.push(br#"{"error":"#, body.as_bytes());
    }

    fn push(&mut self, start: &[u8], answer: &[u8]) {
        if self.body.len() > 1 {
            self.body.push(b',');
        }
        for bytes in [start, answer, b"}"] {
            self.body.extend_from_slice(bytes);
        }
    }

    pub(super) fn into_response(mut self) -> Response {
        self.body.push(b']');
        json_bytes(StatusCode::OK, self.body)
    }
}

fn too_large() -> Error {
    let megabytes = limits::RESPONSE_BYTES_MAX / 1024 / 1024;
    Error::new(
        ErrorCode::InvalidQuery,
        format!("The answers of the batch are larger than {megabytes} MB together; ask for less at once."),
    )
}

/// One request of a batch; the path is that below the mount.
pub(super) struct SubRequest {
    pub method: Method,
    pub path: String,
    pub query: Params,
    pub body: JsonMap,
}

fn parse_requests(call: &ParseCall) -> Result<Vec<SubRequest>> {
    let Some(Json::Array(requests)) = call.body.get("requests") else {
        return Err(invalid("requests must be an array".to_owned()));
    };
    if requests.len() > limits::BATCH_REQUESTS_MAX {
        return Err(invalid(format!("A batch holds at most {} requests.", limits::BATCH_REQUESTS_MAX)));
    }
    requests.iter().map(|request| sub_request(&call.context, request)).collect()
}

/// Whoever asks for a transaction in another form must not get a batch that can be kept by halves.
fn asks_for_transaction(call: &ParseCall) -> Result<bool> {
    match call.body.get("transaction") {
        None | Some(Json::Null) => Ok(false),
        Some(Json::Bool(flag)) => Ok(*flag),
        Some(_) => Err(invalid("transaction must be true or false".to_owned())),
    }
}

fn sub_request(context: &ParseContext, json: &Json) -> Result<SubRequest> {
    let whole = json.get("path").and_then(Json::as_str);
    let whole = whole.ok_or_else(|| invalid("batch request path must be a string".to_owned()))?;
    let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
    let path = below_mount(context, path).and_then(normalised).ok_or_else(|| cannot_route(whole))?;
    let method = match json.get("method").and_then(Json::as_str).unwrap_or_default() {
        "GET" => Method::GET,
        "POST" => Method::POST,
        "PUT" => Method::PUT,
        "DELETE" => Method::DELETE,
        other => return Err(invalid(format!("cannot route {} {}", shown(other), shown(&path)))),
    };
    if path == "/batch" {
        return Err(invalid("nested batch requests are not allowed".to_owned()));
    }
    let body = json.get("body").and_then(Json::as_object).cloned().unwrap_or_default();
    let mut query = Params::parse(query)?;
    // As if it stood in the path, without the need to encode it.
    if let Some(condition) = json.get("where")
        && query.0.insert("where".to_owned(), condition.clone()).is_some()
    {
        return Err(given_twice());
    }
    Ok(SubRequest { method, path, query, body })
}

/// The path after the mount, which clients put in front of every path. A doubled slash between them is overlooked,
/// as it is outside of batches.
fn below_mount<'a>(context: &ParseContext, path: &'a str) -> Option<&'a str> {
    let mount = context.base_url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    let rest = mount.and_then(|mount| path.strip_prefix(mount)).or_else(|| path.strip_prefix("/parse"))?;
    let rest = rest.strip_prefix('/')?;
    Some(rest.strip_prefix('/').unwrap_or(rest))
}

fn cannot_route(path: &str) -> Error {
    invalid(format!("cannot route batch path {}", shown(path)))
}

fn invalid(message: String) -> Error {
    Error::new(ErrorCode::InvalidJson, message)
}

async fn dispatch(routes: &Router, context: &Arc<ParseContext>, request: SubRequest) -> Result<Bytes> {
    let call = ParseCall {
        context: Arc::clone(context),
        body: request.body,
        query: request.query,
        request_id: None,
    };
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
    Ok(response.into_body().collect().await.map_err(|_| Error::internal())?.to_bytes())
}
