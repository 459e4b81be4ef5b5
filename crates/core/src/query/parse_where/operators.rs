//! The operators of one condition: from `{"$gt": 1, "$lt": 5}` to tests.

use super::geo::{geo_intersects, geo_within, is_distance, near_sphere, within};
use super::invalid;
use super::relative_time::relative_time;
use super::text::text;
use crate::error::{Error, ErrorCode, Result, shown};
use crate::limits;
use crate::query::{Pattern, Test};
use crate::schema::FieldType;
use crate::value::{Json, JsonMap, Timestamp, Value};

/// What operands are read for.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    /// The type of the field; `None` where it has none, or where a path leads into it.
    pub kind: Option<&'a FieldType>,
    /// The time that `$relativeTime` counts from.
    pub now: Timestamp,
}

/// The tests of `{"$gt": 1, "$lt": 5}`. Keys without `$` beside operators make up a value that must be equal.
pub(super) fn constraint(subject: Subject<'_>, map: &JsonMap) -> Result<Vec<Test>> {
    let mut tests = Vec::with_capacity(map.len());
    let mut direct = JsonMap::new();
    for (operator, json) in map {
        if !operator.starts_with('$') {
            direct.insert(operator.clone(), json.clone());
            continue;
        }
        match operator.as_str() {
            "$regex" => tests.push(Test::Matches(pattern(json, map.get("$options"))?)),
            "$options" if map.contains_key("$regex") => {}
            "$nearSphere" => tests.push(near_sphere(json, map)?),
            distance if is_distance(distance) && map.contains_key("$nearSphere") => {}
            operator => tests.push(test(subject, operator, json)?),
        }
    }
    if !direct.is_empty() {
        tests.push(Test::Equal(operand(subject.kind, &Json::Object(direct))?));
    }
    Ok(tests)
}

fn test(subject: Subject<'_>, operator: &str, json: &Json) -> Result<Test> {
    let kind = subject.kind;
    Ok(match operator {
        "$eq" => Test::Equal(operand(kind, json)?),
        "$ne" => Test::NotEqual(operand(kind, json)?),
        "$lt" => Test::Less(limit(subject, json)?),
        "$lte" => Test::LessOrEqual(limit(subject, json)?),
        "$gt" => Test::Greater(limit(subject, json)?),
        "$gte" => Test::GreaterOrEqual(limit(subject, json)?),
        "$in" => Test::In(list(kind, operator, json)?),
        "$nin" => Test::NotIn(list(kind, operator, json)?),
        "$all" => all(kind, json)?,
        "$containedBy" => Test::ContainedBy(list(kind, operator, json)?),
        "$options" => return Err(invalid("$options is nothing without $regex".to_owned())),
        "$text" => text(json)?,
        "$within" => within(json)?,
        "$geoWithin" => geo_within(json)?,
        "$geoIntersects" => geo_intersects(json)?,
        distance if is_distance(distance) => {
            return Err(invalid(format!("{distance} is nothing without $nearSphere")));
        }
        "$exists" => match json {
            Json::Bool(exists) => Test::Exists(*exists),
            json if json.get(RELATIVE_TIME).is_some() => return Err(misplaced_relative_time()),
            _ => return Err(Error::new(ErrorCode::InvalidJson, "bad $exists value")),
        },
        RELATIVE_TIME => return Err(misplaced_relative_time()),
        unknown => {
            return Err(Error::new(ErrorCode::InvalidJson, format!("bad constraint: {}", shown(unknown))));
        }
    })
}

fn pattern(json: &Json, options: Option<&Json>) -> Result<Pattern> {
    let source = json.as_str().ok_or_else(|| invalid("$regex value must be a string".to_owned()))?;
    let Some(options) = options else { return Pattern::parse(source, "") };
    match options.as_str().filter(|options| !options.is_empty()) {
        Some(options) => Pattern::parse(source, options),
        None => Err(invalid(format!("Bad $options value for query: {}", shown(&options.to_string())))),
    }
}

/// `$all` takes values, or the beginnings of texts in the form that SDKs send for them.
fn all(kind: Option<&FieldType>, json: &Json) -> Result<Test> {
    let items = json.as_array().map(Vec::as_slice).unwrap_or_default();
    if !items.iter().any(|item| item.get("$regex").is_some()) {
        return Ok(Test::All(list(kind, "$all", json)?));
    }
    check_length("$all", items)?;
    let prefixes: Option<Vec<_>> = items.iter().map(quoted_prefix).collect();
    let mixed = || invalid("All $all values must be of regex type or none".to_owned());
    Ok(Test::AllStarting(prefixes.ok_or_else(mixed)?))
}

/// The text that `{"$regex": "^\\Qtext\\E"}` asks for at the start.
fn quoted_prefix(json: &Json) -> Option<String> {
    let quoted = json.get("$regex")?.as_str()?.strip_prefix("^\\Q")?;
    let text = quoted.strip_suffix("\\E").unwrap_or(quoted);
    // How SDKs quote a text that holds the end of a quotation.
    Some(text.replace("\\E\\\\E\\Q", "\\E"))
}

fn list(kind: Option<&FieldType>, operator: &str, json: &Json) -> Result<Vec<Value>> {
    let Json::Array(items) = json else {
        return Err(Error::new(ErrorCode::InvalidJson, format!("bad {operator} value")));
    };
    check_length(operator, items)?;
    items.iter().map(|item| operand(kind, item)).collect()
}

fn check_length(operator: &str, items: &[Json]) -> Result<()> {
    if items.len() > limits::QUERY_LIST_MAX {
        return Err(invalid(format!("{operator} takes at most {} values.", limits::QUERY_LIST_MAX)));
    }
    Ok(())
}

/// Tells a time by its distance from now.
const RELATIVE_TIME: &str = "$relativeTime";

/// Reads the operand of a comparison, which may be told from now where the field is a Date.
fn limit(subject: Subject<'_>, json: &Json) -> Result<Value> {
    let Some(relative) = json.get(RELATIVE_TIME) else { return operand(subject.kind, json) };
    let text = match (subject.kind, relative) {
        (Some(FieldType::Date), Json::String(text)) => text,
        (Some(FieldType::Date), _) => {
            return Err(Error::new(
                ErrorCode::InvalidJson,
                "bad $relativeTime value. It should be a string.",
            ));
        }
        _ => {
            return Err(Error::new(ErrorCode::InvalidJson, "$relativeTime can only be used with Date field"));
        }
    };
    relative_time(text, subject.now).map(Value::Date)
}

fn misplaced_relative_time() -> Error {
    let message = "$relativeTime can only be used with the $lt, $lte, $gt, and $gte operators";
    Error::new(ErrorCode::InvalidJson, message)
}

/// Reads an operand. Date fields take ISO strings too.
pub(super) fn operand(kind: Option<&FieldType>, json: &Json) -> Result<Value> {
    if json.get(RELATIVE_TIME).is_some() {
        return Err(misplaced_relative_time());
    }
    let value = Value::from_json(json.clone())?;
    Ok(match (kind, value) {
        (Some(FieldType::Date), Value::String(text)) => {
            Timestamp::parse_iso(&text).map_or(Value::String(text), Value::Date)
        }
        (_, value) => value,
    })
}
