//! Databases that an older program wrote, brought into the form of today when they are opened.

use astrolabe_core::ports::{StoreError, StoreResult};
use astrolabe_core::schema::{Class, Schema};
use rusqlite::Connection;

use super::errors::store_error;
use crate::catalogue::{
    CREATE_ACLS, CREATE_INDEX_CATALOGUE, FORMAT_VERSION, create_class_indexes, create_missing_companion,
};
use crate::dialect::SQLITE;
use crate::statement::quoted;

/// Brings the catalogue of an older format up to date, so that it can be read. In the transaction of the caller, as
/// [`migrate_rows`] is: all of it or nothing.
pub(super) fn migrate_catalogue(connection: &Connection, format: i64) -> StoreResult<()> {
    if format >= FORMAT_VERSION {
        return Ok(());
    }
    tracing::info!(from = format, to = FORMAT_VERSION, "bringing the database into the form of this version");
    run(connection, CREATE_INDEX_CATALOGUE)?;
    run(
        connection,
        "ALTER TABLE _catalog_field ADD COLUMN on_delete TEXT; \
         UPDATE _catalog_field SET on_delete = 'cascade' WHERE name = 'user' \
             AND class_id = (SELECT id FROM _catalog_class WHERE name = '_Session'); \
         UPDATE _catalog_field SET visibility = 'public' WHERE name = 'email' \
             AND class_id = (SELECT id FROM _catalog_class WHERE name = '_User');",
    )
}

/// Brings the rows up to date; `schema` is the one of the migrated catalogue.
pub(super) fn migrate_rows(connection: &Connection, format: i64, schema: &Schema) -> StoreResult<()> {
    if format >= FORMAT_VERSION {
        return Ok(());
    }
    run(connection, CREATE_ACLS)?;
    for class in schema.classes.values() {
        intern_acls(connection, class)?;
        add_indexes(connection, class)?;
    }
    run(
        connection,
        "INSERT INTO _acl_reader SELECT DISTINCT e.value, a.id FROM _acl AS a, json_each(a.readers) AS e; \
         INSERT INTO _acl_writer SELECT DISTINCT e.value, a.id FROM _acl AS a, json_each(a.writers) AS e;",
    )?;
    connection
        .execute("UPDATE _catalog_meta SET format_version = ?", [FORMAT_VERSION])
        .map(|_| ())
        .map_err(store_error)
}

/// Format 1 kept both halves of the list in every row, and null in both where there was none.
fn intern_acls(connection: &Connection, class: &Class) -> StoreResult<()> {
    let (table, integer) = (quoted(&class.table), SQLITE.types.integer);
    run(
        connection,
        &format!(
            "ALTER TABLE {table} ADD COLUMN _acl {integer} NOT NULL DEFAULT 0; \
             INSERT INTO _acl (readers, writers) \
                 SELECT DISTINCT IFNULL(_rperm, '[]'), IFNULL(_wperm, '[]') FROM {table} \
                 WHERE _rperm IS NOT NULL OR _wperm IS NOT NULL ON CONFLICT DO NOTHING; \
             UPDATE {table} SET _acl = (SELECT a.id FROM _acl AS a \
                 WHERE a.readers = IFNULL(_rperm, '[]') AND a.writers = IFNULL(_wperm, '[]')) \
                 WHERE _rperm IS NOT NULL OR _wperm IS NOT NULL; \
             ALTER TABLE {table} DROP COLUMN _rperm; \
             ALTER TABLE {table} DROP COLUMN _wperm;"
        ),
    )
}

fn add_indexes(connection: &Connection, class: &Class) -> StoreResult<()> {
    for index in create_class_indexes(&SQLITE, &class.table) {
        run(connection, &index)?;
    }
    for field in class.fields.values() {
        let id = field_id(connection, class, &field.name)?;
        if let Some(index) = create_missing_companion(&SQLITE, &class.table, field, id) {
            run(connection, &index)?;
        }
    }
    Ok(())
}

fn field_id(connection: &Connection, class: &Class, field: &str) -> StoreResult<i64> {
    connection
        .query_row(
            "SELECT f.id FROM _catalog_field AS f JOIN _catalog_class AS c ON c.id = f.class_id \
             WHERE c.name = ? AND f.name = ?",
            [&*class.name, field],
            |row| row.get(0),
        )
        .map_err(store_error)
}

fn run(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.execute_batch(sql).map_err(store_error)
}
