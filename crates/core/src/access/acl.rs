//! Access control lists: who may read and who may write one object.

use indexmap::IndexMap;

use crate::error::{Error, ErrorCode, Result, shown};
use crate::limits;
use crate::value::{Json, JsonMap};

/// The key that means everybody.
pub const PUBLIC: &str = "*";

/// The access list of an object. An object without one is open to everybody; an empty list to the master key only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Acl {
    /// In the order they were given.
    pub entries: Vec<AclEntry>,
}

/// The rights of one principal: `*`, a user id or `role:Name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AclEntry {
    /// Whose rights.
    pub principal: String,
    /// May see the object.
    pub read: bool,
    /// May change and delete it.
    pub write: bool,
}

impl Acl {
    /// The list that gives one user all rights.
    pub fn private_to(user_id: &str) -> Self {
        let mut acl = Acl::default();
        acl.grant(user_id);
        acl
    }

    /// Gives a principal all rights.
    pub fn grant(&mut self, principal: &str) {
        match self.entries.iter_mut().find(|entry| entry.principal == principal) {
            Some(entry) => (entry.read, entry.write) = (true, true),
            None => {
                self.entries.push(AclEntry { principal: principal.to_owned(), read: true, write: true });
            }
        }
    }

    /// Lets everybody read.
    pub fn with_public_read(mut self) -> Self {
        self.entries.insert(0, AclEntry { principal: PUBLIC.to_owned(), read: true, write: false });
        self
    }

    /// Reads `{"*": {"read": true}, "<userId>": {"read": true, "write": true}}`. Fails with 123.
    pub fn from_json(json: &Json) -> Result<Self> {
        let Json::Object(map) = json else { return Err(invalid("ACL must be an object.")) };
        if map.len() > limits::ACL_ENTRIES_MAX {
            return Err(invalid(format!("An ACL holds at most {} entries.", limits::ACL_ENTRIES_MAX)));
        }
        let entries =
            map.iter().map(|(principal, rights)| entry(principal, rights)).collect::<Result<_>>()?;
        Ok(Acl { entries })
    }

    /// The same form as [`Acl::from_json`]; principals without any right are left out.
    pub fn to_json(&self) -> Json {
        let mut map = JsonMap::new();
        for entry in &self.entries {
            let mut rights = JsonMap::new();
            if entry.read {
                rights.insert("read".into(), true.into());
            }
            if entry.write {
                rights.insert("write".into(), true.into());
            }
            if !rights.is_empty() {
                map.insert(entry.principal.clone(), Json::Object(rights));
            }
        }
        Json::Object(map)
    }

    /// Principals that may read.
    pub fn readers(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(|entry| entry.read).map(|entry| entry.principal.as_str())
    }

    /// Principals that may write.
    pub fn writers(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(|entry| entry.write).map(|entry| entry.principal.as_str())
    }

    /// Puts a list together from its stored halves, readers first.
    pub fn from_lists<'a>(
        readers: impl IntoIterator<Item = &'a str>,
        writers: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut rights: IndexMap<&str, (bool, bool)> = IndexMap::new();
        for principal in readers {
            rights.entry(principal).or_default().0 = true;
        }
        for principal in writers {
            rights.entry(principal).or_default().1 = true;
        }
        let entry =
            |(principal, (read, write)): (&str, _)| AclEntry { principal: principal.to_owned(), read, write };
        Acl { entries: rights.into_iter().map(entry).collect() }
    }
}

fn entry(principal: &str, rights: &Json) -> Result<AclEntry> {
    if principal == "*unresolved" {
        return Err(invalid("Invalid ACL."));
    }
    if principal.is_empty() || principal.contains('\0') {
        return Err(invalid("An ACL entry needs '*', a user id or 'role:' and a role name as its key."));
    }
    let Json::Object(rights) = rights else {
        return Err(invalid(format!("The rights of '{}' in an ACL must be an object.", shown(principal))));
    };
    let mut entry = AclEntry { principal: principal.to_owned(), read: false, write: false };
    for (right, value) in rights {
        let Json::Bool(value) = value else {
            return Err(invalid(format!("The right '{}' in an ACL must be true or false.", shown(right))));
        };
        match right.as_str() {
            "read" => entry.read = *value,
            "write" => entry.write = *value,
            _ => {
                let right = shown(right);
                return Err(invalid(format!("'{right}' is not a right: an ACL knows 'read' and 'write'.")));
            }
        }
    }
    Ok(entry)
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorCode::InvalidAcl, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_and_writes_json() {
        for (input, expected) in [
            (json!({}), Some(json!({}))),
            (json!({"*": {"read": true}}), Some(json!({"*": {"read": true}}))),
            (json!({"u1": {"read": true, "write": false}}), Some(json!({"u1": {"read": true}}))),
            (json!({"u1": {}}), Some(json!({}))),
            (json!({"*unresolved": {"read": true}}), None),
            (json!({"": {"read": true}}), None),
            (json!({"u1": {"read": 1}}), None),
            (json!({"u1": {"admin": true}}), None),
            (json!({"u1": true}), None),
            (json!([]), None),
            (json!("public"), None),
            (json!(null), None),
        ] {
            let outcome = Acl::from_json(&input).map(|acl| acl.to_json()).ok();
            assert_eq!(outcome, expected, "{input}");
        }
    }

    #[test]
    fn halves_make_the_whole() {
        let acl = Acl::from_lists(["*", "u1"], ["u1", "role:admin"]);
        assert_eq!(
            acl.to_json(),
            json!({
                "*": {"read": true}, "u1": {"read": true, "write": true}, "role:admin": {"write": true},
            })
        );
        assert_eq!(acl.readers().collect::<Vec<_>>(), ["*", "u1"]);
        assert_eq!(acl.writers().collect::<Vec<_>>(), ["u1", "role:admin"]);
    }
}
