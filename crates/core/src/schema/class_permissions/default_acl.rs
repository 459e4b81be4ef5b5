//! The access list of new objects that bring none.

use serde_json::json;

use super::grant::invalid_key;
use super::{as_text, is_principal, malformed};
use crate::access::Acl;
use crate::error::{Result, shown};
use crate::limits;
use crate::value::{Json, JsonMap};

/// Stands for the user who makes the object.
const CREATOR: &str = "currentUser";

/// The `ACL` of class-level permissions, as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultAcl(JsonMap);

impl Default for DefaultAcl {
    /// Everybody may read and write, which is what an object without a list means.
    fn default() -> Self {
        let everyone = json!({ "read": true, "write": true });
        DefaultAcl(JsonMap::from_iter([("*".to_owned(), everyone)]))
    }
}

impl DefaultAcl {
    /// The list of a new object, with its JSON form; `None` leaves the object without one. Without a user nobody
    /// stands in for the creator.
    pub fn for_creator(&self, user_id: Option<&str>) -> Result<Option<(Acl, Json)>> {
        if *self == DefaultAcl::default() {
            return Ok(None);
        }
        let mut map = self.0.clone();
        if let Some(rights) = map.shift_remove(CREATOR)
            && let Some(user_id) = user_id
        {
            map.insert(user_id.to_owned(), rights);
        }
        let json = Json::Object(map);
        Ok(Some((Acl::from_json(&json)?, json)))
    }

    /// Reads `{"currentUser": {"read": true, "write": true}}`. Fails with 107.
    pub(super) fn from_json(json: &Json) -> Result<Self> {
        let Json::Object(map) = json else {
            return Err(malformed(format!(
                "'{}' is not a valid value for class level permissions ACL - must be an object",
                as_text(json)
            )));
        };
        if map.len() > limits::ACL_ENTRIES_MAX {
            return Err(malformed(format!("An ACL holds at most {} entries.", limits::ACL_ENTRIES_MAX)));
        }
        for (principal, rights) in map {
            if principal != "*" && !is_principal(principal) {
                return Err(invalid_key(principal));
            }
            check_rights(rights)?;
        }
        Ok(DefaultAcl(map.clone()))
    }

    /// The form it was read from.
    pub(super) fn to_json(&self) -> Json {
        Json::Object(self.0.clone())
    }
}

fn check_rights(rights: &Json) -> Result<()> {
    let Json::Object(rights) = rights else {
        let value = as_text(rights);
        return Err(malformed(format!("'{value}' is not a valid value for class level permissions acl")));
    };
    if let Some(right) = rights.keys().find(|right| !matches!(right.as_str(), "read" | "write")) {
        let right = shown(right);
        return Err(malformed(format!("'{right}' is not a valid key for class level permissions acl")));
    }
    if let Some(value) = rights.values().find(|value| !value.is_boolean()) {
        let value = as_text(value);
        return Err(malformed(format!("'{value}' is not a valid value for class level permissions acl")));
    }
    Ok(())
}
