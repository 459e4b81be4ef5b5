//! The body of a request, read with a bound, and the envelope in it.

use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::value::{Json, JsonMap};
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Method};
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// Reads the whole body. Fails with 116 (status 413) when it is larger than `bytes_max`.
pub async fn read_body(body: Body, headers: &HeaderMap, bytes_max: usize) -> Result<Bytes> {
    let announced = headers.get(http::header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|announced: u64| announced > bytes_max as u64) {
        return Err(too_large(bytes_max));
    }
    match Limited::new(body, bytes_max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(bytes_max)),
        Err(_) => Err(Error::new(ErrorCode::MalformedBody, "The request body ended too early.")),
    }
}

fn too_large(bytes_max: usize) -> Error {
    Error::new(
        ErrorCode::ObjectTooLarge,
        format!("The request body is larger than {} MB.", bytes_max / 1024 / 1024),
    )
}

/// Reads a JSON body, whatever its content type says: SDKs send JSON as text/plain to spare browsers a preflight.
/// An empty body is an empty object.
pub fn parse_body(bytes: &[u8]) -> Result<JsonMap> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(JsonMap::new());
    }
    match serde_json::from_slice(bytes) {
        Ok(Json::Object(map)) => Ok(map),
        Ok(_) => Err(Error::new(ErrorCode::MalformedBody, "The request body must be a JSON object.")),
        Err(error) => Err(Error::new(
            ErrorCode::MalformedBody,
            format!("The request body is not valid JSON: {error}."),
        )),
    }
}

/// Takes `_method` out of the body of a POST: SDKs send every call as POST.
pub fn take_method(method: &Method, body: &mut JsonMap) -> Result<Option<Method>> {
    if method != Method::POST {
        return Ok(None);
    }
    match body.get("_method") {
        Some(Json::String(name)) => {
            let name = name.to_ascii_uppercase();
            body.shift_remove("_method");
            match name.as_str() {
                "GET" => Ok(Some(Method::GET)),
                "POST" => Ok(Some(Method::POST)),
                "PUT" => Ok(Some(Method::PUT)),
                "DELETE" => Ok(Some(Method::DELETE)),
                _ => Err(Error::new(ErrorCode::EndpointNotFound, "No such method.")),
            }
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies() {
        for (body, ok) in [
            ("", true),
            (" \n", true),
            ("{}", true),
            ("{\"a\":", false),
            ("[]", false),
            ("1", false),
            ("{\"a\":1e999}", false),
            ("{\"a\":\"\\ud800\"}", false),
            ("{\"a\":\"\u{1}\"}", false),
        ] {
            assert_eq!(parse_body(body.as_bytes()).is_ok(), ok, "{body}");
        }
        assert!(parse_body(b"{\"a\":\"\xff\"}").is_err());
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(parse_body(deep.as_bytes()).is_err());
    }
}
