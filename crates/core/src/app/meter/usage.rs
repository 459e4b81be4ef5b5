//! What an app has used, as numbers that can be stored and shown.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::AppLimits;
use crate::value::{Json, Timestamp};

/// Sums since the app was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Requests that named the app, refused ones too. A batch counts once.
    pub requests: u64,
    /// Requests that were answered with a status of 400 or more.
    pub errors: u64,
    /// Bytes of request bodies.
    pub bytes_in: u64,
    /// Bytes of the bodies of answers.
    pub bytes_out: u64,
    /// Objects that were made, changed or removed.
    pub objects_written: u64,
    /// What the database took when it was last looked at.
    pub storage_bytes: u64,
    /// When the app was last asked for something, in milliseconds since 1970; 0 is never.
    pub last_used_ms: i64,
}

impl Usage {
    /// The form in which it is shown, beside the bounds it is held to.
    pub fn to_json(&self, limits: &AppLimits) -> Json {
        let last_used = (self.last_used_ms > 0).then(|| Timestamp(self.last_used_ms).to_iso());
        json!({
            "requests": self.requests,
            "errors": self.errors,
            "bytesIn": self.bytes_in,
            "bytesOut": self.bytes_out,
            "objectsWritten": self.objects_written,
            "storageBytes": self.storage_bytes,
            "lastUsedAt": last_used,
            "limits": limits.to_json(),
        })
    }
}
