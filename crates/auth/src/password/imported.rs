//! Hashes that other servers made: a table of formats, by the prefix of the hash. They are accepted from imports,
//! checked at log-in, and replaced by Argon2id when the right password is at hand.
//!
//! Source: bcrypt's modular crypt format, as Parse Server writes it.

use astrolabe_core::error::{Error, ErrorCode, Result};

/// The largest bcrypt cost an import may bring: each step doubles the time of a log-in, and this is about a second.
const BCRYPT_COST_MAX: u32 = 14;
const BCRYPT_COST_MIN: u32 = 4;
/// Bytes of a bcrypt hash: `$2b$10$`, 22 characters of salt, 31 of hash.
const BCRYPT_LEN: usize = 60;

/// A kind of hash.
struct Format {
    prefixes: &'static [&'static str],
    /// Whether a hash is whole, and cheap enough to be checked at log-ins.
    is_acceptable: fn(&str) -> bool,
    verify: fn(&str, &str) -> bool,
}

const FORMATS: &[Format] = &[Format {
    prefixes: &["$2a$", "$2b$", "$2y$"],
    is_acceptable: is_bcrypt,
    // Bytes after the 72nd do not count, as wherever the hash was made.
    verify: |password, hash| bcrypt::verify(password, hash).unwrap_or(false),
}];

fn format_of(hash: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.prefixes.iter().any(|prefix| hash.starts_with(prefix)))
}

/// Whether a hash is of another server's making.
pub(crate) fn is_imported(hash: &str) -> bool {
    format_of(hash).is_some()
}

/// Whether the password belongs to an imported hash; `None` for hashes of our own making.
pub(super) fn verify(password: &str, hash: &str) -> Option<bool> {
    format_of(hash).map(|format| (format.is_acceptable)(hash) && (format.verify)(password, hash))
}

/// Fails with 142 for a hash that no log-in could be checked against.
pub(crate) fn check_hash(hash: &str) -> Result<()> {
    if format_of(hash).is_some_and(|format| (format.is_acceptable)(hash)) {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::ValidationError,
        format!(
            "_hashed_password takes bcrypt hashes ($2a$, $2b$, $2y$) with a cost from {BCRYPT_COST_MIN} to \
             {BCRYPT_COST_MAX}."
        ),
    ))
}

fn is_bcrypt(hash: &str) -> bool {
    let Some((cost, rest)) = hash.get(4..).and_then(|rest| rest.split_once('$')) else { return false };
    let has_cost = cost.len() == 2
        && cost.bytes().all(|b| b.is_ascii_digit())
        && cost.parse().is_ok_and(|cost: u32| (BCRYPT_COST_MIN..=BCRYPT_COST_MAX).contains(&cost));
    let is_base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/');
    has_cost && hash.len() == BCRYPT_LEN && rest.bytes().all(is_base64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Salt and hash of no known password.
    const REST: &str = "Wd1gvrMYPnQv5pHBbXCwCehxXmJSEzRqNON0ev98L6JJP5296S35i";

    #[test]
    fn hashes_that_an_import_may_bring() {
        for (hash, accepted) in [
            (format!("$2b$10${REST}"), true),
            (format!("$2a$04${REST}"), true),
            (format!("$2y$14${REST}"), true),
            (format!("$2y$15${REST}"), false),
            (format!("$2b$31${REST}"), false),
            (format!("$2b$03${REST}"), false),
            (format!("$2b$+9${REST}"), false),
            (format!("$2x$10${REST}"), false),
            (format!("$2b$10${}", &REST[1..]), false),
            (format!("$2b$10$é{}", &REST[2..]), false),
            (format!("$2b$10$!{}", &REST[1..]), false),
            ("$2b$".to_owned(), false),
            ("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(check_hash(&hash).is_ok(), accepted, "{hash}");
            if !accepted {
                assert_ne!(verify("wrong", &hash), Some(true), "{hash}");
            }
        }
    }

    #[test]
    fn bytes_after_the_72nd_do_not_count() -> std::result::Result<(), bcrypt::BcryptError> {
        let hash = bcrypt::hash("p".repeat(80), BCRYPT_COST_MIN)?;
        assert_eq!(verify(&"p".repeat(72), &hash), Some(true));
        assert_eq!(verify(&"p".repeat(71), &hash), Some(false));
        Ok(())
    }
}
