//! How much an app may use. The bounds of one server; each app can have its own.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::value::Json;

/// Bounds of one app. `None` is no bound.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppLimits {
    /// Requests in a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_second: Option<u64>,
    /// Requests in a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u64>,
    /// Requests at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrent_requests: Option<u64>,
    /// Bytes of one request body; a smaller bound of the server stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_bytes: Option<u64>,
    /// Bytes the database may take before nothing is added to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_bytes: Option<u64>,
}

impl AppLimits {
    /// These bounds, and those of `others` where these have none.
    #[must_use]
    pub fn or(&self, others: &AppLimits) -> AppLimits {
        AppLimits {
            requests_per_second: self.requests_per_second.or(others.requests_per_second),
            requests_per_minute: self.requests_per_minute.or(others.requests_per_minute),
            concurrent_requests: self.concurrent_requests.or(others.concurrent_requests),
            body_bytes: self.body_bytes.or(others.body_bytes),
            storage_bytes: self.storage_bytes.or(others.storage_bytes),
        }
    }

    /// The form in which they are shown; null is no bound.
    pub fn to_json(&self) -> Json {
        json!({
            "requestsPerSecond": self.requests_per_second,
            "requestsPerMinute": self.requests_per_minute,
            "concurrentRequests": self.concurrent_requests,
            "bodyBytes": self.body_bytes,
            "storageBytes": self.storage_bytes,
        })
    }

    /// Whether there is no bound at all.
    pub fn is_empty(&self) -> bool {
        *self == AppLimits::default()
    }
}
