//! Fields that are hidden from some callers: the rule of a class.
//!
//! A caller belongs to several groups. Hidden are the fields that every one of its groups hides; a group that hides
//! nothing therefore shows everything. `access/field_view.rs` applies the rule to a caller.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

use super::grant::invalid_key;
use super::pointer_fields::too_many;
use super::{as_text, is_principal, malformed};
use crate::error::{Result, shown};
use crate::limits;
use crate::schema::{ACL, CREATED_AT, FieldType, OBJECT_ID, UPDATED_AT};
use crate::value::{Json, JsonMap};

/// Whom a list of hidden fields is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Group {
    /// `*`: every caller.
    Everyone,
    /// `authenticated`: every user.
    Authenticated,
    /// A user id or `role:Name`.
    Principal(String),
    /// `userField:name`: in each row, the users that the field names.
    UserField(String),
}

impl Group {
    fn from_key(key: &str) -> Option<Self> {
        match key {
            "*" => Some(Group::Everyone),
            "authenticated" => Some(Group::Authenticated),
            key => match key.strip_prefix("userField:") {
                Some(field) => Some(Group::UserField(field.to_owned())),
                None => is_principal(key).then(|| Group::Principal(key.to_owned())),
            },
        }
    }
}

/// The key in the JSON form.
impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Group::Everyone => f.write_str("*"),
            Group::Authenticated => f.write_str("authenticated"),
            Group::Principal(principal) => f.write_str(principal),
            Group::UserField(field) => write!(f, "userField:{field}"),
        }
    }
}

/// Which fields are hidden from which groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectedFields {
    groups: IndexMap<Group, Vec<Arc<str>>>,
}

impl Default for ProtectedFields {
    /// Nothing is hidden from anybody.
    fn default() -> Self {
        ProtectedFields { groups: IndexMap::from([(Group::Everyone, Vec::new())]) }
    }
}

impl ProtectedFields {
    /// No rule at all.
    pub fn none() -> Self {
        ProtectedFields { groups: IndexMap::new() }
    }

    /// Hides fields from everybody.
    pub fn from_everyone<'a>(fields: impl IntoIterator<Item = &'a str>) -> Self {
        let fields = fields.into_iter().map(Arc::from).collect();
        ProtectedFields { groups: IndexMap::from([(Group::Everyone, fields)]) }
    }

    /// The lists, by group.
    pub fn groups(&self) -> impl Iterator<Item = (&Group, &[Arc<str>])> {
        self.groups.iter().map(|(group, fields)| (group, fields.as_slice()))
    }

    /// The lists of both, group by group.
    pub fn merged_with(mut self, other: &Self) -> Self {
        for (group, fields) in &other.groups {
            let present = self.groups.entry(group.clone()).or_default();
            let new: Vec<_> = fields.iter().filter(|field| !present.contains(field)).cloned().collect();
            present.extend(new);
        }
        self
    }

    /// Reads `{"*": ["field"], "role:Admin": []}`. Fails with 107.
    pub fn from_json(json: &Json) -> Result<Self> {
        let Json::Object(map) = json else {
            return Err(malformed(format!(
                "'{}' is not a valid value for class level permissions protectedFields - must be an object",
                as_text(json)
            )));
        };
        let mut groups = IndexMap::new();
        for (key, fields) in map {
            let group = Group::from_key(key).ok_or_else(|| invalid_key(key))?;
            groups.insert(group, field_list(key, fields)?);
        }
        let user_fields = groups.keys().filter(|group| matches!(group, Group::UserField(_))).count();
        if user_fields > limits::USER_FIELDS_MAX {
            return Err(too_many());
        }
        Ok(ProtectedFields { groups })
    }

    /// The form it was read from.
    pub fn to_json(&self) -> Json {
        let list = |fields: &[Arc<str>]| fields.iter().map(|field| Json::from(field.as_ref())).collect();
        let map: JsonMap =
            self.groups.iter().map(|(group, fields)| (group.to_string(), list(fields))).collect();
        Json::Object(map)
    }

    /// Takes a field out of the lists, and the list of the users it names.
    pub(super) fn forget_field(&mut self, name: &str) {
        self.groups.retain(|group, _| !matches!(group, Group::UserField(field) if field == name));
        self.groups.values_mut().for_each(|fields| fields.retain(|field| **field != *name));
    }

    /// Puts a new name in the place of a field's old one, in the lists and as a group.
    pub(super) fn rename_field(&mut self, from: &str, to: &Arc<str>) {
        let groups = std::mem::take(&mut self.groups);
        let renamed = |group| match group {
            Group::UserField(field) if field == from => Group::UserField(to.to_string()),
            other => other,
        };
        self.groups = groups.into_iter().map(|(group, fields)| (renamed(group), fields)).collect();
        let names = self.groups.values_mut().flatten().filter(|field| ***field == *from);
        names.for_each(|field| *field = Arc::clone(to));
    }

    /// Refuses (107) names that are no fields of the class.
    pub(super) fn check(&self, class_fields: &IndexMap<Arc<str>, FieldType>) -> Result<()> {
        for (group, fields) in &self.groups {
            if let Some(field) = fields.iter().find(|field| !class_fields.contains_key(*field)) {
                return Err(malformed(format!(
                    "Field '{}' in protectedFields:{} does not exist",
                    shown(field),
                    shown(&group.to_string())
                )));
            }
        }
        Ok(())
    }
}

fn field_list(group: &str, json: &Json) -> Result<Vec<Arc<str>>> {
    let texts = json.as_array().and_then(|items| items.iter().map(Json::as_str).collect::<Option<Vec<_>>>());
    let texts = texts.ok_or_else(|| {
        let (value, group) = (as_text(json), shown(group));
        malformed(format!("'{value}' is not a valid value for protectedFields[{group}] - expected an array."))
    })?;
    let mut fields: Vec<Arc<str>> = Vec::with_capacity(texts.len());
    for name in texts {
        if [OBJECT_ID, CREATED_AT, UPDATED_AT, ACL].contains(&name) {
            return Err(malformed(format!("Default field '{name}' can not be protected")));
        }
        if !fields.iter().any(|field| **field == *name) {
            fields.push(name.into());
        }
    }
    Ok(fields)
}
