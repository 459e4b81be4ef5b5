//! To the wire: stored columns and values to JSON bytes, without a tree of JSON values in between.
//!
//! Source: Parse REST protocol, "Object format".

use super::{ColumnValue, GeoPoint, Timestamp, Value, append_number};
use crate::error::{Error, Result};
use crate::schema::FieldType;

/// Appends the JSON of a stored column that is not null. A column that does not fit its type is an error of the
/// server, never of the caller.
pub fn append_column(out: &mut Vec<u8>, kind: &FieldType, value: ColumnValue<'_>) -> Result<()> {
    match (kind, value) {
        (FieldType::String, ColumnValue::Text(text)) => append_json_string(out, text),
        (FieldType::Number, ColumnValue::Real(number)) => append_number(out, number),
        (FieldType::Number, ColumnValue::Integer(number)) => append_number(out, number as f64),
        (FieldType::Boolean, ColumnValue::Integer(flag)) => append_boolean(out, flag != 0),
        (FieldType::Date, ColumnValue::Integer(ms)) => append_date(out, Timestamp(ms)),
        (FieldType::Object | FieldType::Array, ColumnValue::Text(json)) => {
            out.extend_from_slice(json.as_bytes())
        }
        (FieldType::Pointer(class), ColumnValue::Text(id)) => append_pointer(out, class, id),
        (FieldType::GeoPoint, ColumnValue::GeoPoint(point)) => append_geo_point(out, point),
        (FieldType::Bytes, ColumnValue::Text(base64)) => {
            out.extend_from_slice(br#"{"__type":"Bytes","base64":"#);
            append_json_string(out, base64);
            out.push(b'}');
        }
        (FieldType::Polygon, ColumnValue::Text(coordinates)) => {
            out.extend_from_slice(br#"{"__type":"Polygon","coordinates":"#);
            out.extend_from_slice(coordinates.as_bytes());
            out.push(b'}');
        }
        (FieldType::File, ColumnValue::Text(json)) => append_file(out, json),
        _ => return Err(Error::internal()),
    }
    Ok(())
}

/// Appends the JSON of a value.
pub fn append_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Boolean(flag) => append_boolean(out, *flag),
        Value::Number(number) => append_number(out, *number),
        Value::String(text) => append_json_string(out, text),
        Value::Date(time) => append_date(out, *time),
        Value::Pointer(pointer) => append_pointer(out, &pointer.class_name, &pointer.object_id),
        Value::GeoPoint(point) => append_geo_point(out, *point),
        other => out.extend_from_slice(other.to_json().to_string().as_bytes()),
    }
}

/// Appends a JSON string with its quotes.
pub fn append_json_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = first_escaped(rest) {
        out.extend_from_slice(&rest[..at]);
        append_escape(out, rest[at]);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// Where the first byte is that needs an escape. Blocks are asked as a whole, which the compiler makes one comparison.
fn first_escaped(bytes: &[u8]) -> Option<usize> {
    let (blocks, rest) = bytes.as_chunks::<16>();
    for (block_at, block) in blocks.iter().enumerate() {
        if block.iter().fold(false, |found, byte| found | is_escaped(*byte)) {
            return block.iter().position(|byte| is_escaped(*byte)).map(|at| block_at * 16 + at);
        }
    }
    rest.iter().position(|byte| is_escaped(*byte)).map(|at| blocks.len() * 16 + at)
}

fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

fn append_escape(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    match byte {
        b'"' => out.extend_from_slice(br#"\""#),
        b'\\' => out.extend_from_slice(br"\\"),
        b'\n' => out.extend_from_slice(br"\n"),
        b'\r' => out.extend_from_slice(br"\r"),
        b'\t' => out.extend_from_slice(br"\t"),
        0x08 => out.extend_from_slice(br"\b"),
        0x0c => out.extend_from_slice(br"\f"),
        _ => {
            out.extend_from_slice(br"\u00");
            out.push(HEX[usize::from(byte >> 4)]);
            out.push(HEX[usize::from(byte & 0xf)]);
        }
    }
}

fn append_boolean(out: &mut Vec<u8>, flag: bool) {
    out.extend_from_slice(if flag { b"true" } else { b"false" });
}

fn append_date(out: &mut Vec<u8>, time: Timestamp) {
    out.extend_from_slice(br#"{"__type":"Date","iso":""#);
    time.append_iso(out);
    out.extend_from_slice(br#""}"#);
}

fn append_pointer(out: &mut Vec<u8>, class: &str, id: &str) {
    out.extend_from_slice(br#"{"__type":"Pointer","className":"#);
    append_json_string(out, class);
    out.extend_from_slice(br#","objectId":"#);
    append_json_string(out, id);
    out.push(b'}');
}

fn append_geo_point(out: &mut Vec<u8>, point: GeoPoint) {
    out.extend_from_slice(br#"{"__type":"GeoPoint","latitude":"#);
    append_number(out, point.latitude);
    out.extend_from_slice(br#","longitude":"#);
    append_number(out, point.longitude);
    out.push(b'}');
}

/// `json` is a stored object with `name` and perhaps `url`; the envelope's type goes in front.
fn append_file(out: &mut Vec<u8>, json: &str) {
    out.extend_from_slice(br#"{"__type":"File","#);
    out.extend_from_slice(json.strip_prefix('{').unwrap_or(json).as_bytes());
}

impl Value {
    /// The JSON form, with `__type` where the type has one.
    pub fn to_json(&self) -> super::Json {
        use serde_json::json;
        match self {
            Value::Null => super::Json::Null,
            Value::Boolean(flag) => json!(flag),
            Value::Number(number) => {
                let mut text = Vec::new();
                append_number(&mut text, *number);
                serde_json::from_slice(&text).unwrap_or(super::Json::Null)
            }
            Value::String(text) => json!(text),
            Value::Date(time) => json!({"__type": "Date", "iso": time.to_iso()}),
            Value::Bytes(base64) => json!({"__type": "Bytes", "base64": base64}),
            Value::Pointer(pointer) => json!({
                "__type": "Pointer", "className": pointer.class_name, "objectId": pointer.object_id,
            }),
            Value::GeoPoint(point) => json!({
                "__type": "GeoPoint", "latitude": point.latitude, "longitude": point.longitude,
            }),
            Value::Polygon(ring) => {
                let coordinates: Vec<_> = ring.iter().map(|p| json!([p.latitude, p.longitude])).collect();
                json!({"__type": "Polygon", "coordinates": coordinates})
            }
            Value::File(file) => match &file.url {
                Some(url) => json!({"__type": "File", "name": file.name, "url": url}),
                None => json!({"__type": "File", "name": file.name}),
            },
            Value::Relation(class) => json!({"__type": "Relation", "className": class}),
            Value::Array(items) => super::Json::Array(items.clone()),
            Value::Object(map) => super::Json::Object(map.clone()),
        }
    }

    /// Gives a stored column its Parse type. The counterpart of [`append_column`] for readers that need objects.
    pub fn from_column(kind: &FieldType, value: ColumnValue<'_>) -> Result<Self> {
        Ok(match (kind, value) {
            (_, ColumnValue::Null) => Value::Null,
            (FieldType::String, ColumnValue::Text(text)) => Value::String(text.to_owned()),
            (FieldType::Number, ColumnValue::Real(number)) => Value::Number(number),
            (FieldType::Number, ColumnValue::Integer(number)) => Value::Number(number as f64),
            (FieldType::Boolean, ColumnValue::Integer(flag)) => Value::Boolean(flag != 0),
            (FieldType::Date, ColumnValue::Integer(ms)) => Value::Date(Timestamp(ms)),
            (FieldType::GeoPoint, ColumnValue::GeoPoint(point)) => Value::GeoPoint(point),
            (FieldType::Bytes, ColumnValue::Text(base64)) => Value::Bytes(base64.to_owned()),
            (FieldType::Pointer(class), ColumnValue::Text(id)) => {
                Value::Pointer(super::Pointer { class_name: class.to_string(), object_id: id.to_owned() })
            }
            (FieldType::Array, ColumnValue::Text(json)) => {
                Value::Array(serde_json::from_str(json).map_err(|_| Error::internal())?)
            }
            (FieldType::Object, ColumnValue::Text(json)) => {
                Value::Object(serde_json::from_str(json).map_err(|_| Error::internal())?)
            }
            (FieldType::Polygon | FieldType::File, ColumnValue::Text(_)) => {
                let mut bytes = Vec::new();
                append_column(&mut bytes, kind, value)?;
                Value::from_json(serde_json::from_slice(&bytes).map_err(|_| Error::internal())?)?
            }
            _ => return Err(Error::internal()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn encoded(kind: FieldType, value: ColumnValue<'_>) -> String {
        let mut out = Vec::new();
        append_column(&mut out, &kind, value)
            .map(|()| String::from_utf8(out).unwrap_or_default())
            .unwrap_or_default()
    }

    #[test]
    fn columns_to_wire() {
        let point = GeoPoint { latitude: 1.5, longitude: -2.0 };
        for (kind, value, expected) in [
            (FieldType::String, ColumnValue::Text("a\"\n\u{1}é"), "\"a\\\"\\n\\u0001é\""),
            (FieldType::Number, ColumnValue::Real(3.0), "3"),
            (FieldType::Boolean, ColumnValue::Integer(1), "true"),
            (
                FieldType::Date,
                ColumnValue::Integer(0),
                r#"{"__type":"Date","iso":"1970-01-01T00:00:00.000Z"}"#,
            ),
            (
                FieldType::Pointer("Todo".into()),
                ColumnValue::Text("x1"),
                r#"{"__type":"Pointer","className":"Todo","objectId":"x1"}"#,
            ),
            (
                FieldType::GeoPoint,
                ColumnValue::GeoPoint(point),
                r#"{"__type":"GeoPoint","latitude":1.5,"longitude":-2}"#,
            ),
            (
                FieldType::File,
                ColumnValue::Text(r#"{"name":"a.txt"}"#),
                r#"{"__type":"File","name":"a.txt"}"#,
            ),
            (FieldType::Number, ColumnValue::Text("3"), ""),
        ] {
            assert_eq!(encoded(kind, value), expected);
        }
    }

    #[test]
    fn values_round_trip_through_json() {
        for json in [
            json!(null),
            json!(true),
            json!(-1.5),
            json!("x"),
            json!([1, {"a": [2]}]),
            json!({"a": {"b": 1}}),
            json!({"__type": "Date", "iso": "2020-01-01T00:00:00.000Z"}),
            json!({"__type": "Bytes", "base64": "aGk="}),
            json!({"__type": "Pointer", "className": "Todo", "objectId": "x1"}),
            json!({"__type": "GeoPoint", "latitude": 1.5, "longitude": 2.5}),
            json!({"__type": "File", "name": "a.txt", "url": "http://x/a.txt"}),
            json!({"__type": "Polygon", "coordinates": [[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]}),
        ] {
            assert_eq!(Value::from_json(json.clone()).map(|value| value.to_json()), Ok(json));
        }
    }

    #[test]
    fn malformed_values_are_refused() {
        for json in [
            json!({"__type": "Date", "iso": "never"}),
            json!({"__type": "Date"}),
            json!({"__type": "Nope"}),
            json!({"__type": 1}),
            json!({"__type": "Bytes", "base64": "*"}),
            json!({"__type": "Pointer", "className": "Todo"}),
            json!({"__type": "Pointer", "className": "a b", "objectId": "x"}),
            json!({"__type": "GeoPoint", "latitude": 91, "longitude": 0}),
            json!({"__type": "GeoPoint", "latitude": "1", "longitude": 0}),
            json!({"__type": "Polygon", "coordinates": [[0, 0], [1, 1], [0, 0]]}),
            json!({"__type": "File"}),
            json!("a\0b"),
            json!([{"a": "\0"}]),
            json!({"a.b": 1}),
            json!([{"$a": 1}]),
            json!({"a": {"b\0": 1}}),
        ] {
            assert!(Value::from_json(json.clone()).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn strings_are_valid_json(text in ".*") {
            let mut out = Vec::new();
            append_json_string(&mut out, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).ok(), Some(text));
        }
    }
}
