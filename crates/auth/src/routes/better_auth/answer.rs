//! Answers of the face: JSON, redirects, and the headers that go with them.

use astrolabe_wire::hosted::HostedAnswer;
use http::{HeaderName, HeaderValue, StatusCode, header};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Encoded JSON, status 200.
pub(super) fn json_answer(body: Vec<u8>) -> HostedAnswer {
    HostedAnswer { status: StatusCode::OK, headers: vec![(header::CONTENT_TYPE, JSON)], body }
}

/// `{"status": true}`.
pub(super) fn done() -> HostedAnswer {
    json_answer(br#"{"status":true}"#.to_vec())
}

/// Sends the browser on. The address has been checked.
pub(super) fn redirect(location: &str) -> HostedAnswer {
    let answer = HostedAnswer { status: StatusCode::FOUND, headers: Vec::new(), body: Vec::new() };
    answer.with(header::LOCATION, location)
}

/// Sends the browser on, with the cookies of an answer.
pub(super) fn sent_on(answer: HostedAnswer, location: &str) -> HostedAnswer {
    let cookies = answer.headers.into_iter().filter(|(name, _)| *name == header::SET_COOKIE);
    let mut sent = redirect(location);
    sent.headers.extend(cookies);
    sent
}

/// Adding headers to an answer.
pub(super) trait With {
    /// Adds a header; a text that cannot be one is left out.
    fn with(self, name: HeaderName, value: &str) -> Self;

    /// Adds cookies.
    fn with_cookies(self, cookies: impl IntoIterator<Item = String>) -> Self;

    /// Says that nobody may keep the answer.
    fn not_kept(self) -> Self;
}

impl With for HostedAnswer {
    fn with(mut self, name: HeaderName, value: &str) -> Self {
        // Header values are bytes, so text beyond ASCII passes; line breaks do not.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            self.headers.push((name, value));
        }
        self
    }

    fn with_cookies(self, cookies: impl IntoIterator<Item = String>) -> Self {
        cookies.into_iter().fold(self, |answer, cookie| answer.with(header::SET_COOKIE, &cookie))
    }

    fn not_kept(mut self) -> Self {
        self.headers.push((header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
        self.headers.push((header::PRAGMA, HeaderValue::from_static("no-cache")));
        self
    }
}
