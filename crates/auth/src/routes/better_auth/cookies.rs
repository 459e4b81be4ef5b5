//! The cookies of the face: their names and attributes, and the signature that their values carry.
//!
//! The signature is no secret of the session's: the token alone opens it. It keeps made-up values from the database, and
//! is what sites that read the cookie themselves expect.

use astrolabe_core::app::CookieAccounts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::Sha256;

/// What `encodeURIComponent` leaves as it is.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// A text as a part of an address, as JavaScript's `encodeURIComponent` writes it.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

/// The cookies of one app, for clients that reach it with or without TLS.
pub(super) struct Cookies<'a> {
    settings: &'a CookieAccounts,
    is_secure: bool,
    key: [u8; 32],
}

impl<'a> Cookies<'a> {
    /// `key` signs the values.
    pub(super) fn new(settings: &'a CookieAccounts, is_secure: bool, key: [u8; 32]) -> Self {
        Cookies { settings, is_secure, key }
    }

    /// The session token that a request presents; one with a wrong signature is as good as none.
    pub(super) fn session_token(&self, headers: &HeaderMap) -> Option<String> {
        let name = self.name("session_token");
        let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        sent.flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .filter(|(sent, _)| *sent == name)
            .find_map(|(_, value)| self.opened(value))
    }

    /// The value of a signed text, before or after decoding.
    pub(super) fn opened(&self, signed: &str) -> Option<String> {
        let signed = percent_decode_str(signed.trim_matches('"')).decode_utf8().ok()?;
        let (value, signature) = signed.rsplit_once('.')?;
        let signature = STANDARD.decode(signature).ok()?;
        self.mac(value)?.verify_slice(&signature).ok()?;
        Some(value.to_owned())
    }

    /// The signed form of a value, encoded.
    pub(super) fn signed(&self, value: &str) -> String {
        let signature = self.mac(value).map(|mac| STANDARD.encode(mac.finalize().into_bytes()));
        encoded(&format!("{value}.{}", signature.unwrap_or_default()))
    }

    /// The cookies of a session that is open now.
    pub(super) fn of_session(&self, token: &str, is_remembered: bool) -> Vec<String> {
        let max_age = is_remembered.then_some(self.settings.session_length_s);
        let mut cookies = vec![self.cookie("session_token", &self.signed(token), max_age)];
        if !is_remembered {
            cookies.push(self.cookie("dont_remember", &self.signed("true"), None));
        }
        cookies
    }

    /// Cookies that take the place of all, for good.
    pub(super) fn cleared(&self) -> Vec<String> {
        ["session_token", "session_data", "dont_remember"].map(|key| self.cookie(key, "", Some(0))).into()
    }

    fn cookie(&self, key: &str, value: &str, max_age_s: Option<i64>) -> String {
        let mut text = format!("{}={value}", self.name(key));
        if let Some(seconds) = max_age_s {
            text.push_str(&format!("; Max-Age={seconds}"));
        }
        if let Some(domain) = &self.settings.cookie_domain {
            text.push_str(&format!("; Domain={domain}"));
        }
        text.push_str("; Path=/; HttpOnly");
        if self.is_secure {
            text.push_str("; Secure");
        }
        text.push_str("; SameSite=Lax");
        text
    }

    fn name(&self, key: &str) -> String {
        let secure = if self.is_secure { "__Secure-" } else { "" };
        format!("{secure}{}.{key}", self.settings.cookie_prefix)
    }

    fn mac(&self, value: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        mac.update(value.as_bytes());
        Some(mac)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn values_are_read_back_and_made_up_ones_are_not() {
        let settings = CookieAccounts::default();
        let cookies = Cookies::new(&settings, false, [7; 32]);
        let signed = cookies.signed("r:0a1b");
        assert!(signed.starts_with("r%3A0a1b."), "{signed}");
        let mut headers = HeaderMap::new();
        let mut check = |sent: String, expected: Option<&str>| {
            headers.insert(header::COOKIE, HeaderValue::from_str(&sent).unwrap());
            assert_eq!(cookies.session_token(&headers).as_deref(), expected, "{sent}");
        };
        check(format!("a=b; better-auth.session_token={signed}; c=d"), Some("r:0a1b"));
        check(format!("__Secure-better-auth.session_token={signed}"), None);
        check(format!("better-auth.session_token={}", signed.replace("0a", "0b")), None);
        check("better-auth.session_token=r:0a1b".to_owned(), None);
        check("better-auth.session_token=".to_owned(), None);
        assert_eq!(Cookies::new(&settings, false, [8; 32]).opened(&signed), None);
    }

    #[test]
    fn attributes_follow_the_connection_and_the_wish_to_be_remembered() {
        let mut settings = CookieAccounts::default();
        let attributes = |cookie: &str| cookie.split_once("; ").map(|(_, rest)| rest.to_owned()).unwrap();
        let plain = Cookies::new(&settings, false, [7; 32]).of_session("t", true);
        assert_eq!(attributes(&plain[0]), "Max-Age=604800; Path=/; HttpOnly; SameSite=Lax");
        let forgotten = Cookies::new(&settings, true, [7; 32]).of_session("t", false);
        assert_eq!(attributes(&forgotten[0]), "Path=/; HttpOnly; Secure; SameSite=Lax");
        assert!(forgotten[1].starts_with("__Secure-better-auth.dont_remember=true."));
        settings.cookie_domain = Some("shop.example".to_owned());
        let cleared = Cookies::new(&settings, true, [7; 32]).cleared();
        assert_eq!(cleared.len(), 3);
        assert_eq!(
            cleared[0],
            "__Secure-better-auth.session_token=; Max-Age=0; Domain=shop.example; Path=/; HttpOnly; Secure; SameSite=Lax"
        );
    }
}
