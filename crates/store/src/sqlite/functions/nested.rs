//! Values inside JSON columns: tests and sort keys.

use std::cmp::Ordering;

use astrolabe_core::value::{Json, deep_equal};
use rusqlite::functions::Context;
use rusqlite::types::{Value as SqlValue, ValueRef};
use rusqlite::{Error, Result};

use super::search::{candidates, column_json, equals_or_contains, operand};

/// `json_path_test(column, path, operator, operand)`. The operator is `eq`, `in`, `lt`, `lte`, `gt`, `gte` or
/// `exists`.
pub(super) fn json_path_test(context: &Context<'_>) -> Result<bool> {
    let path = context.get_or_create_aux(1, path)?;
    let Some(column) = column_json(context) else { return Ok(false) };
    let Some(value) = at_path(&column, &path) else { return Ok(false) };
    let ValueRef::Text(operator) = context.get_raw(2) else { return Ok(false) };
    match operator {
        b"exists" => Ok(true),
        b"in" => Ok(candidates(context, 3)?.has_or_meet(value)),
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

fn path(json: ValueRef<'_>) -> Result<Vec<String>, Error> {
    serde_json::from_slice(json.as_bytes()?).map_err(|error| Error::UserFunctionError(error.into()))
}

/// The value at a path; null counts as missing. A numeric key also indexes an array.
fn at_path<'j>(json: &'j Json, path: &[String]) -> Option<&'j Json> {
    let mut value = json;
    for key in path {
        value = match value {
            Json::Object(map) => map.get(key)?,
            Json::Array(items) => items.get(key.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    (!value.is_null()).then_some(value)
}

/// Values of one type have an order, values of different types none.
fn compare(left: &Json, right: &Json) -> Option<Ordering> {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left.as_f64()?.partial_cmp(&right.as_f64()?),
        (Json::String(left), Json::String(right)) => Some(left.cmp(right)),
        (Json::Object(_), Json::Object(_)) if deep_equal(left, right) => Some(Ordering::Equal),
        _ => Some(iso(left)?.cmp(iso(right)?)),
    }
}

/// The time of a Date envelope; its form sorts as text.
fn iso(json: &Json) -> Option<&str> {
    let map = json.as_object().filter(|map| map.get("__type").is_some_and(|kind| kind == "Date"))?;
    map.get("iso")?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths() {
        let json = json!({"a": {"b": [1, {"c": null}], "0": "zero"}});
        for (path, expected) in [
            (vec!["a", "b", "0"], Some(json!(1))),
            (vec!["a", "0"], Some(json!("zero"))),
            (vec!["a", "b", "1", "c"], None),
            (vec!["a", "b", "x"], None),
            (vec!["a", "b", "-1"], None),
            (vec!["x"], None),
        ] {
            let path: Vec<_> = path.into_iter().map(str::to_owned).collect();
            assert_eq!(at_path(&json, &path), expected.as_ref(), "{path:?}");
        }
    }

    #[test]
    fn comparison() {
        let date = |iso: &str| json!({"__type": "Date", "iso": iso});
        for (left, right, expected) in [
            (json!(1), json!(1.0), Some(Ordering::Equal)),
            (json!(1), json!("1"), None),
            (json!("a"), json!("b"), Some(Ordering::Less)),
            (json!(true), json!(false), None),
            (date("2020-01-01T00:00:00.000Z"), date("2021-01-01T00:00:00.000Z"), Some(Ordering::Less)),
            (date("2020-01-01T00:00:00.000Z"), json!("2020"), None),
        ] {
            assert_eq!(compare(&left, &right), expected, "{left} {right}");
        }
    }
}
