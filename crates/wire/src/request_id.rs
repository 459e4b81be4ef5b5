//! Request ids: every request gets one, every log line of the request carries it, and the client is told.

use std::future::Future;

use astrolabe_core::ports::Ids;
use http::{HeaderName, HeaderValue};

/// The header that tells the client.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Characters of an id.
const LENGTH: usize = 16;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// The id of a request: letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId([u8; LENGTH]);

impl RequestId {
    /// A new id. Ids of clients are not taken over, so that nobody can make log lines of one request look like those
    /// of another.
    pub fn new(ids: &dyn Ids) -> Self {
        let mut id = [b'0'; LENGTH];
        ids.fill_with_letters(&mut id);
        RequestId(id)
    }

    /// The id of the request that the current task answers; `None` outside of requests.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(|id| *id).ok()
    }

    /// Answers a request under its id.
    pub fn scope<F: Future>(self, answering: F) -> impl Future<Output = F::Output> {
        CURRENT.scope(self, answering)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The value for the client.
    pub fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_bytes(&self.0).ok()
    }
}
