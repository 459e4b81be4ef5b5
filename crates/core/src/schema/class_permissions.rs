//! Class-level permissions: who may do what with a class as a whole.
//!
//! Source: Parse REST protocol, "Class-level permissions".

use std::fmt;

use crate::access::Scope;
use crate::error::{Error, ErrorCode, Result, shown};
use crate::value::{Json, JsonMap};

/// What can be done with a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Read one object by its id, or as an include.
    Get,
    /// Query.
    Find,
    /// Count.
    Count,
    /// Add objects.
    Create,
    /// Change objects.
    Update,
    /// Remove objects.
    Delete,
    /// Add fields by writing them.
    AddField,
}

impl Operation {
    /// Every operation, in the order the schemas API shows them.
    pub const ALL: [Operation; 7] = [
        Operation::Find,
        Operation::Count,
        Operation::Get,
        Operation::Create,
        Operation::Update,
        Operation::Delete,
        Operation::AddField,
    ];

    /// The key in the JSON form.
    pub fn key(self) -> &'static str {
        match self {
            Operation::Get => "get",
            Operation::Find => "find",
            Operation::Count => "count",
            Operation::Create => "create",
            Operation::Update => "update",
            Operation::Delete => "delete",
            Operation::AddField => "addField",
        }
    }

    fn from_key(key: &str) -> Option<Self> {
        Operation::ALL.into_iter().find(|operation| operation.key() == key)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// Who may do one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// Everybody.
    Everyone,
    /// Only these: user ids, `role:` names. Empty is the master key alone.
    Only {
        /// Anybody who is signed in.
        authenticated: bool,
        /// User ids and `role:` names.
        principals: Vec<String>,
    },
}

/// The permissions of a class, one grant for each operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassPermissions {
    /// In the order of [`Operation::ALL`].
    grants: [Grant; 7],
}

impl Default for ClassPermissions {
    /// A class is open until somebody closes it; objects have access lists of their own.
    fn default() -> Self {
        ClassPermissions { grants: std::array::from_fn(|_| Grant::Everyone) }
    }
}

impl ClassPermissions {
    /// Permissions that leave everything to the master key.
    pub fn master_only() -> Self {
        let closed = Grant::Only { authenticated: false, principals: Vec::new() };
        ClassPermissions { grants: std::array::from_fn(|_| closed.clone()) }
    }

    /// Refuses the operation with 119, or 101 where the class asks for a signed-in user.
    pub fn check(&self, class_name: &str, operation: Operation, scope: &Scope) -> Result<()> {
        if scope.is_privileged() {
            return Ok(());
        }
        let Grant::Only { authenticated, principals } = self.grant(operation) else { return Ok(()) };
        if principals.iter().any(|principal| scope.principals().contains(principal)) {
            return Ok(());
        }
        match (authenticated, scope.user()) {
            (true, Some(_)) => Ok(()),
            (true, None) => Err(Error::denied(
                ErrorCode::ObjectNotFound,
                "Permission denied, user needs to be authenticated.",
            )),
            (false, _) => Err(Error::denied(
                ErrorCode::OperationForbidden,
                format!("Permission denied for action {operation} on class {class_name}."),
            )),
        }
    }

    fn grant(&self, operation: Operation) -> &Grant {
        &self.grants[position(operation)]
    }

    /// Reads the `classLevelPermissions` of the schemas API. Operations it does not name are left to the master
    /// key. Fails with 107 for malformed ones and with 102 for rules that are not available yet.
    pub fn from_json(json: &Json) -> Result<Self> {
        let Json::Object(map) = json else {
            return Err(malformed("classLevelPermissions must be an object"));
        };
        let mut permissions = ClassPermissions::master_only();
        for (key, value) in map {
            if let Some(operation) = Operation::from_key(key) {
                permissions.grants[position(operation)] = grant_from_json(key, value)?;
            } else {
                check_other_key(key, value)?;
            }
        }
        Ok(permissions)
    }

    /// The JSON form of the schemas API.
    pub fn to_json(&self) -> Json {
        let mut map = JsonMap::new();
        for (operation, grant) in Operation::ALL.into_iter().zip(&self.grants) {
            map.insert(operation.key().into(), grant_to_json(grant));
        }
        map.insert("ACL".into(), public_acl());
        map.insert("protectedFields".into(), serde_json::json!({ "*": [] }));
        Json::Object(map)
    }
}

fn position(operation: Operation) -> usize {
    Operation::ALL.iter().position(|candidate| *candidate == operation).unwrap_or_default()
}

fn grant_from_json(operation: &str, json: &Json) -> Result<Grant> {
    let Json::Object(map) = json else {
        return Err(malformed(format!(
            "'{}' is not a valid value for class level permissions {operation}",
            shown(&json.to_string())
        )));
    };
    let (mut authenticated, mut principals) = (false, Vec::new());
    let mut everyone = false;
    for (key, value) in map {
        if key == "pointerFields" {
            return Err(not_available("pointerFields"));
        }
        if *value != Json::Bool(true) {
            let (key, value) = (shown(key), shown(&value.to_string()));
            return Err(malformed(format!(
                "'{value}' is not a valid value for class level permissions acl {operation}:{key}:{value}"
            )));
        }
        match key.as_str() {
            "*" => everyone = true,
            "requiresAuthentication" => authenticated = true,
            principal if is_principal(principal) => principals.push(principal.to_owned()),
            _ => {
                let key = shown(key);
                return Err(malformed(format!("'{key}' is not a valid key for class level permissions")));
            }
        }
    }
    Ok(if everyone { Grant::Everyone } else { Grant::Only { authenticated, principals } })
}

/// A user id or `role:Name`.
fn is_principal(text: &str) -> bool {
    let name = text.strip_prefix("role:").unwrap_or(text);
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' '))
}

/// Keys beside the operations. An empty rule says nothing and is accepted, so that a schema that was read can
/// be written back.
fn check_other_key(key: &str, value: &Json) -> Result<()> {
    match key {
        "protectedFields" | "readUserFields" | "writeUserFields" | "ACL" if says_nothing(value) => Ok(()),
        "protectedFields" | "readUserFields" | "writeUserFields" | "ACL" => Err(not_available(key)),
        _ => Err(malformed(format!("{} is not a valid operation for class level permissions", shown(key)))),
    }
}

/// The access list that new objects have anyway.
fn public_acl() -> Json {
    serde_json::json!({ "*": { "read": true, "write": true } })
}

fn says_nothing(value: &Json) -> bool {
    match value {
        value if *value == public_acl() => true,
        Json::Array(list) => list.is_empty(),
        Json::Object(map) => map.values().all(|inner| inner.as_array().is_some_and(Vec::is_empty)),
        _ => false,
    }
}

fn not_available(key: &str) -> Error {
    Error::new(ErrorCode::InvalidQuery, format!("{key} in class level permissions is not available yet"))
}

fn malformed(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorCode::InvalidJson, message)
}

fn grant_to_json(grant: &Grant) -> Json {
    let mut map = JsonMap::new();
    match grant {
        Grant::Everyone => {
            map.insert("*".into(), true.into());
        }
        Grant::Only { authenticated, principals } => {
            if *authenticated {
                map.insert("requiresAuthentication".into(), true.into());
            }
            map.extend(principals.iter().map(|principal| (principal.clone(), Json::Bool(true))));
        }
    }
    Json::Object(map)
}
