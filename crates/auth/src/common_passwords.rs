//! The passwords that are tried first. The list and where it comes from are in `data/`.

use std::collections::HashSet;
use std::sync::LazyLock;

/// One a line, in lower case, all of eight characters or more: shorter ones are refused anyway.
const LIST: &str = include_str!("../data/common-passwords.txt");

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| LIST.lines().collect());

/// Whether a password is on the list, whatever the case of its letters.
pub(crate) fn contain(password: &str) -> bool {
    COMMON.contains(password.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_is_on_it() {
        assert_eq!(COMMON.len(), 3_000);
        assert!(COMMON.iter().all(|password| password.chars().count() >= 8));
        for (password, expected) in [
            ("password", true),
            ("Password1", true),
            ("12345678", true),
            ("quiet orchid 47", false),
            ("", false),
        ] {
            assert_eq!(contain(password), expected, "{password}");
        }
    }
}
