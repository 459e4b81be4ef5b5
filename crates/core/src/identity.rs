//! When two names are the same name: user names and e-mail addresses are unique without regard to case and to
//! the ways Unicode has of writing one text.

use icu_casemap::CaseMapper;
use unicode_normalization::UnicodeNormalization;

/// The form that must be unique: compatibility-composed (NFKC) and case-folded, on every database the same.
pub fn identity_key(name: &str) -> String {
    let composed: String = name.nfkc().collect();
    let folded = CaseMapper::new().fold_string(&composed);
    // Folding can undo the composition (for example of U+0130), so it is composed once more.
    folded.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_same_names() {
        for (left, right) in
            [("Ann", "aNN"), ("STRASSE", "straße"), ("ﬁne", "FINE"), ("É", "e\u{301}"), ("Ⅷ", "viii")]
        {
            assert_eq!(identity_key(left), identity_key(right), "{left} {right}");
        }
        assert_ne!(identity_key("ann"), identity_key("ann "));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(name in "\\PC{0,20}") {
            let once = identity_key(&name);
            prop_assert_eq!(identity_key(&once), once);
        }
    }
}
