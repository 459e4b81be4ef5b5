//! Who may do one operation.

use std::fmt;
use std::sync::Arc;

use super::pointer_fields::{pointer_fields_from_json, pointer_fields_to_json};
use super::{as_text, is_principal, malformed};
use crate::error::{Result, shown};
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
    /// Run aggregations; a right of our own, which nobody has unless it is given.
    Aggregate,
}

impl Operation {
    /// Every operation, in the order the schemas API shows them.
    pub const ALL: [Operation; 8] = [
        Operation::Find,
        Operation::Count,
        Operation::Get,
        Operation::Create,
        Operation::Update,
        Operation::Delete,
        Operation::AddField,
        Operation::Aggregate,
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
            Operation::Aggregate => "aggregate",
        }
    }

    /// The operation of a key.
    pub(super) fn from_key(key: &str) -> Option<Self> {
        Operation::ALL.into_iter().find(|operation| operation.key() == key)
    }

    /// Whether it changes nothing.
    pub fn is_read(self) -> bool {
        matches!(self, Operation::Get | Operation::Find | Operation::Count | Operation::Aggregate)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// Who may do one operation. Naming nobody leaves it to the master key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grant {
    /// Everybody.
    pub everyone: bool,
    /// Anybody who is signed in.
    pub authenticated: bool,
    /// User ids and `role:` names.
    pub principals: Vec<String>,
    /// Fields that name the users who may do it to the row; `None` when the rule was not given.
    pub pointer_fields: Option<Vec<Arc<str>>>,
}

impl Grant {
    /// Whether it names nobody.
    pub(super) fn is_empty(&self) -> bool {
        *self == Grant::default()
    }

    /// Open to everybody.
    pub fn everyone() -> Self {
        Grant { everyone: true, ..Grant::default() }
    }

    /// Reads the value under an operation's key.
    pub(super) fn from_json(operation: &str, json: &Json) -> Result<Self> {
        let Json::Object(map) = json else {
            return Err(malformed(format!(
                "'{}' is not a valid value for class level permissions {operation} - must be an object",
                as_text(json)
            )));
        };
        let mut grant = Grant::default();
        for (key, value) in map {
            if key == "pointerFields" {
                let fields = pointer_fields_from_json(value).ok_or_else(|| {
                    let value = as_text(value);
                    malformed(format!(
                        "'{value}' is not a valid value for {operation}[pointerFields] - expected an array."
                    ))
                })?;
                grant.pointer_fields = Some(fields?);
            } else {
                grant.add(operation, key, value)?;
            }
        }
        Ok(grant)
    }

    fn add(&mut self, operation: &str, key: &str, value: &Json) -> Result<()> {
        let is_known = matches!(key, "*" | "requiresAuthentication") || is_principal(key);
        if !is_known {
            return Err(invalid_key(key));
        }
        if *value != Json::Bool(true) {
            let (key, value) = (shown(key), as_text(value));
            return Err(malformed(format!(
                "'{value}' is not a valid value for class level permissions acl {operation}:{key}"
            )));
        }
        match key {
            "*" => self.everyone = true,
            "requiresAuthentication" => self.authenticated = true,
            principal => self.principals.push(principal.to_owned()),
        }
        Ok(())
    }

    /// The form it was read from.
    pub(super) fn to_json(&self) -> Json {
        let mut map = JsonMap::new();
        if self.everyone {
            map.insert("*".into(), true.into());
        }
        if self.authenticated {
            map.insert("requiresAuthentication".into(), true.into());
        }
        map.extend(self.principals.iter().map(|principal| (principal.clone(), Json::Bool(true))));
        if let Some(fields) = &self.pointer_fields {
            map.insert("pointerFields".into(), pointer_fields_to_json(fields));
        }
        Json::Object(map)
    }
}

pub(super) fn invalid_key(key: &str) -> crate::error::Error {
    malformed(format!("'{}' is not a valid key for class level permissions", shown(key)))
}
