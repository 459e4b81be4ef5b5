//! The catalogue's tables in the schema of an app: made when missing, checked, and read into a schema.

use std::sync::Arc;

use astrolabe_core::ports::{StoreError, StoreResult};
use astrolabe_core::schema::{AppliedMigration, Class, Index, Schema};
use astrolabe_core::value::Timestamp;
use tokio_postgres::Row;

use super::connection::Connection;
use super::errors::store_error;
use super::transaction::in_transaction;
use super::{acl, migrate};
use crate::catalogue::{FieldDefinition, keys_from_text, permissions_from_text};
use crate::dialect::Dialect;

/// The form of the tables this program writes. Raised when an older program could not read it.
pub(super) const FORMAT_VERSION: i64 = 2;

/// The tables; `{at}` stands for their schema and a dot.
const TABLES: &str = r#"
    CREATE TABLE {at}_catalog_meta (format_version int8 NOT NULL, schema_version int8 NOT NULL);
    CREATE TABLE {at}_catalog_class (
        id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text COLLATE "C" NOT NULL UNIQUE,
        table_name text COLLATE "C" NOT NULL UNIQUE,
        permissions text NOT NULL
    );
    CREATE TABLE {at}_catalog_field (
        id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        class_id int8 NOT NULL REFERENCES {at}_catalog_class (id) ON DELETE CASCADE,
        name text COLLATE "C" NOT NULL,
        column_name text NOT NULL,
        kind text NOT NULL,
        target text,
        required boolean NOT NULL,
        default_value text,
        visibility text NOT NULL,
        is_unique boolean NOT NULL,
        is_indexed boolean NOT NULL,
        on_delete text,
        UNIQUE (class_id, name)
    );
    CREATE TABLE {at}_catalog_index (
        id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        class_id int8 NOT NULL REFERENCES {at}_catalog_class (id) ON DELETE CASCADE,
        name text COLLATE "C" NOT NULL,
        keys text NOT NULL,
        is_unique boolean NOT NULL,
        UNIQUE (class_id, name)
    );
    CREATE TABLE {at}_catalog_migration (
        id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text COLLATE "C" NOT NULL UNIQUE,
        checksum text NOT NULL,
        applied_at int8 NOT NULL
    );
    CREATE TABLE {at}_event (
        id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        node int8 NOT NULL,
        class text NOT NULL,
        is_new boolean NOT NULL,
        object_id text,
        before text,
        after text
    );
    CREATE TABLE {at}_event_wish (
        node int8 NOT NULL,
        class text NOT NULL,
        until timestamptz NOT NULL,
        PRIMARY KEY (node, class)
    );
"#;

/// What came later than the first catalogues.
const NODES: &str = "CREATE TABLE IF NOT EXISTS {at}_node (node int8 PRIMARY KEY, seen int8 NOT NULL, \
                     schema_version int8 NOT NULL, until timestamptz NOT NULL)";

/// Puts the schema of the app in front of the tables of a statement.
pub(super) fn at(dialect: &Dialect, sql: &str) -> String {
    sql.replace("{at}", &dialect.prefix)
}

/// Makes the schema and its tables when they are missing, and reads what they say. Refuses what was written by a newer
/// program.
pub(super) async fn open(connection: &Connection, dialect: &Dialect) -> StoreResult<Schema> {
    if !exists(connection, dialect).await? {
        in_transaction(connection, async || {
            lock(connection, dialect).await?;
            if !exists(connection, dialect).await? {
                make(connection, dialect).await?;
            }
            Ok(())
        })
        .await?;
    }
    if format(connection, dialect).await? < FORMAT_VERSION {
        migrate::migrate(connection, dialect).await?;
    }
    make_nodes(connection, dialect).await?;
    load(connection, dialect).await
}

/// Where the table is missing. Two nodes that make it at the same time would get in each other's way.
async fn make_nodes(connection: &Connection, dialect: &Dialect) -> StoreResult<()> {
    if is_there(connection, dialect, "_node").await? {
        return Ok(());
    }
    in_transaction(connection, async || {
        lock(connection, dialect).await?;
        connection.batch(&at(dialect, NODES)).await.map_err(store_error)
    })
    .await
}

/// The schema of an app that somebody else may be using, which is left as it is. Without a catalogue it has no classes.
pub(super) async fn read(connection: &Connection, dialect: &Dialect) -> StoreResult<Schema> {
    if !exists(connection, dialect).await? {
        return Ok(Schema::default());
    }
    format(connection, dialect).await?;
    load(connection, dialect).await
}

/// Held by whoever changes the schema of the app, until the end of the transaction.
pub(super) async fn lock(connection: &Connection, dialect: &Dialect) -> StoreResult<()> {
    let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
    connection.query_text(sql, &[&&*dialect.prefix]).await.map(|_| ()).map_err(store_error)
}

async fn exists(connection: &Connection, dialect: &Dialect) -> StoreResult<bool> {
    is_there(connection, dialect, "_catalog_meta").await
}

async fn is_there(connection: &Connection, dialect: &Dialect, table: &str) -> StoreResult<bool> {
    let sql = "SELECT 1 WHERE to_regclass($1) IS NOT NULL";
    let rows = connection.query_text(sql, &[&dialect.located(table)]).await.map_err(store_error)?;
    Ok(!rows.is_empty())
}

async fn make(connection: &Connection, dialect: &Dialect) -> StoreResult<()> {
    let schema = dialect.prefix.trim_end_matches('.');
    let sql = format!(
        "CREATE SCHEMA IF NOT EXISTS {schema}; {}{} INSERT INTO {}_catalog_meta VALUES ({FORMAT_VERSION}, 0)",
        at(dialect, TABLES),
        at(dialect, acl::TABLES),
        dialect.prefix
    );
    connection.batch(&sql).await.map_err(store_error)
}

/// The format of the tables, which must not be newer than this program knows.
pub(super) async fn format(connection: &Connection, dialect: &Dialect) -> StoreResult<i64> {
    let sql = at(dialect, "SELECT format_version FROM {at}_catalog_meta");
    let rows = connection.query_text(&sql, &[]).await.map_err(store_error)?;
    let format: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0)).map_err(store_error)?;
    if format > FORMAT_VERSION {
        return Err(StoreError::Unavailable(format!(
            "it was written by a newer version of Astrolabe (catalogue format {format}, this program knows \
             {FORMAT_VERSION}); start that version instead"
        )));
    }
    Ok(format)
}

/// The schema in the catalogue, in one statement, so that it is of one moment.
pub(super) async fn load(connection: &Connection, dialect: &Dialect) -> StoreResult<Schema> {
    let sql = at(
        dialect,
        "SELECT m.schema_version, c.name, c.table_name, c.permissions, \
         ARRAY(SELECT row_to_json(f)::text FROM {at}_catalog_field AS f WHERE f.class_id = c.id ORDER BY f.id), \
         ARRAY(SELECT row_to_json(i)::text FROM {at}_catalog_index AS i WHERE i.class_id = c.id ORDER BY i.id), \
         ARRAY(SELECT row_to_json(g)::text FROM {at}_catalog_migration AS g ORDER BY g.id) \
         FROM {at}_catalog_meta AS m LEFT JOIN {at}_catalog_class AS c ON TRUE ORDER BY c.id",
    );
    let rows = connection.query_text(&sql, &[]).await.map_err(store_error)?;
    let mut schema = Schema::new(0, Default::default());
    for row in &rows {
        let version: i64 = row.try_get(0).map_err(store_error)?;
        schema.version = version.unsigned_abs();
        schema.migrations = migrations(row)?;
        if let Some(class) = class(row)? {
            schema.classes.insert(Arc::clone(&class.name), Arc::new(class));
        }
    }
    Ok(schema)
}

fn class(row: &Row) -> StoreResult<Option<Class>> {
    let Some(name) = row.try_get::<_, Option<&str>>(1).map_err(store_error)? else { return Ok(None) };
    let table: &str = row.try_get(2).map_err(store_error)?;
    let permissions: &str = row.try_get(3).map_err(store_error)?;
    let permissions = permissions_from_text(permissions).map_err(|reason| damaged(name, &reason))?;
    let (fields, indexes) = Default::default();
    let mut class = Class { name: name.into(), table: table.into(), fields, indexes, permissions };
    for field in row.try_get::<_, Vec<&str>>(4).map_err(store_error)? {
        let field = definition(field).and_then(FieldDefinition::into_field);
        let field = field.map_err(|reason| damaged(name, &reason))?;
        class.fields.insert(Arc::clone(&field.name), field);
    }
    for index in row.try_get::<_, Vec<&str>>(5).map_err(store_error)? {
        let index = index_of(index).map_err(|reason| damaged(name, &reason))?;
        class.indexes.insert(Arc::clone(&index.name), index);
    }
    Ok(Some(class))
}

/// A row of the catalogue's table of fields.
#[derive(serde::Deserialize)]
struct FieldRow {
    name: String,
    column_name: String,
    kind: String,
    target: Option<String>,
    required: bool,
    default_value: Option<String>,
    visibility: String,
    is_unique: bool,
    is_indexed: bool,
    on_delete: Option<String>,
}

fn definition(json: &str) -> Result<FieldDefinition, String> {
    let row: FieldRow = serde_json::from_str(json).map_err(|error| error.to_string())?;
    Ok(FieldDefinition {
        name: row.name,
        column: row.column_name,
        kind: row.kind,
        target: row.target,
        required: row.required,
        default: row.default_value,
        visibility: row.visibility,
        unique: row.is_unique,
        indexed: row.is_indexed,
        on_delete: row.on_delete,
    })
}

/// A row of the catalogue's table of indexes.
#[derive(serde::Deserialize)]
struct IndexRow {
    name: String,
    keys: String,
    is_unique: bool,
}

/// A row of the catalogue's table of migrations.
#[derive(serde::Deserialize)]
struct MigrationRow {
    name: String,
    checksum: String,
    applied_at: i64,
}

fn migrations(row: &Row) -> StoreResult<Vec<AppliedMigration>> {
    let rows: Vec<&str> = row.try_get(6).map_err(store_error)?;
    let migration = |json: &&str| {
        let row: MigrationRow = serde_json::from_str(json).map_err(|error| {
            StoreError::Database(format!("the catalogue of migrations is damaged: {error}"))
        })?;
        let applied_at = Timestamp(row.applied_at);
        Ok(AppliedMigration { name: row.name.into(), checksum: row.checksum.into(), applied_at })
    };
    rows.iter().map(migration).collect()
}

fn index_of(json: &str) -> Result<Index, String> {
    let row: IndexRow = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let (keys, kind) = keys_from_text(&row.keys)?;
    Ok(Index { name: row.name.into(), keys, unique: row.is_unique, kind })
}

fn damaged(class: &str, reason: &str) -> StoreError {
    StoreError::Database(format!("the catalogue of class {class} is damaged: {reason}"))
}
