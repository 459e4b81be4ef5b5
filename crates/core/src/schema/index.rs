//! Indexes that the owner of an app declares, and the rules they must meet. Their JSON is in `index/json.rs`.

mod json;

use std::sync::Arc;

use super::{CREATED_AT, Class, Field, FieldType, OBJECT_ID, UPDATED_AT, Visibility};
use crate::error::{Error, ErrorCode, Result, shown};
use crate::limits;
use crate::text::Language;
pub use json::index_to_json;
pub(super) use json::{indexes_to_json, parse_index_changes};

/// A declared index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The name clients use.
    pub name: Arc<str>,
    /// What it is sorted by, most significant first.
    pub keys: Vec<IndexKey>,
    /// No two objects may hold the same values in all of its fields. One without a value equals no other.
    pub unique: bool,
    /// What it helps to find.
    pub kind: IndexKind,
}

/// What an index helps to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IndexKind {
    /// Values in their order.
    #[default]
    Sorted,
    /// Places in an area; it has one key, a GeoPoint.
    Places,
    /// Words of a language in each of its keys.
    Text(Language),
}

/// One field of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexKey {
    /// The field.
    pub field: Arc<str>,
    /// From the greatest to the least.
    pub descending: bool,
}

impl Index {
    /// Whether the field is one of its keys.
    pub fn names(&self, field: &str) -> bool {
        self.keys.iter().any(|key| *key.field == *field)
    }
}

impl Class {
    /// The language in which a text index holds the words of a field.
    pub fn text_language(&self, field: &str) -> Option<Language> {
        self.indexes.values().find_map(|index| match index.kind {
            IndexKind::Text(language) if index.names(field) => Some(language),
            _ => None,
        })
    }
}

/// What a schemas request wants of an index.
#[derive(Debug, Clone, PartialEq)]
pub enum IndexChange {
    /// Make it.
    Add(Index),
    /// Remove it.
    Delete(Arc<str>),
}

/// Whether the index has still to be made. One that is sent as it is shown is left alone, so that a schema can be sent
/// back; any other of the same name is refused.
pub(super) fn check_add_index(class: &Class, index: &Index) -> Result<bool> {
    match class.indexes.get(&index.name) {
        Some(present) if present == index => return Ok(false),
        Some(_) => return Err(refused(format!("Index {} exists, cannot update.", index.name))),
        None => {}
    }
    for key in &index.keys {
        check_key(class, &key.field, index.kind)?;
    }
    if class.indexes.len() >= limits::CLASS_INDEXES_MAX {
        return Err(refused(format!("A class has at most {} indexes.", limits::CLASS_INDEXES_MAX)));
    }
    Ok(true)
}

fn check_key(class: &Class, name: &str, kind: IndexKind) -> Result<()> {
    let is_built_in = [OBJECT_ID, CREATED_AT, UPDATED_AT].contains(&name);
    if is_built_in && kind == IndexKind::Sorted {
        return Ok(());
    }
    if class.text_language(name).is_some() && matches!(kind, IndexKind::Text(_)) {
        return Err(refused(format!("Field {name} is in another text index.")));
    }
    match class.field(name).filter(|field| field.visibility != Visibility::Hidden) {
        Some(field) if helps(kind, field) => Ok(()),
        Some(field) => Err(refused(format!("Field {name} is of type {}, cannot add index.", field.kind))),
        None if is_built_in => {
            Err(refused(format!("Field {name} is neither text nor place, cannot add index.")))
        }
        None => Err(refused(format!("Field {} does not exist, cannot add index.", shown(name)))),
    }
}

/// Whether an index of the kind helps to find values of a field.
fn helps(kind: IndexKind, field: &Field) -> bool {
    match kind {
        IndexKind::Sorted => has_order(&field.kind),
        IndexKind::Places => field.kind == FieldType::GeoPoint,
        IndexKind::Text(_) => field.kind == FieldType::String && field.visibility != Visibility::WriteOnly,
    }
}

/// Whether an index helps to find or sort values of the type.
fn has_order(kind: &FieldType) -> bool {
    match kind {
        FieldType::String
        | FieldType::Number
        | FieldType::Boolean
        | FieldType::Date
        | FieldType::Bytes
        | FieldType::Pointer(_) => true,
        FieldType::Object
        | FieldType::Array
        | FieldType::GeoPoint
        | FieldType::Polygon
        | FieldType::File
        | FieldType::Relation(_) => false,
    }
}

/// Whether the index can be removed. Fails with 102 when it does not exist.
pub(super) fn check_drop_index(class: &Class, name: &str) -> Result<bool> {
    match class.indexes.contains_key(name) {
        true => Ok(true),
        false => Err(refused(format!("Index {} does not exist, cannot delete.", shown(name)))),
    }
}

fn refused(message: String) -> Error {
    Error::new(ErrorCode::InvalidQuery, message)
}
