//! `app.json`: who an app is and which keys open it. Master keys are in it as hashes only.

use std::fmt;

use astrolabe_core::app::{AppKeys, HashedKey};
use serde::{Deserialize, Serialize};

/// What the data folder knows of an app.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRecord {
    /// The application id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// When it was made, ISO 8601.
    pub created_at: String,
    /// The key of REST clients.
    pub rest_key: Option<String>,
    /// The key of the JavaScript SDK.
    pub javascript_key: Option<String>,
    /// The key of mobile clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_key: Option<String>,
    /// SHA-256 of the master key, hexadecimal.
    pub master_key_sha256: String,
}

impl AppRecord {
    /// The keys; the error says what is wrong with the record.
    pub fn keys(&self) -> Result<AppKeys, &'static str> {
        let master = HashedKey::from_hex(&self.master_key_sha256);
        Ok(AppKeys {
            rest: self.rest_key.clone(),
            javascript: self.javascript_key.clone(),
            client: self.client_key.clone(),
            master: Some(master.ok_or("master_key_sha256 is not 64 hexadecimal digits")?),
            ..AppKeys::default()
        })
    }
}

/// Keys never reach a log.
impl fmt::Debug for AppRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppRecord").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}
