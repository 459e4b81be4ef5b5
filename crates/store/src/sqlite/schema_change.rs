//! Schema changes: checked, applied to tables and catalogue, and turned into a new schema. Runs inside a
//! transaction of the writer; a failure anywhere leaves everything as it was.

mod index;
mod rename;

use std::sync::Arc;

use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::ports::{StoreError, StoreResult};
use astrolabe_core::schema::{
    Class, ClassPermissions, FieldSpec, FieldType, Schema, SchemaChange, check_change,
};
use rusqlite::{Connection, params};

use self::index::{add_lacking_index, add_one_index, drop_indexes_of, drop_one_index};
use self::rename::{record_migration, rename_class, rename_field};
use super::errors::store_error;
use crate::catalogue::{
    FieldDefinition, add_field, create_class, drop_class, drop_field, permissions_to_text, pick_column,
    pick_join_table, pick_table,
};
use crate::dialect::SQLITE;
use crate::statement::quoted;

/// Whether the schema holds what all changes ask for.
pub(super) fn is_done(schema: &Schema, changes: &[SchemaChange]) -> bool {
    changes.iter().all(|change| !is_needed(schema, change).unwrap_or(true))
}

/// Applies the changes and returns the new schema; `None` when nothing was left to do.
pub(super) fn apply(
    connection: &Connection,
    schema: &Schema,
    changes: &[SchemaChange],
) -> StoreResult<Option<Schema>> {
    let mut next = schema.draft();
    let mut changed = false;
    for change in changes {
        if is_needed(&next, change).map_err(StoreError::Refused)? {
            apply_one(connection, &mut next, change)?;
            changed = true;
        }
    }
    if !changed {
        return Ok(None);
    }
    next.version += 1;
    execute(connection, "UPDATE _catalog_meta SET schema_version = ?", params![next.version as i64])?;
    Ok(Some(next))
}

fn is_needed(schema: &Schema, change: &SchemaChange) -> Result<bool, Error> {
    let needed = check_change(schema, change)?;
    Ok(match change {
        SchemaChange::SetPermissions { class, permissions } => {
            needed && schema.class(class).is_some_and(|class| class.permissions != *permissions)
        }
        _ => needed,
    })
}

fn apply_one(connection: &Connection, schema: &mut Schema, change: &SchemaChange) -> StoreResult<()> {
    match change {
        SchemaChange::AddClass { name, permissions } => add_one_class(connection, schema, name, permissions),
        SchemaChange::AddField { class, field } => {
            let mut class = existing(schema, class)?;
            if class.field(&field.name).is_some() {
                add_lacking_index(connection, &mut class, field)?;
            } else {
                add_one_field(connection, schema, &mut class, field)?;
            }
            replace(schema, class);
            Ok(())
        }
        SchemaChange::DropField { class, field } => {
            let mut class = existing(schema, class)?;
            drop_indexes_of(connection, &mut class, field)?;
            drop_one_field(connection, &mut class, field)?;
            let mut permissions = class.permissions.clone();
            permissions.forget_field(field);
            set_permissions(connection, &mut class, &permissions)?;
            replace(schema, class);
            Ok(())
        }
        SchemaChange::SetFieldOptions { class, field } => {
            let mut class = existing(schema, class)?;
            set_options(connection, &mut class, field)?;
            replace(schema, class);
            Ok(())
        }
        SchemaChange::AddIndex { class, index } => {
            let mut class = existing(schema, class)?;
            add_one_index(connection, &mut class, index)?;
            replace(schema, class);
            Ok(())
        }
        SchemaChange::DropIndex { class, index } => {
            let mut class = existing(schema, class)?;
            drop_one_index(connection, &mut class, index)?;
            replace(schema, class);
            Ok(())
        }
        SchemaChange::SetPermissions { class, permissions } => {
            let mut class = existing(schema, class)?;
            set_permissions(connection, &mut class, permissions)?;
            replace(schema, class);
            Ok(())
        }
        SchemaChange::DropClass { name } => drop_one_class(connection, schema, name),
        SchemaChange::RenameClass { from, to } => rename_class(connection, schema, from, to),
        SchemaChange::RenameField { class, from, to } => rename_field(connection, schema, class, from, to),
        SchemaChange::RecordMigration(migration) => record_migration(connection, schema, migration),
    }
}

fn existing(schema: &Schema, name: &str) -> StoreResult<Class> {
    schema.class(name).map(|class| Class::clone(class)).ok_or_else(|| super::errors::class_gone(name))
}

fn replace(schema: &mut Schema, class: Class) {
    schema.classes.insert(Arc::clone(&class.name), Arc::new(class));
}

fn add_one_class(
    connection: &Connection,
    schema: &mut Schema,
    name: &Arc<str>,
    permissions: &ClassPermissions,
) -> StoreResult<()> {
    let table = pick_table(schema, name);
    run(connection, &create_class(&SQLITE, &table))?;
    execute(
        connection,
        "INSERT INTO _catalog_class (name, table_name, permissions) VALUES (?, ?, ?)",
        params![&**name, table, permissions_to_text(permissions)],
    )?;
    replace(
        schema,
        Class {
            name: Arc::clone(name),
            table: table.into(),
            fields: Default::default(),
            indexes: Default::default(),
            permissions: permissions.clone(),
        },
    );
    Ok(())
}

fn add_one_field(
    connection: &Connection,
    schema: &Schema,
    class: &mut Class,
    spec: &FieldSpec,
) -> StoreResult<()> {
    let column = match spec.kind {
        FieldType::Relation(_) => pick_join_table(schema, &class.name, &spec.name),
        _ => pick_column(class, &spec.name, &spec.kind),
    };
    let field = spec.clone().into_field(column.into());
    let definition = FieldDefinition::of(&field);
    execute(
        connection,
        "INSERT INTO _catalog_field (class_id, name, column_name, kind, target, required, default_value, \
         visibility, is_unique, is_indexed, on_delete) \
         VALUES ((SELECT id FROM _catalog_class WHERE name = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            &*class.name,
            definition.name,
            definition.column,
            definition.kind,
            definition.target,
            definition.required,
            definition.default,
            definition.visibility,
            definition.unique,
            definition.indexed,
            definition.on_delete,
        ],
    )?;
    for statement in add_field(&SQLITE, &class.table, &field, connection.last_insert_rowid()) {
        run(connection, &statement)?;
    }
    class.fields.insert(Arc::clone(&field.name), field);
    Ok(())
}

fn set_options(connection: &Connection, class: &mut Class, spec: &FieldSpec) -> StoreResult<()> {
    let Some(field) = class.fields.get_mut(&spec.name) else { return Ok(()) };
    field.required = spec.required;
    field.default = spec.default.clone();
    field.on_delete = spec.on_delete;
    let definition = FieldDefinition::of(field);
    execute(
        connection,
        "UPDATE _catalog_field SET required = ?, default_value = ?, on_delete = ? \
         WHERE class_id = (SELECT id FROM _catalog_class WHERE name = ?) AND name = ?",
        params![definition.required, definition.default, definition.on_delete, &*class.name, &*spec.name],
    )
}

fn set_permissions(
    connection: &Connection,
    class: &mut Class,
    permissions: &ClassPermissions,
) -> StoreResult<()> {
    class.permissions = permissions.clone();
    execute(
        connection,
        "UPDATE _catalog_class SET permissions = ? WHERE name = ?",
        params![permissions_to_text(permissions), &*class.name],
    )
}

fn drop_one_field(connection: &Connection, class: &mut Class, name: &str) -> StoreResult<()> {
    let Some(field) = class.fields.shift_remove(name) else { return Ok(()) };
    let id: i64 = connection
        .query_row(
            "DELETE FROM _catalog_field WHERE class_id = (SELECT id FROM _catalog_class WHERE name = ?) \
             AND name = ? RETURNING id",
            params![&*class.name, name],
            |row| row.get(0),
        )
        .map_err(store_error)?;
    for statement in drop_field(&SQLITE, &class.table, &field, id) {
        run(connection, &statement)?;
    }
    Ok(())
}

fn drop_one_class(connection: &Connection, schema: &mut Schema, name: &str) -> StoreResult<()> {
    let class = existing(schema, name)?;
    let rows: i64 = connection
        .query_row(&format!("SELECT COUNT(*) FROM {}", quoted(&class.table)), [], |row| row.get(0))
        .map_err(store_error)?;
    if rows > 0 {
        return Err(StoreError::Refused(Error::new(
            ErrorCode::InvalidSchemaOperation,
            format!("Class {name} is not empty, contains {rows} objects, cannot drop schema."),
        )));
    }
    for statement in drop_class(&SQLITE, &class) {
        run(connection, &statement)?;
    }
    execute(connection, "DELETE FROM _catalog_class WHERE name = ?", params![name])?;
    schema.classes.shift_remove(name);
    Ok(())
}

fn run(connection: &Connection, sql: &str) -> StoreResult<()> {
    connection.execute_batch(sql).map_err(store_error)
}

fn execute(connection: &Connection, sql: &str, params: &[&dyn rusqlite::ToSql]) -> StoreResult<()> {
    connection.execute(sql, params).map(|_| ()).map_err(store_error)
}
