//! PostgreSQL's failures as errors of the store port.

use std::error::Error as _;
use std::sync::Arc;

use astrolabe_core::error::{Error, ErrorCode, shown};
use astrolabe_core::ports::{StoreError, StoreResult};
use astrolabe_core::schema::{CREATED_AT, Class, OBJECT_ID, UPDATED_AT};
use tokio_postgres::Error as PostgresError;
use tokio_postgres::error::{DbError, SqlState};

use crate::columns::physical_columns;

/// The failure of a statement that concerns no particular class.
pub(super) fn store_error(error: PostgresError) -> StoreError {
    let Some(reported) = error.as_db_error() else {
        return StoreError::Unavailable(with_causes(&error));
    };
    let code = reported.code();
    if let Some(refused) = refusal(reported) {
        return StoreError::Refused(refused);
    }
    match code {
        code if [&SqlState::QUERY_CANCELED, &SqlState::LOCK_NOT_AVAILABLE].contains(&code) => {
            StoreError::Deadline
        }
        code if is_unavailable(code) => StoreError::Unavailable(reported.message().to_owned()),
        _ => StoreError::Database(format!("{} ({})", reported.message(), code.code())),
    }
}

/// The failure of a statement about a class.
pub(super) fn class_error(error: PostgresError, class: &Class) -> StoreError {
    if names_something_gone(&error) {
        return StoreError::Refused(class_changed(class));
    }
    match error.as_db_error().and_then(|reported| duplicate_fields(reported, class)) {
        Some(fields) => StoreError::Duplicate { class: Arc::clone(&class.name), fields },
        None => store_error(error),
    }
}

/// Whether a whole job may be tried again: others stood in its way, and nothing of it is left.
pub(super) fn is_conflict(error: &PostgresError) -> bool {
    error.code().is_some_and(|code| {
        [&SqlState::T_R_DEADLOCK_DETECTED, &SqlState::T_R_SERIALIZATION_FAILURE].contains(&code)
    })
}

/// Whether a table or column is not there, or no longer as the statement was prepared for.
pub(super) fn names_something_gone(error: &PostgresError) -> bool {
    error.code().is_some_and(|code| {
        [&SqlState::UNDEFINED_TABLE, &SqlState::UNDEFINED_COLUMN, &SqlState::FEATURE_NOT_SUPPORTED]
            .contains(&code)
    })
}

/// Logs a failure of the database itself, in the span of the request that meets it; callers are not told its cause.
pub(super) fn logged<T>(schema: &str, result: StoreResult<T>) -> StoreResult<T> {
    if let Err(
        error @ (StoreError::Unavailable(_) | StoreError::CorruptRow { .. } | StoreError::Database(_)),
    ) = &result
    {
        tracing::error!(database.schema = schema, %error, "a database request failed");
    }
    result
}

/// The error of a request for a class that was dropped meanwhile.
pub(super) fn class_gone(name: &str) -> StoreError {
    StoreError::Refused(Error::new(ErrorCode::InvalidClassName, format!("Class {name} does not exist.")))
}

fn class_changed(class: &Class) -> Error {
    Error::new(ErrorCode::InvalidClassName, format!("Class {} was changed just now; try again.", class.name))
}

/// What is the fault of the request: our own functions say so by codes of their own.
fn refusal(reported: &DbError) -> Option<Error> {
    let not_editable = |expected| {
        let message = format!("the value at {} is not {expected}", shown(reported.message()));
        Error::new(ErrorCode::IncorrectType, message)
    };
    Some(match reported.code().code() {
        "AS001" | "22003" => {
            Error::new(ErrorCode::IncorrectType, "The new value is out of the range of numbers.")
        }
        "AS002" => not_editable("an object"),
        "AS003" => not_editable("a number"),
        "22021" | "22P05" => Error::new(ErrorCode::InvalidJson, "A text must not hold the character U+0000."),
        "2201B" => Error::new(
            ErrorCode::InvalidQuery,
            "bad $regex value: the pattern is not valid, too large, or not supported",
        ),
        "54000" => Error::new(ErrorCode::ObjectTooLarge, "A value of an indexed field is too long."),
        _ => return None,
    })
}

/// Connections, resources, operators and standbys. What begins with 08 is a connection, with 28 a role that may not
/// come in, with 53 a lack of something, with 57P a server that goes or comes, with 58 its file system.
fn is_unavailable(code: &SqlState) -> bool {
    let starts = ["08", "28", "53", "57P", "58"];
    let others = [
        &SqlState::INVALID_CATALOG_NAME,
        &SqlState::READ_ONLY_SQL_TRANSACTION,
        &SqlState::INSUFFICIENT_PRIVILEGE,
        &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    ];
    starts.iter().any(|start| code.code().starts_with(start)) || others.contains(&code)
}

/// The fields in `Key (column, column)=(value, value) already exists.`, whatever the language of the rest.
fn duplicate_fields(reported: &DbError, class: &Class) -> Option<Vec<Arc<str>>> {
    if *reported.code() != SqlState::UNIQUE_VIOLATION {
        return None;
    }
    let (_, after) = reported.detail()?.split_once('(')?;
    let (columns, _) = after.split_once(")=(")?;
    let mut fields: Vec<Arc<str>> = Vec::new();
    for column in columns.split(", ") {
        let field = field_of_column(class, column.trim_matches('"'))?;
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

/// The client's errors name their cause only as a source.
pub(super) fn with_causes(error: &PostgresError) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
