//! The `where` of a query: from its JSON form to conditions.
//!
//! Source: Parse REST protocol, "Queries".

mod geo;
mod operators;
mod relative_time;
mod text;

use std::sync::Arc;

use super::{FieldPath, Filter, Test};
use crate::error::{Error, ErrorCode, Result, shown};
use crate::limits;
use crate::schema::{ACL, CREATED_AT, Class, FieldType, OBJECT_ID, UPDATED_AT, is_valid_field_name};
use crate::value::{Json, JsonMap, Timestamp, parse_pointer};
use operators::{Subject, constraint, operand};

/// Reads a `where` object. `class` is `None` while the class does not exist; then nothing can match, but the
/// conditions are checked all the same. Whether the caller may ask for the fields is for `FieldView` to say. Relative
/// times count from `now`.
pub fn parse_where(class: Option<&Class>, conditions: &JsonMap, now: Timestamp) -> Result<Filter> {
    let mut parser = Parser { class, now, conditions_left: limits::QUERY_CONDITIONS_MAX };
    parser.object(conditions, 0)
}

struct Parser<'a> {
    class: Option<&'a Class>,
    now: Timestamp,
    conditions_left: usize,
}

impl Parser<'_> {
    /// A `where` object, `level` logical operators below the outermost one.
    fn object(&mut self, conditions: &JsonMap, level: usize) -> Result<Filter> {
        let mut all = Vec::with_capacity(conditions.len());
        for (key, json) in conditions {
            match key.as_str() {
                "$or" => all.push(Filter::Or(self.members(key, json, level)?)),
                "$and" => all.push(Filter::And(self.members(key, json, level)?)),
                "$nor" => all.push(Filter::Nor(self.members(key, json, level)?)),
                "$relatedTo" => {
                    self.count_condition()?;
                    all.push(related_to(json)?);
                }
                key => self.condition(key, json, &mut all)?,
            }
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Filter::And(all) })
    }

    /// The operands of a logical operator. Each counts as a condition, so that empty ones have a bound too.
    fn members(&mut self, operator: &str, json: &Json, level: usize) -> Result<Vec<Filter>> {
        if level >= limits::QUERY_DEPTH_MAX {
            return Err(invalid(format!("A query is at most {} levels deep.", limits::QUERY_DEPTH_MAX)));
        }
        let items = json.as_array().filter(|items| !items.is_empty()).ok_or_else(|| {
            let wanted = if json.is_array() { "an array of at least 1 value" } else { "an array value" };
            invalid(format!("Bad {operator} format - use {wanted}."))
        })?;
        let mut members = Vec::new();
        for item in items {
            let conditions = item
                .as_object()
                .ok_or_else(|| invalid(format!("Bad {operator} format - each value must be an object.")))?;
            self.count_condition()?;
            members.push(self.object(conditions, level + 1)?);
        }
        Ok(members)
    }

    fn condition(&mut self, key: &str, json: &Json, all: &mut Vec<Filter>) -> Result<()> {
        let path = self.path(key)?;
        let kind = self.field_type(&path);
        match json {
            Json::Object(map) if map.keys().any(|key| key.starts_with('$')) => {
                let subject = Subject { kind: kind.as_ref(), now: self.now };
                for test in constraint(subject, map)? {
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
        self.count_condition()?;
        all.push(Filter::Field { path: path.clone(), test });
        Ok(())
    }

    fn count_condition(&mut self) -> Result<()> {
        self.conditions_left = self.conditions_left.checked_sub(1).ok_or_else(|| {
            invalid(format!("A query holds at most {} conditions.", limits::QUERY_CONDITIONS_MAX))
        })?;
        Ok(())
    }

    fn path(&self, key: &str) -> Result<FieldPath> {
        if key == ACL {
            return Err(invalid("Cannot query on ACL.".to_owned()));
        }
        let path = FieldPath::parse(key);
        check_path(&path, key)?;
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

/// Refuses names that are not valid (105).
pub(super) fn check_path(path: &FieldPath, key: &str) -> Result<()> {
    let nested_ok = path.nested.len() <= limits::QUERY_DEPTH_MAX
        && path.nested.iter().all(|key| !key.is_empty() && !key.contains(['$', '\0']));
    if is_valid_field_name(&path.field) && nested_ok {
        return Ok(());
    }
    Err(Error::new(ErrorCode::InvalidKeyName, format!("Invalid key name: {}", shown(key))))
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

fn invalid(message: String) -> Error {
    Error::new(ErrorCode::InvalidQuery, message)
}

#[cfg(test)]
mod tests;
