//! Values of aggregations: between columns and JSON, and parts of dates. What does not fit is null.

use astrolabe_core::query::aggregate::DatePart;
use astrolabe_core::query::json_test::at_path;
use astrolabe_core::query::json_value::{as_date, as_number, canonical_text, is_true};
use astrolabe_core::schema::FieldType;
use astrolabe_core::value::{ColumnValue, GeoPoint, Json, Timestamp, append_column};
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value as SqlValue, ValueRef};
use rusqlite::{Connection, Error, Result};

use super::search::column_json;
use crate::statement::into_text;

/// Registers them.
pub(super) fn register(connection: &Connection, flags: FunctionFlags) -> Result<()> {
    connection.create_scalar_function("json_of", 2, flags, json_of)?;
    connection.create_scalar_function("json_of_pointer", 2, flags, json_of_pointer)?;
    connection.create_scalar_function("json_of_point", 2, flags, json_of_point)?;
    connection.create_scalar_function("json_of_element", 2, flags, json_of_element)?;
    connection.create_scalar_function("json_at", 2, flags, json_at)?;
    connection.create_scalar_function("json_as_list", 1, flags, json_as_list)?;
    connection.create_scalar_function("json_as_number", 1, flags, |context| {
        Ok(column_json(context).as_ref().and_then(as_number))
    })?;
    connection.create_scalar_function("json_as_boolean", 1, flags, |context| {
        Ok(column_json(context).as_ref().and_then(Json::as_bool).map(i64::from))
    })?;
    connection.create_scalar_function("json_as_date", 1, flags, |context| {
        Ok(column_json(context).as_ref().and_then(as_date).map(|time| time.0))
    })?;
    connection.create_scalar_function("json_as_text", 1, flags, |context| {
        Ok(column_json(context).as_ref().and_then(Json::as_str).map(str::to_owned))
    })?;
    connection.create_scalar_function("json_is_true", 1, flags, |context| {
        Ok(column_json(context).as_ref().is_some_and(is_true))
    })?;
    connection.create_scalar_function("json_size", 1, flags, |context| {
        Ok(column_json(context).as_ref().and_then(Json::as_array).map(|items| items.len() as f64))
    })?;
    connection.create_scalar_function("date_part_of", 2, flags, date_part_of)?;
    connection.create_scalar_function("padded", 2, flags, padded)
}

/// `json_of(type, column)`: a column of a type that has one column.
fn json_of(context: &Context<'_>) -> Result<Option<String>> {
    let kind = FieldType::from_name(context.get_raw(0).as_str()?, None);
    let value = match context.get_raw(1) {
        ValueRef::Text(_) => ColumnValue::Text(context.get_raw(1).as_str()?),
        ValueRef::Integer(number) => ColumnValue::Integer(number),
        ValueRef::Real(number) if number.is_finite() => ColumnValue::Real(number),
        _ => return Ok(None),
    };
    kind.map(|kind| encoded(&kind, value)).transpose()
}

/// `json_of_pointer(class, id)`.
fn json_of_pointer(context: &Context<'_>) -> Result<Option<String>> {
    match context.get_raw(1) {
        ValueRef::Text(_) => {
            let kind = FieldType::Pointer(context.get_raw(0).as_str()?.into());
            encoded(&kind, ColumnValue::Text(context.get_raw(1).as_str()?)).map(Some)
        }
        _ => Ok(None),
    }
}

/// `json_of_point(latitude, longitude)`.
fn json_of_point(context: &Context<'_>) -> Result<Option<String>> {
    match (context.get_raw(0), context.get_raw(1)) {
        (ValueRef::Real(latitude), ValueRef::Real(longitude)) => {
            let point = GeoPoint { latitude, longitude };
            encoded(&FieldType::GeoPoint, ColumnValue::GeoPoint(point)).map(Some)
        }
        _ => Ok(None),
    }
}

fn encoded(kind: &FieldType, value: ColumnValue<'_>) -> Result<String> {
    let mut out = Vec::new();
    append_column(&mut out, kind, value).map_err(|error| Error::UserFunctionError(Box::new(error)))?;
    Ok(into_text(out))
}

/// `json_of_element(type, value)`: what `json_each` says of an element.
fn json_of_element(context: &Context<'_>) -> Result<Option<String>> {
    let ValueRef::Text(kind) = context.get_raw(0) else { return Ok(None) };
    let value = context.get_raw(1);
    let json = match kind {
        b"true" => Json::Bool(true),
        b"false" => Json::Bool(false),
        b"text" => Json::from(value.as_str()?),
        b"integer" | b"real" => match value {
            ValueRef::Integer(number) => Json::from(number),
            ValueRef::Real(number) => Json::from(number),
            _ => return Ok(None),
        },
        b"object" | b"array" => return Ok(Some(value.as_str()?.to_owned())),
        _ => return Ok(None),
    };
    Ok(Some(json.to_string()))
}

/// `json_at(json, path)`: the value at a path in canonical form.
fn json_at(context: &Context<'_>) -> Result<Option<String>> {
    let path = context.get_or_create_aux(1, super::nested::path)?;
    let json = column_json(context);
    Ok(json.as_ref().and_then(|json| at_path(json, &path)).map(canonical_text))
}

/// `json_as_list(json)`: an array as it is, anything else as the only element of one.
fn json_as_list(context: &Context<'_>) -> Result<Option<String>> {
    let ValueRef::Text(_) = context.get_raw(0) else { return Ok(None) };
    let text = context.get_raw(0).as_str()?;
    Ok(match text.trim_start() {
        "null" => None,
        list if list.starts_with('[') => Some(list.to_owned()),
        single => Some(format!("[{single}]")),
    })
}

/// `date_part_of(part, milliseconds)`.
fn date_part_of(context: &Context<'_>) -> Result<Option<f64>> {
    let part = DatePart::from_name(context.get_raw(0).as_str()?);
    Ok(match (part, context.get_raw(1)) {
        (Some(part), ValueRef::Integer(ms)) => Some(part.of(Timestamp(ms)) as f64),
        _ => None,
    })
}

/// `padded(number, width)`: a whole number with zeros in front.
fn padded(context: &Context<'_>) -> Result<SqlValue> {
    let width = usize::try_from(context.get_raw(1).as_i64()?).unwrap_or_default();
    Ok(match context.get_raw(0) {
        ValueRef::Real(number) => SqlValue::Text(format!("{:0width$}", number as i64)),
        _ => SqlValue::Null,
    })
}
