//! Request ids: every request gets one, every log line of the request carries it, and the client is told.

use std::sync::Arc;

use astrolabe_core::ports::Ids;
use http::{HeaderName, HeaderValue};

/// The header that tells the client.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Characters of an id.
const LENGTH: usize = 16;

/// The id of the current request, in its extensions.
#[derive(Debug, Clone)]
pub struct RequestId(pub Arc<str>);

impl RequestId {
    /// A new id. Ids of clients are not taken over, so that nobody can make log lines of one request look like those
    /// of another.
    pub fn new(ids: &dyn Ids) -> Self {
        RequestId(ids.object_id(LENGTH).into())
    }

    /// The value for the client.
    pub fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}
