//! Waiting mail is sealed: the links in it open accounts, so who gets hold of the database must not read it.
//!
//! ChaCha20-Poly1305 (RFC 8439) under a key that is derived from the server's secret for the app, with a random nonce, bound
//! to the row and the template it belongs to.

use astrolabe_core::app::ServerSecret;
use astrolabe_core::ports::Ids;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// Seals what lies in one app's queue.
pub(crate) struct Seal {
    key: LessSafeKey,
    /// Tells sealed texts of this key from those of others.
    pub(crate) key_id: String,
}

/// What a sealed text belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) object_id: &'a str,
    pub(crate) template: &'a str,
}

impl Seal {
    /// The seal of an app. `None` cannot happen: the key has the length that the cipher wants.
    pub(crate) fn of(secret: &ServerSecret, app_id: &str) -> Option<Self> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &secret.derive(app_id, "mail")).ok()?;
        let key_id = hex::encode(&secret.derive(app_id, "mail key id")[..8]);
        Some(Seal { key: LessSafeKey::new(key), key_id })
    }

    /// Seals a text for a place.
    pub(crate) fn close(&self, ids: &dyn Ids, place: Place<'_>, text: &[u8]) -> Option<String> {
        let mut nonce = [0; NONCE_LEN];
        ids.fill(&mut nonce);
        let mut sealed = text.to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        self.key.seal_in_place_append_tag(unique, place.aad(), &mut sealed).ok()?;
        Some(BASE64.encode([&nonce[..], &sealed].concat()))
    }

    /// Opens a sealed text; `None` when it was not sealed with this key for this place.
    pub(crate) fn open(&self, place: Place<'_>, sealed: &str) -> Option<Vec<u8>> {
        let bytes = BASE64.decode(sealed).ok()?;
        let (nonce, text) = bytes.split_at_checked(NONCE_LEN)?;
        let (nonce, mut text) = (Nonce::try_assume_unique_for_key(nonce).ok()?, text.to_vec());
        let len = self.key.open_in_place(nonce, place.aad(), &mut text).ok()?.len();
        text.truncate(len);
        Some(text)
    }
}

impl Place<'_> {
    fn aad(&self) -> Aad<Vec<u8>> {
        Aad::from([self.object_id.as_bytes(), &[0], self.template.as_bytes()].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Ids for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill_with(|| self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    #[test]
    fn only_the_same_key_and_place_open_a_seal() {
        let ids = Counting(std::sync::atomic::AtomicU8::new(0));
        let secret = ServerSecret::generate(&ids);
        let seal = Seal::of(&secret, "app").unwrap();
        let place = Place { object_id: "abc", template: "reset-password" };
        let sealed = seal.close(&ids, place, b"secret link").unwrap();
        assert!(!sealed.contains("secret"));
        assert_ne!(seal.close(&ids, place, b"secret link").unwrap(), sealed);
        assert_eq!(seal.open(place, &sealed).unwrap(), b"secret link");
        assert!(seal.open(Place { object_id: "abd", ..place }, &sealed).is_none());
        assert!(seal.open(Place { template: "verify-email", ..place }, &sealed).is_none());
        let other = Seal::of(&secret, "other").unwrap();
        assert!(other.open(place, &sealed).is_none());
        assert_ne!(other.key_id, seal.key_id);
        for broken in ["", "AAAA", "not base64!", &BASE64.encode([0; 40])] {
            assert!(seal.open(place, broken).is_none(), "{broken}");
        }
    }
}
