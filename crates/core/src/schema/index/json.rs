//! Indexes in the JSON of the schemas API.
//!
//! Source: Parse REST protocol, "Schema". Beyond it: `"$unique": true` makes an index unique, and `"$language"` is the
//! one a text index is for.

use super::{Index, IndexChange, IndexKey, IndexKind, refused};
use crate::error::{Result, shown};
use crate::limits;
use crate::schema::Class;
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

/// The indexes of a class as the schemas API shows them.
pub(in crate::schema) fn indexes_to_json(class: &Class) -> Json {
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
pub(in crate::schema) fn parse_index_changes(json: Option<&Json>) -> Result<Vec<IndexChange>> {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::ErrorCode;

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
