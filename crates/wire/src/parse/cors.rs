//! Headers that let browsers of other origins call.

use astrolabe_core::app::AppSettings;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, VARY,
};
use http::{HeaderMap, HeaderValue};

const METHODS: HeaderValue = HeaderValue::from_static("GET,PUT,POST,DELETE,OPTIONS");

/// SDKs split this list by ", " to learn which response headers they may read.
const EXPOSED: HeaderValue = HeaderValue::from_static("X-Parse-Job-Status-Id, X-Parse-Push-Status-Id");

const REQUEST_HEADERS: &str = "X-Parse-Master-Key, X-Parse-REST-API-Key, X-Parse-Javascript-Key, \
     X-Parse-Application-Id, X-Parse-Client-Version, X-Parse-Session-Token, X-Requested-With, \
     X-Parse-Revocable-Session, X-Parse-Request-Id, Content-Type, Pragma, Cache-Control";

/// Adds the headers. `settings` are those of the app, or the server's defaults while no app is known.
pub fn add_headers(response: &mut HeaderMap, origin: Option<&HeaderValue>, settings: &AppSettings) {
    response.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    response.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    if let Some(allowed) = allowed_origin(origin, &settings.allow_origins) {
        if !settings.allow_origins.is_empty() {
            response.append(VARY, HeaderValue::from_static("Origin"));
        }
        response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    }
    response.insert(ACCESS_CONTROL_ALLOW_HEADERS, request_headers(&settings.allow_headers));
}

/// Every origin, or the caller's if it is listed, else the first listed one.
fn allowed_origin(origin: Option<&HeaderValue>, listed: &[String]) -> Option<HeaderValue> {
    let Some(first) = listed.first() else { return Some(HeaderValue::from_static("*")) };
    match origin {
        Some(origin) if listed.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()) => {
            Some(origin.clone())
        }
        _ => HeaderValue::from_str(first).ok(),
    }
}

fn request_headers(more: &[String]) -> HeaderValue {
    if more.is_empty() {
        return HeaderValue::from_static(REQUEST_HEADERS);
    }
    HeaderValue::from_str(&format!("{REQUEST_HEADERS}, {}", more.join(", ")))
        .unwrap_or(HeaderValue::from_static(REQUEST_HEADERS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins() {
        let listed = ["https://a.example".to_owned(), "https://b.example".to_owned()];
        for (origin, listed, expected) in [
            (None, &listed[..0], "*"),
            (Some("https://x.example"), &listed[..0], "*"),
            (Some("https://b.example"), &listed[..], "https://b.example"),
            (Some("https://x.example"), &listed[..], "https://a.example"),
            (None, &listed[..], "https://a.example"),
        ] {
            let origin = origin.map(HeaderValue::from_static);
            let allowed = allowed_origin(origin.as_ref(), listed);
            assert_eq!(allowed.as_ref().and_then(|value| value.to_str().ok()), Some(expected));
        }
    }
}
