//! `POST /batch`: several requests in one, each answered in its place.

use std::future::Future;
use std::sync::Arc;

use astrolabe_core::error::{Error, ErrorCode, Result, shown};
use astrolabe_core::limits;
use astrolabe_core::value::{Json, JsonMap};
use astrolabe_wire::parse::{
    Answer, Params, ParseCall, ParseContext, Routes, check_route, failure_body, json_bytes, normalised,
};
use futures_util::stream::{self, Stream, StreamExt};
use http::{Method, StatusCode};

use super::condition::given_twice;
use super::transaction;

/// `routes` are the endpoints that a batch can reach: all but itself.
pub(super) async fn run(routes: Arc<Routes>, call: ParseCall) -> Result<Answer> {
    let (requests, is_transaction) = (parse_requests(&call)?, asks_for_transaction(&call)?);
    if !call.scope().is_privileged() {
        call.app().settings.request_complexity.check_batch(requests.len())?;
    }
    for request in &requests {
        check_route(&call.context, &request.method, &request.path, Some(&Method::POST))?;
    }
    if is_transaction {
        return Ok(transaction::run(&call.context, requests, call.request_id.as_ref()).await);
    }
    call.record_request().await?;
    let mut answers = side_by_side(requests, |request| dispatch(&routes, &call.context, request));
    let mut list = AnswerList::new(&call.context);
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(answer) => list.push_success(&answer.body),
            Err(error) => list.push_refusal(&error),
        }
    }
    Ok(list.into_answer())
}

/// Answers several requests at a time, in the order of the requests.
fn side_by_side<T, F: Future>(
    requests: Vec<T>,
    answer: impl FnMut(T) -> F,
) -> impl Stream<Item = F::Output> + Unpin {
    stream::iter(requests).map(answer).buffered(limits::BATCH_CONCURRENCY)
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

    pub(super) fn into_answer(mut self) -> Answer {
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
    let url = context.base_url();
    let mount = url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
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

async fn dispatch(routes: &Routes, context: &Arc<ParseContext>, request: SubRequest) -> Result<Answer> {
    let SubRequest { method, path, query, body } = request;
    let call = ParseCall { context: Arc::clone(context), body, query, request_id: None };
    routes.answer(&method, &path, call).await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::poll_fn;
    use std::task::Poll;

    use futures_util::FutureExt;

    use super::*;

    /// Each request but the last waits for the one after it: one by one, none would ever be answered.
    #[test]
    fn requests_do_not_wait_for_those_before_them() {
        let count = limits::BATCH_CONCURRENCY;
        let answered = Cell::new(count);
        let answer = |request: usize| {
            let answered = &answered;
            poll_fn(move |context| {
                if answered.get() == request + 1 {
                    answered.set(request);
                    return Poll::Ready(request);
                }
                context.waker().wake_by_ref();
                Poll::Pending
            })
        };
        let mut answers = side_by_side((0..count).collect(), answer);
        let mut order = Vec::new();
        for _ in 0..10 * count {
            order.extend(answers.next().now_or_never().flatten());
        }
        assert_eq!(order, (0..count).collect::<Vec<_>>());
    }
}
