//! SQLite's failures as errors of the store port.

use std::path::Path;
use std::sync::Arc;

use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::ports::{StoreError, StoreResult};
use astrolabe_core::schema::{CREATED_AT, Class, OBJECT_ID, UPDATED_AT};
use rusqlite::{Error as SqliteError, ErrorCode as SqliteCode, ffi};

use super::functions::Refusal;
use crate::columns::physical_columns;

/// The failure of a statement that concerns no particular class. What is the fault of the disk, of the file or of
/// another process is told apart from our own; `docs/guide/recovery.md` explains each of these texts.
pub(super) fn store_error(error: SqliteError) -> StoreError {
    match error.sqlite_error_code() {
        Some(SqliteCode::OperationInterrupted) => StoreError::Deadline,
        Some(SqliteCode::DatabaseCorrupt | SqliteCode::NotADatabase) => {
            StoreError::Unavailable(format!("the file is damaged: {error}"))
        }
        Some(
            SqliteCode::DatabaseBusy
            | SqliteCode::DatabaseLocked
            | SqliteCode::CannotOpen
            | SqliteCode::DiskFull
            | SqliteCode::ReadOnly
            | SqliteCode::PermissionDenied
            | SqliteCode::SystemIoFailure
            | SqliteCode::FileLockingProtocolFailed,
        ) => StoreError::Unavailable(error.to_string()),
        _ => StoreError::Database(error.to_string()),
    }
}

/// Logs a failure of the database itself, in the span of the request that meets it; callers are not told its cause.
pub(super) fn logged<T>(database: &Path, result: StoreResult<T>) -> StoreResult<T> {
    if let Err(
        error @ (StoreError::Unavailable(_) | StoreError::CorruptRow { .. } | StoreError::Database(_)),
    ) = &result
    {
        tracing::error!(database = %database.display(), %error, "a database request failed");
    }
    result
}

/// The failure of a read. Tables and columns that are gone were dropped after the plan was compiled.
pub(super) fn read_error(error: SqliteError, class: &Class) -> StoreError {
    if names_something_gone(&error) { StoreError::Refused(class_changed(class)) } else { store_error(error) }
}

/// The failure of a write to a class.
pub(super) fn write_error(error: SqliteError, class: &Class, refusal: &Refusal) -> StoreError {
    if let Some(refused) = refusal.lock().take() {
        return StoreError::Refused(refused);
    }
    unique_error(error, class)
}

/// The failure of a statement that meets the unique indexes of a class, or makes one of them.
pub(super) fn unique_error(error: SqliteError, class: &Class) -> StoreError {
    match duplicate_fields(&error, class) {
        Some(fields) => StoreError::Duplicate { class: Arc::clone(&class.name), fields },
        None => store_error(error),
    }
}

/// The fields behind `UNIQUE constraint failed: table.column, table.column`.
fn duplicate_fields(error: &SqliteError, class: &Class) -> Option<Vec<Arc<str>>> {
    let SqliteError::SqliteFailure(failure, Some(message)) = error else { return None };
    if failure.extended_code != ffi::SQLITE_CONSTRAINT_UNIQUE {
        return None;
    }
    let columns = message.strip_prefix("UNIQUE constraint failed: ")?;
    let mut fields: Vec<Arc<str>> = Vec::new();
    for column in columns.split(", ") {
        let (_, column) = column.rsplit_once('.')?;
        let field = field_of_column(class, column)?;
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    Some(fields)
}

fn field_of_column(class: &Class, column: &str) -> Option<Arc<str>> {
    if [OBJECT_ID, CREATED_AT, UPDATED_AT].contains(&column) {
        return Some(column.into());
    }
    let owns = |names: Vec<String>| names.iter().any(|name| name == column);
    class.fields.values().find(|field| owns(physical_columns(field))).map(|field| Arc::clone(&field.name))
}

fn names_something_gone(error: &SqliteError) -> bool {
    let text = match error {
        SqliteError::SqliteFailure(_, Some(message)) => message,
        SqliteError::SqlInputError { msg, .. } => msg,
        _ => return false,
    };
    text.starts_with("no such table") || text.starts_with("no such column")
}

fn class_changed(class: &Class) -> Error {
    Error::new(ErrorCode::InvalidClassName, format!("Class {} was changed just now; try again.", class.name))
}

/// The error of a request for a class that was dropped meanwhile.
pub(super) fn class_gone(name: &str) -> StoreError {
    StoreError::Refused(Error::new(ErrorCode::InvalidClassName, format!("Class {name} does not exist.")))
}
