//! Indexes that the owner of an app declares, and the rules they must meet.
//!
//! Source: Parse REST protocol, "Schema". Beyond it: `"$unique": true` makes an index unique, and `"$language"` is the
//! one a text index is for.

use std::sync::Arc;

use super::{CREATED_AT, Class, Field, FieldType, OBJECT_ID, UPDATED_AT, Visibility};
use crate::error::{Error, ErrorCode, Result, shown};
use crate::limits;
use crate::text::Language;
use crate::value::{Json, JsonMap};

/// Says that an index is unique. Names of fields never start like this.
const UNIQUE: &str = "$unique";
/// The language of a text index.
const LANGUAGE: &str = "$language";
/// What stands for a direction in a text index.
const TEXT: &str = "text";
/// The same in an index of places.
const PLACES: &str = "2dsphere";
/// The index of the object ids, which a schema of Parse Server names. It is always there and never shown.
const BUILT_IN: &str = "_id_";

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

/// The indexes of a class as the schemas API shows them.
pub(super) fn indexes_to_json(class: &Class) -> Json {
    let json = class.indexes.values().map(|index| (index.name.to_string(), index_to_json(index)));
    Json::Object(json.collect())
}

/// An index as the schemas API shows it.
pub fn index_to_json(index: &Index) -> Json {
    let direction = |key: &IndexKey| match index.kind {
        IndexKind::Sorted => Json::from(if key.descending { -1 } else { 1 }),
        IndexKind::Places => PLACES.into(),
        IndexKind::Text(_) => TEXT.into(),
    };
    let mut json: JsonMap = index.keys.iter().map(|key| (key.field.to_string(), direction(key))).collect();
    if index.unique {
        json.insert(UNIQUE.into(), true.into());
    }
    if let IndexKind::Text(language) = index.kind
        && language != Language::default()
    {
        json.insert(LANGUAGE.into(), language.name().into());
    }
    Json::Object(json)
}

/// Reads `indexes` of a schemas request. A list without elements is what some clients send for none.
pub(super) fn parse_index_changes(json: Option<&Json>) -> Result<Vec<IndexChange>> {
    match json {
        None | Some(Json::Null) => Ok(Vec::new()),
        Some(Json::Array(items)) if items.is_empty() => Ok(Vec::new()),
        Some(Json::Object(map)) => {
            map.iter().filter(|(name, json)| !is_built_in(name, json)).map(parse_change).collect()
        }
        Some(_) => Err(refused("indexes must be an object".to_owned())),
    }
}

fn is_built_in(name: &str, json: &Json) -> bool {
    name == BUILT_IN && *json == serde_json::json!({"_id": 1})
}

fn parse_change((name, json): (&String, &Json)) -> Result<IndexChange> {
    check_name(name)?;
    let Json::Object(definition) = json else {
        return Err(refused(format!("Index {name} must be an object of fields and their directions.")));
    };
    if definition.get("__op").and_then(Json::as_str) == Some("Delete") {
        return Ok(IndexChange::Delete(name.as_str().into()));
    }
    let mut index =
        Index { name: name.as_str().into(), keys: Vec::new(), unique: false, kind: IndexKind::Sorted };
    let mut kinds = Vec::new();
    for (key, value) in definition {
        match (key.as_str(), value) {
            (UNIQUE, Json::Bool(unique)) => index.unique = *unique,
            (UNIQUE, _) => return Err(refused(format!("$unique of index {name} must be true or false."))),
            (LANGUAGE, language) => kinds.push(IndexKind::Text(parse_language(name, language)?)),
            (field, direction) => {
                let (key, kind) = parse_key(name, field, direction)?;
                index.keys.push(key);
                kinds.push(kind);
            }
        }
    }
    index.kind = common_kind(name, &kinds)?;
    check_form(&index).map(|()| IndexChange::Add(index))
}

fn parse_language(index: &str, json: &Json) -> Result<Language> {
    let language = json.as_str().and_then(Language::parse);
    language.ok_or_else(|| refused(format!("$language of index {index} is not a known language.")))
}

/// The kind of all keys. Where a language is named, it is that of each.
fn common_kind(index: &str, kinds: &[IndexKind]) -> Result<IndexKind> {
    let first = kinds.first().copied().unwrap_or_default();
    let mixed =
        || refused(format!("Index {index} mixes kinds: fields are all text, all sorted, or one place."));
    kinds.iter().try_fold(first, |kind, other| match (kind, other) {
        (IndexKind::Text(one), IndexKind::Text(other)) if one == Language::default() => {
            Ok(IndexKind::Text(*other))
        }
        (IndexKind::Text(one), IndexKind::Text(_)) => Ok(IndexKind::Text(one)),
        (kind, other) if kind == *other => Ok(kind),
        _ => Err(mixed()),
    })
}

/// What an index must be like whatever class it is for.
fn check_form(index: &Index) -> Result<()> {
    let (name, keys) = (&index.name, index.keys.len());
    if keys == 0 {
        return Err(refused(format!("Index {name} has no fields.")));
    }
    if keys > limits::INDEX_FIELDS_MAX {
        return Err(refused(format!("An index has at most {} fields.", limits::INDEX_FIELDS_MAX)));
    }
    if index.unique && index.kind != IndexKind::Sorted {
        return Err(refused(format!("Index {name} cannot be unique: it is of texts or places.")));
    }
    if index.kind == IndexKind::Places && keys > 1 {
        return Err(refused(format!("Index {name} has more than one field: an index of places has one.")));
    }
    Ok(())
}

fn parse_key(index: &str, field: &str, direction: &Json) -> Result<(IndexKey, IndexKind)> {
    let key = |descending, kind| Ok((IndexKey { field: field.into(), descending }, kind));
    match (direction.as_f64(), direction.as_str()) {
        (Some(1.0), _) => key(false, IndexKind::Sorted),
        (Some(-1.0), _) => key(true, IndexKind::Sorted),
        (_, Some(PLACES)) => key(false, IndexKind::Places),
        (_, Some(TEXT)) => key(false, IndexKind::Text(Language::default())),
        _ => Err(refused(format!(
            "The direction of {} in index {index} must be 1, -1, {TEXT} or {PLACES}.",
            shown(field)
        ))),
    }
}

/// Names go into answers and logs, so they are plain. They never stand in SQL.
fn check_name(name: &str) -> Result<()> {
    if name == BUILT_IN {
        return Err(refused(format!("Index {BUILT_IN} exists, cannot update.")));
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !name.is_empty() && name.len() <= limits::NAME_LEN_MAX && name.chars().all(is_plain) {
        return Ok(());
    }
    Err(refused(format!(
        "Invalid index name: {}, names of indexes can only have letters, digits, _, - and .",
        shown(name)
    )))
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_refused() {
        for (indexes, expected) in [
            (json!("x"), "indexes must be an object"),
            (json!({"": {"a": 1}}), "Invalid index name"),
            (json!({"a b": {"a": 1}}), "Invalid index name"),
            (json!({"n".repeat(129): {"a": 1}}), "Invalid index name"),
            (json!({"i": null}), "must be an object"),
            (json!({"i": {}}), "has no fields"),
            (json!({"i": {"$unique": true}}), "has no fields"),
            (json!({"i": {"a": 1, "$unique": 1}}), "$unique of index i"),
            (json!({"i": {"a": 2}}), "must be 1, -1, text or 2dsphere"),
            (json!({"i": {"a": "hashed"}}), "must be 1, -1, text or 2dsphere"),
            (json!({"i": {"a": "text", "b": 1}}), "mixes kinds"),
            (json!({"i": {"a": 1, "$language": "german"}}), "mixes kinds"),
            (json!({"i": {"a": "text", "$language": "klingon"}}), "not a known language"),
            (json!({"i": {"a": "text", "$unique": true}}), "cannot be unique"),
            (json!({"i": {"a": "2dsphere", "b": "2dsphere"}}), "more than one field"),
            (json!({"_id_": {"a": 1}}), "exists, cannot update"),
            (json!({"i": (0..17).map(|n| (format!("f{n}"), json!(1))).collect::<JsonMap>()}), "at most 16"),
        ] {
            let error = parse_index_changes(Some(&indexes)).unwrap_err();
            assert!(error.message.contains(expected), "{indexes}: {error}");
            assert_eq!(error.code, ErrorCode::InvalidQuery);
        }
    }

    #[test]
    fn what_is_none() {
        for json in [json!(null), json!({}), json!([]), json!({"_id_": {"_id": 1}})] {
            assert_eq!(parse_index_changes(Some(&json)), Ok(Vec::new()), "{json}");
        }
    }

    #[test]
    fn what_is_shown_is_read() {
        for json in [
            json!({"a": 1, "b": -1, "$unique": true}),
            json!({"a": "2dsphere"}),
            json!({"a": "text", "b": "text"}),
            json!({"a": "text", "$language": "german"}),
            json!({"a": "text", "$language": "none"}),
        ] {
            let changes = parse_index_changes(Some(&json!({"i": json}))).unwrap();
            let [IndexChange::Add(index)] = changes.as_slice() else { panic!("{changes:?}") };
            assert_eq!(index_to_json(index), json);
        }
    }
}
