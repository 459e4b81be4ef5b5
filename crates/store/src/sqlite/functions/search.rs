//! Deep comparison of JSON columns. SQLite does not look at the clock while a function runs, so each takes time in
//! proportion to its column, however long the list is that the column is compared with.

use std::collections::HashSet;
use std::sync::Arc;

use astrolabe_core::query::json_test::{Candidates, equals_or_contains, has_all_starting};
use astrolabe_core::value::{GeoPoint, Json, Value, append_json_string, deep_equal};
use rusqlite::functions::Context;
use rusqlite::types::ValueRef;
use rusqlite::{Error, Result};

/// What a column is compared with, read once per statement.
pub(super) struct Operand {
    /// The value.
    pub json: Json,
    /// The JSON text of a plain string: a column that does not hold these bytes does not hold the value.
    needle: Option<String>,
}

/// `json_equals(column, operand)`.
pub(super) fn json_equals(context: &Context<'_>) -> Result<bool> {
    let operand = operand(context, 1)?;
    Ok(column_json(context).is_some_and(|column| deep_equal(&column, &operand.json)))
}

/// `json_equals_any(column, list of operands)`.
pub(super) fn json_equals_any(context: &Context<'_>) -> Result<bool> {
    let candidates = candidates(context, 1)?;
    Ok(column_json(context).is_some_and(|column| candidates.has(&column)))
}

/// `json_contains(array column, operand)`: the whole array or one of its elements equals the operand.
pub(super) fn json_contains(context: &Context<'_>) -> Result<bool> {
    let operand = operand(context, 1)?;
    if let (Some(needle), ValueRef::Text(column)) = (&operand.needle, context.get_raw(0))
        && std::str::from_utf8(column).is_ok_and(|column| !column.contains(needle.as_str()))
    {
        return Ok(false);
    }
    Ok(column_json(context).is_some_and(|column| equals_or_contains(&column, &operand.json)))
}

/// `json_contains_any(array column, list of operands)`.
pub(super) fn json_contains_any(context: &Context<'_>) -> Result<bool> {
    let candidates = candidates(context, 1)?;
    Ok(column_json(context).is_some_and(|column| candidates.has_or_meet(&column)))
}

/// `json_contains_all(array column, list of operands)`.
pub(super) fn json_contains_all(context: &Context<'_>) -> Result<bool> {
    let candidates = candidates(context, 1)?;
    Ok(column_json(context).is_some_and(|column| candidates.are_all_in(&column)))
}

/// `json_contains_all_starting(array column, list of prefixes)`.
pub(super) fn json_contains_all_starting(context: &Context<'_>) -> Result<bool> {
    let prefixes = prefixes(context, 1)?;
    Ok(column_json(context).is_some_and(|column| has_all_starting(&column, &prefixes)))
}

/// `json_contained_by(array column, list of operands)`.
pub(super) fn json_contained_by(context: &Context<'_>) -> Result<bool> {
    let candidates = candidates(context, 1)?;
    Ok(column_json(context).is_some_and(|column| candidates.contain_all_of(&column)))
}

/// `point_in(latitude, longitude, list of points)`.
pub(super) fn point_in(context: &Context<'_>) -> Result<bool> {
    let (ValueRef::Real(latitude), ValueRef::Real(longitude)) = (context.get_raw(0), context.get_raw(1))
    else {
        return Ok(false);
    };
    let points = context.get_or_create_aux(2, points)?;
    Ok(points.contains(&point_key(GeoPoint { latitude, longitude })))
}

fn points(operand: ValueRef<'_>) -> Result<HashSet<[u64; 2]>, Error> {
    let points = list(operand)?.into_iter().filter_map(|item| match Value::from_json(item) {
        Ok(Value::GeoPoint(point)) => Some(point_key(point)),
        _ => None,
    });
    Ok(points.collect())
}

/// Two points have the same key exactly when they are equal; adding 0 makes -0 the same as 0.
fn point_key(point: GeoPoint) -> [u64; 2] {
    [point.latitude, point.longitude].map(|degrees| (degrees + 0.0).to_bits())
}

/// The parsed operand in argument `index`.
pub(super) fn operand(context: &Context<'_>, index: i32) -> Result<Arc<Operand>> {
    context.get_or_create_aux(index, |text| {
        let json = parse(text)?;
        let needle = json.as_str().and_then(plain_needle);
        Ok::<_, Error>(Operand { json, needle })
    })
}

/// The parsed list in argument `index`.
pub(super) fn candidates(context: &Context<'_>, index: i32) -> Result<Arc<Candidates>> {
    context.get_or_create_aux(index, |text| Ok::<_, Error>(Candidates::new(&list(text)?)))
}

/// The parsed texts in argument `index`.
pub(super) fn prefixes(context: &Context<'_>, index: i32) -> Result<Arc<Vec<String>>> {
    context.get_or_create_aux(index, |json| {
        serde_json::from_slice(json.as_bytes()?).map_err(|error| Error::UserFunctionError(error.into()))
    })
}

/// Only a text without escapes has one JSON form.
fn plain_needle(text: &str) -> Option<String> {
    let mut quoted = Vec::with_capacity(text.len() + 2);
    append_json_string(&mut quoted, text);
    (quoted.len() == text.len() + 2).then(|| format!("\"{text}\""))
}

fn parse(text: ValueRef<'_>) -> Result<Json, Error> {
    match text {
        ValueRef::Null => Ok(Json::Null),
        text => {
            serde_json::from_slice(text.as_bytes()?).map_err(|error| Error::UserFunctionError(error.into()))
        }
    }
}

/// The elements of a list; an operand that is none has none.
fn list(text: ValueRef<'_>) -> Result<Vec<Json>, Error> {
    match parse(text)? {
        Json::Array(items) => Ok(items),
        _ => Ok(Vec::new()),
    }
}

/// The JSON of the column in the first argument; a null or damaged column equals nothing.
pub(super) fn column_json(context: &Context<'_>) -> Option<Json> {
    match context.get_raw(0) {
        ValueRef::Text(text) => serde_json::from_slice(text).ok(),
        _ => None,
    }
}
