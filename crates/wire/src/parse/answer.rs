//! Answers in the protocol's form.

use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::value::{Json, JsonMap, append_json_string};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// A refused request. The gate renders it, because the text depends on the app's settings.
#[derive(Debug, Clone)]
pub struct Failure(pub Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status(self.0.code);
        response.extensions_mut().insert(self);
        response
    }
}

fn status(code: ErrorCode) -> StatusCode {
    StatusCode::from_u16(code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
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

/// The response for an error.
pub fn render_failure(error: &Error, sanitized: bool) -> Response {
    let body = Json::Object(failure_body(error, sanitized));
    json_bytes(status(error.code), body.to_string().into_bytes())
}

/// A JSON response out of encoded bytes.
pub fn json_bytes(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// An encoded object with the session token that the caller presented or has just been given.
pub fn object_with_token(mut object: Vec<u8>, token: &str) -> Response {
    object.pop();
    object.extend_from_slice(br#","sessionToken":"#);
    append_json_string(&mut object, token);
    object.push(b'}');
    json_bytes(StatusCode::OK, object)
}

/// A JSON response, status 200.
pub fn json_value(body: &Json) -> Response {
    json_bytes(StatusCode::OK, body.to_string().into_bytes())
}

/// The response of a creation: status 201 and where the object is.
pub fn created(location: &str, body: JsonMap) -> Response {
    let mut response = json_bytes(StatusCode::CREATED, Json::Object(body).to_string().into_bytes());
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
