//! Tokens in the links of mails. They are derived from the server's secret and a number that is stored with the user, so
//! that a link can be sent again; of the token itself only the SHA-256 is stored. Neither is of use without the secret.

use std::sync::Arc;

use astrolabe_core::app::ServerSecret;
use astrolabe_core::objects::{Object, Objects};
use astrolabe_core::query::Filter;
use astrolabe_core::value::{Timestamp, Value};

use crate::session::token_hash;

/// Bytes of a token: 160 bits, which nobody guesses.
const TOKEN_BYTES: usize = 20;
/// Characters that a token of a client may have.
const TOKEN_LEN_MAX: usize = 200;

/// One kind of token: the fields of a user that it is kept in.
pub(crate) struct TokenKind {
    purpose: &'static str,
    hash: &'static str,
    nonce: &'static str,
    pub(crate) expires_at: &'static str,
}

/// Proves that the user reads mail of the address.
pub(crate) const VERIFY: TokenKind = TokenKind {
    purpose: "verify-email",
    hash: "_email_verify_token",
    nonce: "_email_verify_nonce",
    expires_at: "_email_verify_token_expires_at",
};

/// Replaces a password.
pub(crate) const RESET: TokenKind = TokenKind {
    purpose: "reset-password",
    hash: "_perishable_token",
    nonce: "_perishable_nonce",
    expires_at: "_perishable_token_expires_at",
};

/// A token that is about to be stored.
pub(crate) struct NewToken {
    pub(crate) token: String,
    /// Values of the user's fields.
    pub(crate) values: Vec<(Arc<str>, Value)>,
}

impl TokenKind {
    /// A new token for a user, which makes the one before it worthless.
    pub(crate) fn make(
        &self,
        secret: &ServerSecret,
        objects: &Objects,
        user_id: &str,
        now: Timestamp,
        validity_s: Option<i64>,
    ) -> NewToken {
        let nonce = objects.ids().key();
        let token = self.derive(secret, objects, user_id, &nonce);
        let expires_at = validity_s.map_or(Value::Null, |seconds| Value::Date(now.plus_seconds(seconds)));
        let values = vec![
            (self.hash.into(), Value::String(token_hash(&token))),
            (self.nonce.into(), Value::String(nonce)),
            (self.expires_at.into(), expires_at),
        ];
        NewToken { token, values }
    }

    /// The token that a user has and that counts until a certain time; `None` when there is none.
    pub(crate) fn still_valid(
        &self,
        secret: &ServerSecret,
        objects: &Objects,
        user: &Object,
        now: Timestamp,
    ) -> Option<String> {
        user.time(self.expires_at).filter(|expires_at| *expires_at > now)?;
        let token = self.derive(secret, objects, &user.object_id, user.text(self.nonce)?);
        // Not so when the secret of the server has changed.
        (user.text(self.hash) == Some(&token_hash(&token))).then_some(token)
    }

    /// The condition that finds the user of a token.
    pub(crate) fn of(&self, token: &str) -> Option<Filter> {
        let plausible = (1..=TOKEN_LEN_MAX).contains(&token.len());
        plausible.then(|| Filter::equals(self.hash, Value::String(token_hash(token))))
    }

    /// The values of a user without a token.
    pub(crate) fn cleared(&self) -> Vec<(Arc<str>, Value)> {
        [self.hash, self.nonce, self.expires_at].map(|field| (field.into(), Value::Null)).to_vec()
    }

    fn derive(&self, secret: &ServerSecret, objects: &Objects, user_id: &str, nonce: &str) -> String {
        let key = secret.derive(objects.app_id(), &format!("{} {user_id} {nonce}", self.purpose));
        hex::encode(&key[..TOKEN_BYTES])
    }
}
