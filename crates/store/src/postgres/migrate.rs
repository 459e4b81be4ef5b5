//! Schemas that an older program made, brought into the form of today when they are opened. Nodes of the older version have
//! to be stopped before: they do not number the lists of rows that they change.

use astrolabe_core::ports::StoreResult;
use astrolabe_core::schema::{CREATED_AT, Class, Index, IndexKind, Schema};

use super::catalogue::{FORMAT_VERSION, at, format, load, lock};
use super::connection::Connection;
use super::errors::store_error;
use super::schema_change::add_terms;
use super::transaction::in_transaction;
use super::{acl, functions};
use crate::catalogue::{create_acl_companion, create_index_companion, create_missing_companion};
use crate::dialect::Dialect;

/// Brings a schema up to date, all of it or nothing. One node does it, the others wait.
pub(super) async fn migrate(connection: &Connection, dialect: &Dialect) -> StoreResult<()> {
    in_transaction(connection, async || {
        run(connection, "SET LOCAL statement_timeout = 0").await?;
        lock(connection, dialect).await?;
        if format(connection, dialect).await? == 1 {
            tracing::info!(
                to = FORMAT_VERSION,
                "bringing the schema of an app into the form of this version"
            );
            add_numbers_and_terms(connection, dialect, &load(connection, dialect).await?).await?;
        }
        let done = format!("UPDATE {{at}}_catalog_meta SET format_version = {FORMAT_VERSION}");
        run(connection, &at(dialect, &done)).await
    })
    .await
}

/// Format 1 had the readers and writers of a row and nothing that an index begins with, and no terms of texts.
async fn add_numbers_and_terms(
    connection: &Connection,
    dialect: &Dialect,
    schema: &Schema,
) -> StoreResult<()> {
    run(connection, &at(dialect, acl::TABLES)).await?;
    for class in schema.classes.values() {
        let table = dialect.located(&class.table);
        let acl_number = format!("{}.acl_number", functions::schema());
        run(
            connection,
            &format!(
                "ALTER TABLE {table} ADD COLUMN _acl int8 NOT NULL DEFAULT 0; \
                 UPDATE {table} SET _acl = {acl_number}(_rperm) WHERE _rperm IS NOT NULL; \
                 INSERT INTO {reader} (principal, acl) SELECT DISTINCT r, l._acl \
                     FROM (SELECT DISTINCT _rperm, _acl FROM {table} WHERE _rperm IS NOT NULL) AS l, \
                     unnest(l._rperm) AS r ON CONFLICT DO NOTHING",
                reader = dialect.located("_acl_reader"),
            ),
        )
        .await?;
        for statement in companions(connection, dialect, class).await? {
            run(connection, &statement).await?;
        }
        for index in class.indexes.values() {
            add_terms(connection, dialect, class, index).await?;
        }
    }
    Ok(())
}

/// The indexes that begin with the number, one beside each that is there.
async fn companions(connection: &Connection, dialect: &Dialect, class: &Class) -> StoreResult<Vec<String>> {
    let mut statements = vec![create_acl_companion(dialect, None, &class.table, &[CREATED_AT.to_owned()])];
    for (name, id) in ids(connection, dialect, class, "field").await? {
        let field = class.field(&name);
        statements.extend(field.and_then(|field| create_missing_companion(dialect, &class.table, field, id)));
    }
    for (name, id) in ids(connection, dialect, class, "index").await? {
        let index: Option<&Index> = class.indexes.get(&*name);
        let lacking = index.filter(|index| !index.unique && !matches!(index.kind, IndexKind::Text(_)));
        statements.extend(lacking.map(|index| create_index_companion(dialect, class, index, id)));
    }
    Ok(statements)
}

/// The names and numbers of a class's fields or indexes in the catalogue.
async fn ids(
    connection: &Connection,
    dialect: &Dialect,
    class: &Class,
    what: &str,
) -> StoreResult<Vec<(String, i64)>> {
    let sql = format!(
        "SELECT f.name, f.id FROM {{at}}_catalog_{what} AS f JOIN {{at}}_catalog_class AS c ON c.id = f.class_id \
         WHERE c.name = $1"
    );
    let rows = connection.query_text(&at(dialect, &sql), &[&&*class.name]).await.map_err(store_error)?;
    rows.iter()
        .map(|row| Ok((row.try_get(0).map_err(store_error)?, row.try_get(1).map_err(store_error)?)))
        .collect()
}

async fn run(connection: &Connection, sql: &str) -> StoreResult<()> {
    connection.batch(sql).await.map_err(store_error)
}
