//! The keys of an app.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What a client can present to be let in.
#[derive(Clone, Default)]
pub struct AppKeys {
    /// `X-Parse-REST-API-Key`.
    pub rest: Option<String>,
    /// `X-Parse-Javascript-Key`.
    pub javascript: Option<String>,
    /// `X-Parse-Client-Key`.
    pub client: Option<String>,
    /// `X-Parse-Windows-Key`.
    pub dot_net: Option<String>,
    /// `X-Parse-Master-Key`: all rights.
    pub master: Option<HashedKey>,
    /// A master key that may only read.
    pub read_only_master: Option<HashedKey>,
    /// `X-Parse-Maintenance-Key`: internal fields too.
    pub maintenance: Option<HashedKey>,
}

impl AppKeys {
    /// Whether requests must present a client key at all.
    pub fn client_key_needed(&self) -> bool {
        [&self.rest, &self.javascript, &self.client, &self.dot_net].into_iter().any(Option::is_some)
    }
}

/// Whether a presented key is the expected one; takes the same time for every key of the same length.
pub fn same_key(expected: &str, presented: &str) -> bool {
    expected.as_bytes().ct_eq(presented.as_bytes()).into()
}

/// Keys never reach a log.
impl fmt::Debug for AppKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppKeys(…)")
    }
}

/// The SHA-256 of a key. Keys made by Astrolabe have 128 random bits, so a plain hash is enough.
#[derive(Clone, PartialEq, Eq)]
pub struct HashedKey([u8; 32]);

impl HashedKey {
    /// Hashes a key.
    pub fn of(key: &str) -> Self {
        HashedKey(Sha256::digest(key.as_bytes()).into())
    }

    /// Reads the stored form, 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0_u8; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(HashedKey(bytes))
    }

    /// The stored form.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Whether this is the hash of `key`; takes the same time for every key.
    pub fn matches(&self, key: &str) -> bool {
        self.0.ct_eq(&HashedKey::of(key).0).into()
    }
}

impl fmt::Debug for HashedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashedKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_keys_match_only_their_key() {
        let hashed = HashedKey::of("secret");
        assert!(hashed.matches("secret"));
        assert!(!hashed.matches("Secret") && !hashed.matches(""));
        assert_eq!(HashedKey::from_hex(&hashed.to_hex()), Some(hashed));
        assert_eq!(HashedKey::from_hex("abc"), None);
    }

    #[test]
    fn debug_output_holds_no_key() {
        let keys =
            AppKeys { rest: Some("s3cret".into()), master: Some(HashedKey::of("m")), ..AppKeys::default() };
        assert!(!format!("{keys:?}").contains("s3cret"));
    }
}
