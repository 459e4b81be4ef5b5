//! SQL functions of our own: what the compiler calls by name and SQLite does not have.
//!
//! Operands that are the same for every row are read once per statement (SQLite's auxiliary data).

mod aggregate;
mod edit;
mod geo;
mod nested;
mod pattern;
mod search;
mod text;

use std::sync::Arc;

use astrolabe_core::Error;
use parking_lot::Mutex;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Result};

/// Where a function leaves the error for the caller; SQLite itself carries only text.
pub(super) type Refusal = Arc<Mutex<Option<Error>>>;

const PURE: FunctionFlags = FunctionFlags::SQLITE_UTF8
    .union(FunctionFlags::SQLITE_DETERMINISTIC)
    .union(FunctionFlags::SQLITE_DIRECTONLY);

/// Triggers may call it too: it does no more than to compute.
const IN_TRIGGERS: FunctionFlags = FunctionFlags::SQLITE_UTF8
    .union(FunctionFlags::SQLITE_DETERMINISTIC)
    .union(FunctionFlags::SQLITE_INNOCUOUS);

/// Registers the functions of conditions and sort keys.
pub(super) fn register_reading(connection: &Connection) -> Result<()> {
    connection.create_scalar_function("json_equals", 2, PURE, search::json_equals)?;
    connection.create_scalar_function("json_equals_any", 2, PURE, search::json_equals_any)?;
    connection.create_scalar_function("json_contains", 2, PURE, search::json_contains)?;
    connection.create_scalar_function("json_contains_any", 2, PURE, search::json_contains_any)?;
    connection.create_scalar_function("json_contains_all", 2, PURE, search::json_contains_all)?;
    let all_starting = search::json_contains_all_starting;
    connection.create_scalar_function("json_contains_all_starting", 2, PURE, all_starting)?;
    connection.create_scalar_function("json_contained_by", 2, PURE, search::json_contained_by)?;
    connection.create_scalar_function("point_in", 3, PURE, search::point_in)?;
    connection.create_scalar_function("geo_distance", 4, PURE, geo::geo_distance)?;
    connection.create_scalar_function("point_in_ring", 3, PURE, geo::point_in_ring)?;
    connection.create_scalar_function("ring_contains", 3, PURE, geo::column_contains)?;
    connection.create_scalar_function("text_score", 2, PURE, text::text_score)?;
    connection.create_scalar_function("text_matches", 2, PURE, pattern::text_matches)?;
    connection.create_scalar_function("json_path_test", 4, PURE, nested::json_path_test)?;
    connection.create_scalar_function("json_path_key", 2, PURE, nested::json_path_key)?;
    aggregate::register(connection, PURE)
}

/// Registers the functions of updates too. Their errors for the caller are left in the returned place.
pub(super) fn register_writing(connection: &Connection) -> Result<Refusal> {
    register_reading(connection)?;
    connection.create_scalar_function("text_terms", 2, IN_TRIGGERS, text::text_terms)?;
    let refusal = Refusal::default();
    let place = Arc::clone(&refusal);
    connection.create_scalar_function("number_add", 2, PURE, move |context| {
        edit::number_add(context).map_err(|error| left_in(&place, error))
    })?;
    let place = Arc::clone(&refusal);
    connection.create_scalar_function("json_array_change", 3, PURE, move |context| {
        edit::json_array_change(context).map_err(|error| left_in(&place, error))
    })?;
    connection.create_scalar_function("json_rename_class", 3, PURE, |context| {
        edit::json_rename_class(context).map_err(|error| rusqlite::Error::UserFunctionError(Box::new(error)))
    })?;
    let place = Arc::clone(&refusal);
    connection.create_scalar_function("json_nested_edit", 2, PURE, move |context| {
        edit::json_nested_edit(context).map_err(|error| left_in(&place, error))
    })?;
    Ok(refusal)
}

fn left_in(place: &Refusal, error: Error) -> rusqlite::Error {
    *place.lock() = Some(error.clone());
    rusqlite::Error::UserFunctionError(Box::new(error))
}
