//! Declared indexes: as rows of the catalogue, and the statements that make and remove them.

use astrolabe_core::schema::{CREATED_AT, Class, Index, IndexKey, IndexKind, OBJECT_ID, UPDATED_AT};
use astrolabe_core::text::Language;
use serde::Deserialize;

use super::ddl::{companion_name, drop_declared_index};
use crate::columns::{ACL, physical_columns};
use crate::dialect::Dialect;
use crate::statement::quoted;

/// The catalogue's table of declared indexes. `keys` is what [`keys_to_text`] makes.
pub(crate) const CREATE_INDEX_CATALOGUE: &str = "
    CREATE TABLE _catalog_index (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        class_id INTEGER NOT NULL REFERENCES _catalog_class (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        keys TEXT NOT NULL,
        is_unique INTEGER NOT NULL,
        UNIQUE (class_id, name)
    ) STRICT;
";

/// The keys of an index as text of the catalogue. Those of texts and places say so.
pub(crate) fn keys_to_text(index: &Index) -> String {
    let fields = || index.keys.iter().map(|key| &*key.field).collect::<Vec<_>>();
    let json = match index.kind {
        IndexKind::Sorted => {
            index.keys.iter().map(|key| serde_json::json!([&*key.field, key.descending])).collect()
        }
        IndexKind::Places => serde_json::json!({"places": fields()}),
        IndexKind::Text(language) => serde_json::json!({"texts": fields(), "language": language.name()}),
    };
    json.to_string()
}

/// The counterpart of [`keys_to_text`].
pub(crate) fn keys_from_text(text: &str) -> Result<(Vec<IndexKey>, IndexKind), String> {
    let keys = |fields: Vec<(String, bool)>| {
        fields.into_iter().map(|(field, descending)| IndexKey { field: field.into(), descending }).collect()
    };
    let ascending = |fields: Vec<String>| keys(fields.into_iter().map(|field| (field, false)).collect());
    Ok(match serde_json::from_str(text).map_err(|error| error.to_string())? {
        StoredKeys::Sorted(fields) => (keys(fields), IndexKind::Sorted),
        StoredKeys::Places { places } => (ascending(places), IndexKind::Places),
        StoredKeys::Text { texts, language } => {
            let language = Language::parse(&language).ok_or_else(|| format!("{language} is no language"))?;
            (ascending(texts), IndexKind::Text(language))
        }
    })
}

#[derive(Deserialize)]
#[serde(untagged)]
enum StoredKeys {
    Sorted(Vec<(String, bool)>),
    Text { texts: Vec<String>, language: String },
    Places { places: Vec<String> },
}

/// Makes an index, and unless it is unique its companion that begins with the access list: a caller who may read little
/// finds the page there. `id` is its number in the catalogue.
///
/// The age of a row is the last key of every index that is not unique, oldest first, and the last sort key of every query, in the
/// direction of the key before it. So an index whose last key is descending is made the other way round and read from
/// its end.
pub(crate) fn create_index(dialect: &Dialect, class: &Class, index: &Index, id: i64) -> String {
    let (table, keys) = (dialect.located(&class.table), ordered_keys(dialect, class, index));
    let (unique, name) = (if index.unique { "UNIQUE " } else { "" }, declared_index_name(id));
    let age = if index.unique { "" } else { dialect.age_in_index };
    let plain = format!("CREATE {unique}INDEX {} ON {table} ({keys}{age})", quoted(&name));
    if index.unique {
        return plain;
    }
    format!("{plain}; {}", create_index_companion(dialect, class, index, id))
}

/// The companion of an index that is not unique.
pub(crate) fn create_index_companion(dialect: &Dialect, class: &Class, index: &Index, id: i64) -> String {
    let (table, keys) = (dialect.located(&class.table), ordered_keys(dialect, class, index));
    let name = quoted(&companion_name(&declared_index_name(id)));
    format!("CREATE INDEX {name} ON {table} ({}, {keys}{})", quoted(ACL), dialect.age_in_index)
}

/// The columns of an index, the last one ascending.
fn ordered_keys(dialect: &Dialect, class: &Class, index: &Index) -> String {
    let turned = index.keys.last().is_some_and(|key| key.descending);
    let ordered = |key: &IndexKey| {
        let order = if key.descending == turned { dialect.ascending } else { dialect.descending };
        let columns = columns(class, &key.field);
        columns.into_iter().map(|column| format!("{}{order}", quoted(&column))).collect::<Vec<_>>()
    };
    index.keys.iter().flat_map(ordered).collect::<Vec<_>>().join(", ")
}

/// Removes an index and its companion.
pub(crate) fn drop_index(dialect: &Dialect, id: i64) -> String {
    drop_declared_index(dialect, &declared_index_name(id)).join("; ")
}

/// The built-in columns are named like their fields.
fn columns(class: &Class, field: &str) -> Vec<String> {
    match field {
        OBJECT_ID | CREATED_AT | UPDATED_AT => vec![field.to_owned()],
        _ => class.field(field).map_or_else(Vec::new, physical_columns),
    }
}

/// The physical name of a declared index. Tables of classes cannot be named like this: the start is reserved.
pub(crate) fn declared_index_name(id: i64) -> String {
    format!("_index_of_class_{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_round_trip() {
        let key = |field: &str, descending| IndexKey { field: field.into(), descending };
        let german = Language::parse("german").unwrap_or_default();
        for (keys, kind) in [
            (vec![key("a", false), key("it's", true)], IndexKind::Sorted),
            (vec![key("a", false)], IndexKind::Places),
            (vec![key("a", false), key("b", false)], IndexKind::Text(german)),
        ] {
            let index = Index { name: "i".into(), keys: keys.clone(), unique: false, kind };
            assert_eq!(keys_from_text(&keys_to_text(&index)), Ok((keys, kind)));
        }
        assert!(keys_from_text("{").is_err() && keys_from_text("{}").is_err());
    }
}
