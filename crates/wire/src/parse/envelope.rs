//! The members of a request body, and the envelope among them.

use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::value::{Json, JsonMap};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, Method};

use super::Params;

/// Reads the members of a body. It is JSON whatever its content type says, since SDKs send JSON as text/plain to
/// spare browsers a preflight; only forms are told apart. An empty body has no members.
pub fn parse_body(headers: &HeaderMap, bytes: &[u8]) -> Result<JsonMap> {
    check_encoding(headers)?;
    let content_type = header_text(headers, CONTENT_TYPE).to_ascii_lowercase();
    if content_type.starts_with("multipart/") {
        return Ok(JsonMap::new());
    }
    // `curl -d` calls everything a form, so JSON is known by its first character.
    let is_form = content_type.starts_with("application/x-www-form-urlencoded");
    if is_form && !bytes.trim_ascii_start().starts_with(b"{") {
        return Params::parse(&String::from_utf8_lossy(bytes)).map(|params| params.0);
    }
    check_charset(&content_type)?;
    parse_json(bytes)
}

fn check_encoding(headers: &HeaderMap) -> Result<()> {
    match header_text(headers, CONTENT_ENCODING) {
        "" | "identity" => Ok(()),
        other => Err(Error::new(
            ErrorCode::UnsupportedBody,
            format!("unsupported content encoding \"{}\"", other.escape_debug()),
        )),
    }
}

fn check_charset(content_type: &str) -> Result<()> {
    let Some((_, charset)) = content_type.split_once("charset=") else { return Ok(()) };
    let charset = charset.split(';').next().unwrap_or_default().trim().trim_matches('"');
    if matches!(charset, "" | "utf-8" | "utf8") {
        return Ok(());
    }
    let shown = charset.to_ascii_uppercase();
    Err(Error::new(ErrorCode::UnsupportedBody, format!("unsupported charset \"{}\"", shown.escape_debug())))
}

fn header_text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn parse_json(bytes: &[u8]) -> Result<JsonMap> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.is_empty() {
        return Ok(JsonMap::new());
    }
    match serde_json::from_slice(bytes) {
        Ok(Json::Object(map)) => Ok(map),
        Ok(_) => Err(Error::new(ErrorCode::MalformedBody, "The request body must be a JSON object.")),
        Err(error) => {
            Err(Error::new(ErrorCode::MalformedBody, format!("The request body is not valid JSON: {error}.")))
        }
    }
}

/// Takes `_method` out of the body of a POST: SDKs send every call as POST.
pub fn take_method(method: &Method, body: &mut JsonMap) -> Result<Option<Method>> {
    if method != Method::POST {
        return Ok(None);
    }
    match body.get("_method") {
        // An empty name stays, and is refused as a field.
        Some(Json::String(name)) if name.is_empty() => return Ok(None),
        None => return Ok(None),
        Some(_) => {}
    }
    let Some(Json::String(name)) = body.shift_remove("_method") else { return Ok(None) };
    match name.to_ascii_uppercase().as_str() {
        "GET" => Ok(Some(Method::GET)),
        "POST" => Ok(Some(Method::POST)),
        "PUT" => Ok(Some(Method::PUT)),
        "DELETE" => Ok(Some(Method::DELETE)),
        _ => Err(Error::new(ErrorCode::EndpointNotFound, "No such method.")),
    }
}

/// Checks what a client sends along for Cloud Code: an object, or JSON text of one.
pub fn check_context(context: &Json) -> Result<()> {
    let is_object = match context {
        Json::Object(_) => true,
        Json::String(text) => serde_json::from_str::<JsonMap>(text).is_ok(),
        _ => false,
    };
    if is_object {
        return Ok(());
    }
    Err(Error::new(ErrorCode::InvalidJson, "Invalid object for context."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies() {
        for (body, ok) in [
            ("", true),
            (" \n", false),
            ("\u{feff}{}", true),
            ("{}", true),
            ("{\"a\":", false),
            ("[]", false),
            ("1", false),
            ("{\"a\":1e999}", false),
            ("{\"a\":\"\\ud800\"}", false),
            ("{\"a\":\"\u{1}\"}", false),
        ] {
            assert_eq!(parse_json(body.as_bytes()).is_ok(), ok, "{body}");
        }
        assert!(parse_json(b"{\"a\":\"\xff\"}").is_err());
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(parse_json(deep.as_bytes()).is_err());
    }
}
