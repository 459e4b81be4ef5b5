//! Atomic operations on one column, run inside the UPDATE.

use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::value::{
    Json, JsonMap, NestedEdit, add_to_array, add_unique_to_array, edit_nested, remove_from_array,
    retarget_pointers,
};
use rusqlite::functions::Context;
use rusqlite::types::ValueRef;

/// `number_add(column, amount)`. A missing number counts as 0; the sum must be a number JSON can hold.
pub(super) fn number_add(context: &Context<'_>) -> Result<f64> {
    let sum = number(context.get_raw(0)) + number(context.get_raw(1));
    if sum.is_finite() { Ok(sum) } else { Err(out_of_range()) }
}

/// `json_array_change(column, 'add' | 'add_unique' | 'remove', elements)`. A missing array counts as empty.
pub(super) fn json_array_change(context: &Context<'_>) -> Result<String> {
    let mut array: Vec<Json> = column(context)?.unwrap_or_default();
    let elements: Vec<Json> = parse(context.get_raw(2))?.unwrap_or_default();
    match context.get_raw(1) {
        ValueRef::Text(b"add") => add_to_array(&mut array, elements),
        ValueRef::Text(b"add_unique") => add_unique_to_array(&mut array, elements),
        ValueRef::Text(b"remove") => remove_from_array(&mut array, &elements),
        _ => return Err(Error::internal()),
    }
    serde_json::to_string(&array).map_err(|_| Error::internal())
}

/// `json_nested_edit(column, edits)`, where each edit is `[path, 'set' | 'increment' | 'unset', value]`. A
/// missing object counts as empty.
pub(super) fn json_nested_edit(context: &Context<'_>) -> Result<String> {
    let mut object: JsonMap = column(context)?.unwrap_or_default();
    let edits: Vec<(Vec<String>, String, Json)> = parse(context.get_raw(1))?.unwrap_or_default();
    for (path, operation, value) in edits {
        edit_nested(&mut object, &path, nested_edit(&operation, value)?)?;
        // JSON has no infinity: a sum that is out of range became null.
        if operation == "increment" && is_null_at(&object, &path) {
            return Err(out_of_range());
        }
    }
    serde_json::to_string(&object).map_err(|_| Error::internal())
}

/// `json_rename_class(column, from, to)`: pointers to one class lead to another.
pub(super) fn json_rename_class(context: &Context<'_>) -> Result<String> {
    let mut json: Json = column(context)?.unwrap_or_default();
    let (from, to) = (text(context.get_raw(1))?, text(context.get_raw(2))?);
    retarget_pointers(&mut json, from, to);
    serde_json::to_string(&json).map_err(|_| Error::internal())
}

fn text(value: ValueRef<'_>) -> Result<&str> {
    value.as_str().map_err(|_| Error::internal())
}

fn nested_edit(operation: &str, value: Json) -> Result<NestedEdit> {
    match operation {
        "set" => Ok(NestedEdit::Set(value)),
        "increment" => Ok(NestedEdit::Increment(value.as_f64().unwrap_or_default())),
        "unset" => Ok(NestedEdit::Unset),
        _ => Err(Error::internal()),
    }
}

fn is_null_at(object: &JsonMap, path: &[String]) -> bool {
    match path {
        [] => false,
        [key] => object.get(key).is_some_and(Json::is_null),
        [key, rest @ ..] => {
            object.get(key).and_then(Json::as_object).is_some_and(|inner| is_null_at(inner, rest))
        }
    }
}

fn number(value: ValueRef<'_>) -> f64 {
    match value {
        ValueRef::Real(number) => number,
        ValueRef::Integer(number) => number as f64,
        _ => 0.0,
    }
}

fn column<T: serde::de::DeserializeOwned>(context: &Context<'_>) -> Result<Option<T>> {
    parse(context.get_raw(0))
}

fn parse<T: serde::de::DeserializeOwned>(value: ValueRef<'_>) -> Result<Option<T>> {
    match value {
        ValueRef::Null => Ok(None),
        ValueRef::Text(text) => serde_json::from_slice(text).map(Some).map_err(|_| Error::internal()),
        _ => Err(Error::internal()),
    }
}

fn out_of_range() -> Error {
    Error::new(ErrorCode::IncorrectType, "The new value is out of the range of numbers.")
}
