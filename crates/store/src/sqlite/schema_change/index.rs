//! Changes of indexes: those that are declared, and those of built-in fields.

use std::sync::Arc;

use astrolabe_core::ports::StoreResult;
use astrolabe_core::schema::{Class, FieldSpec, Index, IndexKind};
use rusqlite::{Connection, params};

use super::{execute, run};
use crate::catalogue::{create_index, drop_index, keys_to_text, renew_field_indexes};
use crate::dialect::SQLITE;
use crate::sqlite::errors::{store_error, unique_error};
use crate::sqlite::terms;

/// Makes an index. SQLite refuses a unique one over rows that hold the same values.
pub(super) fn add_one_index(connection: &Connection, class: &mut Class, index: &Index) -> StoreResult<()> {
    execute(
        connection,
        "INSERT INTO _catalog_index (class_id, name, keys, is_unique) \
         VALUES ((SELECT id FROM _catalog_class WHERE name = ?), ?, ?, ?)",
        params![&*class.name, &*index.name, keys_to_text(index), index.unique],
    )?;
    let statements = match index.kind {
        IndexKind::Text(_) => terms::create(class, index),
        IndexKind::Sorted | IndexKind::Places => {
            vec![create_index(&SQLITE, class, index, connection.last_insert_rowid())]
        }
    };
    for statement in statements {
        connection.execute_batch(&statement).map_err(|error| unique_error(error, class))?;
    }
    class.indexes.insert(Arc::clone(&index.name), index.clone());
    Ok(())
}

/// Gives a field that is there the index it lacks.
pub(super) fn add_lacking_index(
    connection: &Connection,
    class: &mut Class,
    spec: &FieldSpec,
) -> StoreResult<()> {
    let Some(field) = class.fields.get_mut(&spec.name) else { return Ok(()) };
    field.unique |= spec.unique;
    field.indexed |= spec.indexed;
    let id: i64 = connection
        .query_row(
            "UPDATE _catalog_field SET is_unique = ?, is_indexed = ? \
             WHERE class_id = (SELECT id FROM _catalog_class WHERE name = ?) AND name = ? RETURNING id",
            params![field.unique, field.indexed, &*class.name, &*spec.name],
            |row| row.get(0),
        )
        .map_err(store_error)?;
    let statements = renew_field_indexes(&SQLITE, &class.table, field, id).join("; ");
    connection.execute_batch(&statements).map_err(|error| unique_error(error, class))
}

/// Removes an index.
pub(super) fn drop_one_index(connection: &Connection, class: &mut Class, name: &str) -> StoreResult<()> {
    let id: i64 = connection
        .query_row(
            "DELETE FROM _catalog_index WHERE class_id = (SELECT id FROM _catalog_class WHERE name = ?) \
             AND name = ? RETURNING id",
            params![&*class.name, name],
            |row| row.get(0),
        )
        .map_err(store_error)?;
    run(connection, &drop_index(&SQLITE, id))?;
    if let Some(index) = class.indexes.shift_remove(name) {
        terms::remove(class, &index).iter().try_for_each(|statement| run(connection, statement))?;
    }
    Ok(())
}

/// Removes the indexes that name a field; they would mean something else without it.
pub(super) fn drop_indexes_of(connection: &Connection, class: &mut Class, field: &str) -> StoreResult<()> {
    let named = class.indexes.values().filter(|index| index.names(field));
    let names: Vec<_> = named.map(|index| Arc::clone(&index.name)).collect();
    names.iter().try_for_each(|name| drop_one_index(connection, class, name))
}
