//! The catalogue's tables: made when missing, checked, and read into a schema.

use std::sync::Arc;

use astrolabe_core::ports::{StoreError, StoreResult};
use astrolabe_core::schema::{Class, Schema};
use rusqlite::{Connection, Row};

use super::errors::store_error;
use super::migrate::migrate;
use crate::catalogue::{
    CREATE_ACLS, CREATE_CATALOGUE, FORMAT_VERSION, FieldDefinition, permissions_from_text,
};

/// Makes the catalogue when it is missing, brings an older one up to date, and reads the schema. Refuses a database
/// whose catalogue was written by a newer program.
pub(super) fn open(connection: &mut Connection) -> StoreResult<Schema> {
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(store_error)?;
    if !exists(&transaction).map_err(store_error)? {
        transaction.execute_batch(CREATE_CATALOGUE).map_err(store_error)?;
        transaction.execute_batch(CREATE_ACLS).map_err(store_error)?;
        transaction
            .execute(
                "INSERT INTO _catalog_meta (format_version, schema_version) VALUES (?, 0)",
                [FORMAT_VERSION],
            )
            .map_err(store_error)?;
    }
    let (format, schema) = load(&transaction)?;
    migrate(&transaction, format, &schema)?;
    transaction.commit().map_err(store_error)?;
    Ok(schema)
}

fn exists(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_catalog_meta')",
        [],
        |row| row.get(0),
    )
}

/// The format of the catalogue, and the schema in it.
fn load(connection: &Connection) -> StoreResult<(i64, Schema)> {
    let (format, version): (i64, i64) = connection
        .query_row("SELECT format_version, schema_version FROM _catalog_meta", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(store_error)?;
    if format > FORMAT_VERSION {
        return Err(StoreError::Unavailable(format!(
            "it was written by a newer version of Astrolabe (catalogue format {format}, this program knows \
             {FORMAT_VERSION}); start that version instead"
        )));
    }
    let mut schema = Schema { version: u64::try_from(version).unwrap_or_default(), ..Schema::default() };
    for (id, class) in classes(connection)? {
        let class = with_fields(connection, id, class)?;
        schema.classes.insert(Arc::clone(&class.name), Arc::new(class));
    }
    Ok((format, schema))
}

fn classes(connection: &Connection) -> StoreResult<Vec<(i64, Class)>> {
    let mut statement = connection
        .prepare("SELECT id, name, table_name, permissions FROM _catalog_class ORDER BY id")
        .map_err(store_error)?;
    let rows = statement
        .query_map([], |row| {
            Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?))
        })
        .map_err(store_error)?;
    rows.map(|row| {
        let (id, name, table, permissions) = row.map_err(store_error)?;
        let permissions = permissions_from_text(&permissions).map_err(|reason| damaged(&name, &reason))?;
        Ok((id, Class { name: name.into(), table: table.into(), fields: Default::default(), permissions }))
    })
    .collect()
}

fn with_fields(connection: &Connection, id: i64, mut class: Class) -> StoreResult<Class> {
    let mut statement = connection
        .prepare_cached(
            "SELECT name, column_name, kind, target, required, default_value, visibility, is_unique, is_indexed \
             FROM _catalog_field WHERE class_id = ? ORDER BY id",
        )
        .map_err(store_error)?;
    for definition in statement.query_map([id], definition).map_err(store_error)? {
        let field =
            definition.map_err(store_error)?.into_field().map_err(|reason| damaged(&class.name, &reason))?;
        class.fields.insert(Arc::clone(&field.name), field);
    }
    Ok(class)
}

fn definition(row: &Row<'_>) -> rusqlite::Result<FieldDefinition> {
    Ok(FieldDefinition {
        name: row.get(0)?,
        column: row.get(1)?,
        kind: row.get(2)?,
        target: row.get(3)?,
        required: row.get(4)?,
        default: row.get(5)?,
        visibility: row.get(6)?,
        unique: row.get(7)?,
        indexed: row.get(8)?,
    })
}

fn damaged(class: &str, reason: &str) -> StoreError {
    StoreError::Database(format!("the catalogue of class {class} is damaged: {reason}"))
}
