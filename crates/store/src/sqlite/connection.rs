//! Opening a database file, for writing or for reading only.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, Result};

use super::functions;
use super::options::{Durability, SqliteOptions};

/// How long SQLite waits for a lock that another process holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Prepared statements kept for each connection.
const STATEMENTS_MAX: usize = 128;
/// Page cache of a writer, in KiB.
const WRITER_CACHE_KIB: i64 = 16_000;
/// Page cache of a reader, in KiB; there are many of them.
const READER_CACHE_KIB: i64 = 4_000;
/// Bytes of one value.
const VALUE_BYTES_MAX: i32 = 256 * 1024 * 1024;
/// Bytes of one statement's text. Values are bound, so texts are short.
const SQL_BYTES_MAX: i32 = 1_000_000;

/// Opens for writing; makes the file when it is missing.
pub(super) fn open_writer(path: &Path, options: &SqliteOptions) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    make_private(path);
    let connection = Connection::open_with_flags(path, flags)?;
    prepare(&connection, WRITER_CACHE_KIB)?;
    let journal: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if !journal.eq_ignore_ascii_case("wal") {
        tracing::warn!(journal.mode = journal, "the database file cannot use a write-ahead log");
    }
    let synchronous = match options.durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // The writer moves the log into the database itself, after it has answered: see `wal`.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(
        None,
        "journal_size_limit",
        i64::try_from(options.wal_bytes_max).unwrap_or(-1),
    )?;
    Ok(connection)
}

/// Makes a missing file so that its owner alone can read it; SQLite gives its companions the same rights. If that does
/// not work, SQLite says why when it opens the file.
pub(super) fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(path));
}

/// Opens an existing file for reading only.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connection = Connection::open_with_flags(path, flags)?;
    prepare(&connection, READER_CACHE_KIB)?;
    functions::register_reading(&connection)?;
    Ok(connection)
}

/// What both kinds share. The busy timeout is first, because the other statements may already need a lock.
fn prepare(connection: &Connection, cache_kib: i64) -> Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // A quoted name that does not exist is an error, not a text.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    // Else SQLite plans a statement anew whenever a parameter changes, which costs more than most reads.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX)?;
    connection.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, SQL_BYTES_MAX)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.set_limit(Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_is_private_and_durable() -> Result<()> {
        let folder = tempfile::tempdir().unwrap();
        for (durability, synchronous) in [(Durability::Full, 2), (Durability::Normal, 1)] {
            let path = folder.path().join(format!("{synchronous}.db"));
            let options = SqliteOptions { durability, ..SqliteOptions::default() };
            let connection = open_writer(&path, &options)?;
            let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
            assert_eq!(pragma("synchronous")?, synchronous);
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = std::fs::metadata(&path).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600);
            }
        }
        Ok(())
    }
}
