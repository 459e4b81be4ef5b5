//! An access list as rows share it: read once, shown often.

use super::Acl;

/// An access list that is put together and encoded once for all rows that have it.
#[derive(Debug, PartialEq, Eq)]
pub struct StoredAcl {
    acl: Acl,
    json: Vec<u8>,
}

impl StoredAcl {
    /// Puts a list together from its stored halves, JSON lists of who may read and who may write. `None` when one of
    /// them is not a list of texts.
    pub fn from_halves(readers: &str, writers: &str) -> Option<Self> {
        let list = |json| serde_json::from_str::<Vec<String>>(json).ok();
        let (readers, writers) = (list(readers)?, list(writers)?);
        let acl = Acl::from_lists(readers.iter().map(String::as_str), writers.iter().map(String::as_str));
        Some(acl.into())
    }

    /// The list.
    pub fn acl(&self) -> &Acl {
        &self.acl
    }

    /// Its JSON, as clients see it.
    pub fn json(&self) -> &[u8] {
        &self.json
    }
}

impl From<Acl> for StoredAcl {
    fn from(acl: Acl) -> Self {
        let json = acl.to_json().to_string().into_bytes();
        StoredAcl { acl, json }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_read_once_and_shown_as_one() {
        for (readers, writers, expected) in [
            (r#"["*","u1"]"#, r#"["u1"]"#, Some(r#"{"*":{"read":true},"u1":{"read":true,"write":true}}"#)),
            ("[]", "[]", Some("{}")),
            ("[1]", "[]", None),
            ("[]", "", None),
        ] {
            let stored = StoredAcl::from_halves(readers, writers);
            let json = stored.map(|stored| String::from_utf8_lossy(stored.json()).into_owned());
            assert_eq!(json.as_deref(), expected, "{readers} {writers}");
        }
    }
}
