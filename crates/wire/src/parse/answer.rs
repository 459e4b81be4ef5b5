//! Answers in the protocol's form.

use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::value::{Json, JsonMap, append_json_string};
use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// Headers that the gate and the kit around it add to an answer.
const HEADERS: usize = 10;

/// What an endpoint answers; the gate makes the HTTP response of it.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// JSON text.
    pub body: Vec<u8>,
    /// Where the object is that has been made.
    pub location: Option<HeaderValue>,
}

impl Answer {
    /// The HTTP response.
    pub(super) fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let mut headers = HeaderMap::with_capacity(HEADERS);
        headers.insert(header::CONTENT_TYPE, JSON);
        if let Some(location) = self.location {
            headers.insert(header::LOCATION, location);
        }
        *response.headers_mut() = headers;
        response
    }
}

/// The body of an error: `{"code": …, "error": …}`, without a number where the protocol has none.
pub fn failure_body(error: &Error, sanitized: bool) -> JsonMap {
    let mut body = JsonMap::new();
    if let Some(number) = error.code.parse_number() {
        body.insert("code".into(), number.into());
    }
    body.insert("error".into(), error.public_message(sanitized).into());
    body
}

/// The answer for an error, whose text depends on the app's settings.
pub(super) fn failure(error: &Error, sanitized: bool) -> Answer {
    let body = Json::Object(failure_body(error, sanitized));
    json_bytes(status_of(error.code), body.to_string().into_bytes())
}

/// The status of a kind of error.
pub fn status_of(code: ErrorCode) -> StatusCode {
    StatusCode::from_u16(code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// An answer out of encoded JSON.
pub fn json_bytes(status: StatusCode, body: Vec<u8>) -> Answer {
    Answer { status, body, location: None }
}

/// An encoded object with the session token that the caller presented or has just been given.
pub fn object_with_token(mut object: Vec<u8>, token: &str) -> Answer {
    object.pop();
    object.extend_from_slice(br#","sessionToken":"#);
    append_json_string(&mut object, token);
    object.push(b'}');
    json_bytes(StatusCode::OK, object)
}

/// A JSON value, status 200.
pub fn json_value(body: &Json) -> Answer {
    json_bytes(StatusCode::OK, encoded(body))
}

/// The answer of a creation: status 201 and where the object is.
pub fn created(location: &str, body: JsonMap) -> Answer {
    let answer = json_bytes(StatusCode::CREATED, encoded(&Json::Object(body)));
    Answer { location: HeaderValue::from_str(location).ok(), ..answer }
}

fn encoded(body: &Json) -> Vec<u8> {
    // Writing JSON into memory cannot fail.
    serde_json::to_vec(body).unwrap_or_default()
}
