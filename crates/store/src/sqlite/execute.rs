//! Running compiled statements.

use std::ops::ControlFlow;

use astrolabe_core::ports::{StoreError, StoreResult};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, Result, Row, ToSql};

use super::errors::store_error;
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

/// Runs `work` inside the open transaction; when it fails, nothing of it is left there. Where that cannot be had, the
/// whole transaction ends, which the caller finds by [`Connection::is_autocommit`]: half of the work must not be
/// committed.
pub(super) fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce() -> StoreResult<T>,
) -> StoreResult<T> {
    // A name may be used again inside; it stands for the innermost.
    execute_text(connection, "SAVEPOINT work").map_err(store_error)?;
    let result = work();
    // Some failures have ended the transaction by now.
    if connection.is_autocommit() {
        return result;
    }
    let undone = if result.is_err() { execute_text(connection, "ROLLBACK TO work") } else { Ok(()) };
    if let Err(error) = undone.and_then(|()| execute_text(connection, "RELEASE work")) {
        roll_back(connection);
        return Err(store_error(error));
    }
    result
}

/// Ends a failed transaction, unless SQLite has ended it already.
pub(super) fn roll_back(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = execute_text(connection, "ROLLBACK")
    {
        tracing::error!(%error, "a transaction could not be rolled back");
    }
}

/// Hands every row of a statement to `receive`. `failure` makes an error of what SQLite reports.
pub(super) fn for_each_row(
    connection: &Connection,
    statement: &Statement<'_>,
    failure: impl Fn(rusqlite::Error) -> StoreError,
    mut receive: impl FnMut(&Row<'_>) -> StoreResult<()>,
) -> StoreResult<()> {
    let receive = |row: &Row<'_>| receive(row).map(|()| ControlFlow::Continue(()));
    for_rows(connection, statement, failure, receive)
}

/// Hands the rows of a statement to `receive` until it breaks off.
pub(super) fn for_rows(
    connection: &Connection,
    statement: &Statement<'_>,
    failure: impl Fn(rusqlite::Error) -> StoreError,
    mut receive: impl FnMut(&Row<'_>) -> StoreResult<ControlFlow<()>>,
) -> StoreResult<()> {
    let mut prepared = prepare(connection, statement).map_err(&failure)?;
    let mut rows = prepared.raw_query();
    while let Some(row) = rows.next().map_err(&failure)? {
        if receive(row)?.is_break() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed() -> StoreError {
        StoreError::Database("failed".to_owned())
    }

    #[test]
    fn failed_work_is_undone_or_ends_the_transaction() {
        let connection = Connection::open_in_memory().unwrap();
        let insert = |value| execute_text(&connection, &format!("INSERT INTO t VALUES ({value})")).unwrap();
        let rows = || {
            connection.query_row("SELECT group_concat(x) FROM t", [], |row| row.get::<_, Option<String>>(0))
        };
        execute_text(&connection, "CREATE TABLE t (x)").unwrap();
        execute_text(&connection, "BEGIN").unwrap();
        let nested = in_savepoint(&connection, || {
            insert(1);
            let inner: StoreResult<()> = in_savepoint(&connection, || {
                insert(2);
                Err(failed())
            });
            assert!(inner.is_err());
            Ok(())
        });
        assert!(nested.is_ok() && !connection.is_autocommit());
        assert_eq!(rows().unwrap().as_deref(), Some("1"));
        let lost: StoreResult<()> = in_savepoint(&connection, || {
            insert(3);
            execute_text(&connection, "RELEASE work").unwrap();
            Err(failed())
        });
        assert!(lost.is_err() && connection.is_autocommit(), "there is nothing to go back to");
        assert_eq!(rows().unwrap(), None);
    }
}
