//! Renaming of classes and fields: whatever names them in the schema follows. Objects stay as they are, since the store
//! keeps them under physical names of its own.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{
    Class, Field, FieldType, Schema, check_class_name, check_field_name, is_system_class, system_fields,
};
use crate::error::{Error, ErrorCode, Result, shown};
use crate::value::{Value, retarget_pointers};

/// Whether the class has still to be renamed. Fails when it is the server's or the new name is taken.
pub(super) fn check_rename_class(schema: &Schema, from: &str, to: &str) -> Result<bool> {
    check_class_name(to)?;
    if is_system_class(from) || is_system_class(to) {
        return Err(refused(format!("Class {from} cannot be renamed to {to}: one of them is the server's.")));
    }
    match (schema.class(from), schema.class(to)) {
        (Some(_), None) => Ok(true),
        (Some(_), Some(_)) => Err(refused(format!("Class {to} exists, cannot rename {from}."))),
        (None, Some(_)) => Ok(false),
        (None, None) => {
            Err(Error::new(ErrorCode::InvalidClassName, format!("Class {} does not exist.", shown(from))))
        }
    }
}

/// Whether the field has still to be renamed. Fails when it is the server's or the new name is taken.
pub(super) fn check_rename_field(class: &Class, from: &str, to: &str) -> Result<bool> {
    check_field_name(to)?;
    let is_built_in = |name: &str| system_fields(&class.name).iter().any(|field| *field.name == *name);
    if is_built_in(from) || is_built_in(to) {
        return Err(refused(format!("Field {from} cannot be renamed to {to}: one of them is the server's.")));
    }
    match (class.field(from), class.field(to)) {
        (Some(_), None) => Ok(true),
        (Some(_), Some(_)) => Err(refused(format!("Field {to} exists, cannot rename {from}."))),
        (None, Some(_)) => Ok(false),
        (None, None) => Err(refused(format!("Field {} does not exist, cannot rename.", shown(from)))),
    }
}

fn refused(message: String) -> Error {
    Error::new(ErrorCode::InvalidSchemaOperation, message)
}

impl Schema {
    /// Renames a class, and with it the target of every pointer and relation that leads to it. It keeps its place.
    pub fn rename_class(&mut self, from: &str, to: &Arc<str>) {
        let classes = std::mem::take(&mut self.classes);
        self.classes = classes
            .into_values()
            .map(|class| {
                let mut class = Arc::unwrap_or_clone(class);
                if *class.name == *from {
                    class.name = Arc::clone(to);
                }
                class.fields.values_mut().for_each(|field| retarget(field, from, to));
                (Arc::clone(&class.name), Arc::new(class))
            })
            .collect();
    }

    /// Renames a field, and with it what the indexes and permissions of its class say about it. It keeps its place.
    pub fn rename_field(&mut self, class: &str, from: &str, to: &Arc<str>) {
        if let Some(class) = self.classes.get_mut(class) {
            Arc::make_mut(class).rename_field(from, to);
        }
    }
}

impl Class {
    fn rename_field(&mut self, from: &str, to: &Arc<str>) {
        let rename = |name: &mut Arc<str>| {
            if **name == *from {
                *name = Arc::clone(to);
            }
        };
        let fields: IndexMap<_, _> = std::mem::take(&mut self.fields)
            .into_values()
            .map(|mut field| {
                rename(&mut field.name);
                (Arc::clone(&field.name), field)
            })
            .collect();
        self.fields = fields;
        self.indexes.values_mut().flat_map(|index| &mut index.keys).for_each(|key| rename(&mut key.field));
        self.permissions.rename_field(from, to);
    }
}

/// The type of a field and its default, which may have pointers anywhere.
fn retarget(field: &mut Field, from: &str, to: &Arc<str>) {
    if let FieldType::Pointer(target) | FieldType::Relation(target) = &mut field.kind
        && **target == *from
    {
        *target = Arc::clone(to);
    }
    match &mut field.default {
        Some(Value::Pointer(pointer)) if pointer.class_name == *from => pointer.class_name = to.to_string(),
        Some(Value::Array(items)) => items.iter_mut().for_each(|item| {
            retarget_pointers(item, from, to);
        }),
        Some(Value::Object(map)) => map.values_mut().for_each(|value| {
            retarget_pointers(value, from, to);
        }),
        _ => {}
    }
}
