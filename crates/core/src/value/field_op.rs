//! What a write says about one field: a new value or an operation.

use super::{Json, JsonMap, Value, check_depth, check_nested_keys};
use crate::error::{Error, ErrorCode, Result};
use crate::limits;

/// The change of one field, as a client asks for it.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldOp {
    /// The new value.
    Set(Value),
    /// Removes the value.
    Delete,
    /// Adds to a number.
    Increment(f64),
    /// Appends to an array.
    Add(Vec<Json>),
    /// Appends what an array does not hold yet.
    AddUnique(Vec<Json>),
    /// Removes equal elements from an array.
    Remove(Vec<Json>),
    /// Members that join (`add`) and leave (`remove`) a relation, all of one class.
    Relate {
        /// The class of the members.
        class_name: String,
        /// Object ids that join.
        add: Vec<String>,
        /// Object ids that leave.
        remove: Vec<String>,
    },
    /// The value of a new object; says nothing about one that exists.
    SetOnInsert(Value),
}

/// Reads `{"__op": …}` or a plain value.
pub fn parse_field(json: Json) -> Result<FieldOp> {
    match json {
        Json::Object(map) if map.contains_key("__op") => parse_op(map),
        other => Value::from_json(other).map(FieldOp::Set),
    }
}

fn parse_op(mut map: JsonMap) -> Result<FieldOp> {
    let op = map.get("__op").and_then(Json::as_str).unwrap_or_default().to_owned();
    match op.as_str() {
        "Delete" => Ok(FieldOp::Delete),
        "Increment" => match map.get("amount").and_then(Json::as_f64) {
            Some(amount) => Ok(FieldOp::Increment(amount)),
            None => Err(invalid("incrementing must provide a number")),
        },
        "Add" => objects(&mut map).map(FieldOp::Add),
        "AddUnique" => objects(&mut map).map(FieldOp::AddUnique),
        "Remove" => objects(&mut map).map(FieldOp::Remove),
        "AddRelation" => relate(&mut map, true),
        "RemoveRelation" => relate(&mut map, false),
        "SetOnInsert" => {
            Value::from_json(map.shift_remove("amount").unwrap_or(Json::Null)).map(FieldOp::SetOnInsert)
        }
        "Batch" => batch(&mut map),
        _ => Err(Error::new(
            ErrorCode::CommandUnavailable,
            "The operation is not supported: __op must be Increment, Add, AddUnique, Remove, AddRelation, \
             RemoveRelation, Delete, SetOnInsert or Batch.",
        )),
    }
}

fn objects(map: &mut JsonMap) -> Result<Vec<Json>> {
    let Some(Json::Array(objects)) = map.shift_remove("objects") else {
        return Err(invalid("objects to add must be an array"));
    };
    for object in &objects {
        check_nested_keys(object)?;
        check_depth(object, limits::JSON_DEPTH_MAX - 1)?;
    }
    Ok(objects)
}

fn relate(map: &mut JsonMap, joins: bool) -> Result<FieldOp> {
    let mut members = Vec::new();
    let mut class_name = String::new();
    for object in objects(map)? {
        let Value::Pointer(pointer) = Value::from_json(object)? else {
            return Err(Error::new(ErrorCode::InvalidPointer, "The members of a relation must be pointers."));
        };
        if !class_name.is_empty() && class_name != pointer.class_name {
            return Err(Error::new(
                ErrorCode::IncorrectType,
                "The members of a relation must belong to one class.",
            ));
        }
        class_name = pointer.class_name;
        members.push(pointer.object_id);
    }
    if members.len() > limits::RELATION_MEMBERS_MAX {
        return Err(invalid("too many members for one relation operation"));
    }
    let (add, remove) = if joins { (members, Vec::new()) } else { (Vec::new(), members) };
    Ok(FieldOp::Relate { class_name, add, remove })
}

/// SDKs send several relation operations of one field as a batch.
fn batch(map: &mut JsonMap) -> Result<FieldOp> {
    let Some(Json::Array(ops)) = map.shift_remove("ops") else {
        return Err(invalid("a Batch operation needs 'ops', an array"));
    };
    let mut merged = FieldOp::Relate { class_name: String::new(), add: Vec::new(), remove: Vec::new() };
    for op in ops {
        merged = merge_relations(merged, parse_field(op)?)?;
    }
    Ok(merged)
}

fn merge_relations(first: FieldOp, second: FieldOp) -> Result<FieldOp> {
    match (first, second) {
        (
            FieldOp::Relate { class_name, mut add, mut remove },
            FieldOp::Relate { class_name: other, add: joins, remove: leaves },
        ) if class_name.is_empty() || other.is_empty() || class_name == other => {
            add.retain(|id| !leaves.contains(id));
            remove.retain(|id| !joins.contains(id));
            add.extend(joins);
            remove.extend(leaves);
            let class_name = if class_name.is_empty() { other } else { class_name };
            Ok(FieldOp::Relate { class_name, add, remove })
        }
        _ => Err(Error::new(
            ErrorCode::CommandUnavailable,
            "A Batch operation takes AddRelation and RemoveRelation of one class.",
        )),
    }
}

/// What an operation leaves in a new object; `None` leaves nothing.
pub fn flatten_for_create(op: FieldOp) -> Option<Value> {
    match op {
        FieldOp::Set(value) | FieldOp::SetOnInsert(value) => Some(value),
        FieldOp::Increment(amount) => Some(Value::Number(amount)),
        FieldOp::Add(objects) => Some(Value::Array(objects)),
        FieldOp::AddUnique(objects) => {
            let mut unique = Vec::new();
            super::add_unique_to_array(&mut unique, objects);
            Some(Value::Array(unique))
        }
        FieldOp::Remove(_) => Some(Value::Array(Vec::new())),
        FieldOp::Delete | FieldOp::Relate { .. } => None,
    }
}

fn invalid(message: &'static str) -> Error {
    Error::new(ErrorCode::InvalidJson, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pointer(id: &str) -> Json {
        json!({"__type": "Pointer", "className": "Tag", "objectId": id})
    }

    #[test]
    fn operations() {
        let relate = |add: &[&str], remove: &[&str]| FieldOp::Relate {
            class_name: "Tag".into(),
            add: add.iter().map(|id| (*id).to_owned()).collect(),
            remove: remove.iter().map(|id| (*id).to_owned()).collect(),
        };
        for (json, expected) in [
            (json!({"__op": "Increment", "amount": -2}), Some(FieldOp::Increment(-2.0))),
            (json!({"__op": "Increment", "amount": "2"}), None),
            (json!({"__op": "Add", "objects": [1]}), Some(FieldOp::Add(vec![json!(1)]))),
            (json!({"__op": "Add", "objects": 1}), None),
            (json!({"__op": "Delete"}), Some(FieldOp::Delete)),
            (json!({"__op": "AddRelation", "objects": [pointer("a")]}), Some(relate(&["a"], &[]))),
            (json!({"__op": "RemoveRelation", "objects": [1]}), None),
            (
                json!({"__op": "Batch", "ops": [
                    {"__op": "AddRelation", "objects": [pointer("a"), pointer("b")]},
                    {"__op": "RemoveRelation", "objects": [pointer("a"), pointer("c")]},
                ]}),
                Some(relate(&["b"], &["a", "c"])),
            ),
            (json!({"__op": "Batch", "ops": [{"__op": "Delete"}]}), None),
            (json!({"__op": "Explode"}), None),
            (json!({"__op": 7}), None),
        ] {
            assert_eq!(parse_field(json.clone()).ok(), expected, "{json}");
        }
    }
}
