//! Answers of Astrolabe's own endpoints: `{"data": …}` or `{"error": "…", "code": "…"}`.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// A successful answer.
pub fn data(status: StatusCode, data: &Value) -> Response {
    response(status, &json!({ "data": data }))
}

/// A refusal: `code` is a stable word, `message` a sentence for people.
pub fn error(status: StatusCode, code: &str, message: &str) -> Response {
    response(status, &json!({ "error": message, "code": code }))
}

/// For paths that belong to nobody.
pub async fn unknown_path() -> Response {
    error(StatusCode::NOT_FOUND, "not_found", "There is nothing at this address.")
}

fn response(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
