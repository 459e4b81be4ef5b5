//! Renaming and the record of migrations: changes of the catalogue, and of pointers inside of JSON. Tables, columns and
//! indexes keep their physical names.

use std::sync::Arc;

use astrolabe_core::ports::StoreResult;
use astrolabe_core::schema::{AppliedMigration, Class, Field, FieldType, Schema};
use rusqlite::{Connection, params};

use super::{execute, existing, set_permissions};
use crate::catalogue::{FieldDefinition, keys_to_text};
use crate::statement::quoted;

/// Renames a class and the target of what leads to it.
pub(super) fn rename_class(
    connection: &Connection,
    schema: &mut Schema,
    from: &str,
    to: &Arc<str>,
) -> StoreResult<()> {
    execute(connection, "UPDATE _catalog_class SET name = ? WHERE name = ?", params![&**to, from])?;
    execute(connection, "UPDATE _catalog_field SET target = ? WHERE target = ?", params![&**to, from])?;
    schema.rename_class(from, to);
    for class in schema.classes.values() {
        rename_inside(connection, class, from, to)?;
        for field in class.fields.values().filter(|field| field.default.is_some()) {
            execute(
                connection,
                "UPDATE _catalog_field SET default_value = ? \
                 WHERE class_id = (SELECT id FROM _catalog_class WHERE name = ?) AND name = ?",
                params![FieldDefinition::of(field).default, &*class.name, &*field.name],
            )?;
        }
    }
    Ok(())
}

/// Pointers that lie in arrays and objects have the name of the class in them. Rows without the name are passed over.
fn rename_inside(connection: &Connection, class: &Class, from: &str, to: &str) -> StoreResult<()> {
    let is_json = |field: &&Field| matches!(field.kind, FieldType::Array | FieldType::Object);
    for field in class.fields.values().filter(is_json) {
        let (table, column) = (quoted(&class.table), quoted(&field.column));
        execute(
            connection,
            &format!(
                "UPDATE {table} SET {column} = json_rename_class({column}, ?, ?) WHERE instr({column}, ?) > 0"
            ),
            params![from, to, format!("\"{from}\"")],
        )?;
    }
    Ok(())
}

/// Renames a field in the catalogue, in the indexes of its class and in the class's permissions.
pub(super) fn rename_field(
    connection: &Connection,
    schema: &mut Schema,
    class: &str,
    from: &str,
    to: &Arc<str>,
) -> StoreResult<()> {
    execute(
        connection,
        "UPDATE _catalog_field SET name = ? \
         WHERE class_id = (SELECT id FROM _catalog_class WHERE name = ?) AND name = ?",
        params![&**to, class, from],
    )?;
    schema.rename_field(class, from, to);
    let mut class = existing(schema, class)?;
    for index in class.indexes.values().filter(|index| index.names(to)) {
        execute(
            connection,
            "UPDATE _catalog_index SET keys = ? \
             WHERE class_id = (SELECT id FROM _catalog_class WHERE name = ?) AND name = ?",
            params![keys_to_text(index), &*class.name, &*index.name],
        )?;
    }
    let permissions = class.permissions.clone();
    set_permissions(connection, &mut class, &permissions)
}

/// Notes an applied migration.
pub(super) fn record_migration(
    connection: &Connection,
    schema: &mut Schema,
    migration: &AppliedMigration,
) -> StoreResult<()> {
    execute(
        connection,
        "INSERT INTO _catalog_migration (name, checksum, applied_at) VALUES (?, ?, ?)",
        params![&*migration.name, &*migration.checksum, migration.applied_at.0],
    )?;
    schema.migrations.push(migration.clone());
    Ok(())
}
