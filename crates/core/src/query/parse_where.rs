//! The `where` of a query: from its JSON form to conditions.
//!
//! Source: Parse REST protocol, "Queries".

use std::sync::Arc;

use super::{FieldPath, Filter, Test};
use crate::access::Scope;
use crate::error::{Error, ErrorCode, Result, shown};
use crate::limits;
use crate::schema::{
    ACL, CREATED_AT, Class, FieldType, OBJECT_ID, UPDATED_AT, Visibility, is_valid_field_name,
};
use crate::value::{Json, JsonMap, Timestamp, Value, parse_pointer};

/// Operators of the protocol that this version refuses by name.
const NOT_AVAILABLE: &[&str] = &[
    "$or",
    "$and",
    "$nor",
    "$all",
    "$containedBy",
    "$regex",
    "$options",
    "$text",
    "$inQuery",
    "$notInQuery",
    "$select",
    "$dontSelect",
    "$nearSphere",
    "$maxDistance",
    "$maxDistanceInMiles",
    "$maxDistanceInKilometers",
    "$maxDistanceInRadians",
    "$within",
    "$geoWithin",
    "$geoIntersects",
    "$relativeTime",
];

/// Reads a `where` object. `class` is `None` while the class does not exist; then nothing can match, but the
/// conditions are checked all the same.
pub fn parse_where(class: Option<&Class>, scope: &Scope, conditions: &JsonMap) -> Result<Filter> {
    let mut parser = Parser { class, scope, conditions_left: limits::QUERY_CONDITIONS_MAX };
    let mut all = Vec::with_capacity(conditions.len());
    for (key, json) in conditions {
        parser.condition(key, json, &mut all)?;
    }
    Ok(if all.len() == 1 { all.remove(0) } else { Filter::And(all) })
}

struct Parser<'a> {
    class: Option<&'a Class>,
    scope: &'a Scope,
    conditions_left: usize,
}

impl Parser<'_> {
    fn condition(&mut self, key: &str, json: &Json, all: &mut Vec<Filter>) -> Result<()> {
        if key == "$relatedTo" {
            all.push(related_to(json)?);
            return Ok(());
        }
        let path = self.path(key)?;
        let kind = self.field_type(&path);
        match json {
            Json::Object(map) if map.keys().any(|key| key.starts_with('$')) => {
                for test in constraint(kind.as_ref(), map)? {
                    self.push(&path, test, all)?;
                }
                Ok(())
            }
            direct => {
                let test = Test::Equal(operand(kind.as_ref(), direct)?);
                self.push(&path, test, all)
            }
        }
    }

    fn push(&mut self, path: &FieldPath, test: Test, all: &mut Vec<Filter>) -> Result<()> {
        self.conditions_left = self.conditions_left.checked_sub(1).ok_or_else(|| {
            invalid(format!("A query holds at most {} conditions.", limits::QUERY_CONDITIONS_MAX))
        })?;
        all.push(Filter::Field { path: path.clone(), test });
        Ok(())
    }

    fn path(&self, key: &str) -> Result<FieldPath> {
        if NOT_AVAILABLE.contains(&key) {
            return Err(not_available(key));
        }
        if key == ACL {
            return Err(invalid("Cannot query on ACL.".to_owned()));
        }
        let path = FieldPath::parse(key);
        check_readable_path(self.class, self.scope, &path, key)?;
        Ok(path)
    }

    /// The type operands are read as; only whole fields have one.
    fn field_type(&self, path: &FieldPath) -> Option<FieldType> {
        match &*path.field {
            _ if !path.nested.is_empty() => None,
            CREATED_AT | UPDATED_AT => Some(FieldType::Date),
            OBJECT_ID => Some(FieldType::String),
            name => self.class?.field(name).map(|field| field.kind.clone()),
        }
    }
}

/// Refuses names that are not valid (105) and fields whose value the caller may not learn (119): what cannot be
/// read must not be found out by asking either.
pub(super) fn check_readable_path(
    class: Option<&Class>,
    scope: &Scope,
    path: &FieldPath,
    key: &str,
) -> Result<()> {
    let nested_ok = path.nested.len() <= limits::QUERY_DEPTH_MAX
        && path.nested.iter().all(|key| !key.is_empty() && !key.contains(['$', '\0']));
    if !is_valid_field_name(&path.field) || !nested_ok {
        return Err(Error::new(ErrorCode::InvalidKeyName, format!("Invalid key name: {}", shown(key))));
    }
    let visibility = class.and_then(|class| class.field(&path.field)).map(|field| field.visibility);
    if visibility == Some(Visibility::Owner) && !scope.is_privileged() {
        return Err(Error::denied(
            ErrorCode::OperationForbidden,
            format!(
                "This user is not allowed to query {} on class {}.",
                shown(key),
                class.map_or("", |c| &c.name)
            ),
        ));
    }
    Ok(())
}

/// The tests of `{"$gt": 1, "$lt": 5}`. Keys without `$` beside operators make up a value that must be equal.
fn constraint(kind: Option<&FieldType>, map: &JsonMap) -> Result<Vec<Test>> {
    let mut tests = Vec::with_capacity(map.len());
    let mut direct = JsonMap::new();
    for (operator, json) in map {
        if !operator.starts_with('$') {
            direct.insert(operator.clone(), json.clone());
            continue;
        }
        tests.push(test(kind, operator, json)?);
    }
    if !direct.is_empty() {
        tests.push(Test::Equal(operand(kind, &Json::Object(direct))?));
    }
    Ok(tests)
}

fn test(kind: Option<&FieldType>, operator: &str, json: &Json) -> Result<Test> {
    Ok(match operator {
        "$eq" => Test::Equal(operand(kind, json)?),
        "$ne" => Test::NotEqual(operand(kind, json)?),
        "$lt" => Test::Less(operand(kind, json)?),
        "$lte" => Test::LessOrEqual(operand(kind, json)?),
        "$gt" => Test::Greater(operand(kind, json)?),
        "$gte" => Test::GreaterOrEqual(operand(kind, json)?),
        "$in" => Test::In(list(kind, operator, json)?),
        "$nin" => Test::NotIn(list(kind, operator, json)?),
        "$exists" => match json {
            Json::Bool(exists) => Test::Exists(*exists),
            _ => return Err(Error::new(ErrorCode::InvalidJson, "bad $exists value")),
        },
        known if NOT_AVAILABLE.contains(&known) => return Err(not_available(known)),
        unknown => {
            return Err(Error::new(ErrorCode::InvalidJson, format!("bad constraint: {}", shown(unknown))));
        }
    })
}

fn list(kind: Option<&FieldType>, operator: &str, json: &Json) -> Result<Vec<Value>> {
    let Json::Array(items) = json else {
        return Err(Error::new(ErrorCode::InvalidJson, format!("bad {operator} value")));
    };
    if items.len() > limits::QUERY_LIST_MAX {
        return Err(invalid(format!("{operator} takes at most {} values.", limits::QUERY_LIST_MAX)));
    }
    items.iter().map(|item| operand(kind, item)).collect()
}

/// Reads an operand. Date fields take ISO strings too.
fn operand(kind: Option<&FieldType>, json: &Json) -> Result<Value> {
    let value = Value::from_json(json.clone())?;
    Ok(match (kind, value) {
        (Some(FieldType::Date), Value::String(text)) => {
            Timestamp::parse_iso(&text).map_or(Value::String(text), Value::Date)
        }
        (_, value) => value,
    })
}

fn related_to(json: &Json) -> Result<Filter> {
    let improper =
        || invalid("improper usage of $relatedTo: it needs 'object', a Pointer, and 'key'.".to_owned());
    let owner = json.get("object").and_then(Json::as_object).ok_or_else(improper)?;
    let field = json.get("key").and_then(Json::as_str).ok_or_else(improper)?;
    if !is_valid_field_name(field) {
        return Err(improper());
    }
    Ok(Filter::RelatedTo { owner: parse_pointer(owner)?, field: Arc::from(field) })
}

fn not_available(operator: &str) -> Error {
    invalid(format!("{operator} is not available yet"))
}

fn invalid(message: String) -> Error {
    Error::new(ErrorCode::InvalidQuery, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Caller;
    use serde_json::json;

    fn parse(json: Json) -> Result<Filter> {
        let scope = Scope::for_caller(Caller::Anonymous);
        parse_where(None, &scope, json.as_object().unwrap_or(&JsonMap::new()))
    }

    #[test]
    fn conditions() {
        let field = |name: &str, test: Test| Filter::Field { path: FieldPath::parse(name), test };
        let number = Value::Number;
        for (json, expected) in [
            (json!({}), Filter::all()),
            (json!({"a": 1}), field("a", Test::Equal(number(1.0)))),
            (json!({"a.b": null}), field("a.b", Test::Equal(Value::Null))),
            (
                json!({"a": {"$gt": 1, "$lte": 5}}),
                Filter::And(vec![
                    field("a", Test::Greater(number(1.0))),
                    field("a", Test::LessOrEqual(number(5.0))),
                ]),
            ),
            (json!({"a": {"$in": [1]}}), field("a", Test::In(vec![number(1.0)]))),
            (json!({"a": {"$exists": false}}), field("a", Test::Exists(false))),
            (
                json!({"createdAt": {"$lt": "1970-01-01T00:00:01Z"}}),
                field("createdAt", Test::Less(Value::Date(Timestamp(1000)))),
            ),
        ] {
            assert_eq!(parse(json.clone()), Ok(expected), "{json}");
        }
    }

    #[test]
    fn refused_conditions() {
        for (json, code) in [
            (json!({"a": {"$in": 1}}), ErrorCode::InvalidJson),
            (json!({"a": {"$exists": "x"}}), ErrorCode::InvalidJson),
            (json!({"a": {"$foo": 1}}), ErrorCode::InvalidJson),
            (json!({"a": {"$regex": "x"}}), ErrorCode::InvalidQuery),
            (json!({"$or": []}), ErrorCode::InvalidQuery),
            (json!({"ACL": {}}), ErrorCode::InvalidQuery),
            (json!({"_rperm": "x"}), ErrorCode::InvalidKeyName),
            (json!({"_hashed_password": "x"}), ErrorCode::InvalidKeyName),
            (json!({"$where": "x"}), ErrorCode::InvalidKeyName),
            (json!({"__proto__": 1}), ErrorCode::InvalidKeyName),
            (json!({"a..b": 1}), ErrorCode::InvalidKeyName),
            (json!({"a": "\0"}), ErrorCode::InvalidJson),
            (json!({"$relatedTo": {"key": "x"}}), ErrorCode::InvalidQuery),
        ] {
            assert_eq!(parse(json.clone()).map_err(|error| error.code), Err(code), "{json}");
        }
    }
}
