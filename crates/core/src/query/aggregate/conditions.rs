//! The conditions of `$match`: MongoDB's names and ids become those of a `where`, and what no `where` knows is refused.

use std::sync::Arc;

use serde_json::json;

use super::expressions::parse_name;
use super::operators::not_available;
use super::{Shape, invalid};
use crate::error::Result;
use crate::query::{Filter, parse_where};
use crate::value::{Json, JsonMap, Timestamp};

/// Operators that MongoDB knows beside fields and that this version refuses by name.
const NOT_AVAILABLE: &[&str] = &["$expr", "$jsonSchema", "$where", "$comment"];

/// The class that a field's pointers lead to, by the name of the field.
pub(super) type PointerClass<'a> = &'a dyn Fn(&str) -> Option<Arc<str>>;

/// The conditions as a `where` has them. An id alone stands for a pointer where a field holds pointers.
pub(super) fn to_where(conditions: &JsonMap, pointer_class: PointerClass<'_>) -> Result<JsonMap> {
    let mut out = JsonMap::new();
    for (key, value) in conditions {
        match (key.as_str(), value) {
            ("$and" | "$or" | "$nor", Json::Array(members)) => {
                let member = |member: &Json| match member {
                    Json::Object(map) => to_where(map, pointer_class).map(Json::Object),
                    other => Ok(other.clone()),
                };
                let members: Result<_> = members.iter().map(member).collect();
                out.insert(key.clone(), Json::Array(members?));
            }
            (key, _) if NOT_AVAILABLE.contains(&key) => return Err(not_available(key)),
            (key, value) => {
                let name = parse_path(key);
                let value = match pointer_class(&name) {
                    Some(class) => with_pointers(value, &class),
                    None => value.clone(),
                };
                if out.insert(name, value).is_some() {
                    return Err(invalid("a field is named twice in $match"));
                }
            }
        }
    }
    Ok(out)
}

/// The conditions of a `$match` on documents that are no rows any more.
pub(super) fn filter(shape: &Shape, conditions: &JsonMap, now: Timestamp) -> Result<Filter> {
    let class = shape.as_class();
    let pointer_class = |name: &str| class.field(name).and_then(|field| field.kind.target_class().cloned());
    parse_where(Some(&class), &to_where(conditions, &pointer_class)?, now)
}

fn parse_path(path: &str) -> String {
    match path.split_once('.') {
        Some((name, rest)) => format!("{}.{rest}", parse_name(name)),
        None => parse_name(path).to_owned(),
    }
}

/// Ids, and MongoDB's `Class$id`, as pointers; also as operands and in lists of operands.
fn with_pointers(value: &Json, class: &str) -> Json {
    match value {
        Json::String(text) => {
            let id = text.strip_prefix(class).and_then(|rest| rest.strip_prefix('$')).unwrap_or(text);
            json!({"__type": "Pointer", "className": class, "objectId": id})
        }
        Json::Array(items) => items.iter().map(|item| with_pointers(item, class)).collect(),
        Json::Object(map) if !map.contains_key("__type") => {
            let operand = |(operator, operand): (&String, &Json)| {
                let takes_values =
                    matches!(operator.as_str(), "$eq" | "$ne" | "$in" | "$nin" | "$all" | "$containedBy");
                let operand = if takes_values { with_pointers(operand, class) } else { operand.clone() };
                (operator.clone(), operand)
            };
            Json::Object(map.iter().map(operand).collect())
        }
        other => other.clone(),
    }
}
