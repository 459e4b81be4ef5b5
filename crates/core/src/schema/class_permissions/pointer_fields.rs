//! Fields that name the users of a row: what `pointerFields`, `readUserFields` and `writeUserFields` list.

use std::sync::Arc;

use indexmap::IndexMap;

use super::malformed;
use crate::error::{Error, Result, shown};
use crate::limits;
use crate::query::Filter;
use crate::schema::{Class, FieldType};
use crate::value::{Json, Pointer, Value};

const USER: &str = "_User";

/// A list of names, each once; `None` when it is no list of texts.
pub(super) fn pointer_fields_from_json(json: &Json) -> Option<Result<Vec<Arc<str>>>> {
    let mut fields: Vec<Arc<str>> = Vec::new();
    for item in json.as_array()? {
        let name = item.as_str()?;
        if !fields.iter().any(|field| **field == *name) {
            fields.push(name.into());
        }
    }
    Some(if fields.len() > limits::USER_FIELDS_MAX { Err(too_many()) } else { Ok(fields) })
}

pub(super) fn pointer_fields_to_json(fields: &[Arc<str>]) -> Json {
    fields.iter().map(|field| Json::from(field.as_ref())).collect()
}

/// Refuses (107) names that cannot lead to users.
pub(super) fn check_pointer_fields(
    fields: &[Arc<str>],
    class_fields: &IndexMap<Arc<str>, FieldType>,
    operation: &str,
) -> Result<()> {
    match fields.iter().find(|field| !class_fields.get(*field).is_some_and(names_users)) {
        Some(field) => Err(malformed(format!(
            "'{}' is not a valid column for class level pointer permissions {operation}",
            shown(field)
        ))),
        None => Ok(()),
    }
}

/// The rows in which one of the fields is, or holds, a pointer to the user. A field that is no longer there, or has
/// another type now, names nobody.
pub(crate) fn rows_naming<'a>(class: &Class, fields: impl Iterator<Item = &'a str>, user_id: &str) -> Filter {
    let user = || Value::Pointer(Pointer { class_name: USER.to_owned(), object_id: user_id.to_owned() });
    let names_users = |name: &&str| class.field(name).is_some_and(|field| names_users(&field.kind));
    let mut rows: Vec<_> = fields.filter(names_users).map(|name| Filter::equals(name, user())).collect();
    match rows.len() {
        0 => Filter::Never,
        1 => rows.remove(0),
        _ => Filter::Or(rows),
    }
}

fn names_users(kind: &FieldType) -> bool {
    match kind {
        FieldType::Pointer(target) => **target == *USER,
        // Which objects an array holds is known per row only; those that are no users count for nothing.
        FieldType::Array => true,
        _ => false,
    }
}

pub(super) fn too_many() -> Error {
    malformed(format!("Class level permissions name at most {} fields of users.", limits::USER_FIELDS_MAX))
}
