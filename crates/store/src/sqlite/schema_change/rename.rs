//! Renaming and the record of migrations: changes of the catalogue alone. Tables, columns and indexes keep their physical
//! names.

use std::sync::Arc;

use astrolabe_core::ports::StoreResult;
use astrolabe_core::schema::{AppliedMigration, Schema};
use rusqlite::{Connection, params};

use super::{execute, existing, set_permissions};
use crate::catalogue::{FieldDefinition, keys_to_text};

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
        let leads_there = |target: Option<&Arc<str>>| target.is_some_and(|target| target == to);
        let pointers = class.fields.values().filter(|field| leads_there(field.kind.target_class()));
        for field in pointers.filter(|field| field.default.is_some()) {
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
