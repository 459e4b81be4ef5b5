//! Changes of the schema: their description, and the rules they must meet.

use std::sync::Arc;

use super::deletion_rule::check_rule;
use super::index::{check_add_index, check_drop_index};
use super::migration::check_record;
use super::rename::{check_rename_class, check_rename_field};
use super::{
    AppliedMigration, Class, ClassPermissions, DeletionRule, Field, FieldType, Index, Schema, Visibility,
    check_class_name, check_field_name, system_fields,
};
use crate::error::{Error, ErrorCode, Result};
use crate::limits;
use crate::value::Value;

/// One change of the schema.
#[derive(Debug, Clone, PartialEq)]
pub enum SchemaChange {
    /// Makes a class, or does nothing when it exists.
    AddClass {
        /// Its name.
        name: Arc<str>,
        /// Who may do what.
        permissions: ClassPermissions,
    },
    /// Adds a field. When it exists with the same type, it gets the index that it lacks, if any.
    AddField {
        /// The class.
        class: Arc<str>,
        /// The field.
        field: FieldSpec,
    },
    /// Replaces what a field asks of its values: whether it is required, its default and its deletion rule.
    SetFieldOptions {
        /// The class.
        class: Arc<str>,
        /// The field as it is to be; its type cannot change.
        field: FieldSpec,
    },
    /// Removes a field and its values, the indexes that name it, and its name from the permissions.
    DropField {
        /// The class.
        class: Arc<str>,
        /// The field.
        field: Arc<str>,
    },
    /// Makes an index, or does nothing when it exists. Fails with [`ErrorCode::DuplicateValue`] when it is unique and
    /// objects hold the same values.
    AddIndex {
        /// The class.
        class: Arc<str>,
        /// The index.
        index: Index,
    },
    /// Removes an index.
    DropIndex {
        /// The class.
        class: Arc<str>,
        /// Its name.
        index: Arc<str>,
    },
    /// Replaces the class-level permissions.
    SetPermissions {
        /// The class.
        class: Arc<str>,
        /// The new permissions.
        permissions: ClassPermissions,
    },
    /// Removes a class that holds no objects.
    DropClass {
        /// Its name.
        name: Arc<str>,
    },
    /// Renames a class; its objects stay, and pointers to it follow.
    RenameClass {
        /// Its name so far.
        from: Arc<str>,
        /// Its name from now on.
        to: Arc<str>,
    },
    /// Renames a field; its values stay, and indexes and permissions follow.
    RenameField {
        /// The class.
        class: Arc<str>,
        /// Its name so far.
        from: Arc<str>,
        /// Its name from now on.
        to: Arc<str>,
    },
    /// Notes that a migration is applied, in the transaction of its changes. Fails when it was applied before, so that
    /// of two who apply it at the same time one does.
    RecordMigration(AppliedMigration),
}

/// A field to be made; the catalogue adds the physical name.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldSpec {
    /// The name clients use.
    pub name: Arc<str>,
    /// What it holds.
    pub kind: FieldType,
    /// See [`Field::required`].
    pub required: bool,
    /// See [`Field::default`].
    pub default: Option<Value>,
    /// See [`Field::visibility`].
    pub visibility: Visibility,
    /// See [`Field::unique`].
    pub unique: bool,
    /// See [`Field::indexed`].
    pub indexed: bool,
    /// See [`Field::on_delete`].
    pub on_delete: Option<DeletionRule>,
}

impl FieldSpec {
    /// An optional, public field.
    pub fn new(name: &str, kind: FieldType) -> Self {
        FieldSpec {
            name: name.into(),
            kind,
            required: false,
            default: None,
            visibility: Visibility::Public,
            unique: false,
            indexed: false,
            on_delete: None,
        }
    }

    /// The field with its physical name.
    pub fn into_field(self, column: Arc<str>) -> Field {
        Field {
            name: self.name,
            column,
            kind: self.kind,
            required: self.required,
            default: self.default,
            visibility: self.visibility,
            unique: self.unique,
            indexed: self.indexed,
            on_delete: self.on_delete,
        }
    }
}

/// Checks a change against the schema it is about to be applied to. Stores call it inside the transaction, so
/// that two racing changes cannot contradict each other.
///
/// `Ok(false)` means that nothing is left to do.
pub fn check_change(schema: &Schema, change: &SchemaChange) -> Result<bool> {
    match change {
        SchemaChange::AddClass { name, .. } => check_add_class(schema, name),
        SchemaChange::AddField { class, field } => check_add_field(existing(schema, class)?, field),
        SchemaChange::DropField { class, field } => match existing(schema, class)?.field(field) {
            Some(_) => Ok(true),
            None => Err(Error::new(
                ErrorCode::InvalidSchemaOperation,
                format!("Field {field} does not exist, cannot delete."),
            )),
        },
        SchemaChange::SetFieldOptions { class, field } => check_options(existing(schema, class)?, field),
        SchemaChange::AddIndex { class, index } => check_add_index(existing(schema, class)?, index),
        SchemaChange::DropIndex { class, index } => check_drop_index(existing(schema, class)?, index),
        SchemaChange::SetPermissions { class, .. } => existing(schema, class).map(|_| true),
        SchemaChange::DropClass { name } => Ok(schema.class(name).is_some()),
        SchemaChange::RenameClass { from, to } => check_rename_class(schema, from, to),
        SchemaChange::RenameField { class, from, to } => {
            check_rename_field(existing(schema, class)?, from, to)
        }
        SchemaChange::RecordMigration(migration) => check_record(schema, migration),
    }
}

fn existing<'a>(schema: &'a Schema, class: &str) -> Result<&'a Class> {
    schema
        .class(class)
        .map(Arc::as_ref)
        .ok_or_else(|| Error::new(ErrorCode::InvalidClassName, format!("Class {class} does not exist.")))
}

fn check_add_class(schema: &Schema, name: &str) -> Result<bool> {
    check_class_name(name)?;
    if schema.class(name).is_some() {
        return Ok(false);
    }
    if schema.classes.len() >= limits::CLASSES_MAX {
        return Err(Error::new(
            ErrorCode::InvalidSchemaOperation,
            format!("An app holds at most {} classes.", limits::CLASSES_MAX),
        ));
    }
    Ok(true)
}

fn check_add_field(class: &Class, field: &FieldSpec) -> Result<bool> {
    if field.visibility != Visibility::Hidden {
        check_field_name(&field.name)?;
    }
    if let Some(present) = class.field(&field.name) {
        return if present.kind == field.kind {
            Ok(lacks_index(present, field))
        } else {
            Err(mismatch(class, present, &field.kind))
        };
    }
    check_rule(&field.name, &field.kind, field.required, field.on_delete)?;
    // A later version of the server must always find room for its own fields.
    let is_built_in = system_fields(&class.name).iter().any(|built_in| built_in.name == field.name);
    if class.fields.len() >= limits::CLASS_FIELDS_MAX && !is_built_in {
        return Err(Error::new(
            ErrorCode::InvalidSchemaOperation,
            format!("A class holds at most {} fields.", limits::CLASS_FIELDS_MAX),
        ));
    }
    if field.kind == FieldType::GeoPoint
        && let Some(present) = class.fields.values().find(|present| present.kind == FieldType::GeoPoint)
    {
        return Err(Error::new(
            ErrorCode::IncorrectType,
            format!(
                "currently, only one GeoPoint field may exist in an object. Adding {} when {} already exists.",
                field.name, present.name
            ),
        ));
    }
    Ok(true)
}

/// A later version of the server may ask for an index of a field that an earlier one made. Clients cannot ask like this.
fn lacks_index(present: &Field, wanted: &FieldSpec) -> bool {
    wanted.unique && !present.unique || wanted.indexed && !present.indexed
}

fn check_options(class: &Class, field: &FieldSpec) -> Result<bool> {
    let Some(present) = class.field(&field.name) else {
        return Err(Error::new(
            ErrorCode::InvalidSchemaOperation,
            format!("Field {} does not exist, cannot update.", field.name),
        ));
    };
    if present.kind != field.kind {
        return Err(mismatch(class, present, &field.kind));
    }
    check_rule(&field.name, &field.kind, field.required, field.on_delete)?;
    let options = (present.required, &present.default, present.on_delete);
    Ok(options != (field.required, &field.default, field.on_delete))
}

fn mismatch(class: &Class, present: &Field, got: &FieldType) -> Error {
    Error::new(
        ErrorCode::IncorrectType,
        format!(
            "schema mismatch for {}.{}; expected {} but got {got}",
            class.name, present.name, present.kind
        ),
    )
}

/// Compares the types a write asks for with the class: the fields that have to be added first. A write that
/// contradicts the class is refused with 111.
pub fn fields_for_write<'a>(
    class: &Class,
    wanted: impl Iterator<Item = (&'a str, FieldType)>,
) -> Result<Vec<FieldSpec>> {
    let mut missing = Vec::new();
    for (name, kind) in wanted {
        match class.field(name) {
            Some(present) if present.kind == kind => {}
            Some(present) => return Err(mismatch(class, present, &kind)),
            None => missing.push(FieldSpec::new(name, kind)),
        }
    }
    Ok(missing)
}
