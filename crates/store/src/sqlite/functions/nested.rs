//! Values inside JSON columns: tests and sort keys.

use std::cmp::Ordering;

use astrolabe_core::query::json_test::{at_path, compare, equals_or_contains, has_all_starting, iso};
use astrolabe_core::value::Json;
use rusqlite::functions::Context;
use rusqlite::types::{Value as SqlValue, ValueRef};
use rusqlite::{Error, Result};

use super::pattern::regex;
use super::search::{candidates, column_json, operand, prefixes};

/// `json_path_test(column, path, operator, operand)`. The operator is `eq`, `in`, `lt`, `lte`, `gt`, `gte`,
/// `all`, `all_starting`, `contained_by`, `matches` or `exists`.
pub(super) fn json_path_test(context: &Context<'_>) -> Result<bool> {
    let path = context.get_or_create_aux(1, path)?;
    let Some(column) = column_json(context) else { return Ok(false) };
    let Some(value) = at_path(&column, &path) else { return Ok(false) };
    let ValueRef::Text(operator) = context.get_raw(2) else { return Ok(false) };
    match operator {
        b"exists" => Ok(true),
        b"in" => Ok(candidates(context, 3)?.has_or_meet(value)),
        b"all" => Ok(candidates(context, 3)?.are_all_in(value)),
        b"all_starting" => Ok(has_all_starting(value, &prefixes(context, 3)?)),
        b"contained_by" => Ok(candidates(context, 3)?.contain_all_of(value)),
        b"matches" => match value.as_str() {
            Some(text) => Ok(regex(context, 3)?.is_match(text)),
            None => Ok(false),
        },
        operator => Ok(holds(value, operator, &operand(context, 3)?.json)),
    }
}

fn holds(value: &Json, operator: &[u8], operand: &Json) -> bool {
    match operator {
        b"eq" => equals_or_contains(value, operand),
        b"lt" => compare(value, operand) == Some(Ordering::Less),
        b"lte" => compare(value, operand).is_some_and(Ordering::is_le),
        b"gt" => compare(value, operand) == Some(Ordering::Greater),
        b"gte" => compare(value, operand).is_some_and(Ordering::is_ge),
        _ => false,
    }
}

/// `json_path_key(column, path)`: a value that sorts, null where there is none.
pub(super) fn json_path_key(context: &Context<'_>) -> Result<SqlValue> {
    let path = context.get_or_create_aux(1, path)?;
    let Some(column) = column_json(context) else { return Ok(SqlValue::Null) };
    Ok(match at_path(&column, &path) {
        Some(Json::Bool(flag)) => SqlValue::Integer(i64::from(*flag)),
        Some(Json::Number(number)) => number.as_f64().map_or(SqlValue::Null, SqlValue::Real),
        Some(Json::String(text)) => SqlValue::Text(text.clone()),
        Some(other) => iso(other).map_or(SqlValue::Null, |iso| SqlValue::Text(iso.to_owned())),
        None => SqlValue::Null,
    })
}

pub(super) fn path(json: ValueRef<'_>) -> Result<Vec<String>, Error> {
    serde_json::from_slice(json.as_bytes()?).map_err(|error| Error::UserFunctionError(error.into()))
}
