//! The parameters of a read, from JSON to [`FindOptions`]. Unknown ones are refused, so that a misspelt `where`
//! never shows more than was meant.

use astrolabe_core::error::{Error, ErrorCode, Result, shown};
use astrolabe_core::query::{FindOptions, KeySelection};
use astrolabe_core::value::{Json, JsonMap};

const FIND_PARAMS: [&str; 16] = [
    "where",
    "order",
    "skip",
    "limit",
    "count",
    "keys",
    "excludeKeys",
    "include",
    "includeAll",
    "redirectClassNameForKey",
    "readPreference",
    "includeReadPreference",
    "subqueryReadPreference",
    "hint",
    "explain",
    "comment",
];

/// Parameters that this version refuses by name.
const NOT_AVAILABLE: [&str; 1] = ["redirectClassNameForKey"];

const GET_PARAMS: [&str; 6] =
    ["keys", "include", "excludeKeys", "readPreference", "includeReadPreference", "subqueryReadPreference"];

/// Reads the parameters of a query.
pub(super) fn find_options(params: &JsonMap) -> Result<FindOptions> {
    for name in params.keys() {
        if !FIND_PARAMS.contains(&name.as_str()) {
            return Err(invalid(format!("Invalid parameter for query: {}", shown(name))));
        }
        if NOT_AVAILABLE.contains(&name.as_str()) {
            return Err(invalid(format!("{name} is not available yet")));
        }
    }
    let mut keys = key_selection(params)?;
    keys.include_all |= flag(params, "includeAll");
    Ok(FindOptions {
        conditions: conditions(params)?,
        order: list_text(params, "order")?,
        skip: whole_number(params, "skip")?.unwrap_or(0),
        limit: whole_number(params, "limit")?,
        count: flag(params, "count"),
        keys,
        hint: hint(params),
    })
}

/// The index to use, if one is named.
pub(super) fn hint(params: &JsonMap) -> Option<Json> {
    params.get("hint").filter(|hint| !matches!(hint, Json::Null) && hint.as_str() != Some("")).cloned()
}

/// Whether the database's plan is asked for. How much of it is told does not depend on the word.
pub(super) fn asks_for_plan(params: &JsonMap) -> Result<bool> {
    match params.get("explain") {
        None | Some(Json::Null | Json::Bool(false)) => Ok(false),
        Some(Json::Bool(true)) => Ok(true),
        Some(Json::String(text)) => match text.as_str() {
            "queryPlanner" | "queryPlannerExtended" | "executionStats" | "allPlansExecution" => Ok(true),
            _ => Err(invalid("Invalid value for explain".to_owned())),
        },
        Some(_) => Err(invalid("Invalid value for explain".to_owned())),
    }
}

/// Reads the parameters of a get.
pub(super) fn get_options(params: &JsonMap) -> Result<KeySelection> {
    if params.keys().any(|name| !GET_PARAMS.contains(&name.as_str())) {
        return Err(invalid("Improper encode of parameter".to_owned()));
    }
    key_selection(params)
}

fn key_selection(params: &JsonMap) -> Result<KeySelection> {
    let text = |name| list_text(params, name);
    KeySelection::parse(
        text("keys")?.as_deref(),
        text("excludeKeys")?.as_deref(),
        text("include")?.as_deref(),
    )
}

fn conditions(params: &JsonMap) -> Result<JsonMap> {
    match params.get("where") {
        None | Some(Json::Null) => Ok(JsonMap::new()),
        Some(json) => conditions_of(json),
    }
}

/// Conditions, as JSON or as the text of it.
pub(super) fn conditions_of(json: &Json) -> Result<JsonMap> {
    let not_json = || Error::new(ErrorCode::InvalidJson, "where parameter is not valid JSON");
    match json {
        Json::Object(map) => Ok(map.clone()),
        Json::String(text) => serde_json::from_str(text).map_err(|_| not_json()),
        _ => Err(not_json()),
    }
}

/// A comma-separated list, or an array of strings.
fn list_text(params: &JsonMap, name: &str) -> Result<Option<String>> {
    match params.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.clone())),
        Some(Json::Array(items)) => {
            let parts: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
            parts.map(|parts| Some(parts.join(","))).ok_or_else(|| wrong_type(name))
        }
        Some(_) => Err(wrong_type(name)),
    }
}

/// A number of rows; SDKs send it as a number, URLs as text.
fn whole_number(params: &JsonMap, name: &str) -> Result<Option<u64>> {
    let number = match params.get(name) {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::Number(number)) => number.as_f64(),
        Some(Json::String(text)) => text.trim().parse().ok(),
        Some(_) => None,
    };
    match number {
        Some(number) if number >= 0.0 && number.trunc() == number && number < 9e15 => Ok(Some(number as u64)),
        _ => Err(invalid(format!("{name} must be a whole number, 0 or more"))),
    }
}

fn flag(params: &JsonMap, name: &str) -> bool {
    match params.get(name) {
        Some(Json::Bool(flag)) => *flag,
        Some(Json::Number(number)) => number.as_f64() != Some(0.0),
        Some(Json::String(text)) => !matches!(text.as_str(), "" | "0" | "false"),
        _ => false,
    }
}

fn wrong_type(name: &str) -> Error {
    invalid(format!("{name} must be a string"))
}

fn invalid(message: String) -> Error {
    Error::new(ErrorCode::InvalidQuery, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn options(json: Json) -> Result<FindOptions> {
        find_options(&json.as_object().cloned().unwrap_or_default())
    }

    #[test]
    fn pages_and_flags() -> Result<()> {
        let read =
            options(json!({"skip": "2", "limit": 3, "count": 1, "where": "{\"a\":1}", "order": "-a"}))?;
        assert_eq!((read.skip, read.limit, read.count, read.conditions.len()), (2, Some(3), true, 1));
        Ok(())
    }

    #[test]
    fn refused() {
        for (params, code) in [
            (json!({"wher": {}}), ErrorCode::InvalidQuery),
            (json!({"where": "{"}), ErrorCode::InvalidJson),
            (json!({"where": 1}), ErrorCode::InvalidJson),
            (json!({"limit": -1}), ErrorCode::InvalidQuery),
            (json!({"limit": 1.5}), ErrorCode::InvalidQuery),
            (json!({"skip": "x"}), ErrorCode::InvalidQuery),
            (json!({"order": {}}), ErrorCode::InvalidQuery),
            (json!({"keys": [1]}), ErrorCode::InvalidQuery),
        ] {
            assert_eq!(options(params.clone()).map_err(|error| error.code).err(), Some(code), "{params}");
        }
    }
}
