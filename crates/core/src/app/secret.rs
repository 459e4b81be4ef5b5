//! The secret of a server: the one root from which every key is derived that has to stay the same over restarts and on
//! all nodes. It is never stored in a database.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::ports::Ids;

/// Characters of a secret that an operator chooses, at least.
pub const SECRET_LEN_MIN: usize = 32;

/// See the module.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerSecret([u8; 32]);

impl ServerSecret {
    /// A new one.
    pub fn generate(ids: &dyn Ids) -> Self {
        let mut bytes = [0; 32];
        ids.fill(&mut bytes);
        ServerSecret(bytes)
    }

    /// The secret that a text stands for; `None` for one that is too short to be one.
    pub fn of(text: &str) -> Option<Self> {
        (text.len() >= SECRET_LEN_MIN).then(|| ServerSecret(Sha256::digest(text.as_bytes()).into()))
    }

    /// Reads the stored form, 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(ServerSecret(bytes))
    }

    /// The stored form.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// A key of an app for one purpose: HMAC-SHA256 over both. Keys of other apps or purposes tell nothing of it.
    pub fn derive(&self, app_id: &str, purpose: &str) -> [u8; 32] {
        // A key of 32 bytes always fits; the error is that of other constructions.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return [0; 32] };
        mac.update(app_id.as_bytes());
        // An application id holds no zero byte, so no two pairs give the same text.
        mac.update(&[0]);
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// Secrets never reach a log.
impl fmt::Debug for ServerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_depend_on_secret_app_and_purpose() {
        let secret = ServerSecret::of(&"s".repeat(32)).unwrap();
        let key = secret.derive("app", "mail");
        assert_eq!(key, ServerSecret::from_hex(&secret.to_hex()).unwrap().derive("app", "mail"));
        assert_ne!(key, secret.derive("app", "cookies"));
        assert_ne!(key, secret.derive("apq", "mail"));
        assert_ne!(key, ServerSecret::of(&"t".repeat(32)).unwrap().derive("app", "mail"));
        assert!(ServerSecret::of("too short").is_none());
        assert!(!format!("{secret:?}").contains(&secret.to_hex()[..8]));
    }
}
