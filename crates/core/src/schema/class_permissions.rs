//! Class-level permissions: who may do what with a class as a whole, and with which of its rows and fields.
//!
//! Source: Parse REST protocol, "Class-level permissions".

mod default_acl;
mod grant;
mod pointer_fields;
mod protected_fields;

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Class, FieldType};
use crate::access::Scope;
use crate::error::{Error, ErrorCode, Result, shown};
use crate::query::Filter;
use crate::value::{Json, JsonMap};
use pointer_fields::{check_pointer_fields, pointer_fields_from_json, pointer_fields_to_json};

pub use default_acl::DefaultAcl;
pub use grant::{Grant, Operation};
pub(crate) use pointer_fields::rows_naming;
pub use protected_fields::{Group, ProtectedFields};

const READ_USER_FIELDS: &str = "readUserFields";
const WRITE_USER_FIELDS: &str = "writeUserFields";
const PROTECTED_FIELDS: &str = "protectedFields";

/// The permissions of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassPermissions {
    /// In the order of [`Operation::ALL`].
    grants: [Grant; 8],
    /// Fields that name the users who may read the row; `None` when the rule was not given.
    read_user_fields: Option<Vec<Arc<str>>>,
    /// The same for writing it.
    write_user_fields: Option<Vec<Arc<str>>>,
    /// Fields that are hidden from some.
    pub protected_fields: ProtectedFields,
    /// The access list of new objects that bring none; `None` when the rule was not given.
    pub default_acl: Option<DefaultAcl>,
}

/// Whether an operation is about a row that is stored, or about one that is being made and names no users yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// It is stored.
    Stored,
    /// It is being made.
    New,
}

impl Default for ClassPermissions {
    /// A class is open until somebody closes it; objects have access lists of their own.
    fn default() -> Self {
        ClassPermissions {
            grants: Operation::ALL.map(|operation| match operation {
                Operation::Aggregate => Grant::default(),
                _ => Grant::everyone(),
            }),
            ..ClassPermissions::master_only()
        }
    }
}

impl ClassPermissions {
    /// Permissions that leave everything to the master key.
    pub fn master_only() -> Self {
        ClassPermissions {
            grants: std::array::from_fn(|_| Grant::default()),
            read_user_fields: None,
            write_user_fields: None,
            protected_fields: ProtectedFields::default(),
            default_acl: Some(DefaultAcl::default()),
        }
    }

    /// The rows of `class`, whose permissions these are, with which the caller may do the operation. Refuses it as a
    /// whole with 119, or with 101 where the class asks for a signed-in user.
    pub fn permitted_rows(
        &self,
        class: &Class,
        operation: Operation,
        row: RowKind,
        scope: &Scope,
    ) -> Result<Filter> {
        let grant = &self.grants[position(operation)];
        let is_named = |principal: &String| scope.principals().contains(principal);
        if scope.is_privileged() || grant.everyone || grant.principals.iter().any(is_named) {
            return Ok(Filter::all());
        }
        if grant.authenticated && scope.user().is_none() {
            return Err(Error::denied(
                ErrorCode::ObjectNotFound,
                "Permission denied, user needs to be authenticated.",
            ));
        }
        let of_operation = grant.pointer_fields.as_deref().unwrap_or_default();
        let of_class = self.user_fields(operation);
        let counts = match (operation, row) {
            _ if grant.authenticated => true,
            (Operation::Create, _) => false,
            // Those who may read a row may not aggregate it unless that is said.
            (Operation::Aggregate, _) => !of_operation.is_empty(),
            // Who may make an object may give it new fields where every writer may, as Parse has it.
            (Operation::AddField, RowKind::New) => !of_class.is_empty(),
            _ => !of_operation.is_empty() || !of_class.is_empty(),
        };
        if !counts {
            return Err(Error::denied(
                ErrorCode::OperationForbidden,
                format!("Permission denied for action {operation} on class {}.", class.name),
            ));
        }
        if row == RowKind::New || (of_operation.is_empty() && of_class.is_empty()) {
            return Ok(Filter::all());
        }
        let fields = of_operation.iter().chain(of_class).map(AsRef::as_ref);
        Ok(scope.user_id().map_or(Filter::Never, |user_id| rows_naming(class, fields, user_id)))
    }

    /// Whether anybody but the holder of the master key may do the operation, as far as its own rule says.
    pub fn opens(&self, operation: Operation) -> bool {
        !self.grants[position(operation)].is_empty()
    }

    fn user_fields(&self, operation: Operation) -> &[Arc<str>] {
        let fields = if operation.is_read() { &self.read_user_fields } else { &self.write_user_fields };
        fields.as_deref().unwrap_or_default()
    }

    /// Reads the `classLevelPermissions` of the schemas API. Operations it does not name are left to the master
    /// key. Fails with 107 for malformed ones; [`ClassPermissions::check_fields`] looks at the names of fields.
    pub fn from_json(json: &Json) -> Result<Self> {
        let Json::Object(map) = json else {
            return Err(malformed("classLevelPermissions must be an object"));
        };
        let mut permissions = ClassPermissions {
            protected_fields: ProtectedFields::none(),
            default_acl: None,
            ..ClassPermissions::master_only()
        };
        for (key, value) in map {
            match key.as_str() {
                READ_USER_FIELDS => permissions.read_user_fields = Some(user_fields_from_json(key, value)?),
                WRITE_USER_FIELDS => permissions.write_user_fields = Some(user_fields_from_json(key, value)?),
                PROTECTED_FIELDS => permissions.protected_fields = ProtectedFields::from_json(value)?,
                super::ACL => permissions.default_acl = Some(DefaultAcl::from_json(value)?),
                key => {
                    let operation = Operation::from_key(key).ok_or_else(|| unknown_operation(key))?;
                    permissions.grants[position(operation)] = Grant::from_json(key, value)?;
                }
            }
        }
        Ok(permissions)
    }

    /// Refuses (107) rules about fields that the class does not have, or that cannot name users.
    pub fn check_fields(&self, fields: &IndexMap<Arc<str>, FieldType>) -> Result<()> {
        for (operation, grant) in Operation::ALL.into_iter().zip(&self.grants) {
            check_pointer_fields(
                grant.pointer_fields.as_deref().unwrap_or_default(),
                fields,
                operation.key(),
            )?;
        }
        for (key, list) in
            [(READ_USER_FIELDS, &self.read_user_fields), (WRITE_USER_FIELDS, &self.write_user_fields)]
        {
            check_pointer_fields(list.as_deref().unwrap_or_default(), fields, key)?;
        }
        self.protected_fields.check(fields)
    }

    /// Takes away what they say about a field, which is removed. A rule that named no other field names none from then
    /// on; it does not open to everybody.
    pub fn forget_field(&mut self, name: &str) {
        self.field_lists().for_each(|fields| fields.retain(|field| **field != *name));
        self.protected_fields.forget_field(name);
    }

    /// Says of the new name what they say of the old one.
    pub(super) fn rename_field(&mut self, from: &str, to: &Arc<str>) {
        let names = self.field_lists().flatten().filter(|field| ***field == *from);
        names.for_each(|field| *field = Arc::clone(to));
        self.protected_fields.rename_field(from, to);
    }

    /// Every list of fields that name users.
    fn field_lists(&mut self) -> impl Iterator<Item = &mut Vec<Arc<str>>> {
        let of_operations = self.grants.iter_mut().map(|grant| &mut grant.pointer_fields);
        of_operations.chain([&mut self.read_user_fields, &mut self.write_user_fields]).flatten()
    }

    /// The JSON form of the schemas API.
    pub fn to_json(&self) -> Json {
        let mut map = JsonMap::new();
        for (operation, grant) in Operation::ALL.into_iter().zip(&self.grants) {
            // Parse Server does not know it, and its tools need not hear of it where it is not used.
            if operation != Operation::Aggregate || self.opens(operation) {
                map.insert(operation.key().into(), grant.to_json());
            }
        }
        for (key, fields) in
            [(READ_USER_FIELDS, &self.read_user_fields), (WRITE_USER_FIELDS, &self.write_user_fields)]
        {
            map.extend(fields.as_ref().map(|fields| (key.to_owned(), pointer_fields_to_json(fields))));
        }
        map.extend(self.default_acl.as_ref().map(|acl| (super::ACL.to_owned(), acl.to_json())));
        map.insert(PROTECTED_FIELDS.into(), self.protected_fields.to_json());
        Json::Object(map)
    }
}

fn position(operation: Operation) -> usize {
    Operation::ALL.iter().position(|candidate| *candidate == operation).unwrap_or_default()
}

fn user_fields_from_json(key: &str, json: &Json) -> Result<Vec<Arc<str>>> {
    pointer_fields_from_json(json).unwrap_or_else(|| {
        let value = as_text(json);
        Err(malformed(format!(
            "'{value}' is not a valid value for class level permissions {key} - must be an array"
        )))
    })
}

/// A user id or `role:Name`.
fn is_principal(text: &str) -> bool {
    let name = text.strip_prefix("role:").unwrap_or(text);
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' '))
}

/// A value as messages show it: a text as it is, anything else as JSON.
fn as_text(json: &Json) -> String {
    json.as_str().map_or_else(|| shown(&json.to_string()), shown)
}

fn unknown_operation(key: &str) -> Error {
    malformed(format!("{} is not a valid operation for class level permissions", shown(key)))
}

fn malformed(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorCode::InvalidJson, message)
}
