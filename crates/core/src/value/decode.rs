//! From the wire: JSON to values.
//!
//! Source: Parse REST protocol, "Object format".

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{FileRef, GeoPoint, Json, JsonMap, Pointer, Timestamp, Value};
use crate::error::{Error, ErrorCode, Result, shown};
use crate::limits;
use crate::schema::check_class_name;

impl Value {
    /// Reads a value by its JSON form and `__type`. Refuses malformed envelopes and U+0000.
    pub fn from_json(json: Json) -> Result<Self> {
        check_depth(&json, limits::JSON_DEPTH_MAX)?;
        Ok(match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Boolean(value),
            Json::Number(number) => Value::Number(number.as_f64().unwrap_or_default()),
            Json::String(text) => Value::String(checked_text(text)?),
            Json::Array(items) => {
                items.iter().try_for_each(check_nested)?;
                Value::Array(items)
            }
            Json::Object(map) => return object(map),
        })
    }
}

fn object(map: JsonMap) -> Result<Value> {
    let kind = match map.get("__type") {
        None | Some(Json::Null) => {
            check_nested_map(&map)?;
            return Ok(Value::Object(map));
        }
        Some(Json::String(kind)) => kind.as_str(),
        Some(other) => return Err(not_a_valid(&shown(&other.to_string()))),
    };
    match kind {
        "Date" => date(&map).map(Value::Date),
        "Bytes" => bytes(map),
        "Pointer" => parse_pointer(&map).map(Value::Pointer),
        "Object" => included_object(&map),
        "GeoPoint" => geo_point(&map).map(Value::GeoPoint),
        "Polygon" => polygon(&map).map(Value::Polygon),
        "File" => file(&map).map(Value::File),
        "Relation" => relation(&map),
        _ => Err(not_a_valid(&shown(kind))),
    }
}

fn date(map: &JsonMap) -> Result<Timestamp> {
    map.get("iso").and_then(Json::as_str).and_then(Timestamp::parse_iso).ok_or_else(|| not_a_valid("Date"))
}

fn bytes(mut map: JsonMap) -> Result<Value> {
    match map.shift_remove("base64") {
        Some(Json::String(text)) if !text.is_empty() && STANDARD.decode(&text).is_ok() => {
            Ok(Value::Bytes(text))
        }
        _ => Err(not_a_valid("Bytes")),
    }
}

/// Reads `{"__type":"Pointer","className":…,"objectId":…}`.
pub fn parse_pointer(map: &JsonMap) -> Result<Pointer> {
    let text =
        |key| map.get(key).and_then(Json::as_str).filter(|text| !text.is_empty() && !text.contains('\0'));
    let (Some(class_name), Some(object_id)) = (text("className"), text("objectId")) else {
        return Err(not_a_valid("Pointer"));
    };
    check_class_name(class_name)?;
    Ok(Pointer { class_name: class_name.to_owned(), object_id: object_id.to_owned() })
}

/// SDKs send an included object back as a whole; only the reference to it is stored.
fn included_object(map: &JsonMap) -> Result<Value> {
    parse_pointer(map).map(Value::Pointer)
}

fn geo_point(map: &JsonMap) -> Result<GeoPoint> {
    let degrees = |key| map.get(key).and_then(Json::as_f64);
    let (Some(latitude), Some(longitude)) = (degrees("latitude"), degrees("longitude")) else {
        return Err(not_a_valid("GeoPoint"));
    };
    checked_geo_point(latitude, longitude)
}

fn checked_geo_point(latitude: f64, longitude: f64) -> Result<GeoPoint> {
    if !(-90.0..=90.0).contains(&latitude) {
        return Err(invalid_json("A latitude must be between -90 and 90 degrees."));
    }
    if !(-180.0..=180.0).contains(&longitude) {
        return Err(invalid_json("A longitude must be between -180 and 180 degrees."));
    }
    Ok(GeoPoint { latitude, longitude })
}

fn polygon(map: &JsonMap) -> Result<Vec<GeoPoint>> {
    let points = map.get("coordinates").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let ring = points.iter().map(polygon_point).collect::<Result<Vec<_>>>()?;
    let mut distinct: Vec<GeoPoint> = Vec::new();
    for point in &ring {
        if !distinct.contains(point) {
            distinct.push(*point);
        }
        if distinct.len() >= 3 {
            return Ok(closed(ring));
        }
    }
    Err(invalid_json("Polygon must have at least 3 values"))
}

/// The stored ring ends where it starts.
fn closed(mut ring: Vec<GeoPoint>) -> Vec<GeoPoint> {
    if let (Some(first), Some(last)) = (ring.first().copied(), ring.last().copied())
        && first != last
    {
        ring.push(first);
    }
    ring
}

fn polygon_point(json: &Json) -> Result<GeoPoint> {
    match json.as_array().map(Vec::as_slice) {
        Some([latitude, longitude]) => match (latitude.as_f64(), longitude.as_f64()) {
            (Some(latitude), Some(longitude)) => checked_geo_point(latitude, longitude),
            _ => Err(invalid_json("A point of a Polygon is [latitude, longitude].")),
        },
        _ => Err(invalid_json("A point of a Polygon is [latitude, longitude].")),
    }
}

fn file(map: &JsonMap) -> Result<FileRef> {
    let text = |key| map.get(key).and_then(Json::as_str).map(str::to_owned);
    match text("name") {
        Some(name) if !name.is_empty() && !name.contains('\0') => Ok(FileRef { name, url: text("url") }),
        _ => Err(not_a_valid("File")),
    }
}

fn relation(map: &JsonMap) -> Result<Value> {
    let class = map.get("className").and_then(Json::as_str).ok_or_else(|| not_a_valid("Relation"))?;
    check_class_name(class)?;
    Ok(Value::Relation(class.to_owned()))
}

fn checked_text(text: String) -> Result<String> {
    if text.contains('\0') { Err(nul_character()) } else { Ok(text) }
}

fn nul_character() -> Error {
    invalid_json("Text must not contain the character U+0000.")
}

/// Refuses nested keys that hold `$` or `.` (121), and U+0000 anywhere.
pub fn check_nested_keys(json: &Json) -> Result<()> {
    check_nested(json)
}

fn check_nested(json: &Json) -> Result<()> {
    match json {
        Json::String(text) if text.contains('\0') => Err(nul_character()),
        Json::Array(items) => items.iter().try_for_each(check_nested),
        Json::Object(map) => check_nested_map(map),
        _ => Ok(()),
    }
}

fn check_nested_map(map: &JsonMap) -> Result<()> {
    for (key, value) in map {
        if key.contains(['$', '.']) {
            return Err(Error::new(
                ErrorCode::InvalidNestedKey,
                "Nested keys should not contain the '$' or '.' characters",
            ));
        }
        if key.contains('\0') {
            return Err(nul_character());
        }
        check_nested(value)?;
    }
    Ok(())
}

/// Refuses a value that holds more than `levels_max` levels of arrays and objects (107): deeper JSON could be stored,
/// but not read back.
pub fn check_depth(json: &Json, levels_max: usize) -> Result<()> {
    let mut inner: Box<dyn Iterator<Item = &Json>> = match json {
        Json::Array(items) => Box::new(items.iter()),
        Json::Object(map) => Box::new(map.values()),
        _ => return Ok(()),
    };
    if levels_max == 0 {
        return Err(invalid_json("The value is nested too deeply."));
    }
    inner.try_for_each(|value| check_depth(value, levels_max - 1))
}

/// Whether two JSON values mean the same: `1` equals `1.0`, and pointers are compared by class and id.
pub fn deep_equal(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| deep_equal(left, right))
        }
        (Json::Object(left), Json::Object(right)) => match (reference(left), reference(right)) {
            (Some(left), Some(right)) => left == right,
            _ => equal_maps(left, right),
        },
        _ => left == right,
    }
}

fn equal_maps(left: &JsonMap, right: &JsonMap) -> bool {
    left.len() == right.len()
        && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| deep_equal(value, other)))
}

/// Class and id of a pointer or an included object.
fn reference(map: &JsonMap) -> Option<(&str, &str)> {
    let text = |key| map.get(key).and_then(Json::as_str);
    match text("__type") {
        Some("Pointer" | "Object") => Some((text("className")?, text("objectId")?)),
        _ => None,
    }
}

fn invalid_json(message: &'static str) -> Error {
    Error::new(ErrorCode::InvalidJson, message)
}

fn not_a_valid(kind: &str) -> Error {
    Error::new(ErrorCode::IncorrectType, format!("This is not a valid {kind}"))
}
