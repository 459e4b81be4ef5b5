//! `app.json`: who an app is and which keys open it. Master keys are in it as hashes only.

use std::fmt;

use astrolabe_core::app::{AppKeys, AppLimits, HashedKey};
use astrolabe_core::ports::Ids;
use clap::ValueEnum;
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
    /// The host names that choose it where a protocol has no key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Its own bounds; where it has none, those of the server hold.
    #[serde(default, skip_serializing_if = "AppLimits::is_empty")]
    pub limits: AppLimits,
}

/// The kinds of keys of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KeyKind {
    /// Of REST clients.
    Rest,
    /// Of the JavaScript SDK.
    Javascript,
    /// Of mobile clients.
    Client,
    /// All rights.
    Master,
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

    /// The client keys it has.
    pub fn client_keys(&self) -> Vec<(KeyKind, &str)> {
        let keys = [
            (KeyKind::Rest, &self.rest_key),
            (KeyKind::Javascript, &self.javascript_key),
            (KeyKind::Client, &self.client_key),
        ];
        keys.into_iter().filter_map(|(kind, key)| Some((kind, key.as_deref()?))).collect()
    }

    /// Makes a new key of a kind; returns it if it is the master key, which is stored as a hash only.
    pub(super) fn rotate(&mut self, kind: KeyKind, ids: &dyn Ids) -> Option<String> {
        let key = ids.key();
        match self.client_key_of(kind) {
            Some(place) => {
                *place = Some(key);
                None
            }
            None => {
                self.master_key_sha256 = HashedKey::of(&key).to_hex();
                Some(key)
            }
        }
    }

    /// Takes a client key away.
    pub(super) fn disable(&mut self, kind: KeyKind) {
        if let Some(place) = self.client_key_of(kind) {
            *place = None;
        }
    }

    fn client_key_of(&mut self, kind: KeyKind) -> Option<&mut Option<String>> {
        match kind {
            KeyKind::Rest => Some(&mut self.rest_key),
            KeyKind::Javascript => Some(&mut self.javascript_key),
            KeyKind::Client => Some(&mut self.client_key),
            KeyKind::Master => None,
        }
    }
}

/// Keys never reach a log.
impl fmt::Debug for AppRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppRecord").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}
