//! The catalogue's tables: made when missing, checked, and read into a schema.

use std::sync::Arc;

use astrolabe_core::ports::{StoreError, StoreResult};
use astrolabe_core::schema::{AppliedMigration, Class, Index, Schema};
use astrolabe_core::value::Timestamp;
use rusqlite::{Connection, Row};

use super::errors::store_error;
use super::migrate::{migrate_catalogue, migrate_rows};
use crate::catalogue::{
    CREATE_ACLS, CREATE_CATALOGUE, CREATE_INDEX_CATALOGUE, CREATE_MIGRATION_CATALOGUE, FORMAT_VERSION,
    FieldDefinition, keys_from_text, permissions_from_text,
};

/// Makes the catalogue when it is missing, brings an older one up to date, and reads the schema. Refuses a database
/// whose catalogue was written by a newer program.
pub(super) fn open(connection: &mut Connection) -> StoreResult<Schema> {
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(store_error)?;
    if !exists(&transaction).map_err(store_error)? {
        transaction.execute_batch(CREATE_CATALOGUE).map_err(store_error)?;
        transaction.execute_batch(CREATE_INDEX_CATALOGUE).map_err(store_error)?;
        transaction.execute_batch(CREATE_ACLS).map_err(store_error)?;
        transaction
            .execute(
                "INSERT INTO _catalog_meta (format_version, schema_version) VALUES (?, 0)",
                [FORMAT_VERSION],
            )
            .map_err(store_error)?;
    }
    let format = checked_format(&transaction)?;
    migrate_catalogue(&transaction, format)?;
    transaction.execute_batch(CREATE_MIGRATION_CATALOGUE).map_err(store_error)?;
    let schema = load(&transaction)?;
    migrate_rows(&transaction, format, &schema)?;
    transaction.commit().map_err(store_error)?;
    Ok(schema)
}

fn exists(connection: &Connection) -> rusqlite::Result<bool> {
    has_table(connection, "_catalog_meta")
}

fn has_table(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?)",
        [name],
        |row| row.get(0),
    )
}

/// The format of the database, if this program can read it.
fn checked_format(connection: &Connection) -> StoreResult<i64> {
    let format: i64 = connection
        .query_row("SELECT format_version FROM _catalog_meta", [], |row| row.get(0))
        .map_err(store_error)?;
    if format > FORMAT_VERSION {
        return Err(StoreError::Unavailable(format!(
            "it was written by a newer version of Astrolabe (catalogue format {format}, this program knows \
             {FORMAT_VERSION}); start that version instead"
        )));
    }
    Ok(format)
}

/// The schema of a database that somebody else may be using, which is left as it is. Without a catalogue it has no
/// classes. One of an older form is refused, since only a server may change it.
pub(super) fn read(connection: &Connection) -> StoreResult<Schema> {
    if !exists(connection).map_err(store_error)? {
        return Ok(Schema::default());
    }
    if checked_format(connection)? < FORMAT_VERSION {
        return Err(StoreError::Unavailable(
            "it was written by an older version of Astrolabe; start the server once, which brings it up to date".into(),
        ));
    }
    load(connection)
}

/// The schema in the catalogue.
fn load(connection: &Connection) -> StoreResult<Schema> {
    let version: i64 = connection
        .query_row("SELECT schema_version FROM _catalog_meta", [], |row| row.get(0))
        .map_err(store_error)?;
    let mut schema = Schema::new(u64::try_from(version).unwrap_or_default(), Default::default());
    for (id, class) in classes(connection)? {
        let class = with_indexes(connection, id, with_fields(connection, id, class)?)?;
        schema.classes.insert(Arc::clone(&class.name), Arc::new(class));
    }
    schema.migrations = migrations(connection)?;
    Ok(schema)
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
        let (fields, indexes) = Default::default();
        Ok((id, Class { name: name.into(), table: table.into(), fields, indexes, permissions }))
    })
    .collect()
}

fn with_fields(connection: &Connection, id: i64, mut class: Class) -> StoreResult<Class> {
    let mut statement = connection
        .prepare_cached(
            "SELECT name, column_name, kind, target, required, default_value, visibility, is_unique, \
             is_indexed, on_delete FROM _catalog_field WHERE class_id = ? ORDER BY id",
        )
        .map_err(store_error)?;
    for definition in statement.query_map([id], definition).map_err(store_error)? {
        let field =
            definition.map_err(store_error)?.into_field().map_err(|reason| damaged(&class.name, &reason))?;
        class.fields.insert(Arc::clone(&field.name), field);
    }
    Ok(class)
}

fn with_indexes(connection: &Connection, id: i64, mut class: Class) -> StoreResult<Class> {
    let mut statement = connection
        .prepare_cached("SELECT name, keys, is_unique FROM _catalog_index WHERE class_id = ? ORDER BY id")
        .map_err(store_error)?;
    let rows = statement.query_map([id], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, bool>(2)?))
    });
    for row in rows.map_err(store_error)? {
        let (name, keys, unique) = row.map_err(store_error)?;
        let (keys, kind) = keys_from_text(&keys).map_err(|reason| damaged(&class.name, &reason))?;
        let name: Arc<str> = name.into();
        class.indexes.insert(Arc::clone(&name), Index { name, keys, unique, kind });
    }
    Ok(class)
}

/// None in a database that no program of this version has opened for writing yet.
fn migrations(connection: &Connection) -> StoreResult<Vec<AppliedMigration>> {
    if !has_table(connection, "_catalog_migration").map_err(store_error)? {
        return Ok(Vec::new());
    }
    let mut statement = connection
        .prepare("SELECT name, checksum, applied_at FROM _catalog_migration ORDER BY id")
        .map_err(store_error)?;
    let migration = |row: &Row<'_>| {
        let (name, checksum): (String, String) = (row.get(0)?, row.get(1)?);
        let applied_at = Timestamp(row.get(2)?);
        Ok(AppliedMigration { name: name.into(), checksum: checksum.into(), applied_at })
    };
    statement.query_map([], migration).map_err(store_error)?.collect::<Result<_, _>>().map_err(store_error)
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
        on_delete: row.get(9)?,
    })
}

fn damaged(class: &str, reason: &str) -> StoreError {
    StoreError::Database(format!("the catalogue of class {class} is damaged: {reason}"))
}
