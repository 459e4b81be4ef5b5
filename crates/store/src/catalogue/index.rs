//! Declared indexes: as rows of the catalogue, and the statements that make and remove them.

use astrolabe_core::schema::{CREATED_AT, Class, Index, IndexKey, OBJECT_ID, UPDATED_AT};

use super::ddl::{companion_name, drop_declared_index};
use crate::columns::ACL;
use crate::dialect::Dialect;
use crate::statement::quoted;

/// The catalogue's table of declared indexes. `keys` is a JSON list of pairs: the field, and whether it is descending.
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

/// The keys of an index as text of the catalogue.
pub(crate) fn keys_to_text(keys: &[IndexKey]) -> String {
    let pairs: Vec<_> = keys.iter().map(|key| (&*key.field, key.descending)).collect();
    serde_json::to_string(&pairs).unwrap_or_default()
}

/// The counterpart of [`keys_to_text`].
pub(crate) fn keys_from_text(text: &str) -> Result<Vec<IndexKey>, String> {
    let pairs: Vec<(String, bool)> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(pairs.into_iter().map(|(field, descending)| IndexKey { field: field.into(), descending }).collect())
}

/// Makes an index, and unless it is unique its companion that begins with the access list: a caller who may read little
/// finds the page there. `id` is its number in the catalogue.
///
/// The age of a row is the last key of every index on SQLite, oldest first, and the last sort key of every query, in the
/// direction of the key before it. So an index whose last key is descending is made the other way round and read from
/// its end.
pub(crate) fn create_index(dialect: &Dialect, class: &Class, index: &Index, id: i64) -> String {
    let turned = index.keys.last().is_some_and(|key| key.descending);
    let ordered = |key: &IndexKey| {
        let order = if key.descending == turned { dialect.ascending } else { dialect.descending };
        format!("{}{order}", quoted(column(class, &key.field)))
    };
    let keys: Vec<_> = index.keys.iter().map(ordered).collect();
    let (table, keys) = (quoted(&class.table), keys.join(", "));
    let (unique, name) = (if index.unique { "UNIQUE " } else { "" }, declared_index_name(id));
    let plain = format!("CREATE {unique}INDEX {} ON {table} ({keys})", quoted(&name));
    if index.unique {
        return plain;
    }
    let companion = quoted(&companion_name(&name));
    format!("{plain}; CREATE INDEX {companion} ON {table} ({}, {keys})", quoted(ACL))
}

/// Removes an index and its companion.
pub(crate) fn drop_index(id: i64) -> String {
    drop_declared_index(&declared_index_name(id)).join("; ")
}

/// The built-in columns are named like their fields.
fn column<'c>(class: &'c Class, field: &'c str) -> &'c str {
    match field {
        OBJECT_ID | CREATED_AT | UPDATED_AT => field,
        _ => class.field(field).map_or(field, |field| &field.column),
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
        let keys = vec![key("a", false), key("it's", true)];
        assert_eq!(keys_from_text(&keys_to_text(&keys)), Ok(keys));
        assert!(keys_from_text("{").is_err());
    }
}
