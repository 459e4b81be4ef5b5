//! Text indexes: a column beside each field with the terms of its text, and an index over that column.
//!
//! Terms are made by the kernel, with every write. A text that somebody else has written, or a node that has not heard of the
//! index yet, has none; such rows are found by an index of their own and looked at in every search.

use astrolabe_core::ports::StoreResult;
use astrolabe_core::schema::{Class, Field, Index, IndexKind};
use astrolabe_core::text::Language;

use crate::catalogue::{terms_column, terms_literal, text_fields};
use crate::columns::ordered_array_literal;
use crate::dialect::Dialect;
use crate::postgres::connection::Connection;
use crate::postgres::errors::store_error;
use crate::statement::quoted;

/// Texts whose terms are written down at once.
const AT_ONCE: i64 = 1_000;

/// Makes what a text index consists of, over the rows that are there and those to come; nothing for other indexes.
pub(in crate::postgres) async fn add_terms(
    connection: &Connection,
    dialect: &Dialect,
    class: &Class,
    index: &Index,
) -> StoreResult<()> {
    let IndexKind::Text(language) = index.kind else { return Ok(()) };
    for field in text_fields(class, index) {
        let (table, name) = (dialect.located(&class.table), terms_column(class, field));
        let (terms, text) = (quoted(&name), quoted(&field.column));
        run(connection, &format!("ALTER TABLE {table} ADD COLUMN {terms} text[]")).await?;
        fill(connection, dialect, class, field, language).await?;
        run(
            connection,
            &format!(
                "CREATE INDEX {gin} ON {table} USING gin ({terms}); \
                 CREATE INDEX {none} ON {table} (_row) WHERE {terms} IS NULL AND {text} IS NOT NULL; \
                 CREATE TRIGGER {terms} BEFORE UPDATE OF {text} ON {table} FOR EACH ROW \
                 WHEN (NEW.{text} IS DISTINCT FROM OLD.{text} AND NEW.{terms} IS NOT DISTINCT FROM OLD.{terms}) \
                 EXECUTE FUNCTION forget_terms('{name}')",
                gin = quoted(&format!("{name}_gin")),
                none = quoted(&format!("{name}_none")),
            ),
        )
        .await?;
    }
    Ok(())
}

/// Removes it; the indexes go with the column.
pub(super) async fn drop_terms(
    connection: &Connection,
    dialect: &Dialect,
    class: &Class,
    index: &Index,
) -> StoreResult<()> {
    let table = dialect.located(&class.table);
    for field in text_fields(class, index) {
        let terms = quoted(&terms_column(class, field));
        let sql = format!("DROP TRIGGER {terms} ON {table}; ALTER TABLE {table} DROP COLUMN {terms}");
        run(connection, &sql).await?;
    }
    Ok(())
}

async fn fill(
    connection: &Connection,
    dialect: &Dialect,
    class: &Class,
    field: &Field,
    language: Language,
) -> StoreResult<()> {
    let (table, terms, text) =
        (dialect.located(&class.table), quoted(&terms_column(class, field)), quoted(&field.column));
    let read = format!(
        "SELECT _row, {text} FROM {table} WHERE _row > $1 AND {text} IS NOT NULL ORDER BY _row LIMIT {AT_ONCE}"
    );
    let write = format!(
        "UPDATE {table} AS t SET {terms} = n.terms::text[] FROM unnest($1::int8[], $2::text::text[]) AS n (row, terms) \
         WHERE t._row = n.row"
    );
    let mut last = 0_i64;
    loop {
        let rows = connection.query_text(&read, &[&last]).await.map_err(store_error)?;
        let mut numbers: Vec<i64> = Vec::with_capacity(rows.len());
        let mut literals = Vec::with_capacity(rows.len());
        for row in &rows {
            numbers.push(row.try_get(0).map_err(store_error)?);
            literals.push(terms_literal(row.try_get(1).map_err(store_error)?, language));
        }
        let Some(newest) = numbers.last() else { return Ok(()) };
        last = *newest;
        let literals = ordered_array_literal(literals.iter().map(String::as_str));
        connection.query_text(&write, &[&numbers, &literals]).await.map_err(store_error)?;
    }
}

async fn run(connection: &Connection, sql: &str) -> StoreResult<()> {
    connection.batch(sql).await.map_err(store_error)
}
