//! Running compiled statements.

use astrolabe_core::ports::{StoreError, StoreResult};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, Result, Row, ToSql};

use crate::statement::{Bind, Statement};

impl ToSql for Bind<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Bind::Null => ValueRef::Null,
            Bind::Integer(number) => ValueRef::Integer(*number),
            Bind::Real(number) => ValueRef::Real(*number),
            Bind::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// Prepares a statement, or finds it in the cache, and binds its parameters.
pub(super) fn prepare<'c>(
    connection: &'c Connection,
    statement: &Statement<'_>,
) -> Result<CachedStatement<'c>> {
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    for (index, bind) in statement.binds.iter().enumerate() {
        prepared.raw_bind_parameter(index + 1, bind)?;
    }
    Ok(prepared)
}

/// Runs a statement that yields no rows; returns how many it changed.
pub(super) fn execute(connection: &Connection, statement: &Statement<'_>) -> Result<u64> {
    prepare(connection, statement)?.raw_execute().map(|rows| rows as u64)
}

/// Runs a statement of fixed text without parameters.
pub(super) fn execute_text(connection: &Connection, sql: &str) -> Result<()> {
    let mut prepared = connection.prepare_cached(sql)?;
    // Some of them (RELEASE, COMMIT) count as queries, some pragmas yield rows.
    let mut rows = prepared.raw_query();
    while rows.next()?.is_some() {}
    Ok(())
}

/// Hands every row of a statement to `receive`. `failure` makes an error of what SQLite reports.
pub(super) fn for_each_row(
    connection: &Connection,
    statement: &Statement<'_>,
    failure: impl Fn(rusqlite::Error) -> StoreError,
    mut receive: impl FnMut(&Row<'_>) -> StoreResult<()>,
) -> StoreResult<()> {
    let mut prepared = prepare(connection, statement).map_err(&failure)?;
    let mut rows = prepared.raw_query();
    while let Some(row) = rows.next().map_err(&failure)? {
        receive(row)?;
    }
    Ok(())
}
