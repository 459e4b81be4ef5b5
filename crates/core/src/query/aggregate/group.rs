//! `$group`, and the stages that are short for one.

use super::expressions::{Expressions, Typed, check_output_name};
use super::operators::not_available;
use super::{Accumulator, Expr, GroupId, Kind, Measure, Shape, Stage, invalid};
use crate::error::{Result, shown};
use crate::schema::OBJECT_ID;
use crate::value::{Json, JsonMap, Value};

/// `{$group: {_id: key, field: {accumulator: value}}}`.
pub(super) fn group(within: &Expressions<'_>, body: &JsonMap) -> Result<(Stage, Shape)> {
    if body.contains_key(OBJECT_ID) {
        return Err(invalid("Cannot use 'objectId' in aggregation stage $group."));
    }
    let id = body.get("_id").ok_or_else(|| invalid("Invalid parameter for query: group. Missing key _id"))?;
    let (keys, id, kind) = group_id(within, id)?;
    let mut shape = Shape::default();
    shape.set(OBJECT_ID, kind, true);
    let mut accumulators = Vec::with_capacity(body.len());
    for (name, json) in body.iter().filter(|(name, _)| *name != "_id") {
        check_output_name(name)?;
        let accumulator = accumulator(within, name, json)?;
        shape.set(name, accumulator.measure.result(&accumulator.kind), true);
        accumulators.push(accumulator);
    }
    Ok((Stage::Group { keys, id, accumulators }, shape))
}

/// `{$count: name}`: one document that tells how many there are, or none.
pub(super) fn count(name: &Json) -> Result<(Stage, Shape)> {
    let name = name.as_str().ok_or_else(|| invalid("$count takes the name of a field"))?;
    check_output_name(name)?;
    let mut shape = Shape::default();
    shape.set(name, Kind::Number, true);
    let accumulators = vec![counting()];
    Ok((Stage::Group { keys: Vec::new(), id: GroupId::Left, accumulators }, shape))
}

/// `{$sortByCount: key}`: how often each key occurs; the order is for another stage.
pub(super) fn group_and_count(within: &Expressions<'_>, key: &Json) -> Result<(Stage, Shape)> {
    let (keys, id, kind) = group_id(within, key)?;
    let mut shape = Shape::default();
    shape.set(OBJECT_ID, kind, true);
    shape.set("count", Kind::Number, true);
    Ok((Stage::Group { keys, id, accumulators: vec![counting()] }, shape))
}

fn counting() -> Accumulator {
    Accumulator { value: Expr::Constant(Value::Null), kind: Kind::Json, measure: Measure::Count }
}

fn group_id(within: &Expressions<'_>, json: &Json) -> Result<(Vec<Expr>, GroupId, Kind)> {
    match json {
        Json::Null => Ok((Vec::new(), GroupId::Null, Kind::Json)),
        Json::Object(map) if is_document(map) => {
            let (mut keys, mut names) = (Vec::new(), Vec::new());
            for (name, json) in map {
                check_output_name(name)?;
                let key = as_key(within.read(json, 1)?);
                names.push((name.clone(), key.kind));
                keys.push(key.expr);
            }
            Ok((keys, GroupId::Document(names), Kind::Json))
        }
        json => {
            let key = as_key(within.read(json, 0)?);
            Ok((vec![key.expr], GroupId::Single, key.kind))
        }
    }
}

fn is_document(map: &JsonMap) -> bool {
    !map.is_empty() && !map.contains_key("__type") && !map.keys().any(|key| key.starts_with('$'))
}

/// Groups of pointers are known by the ids alone, as Parse has it; JSON values are compared in canonical form.
fn as_key(key: Typed) -> Typed {
    match key.kind {
        Kind::Pointer(_) => Typed::new(key.expr, Kind::Text),
        Kind::Json => Typed::new(Expr::At { json: Box::new(key.expr), path: Vec::new() }, Kind::Json),
        _ => key,
    }
}

fn accumulator(within: &Expressions<'_>, name: &str, json: &Json) -> Result<Accumulator> {
    let single = json.as_object().filter(|map| map.len() == 1).and_then(|map| map.iter().next());
    let (operator, operand) = single
        .ok_or_else(|| invalid(format!("The field '{}' must be an accumulator object", shown(name))))?;
    let measure = match operator.as_str() {
        "$count" => match operand {
            Json::Object(map) if map.is_empty() => return Ok(counting()),
            _ => return Err(invalid("$count takes an empty object in $group")),
        },
        "$sum" => Measure::Sum,
        "$avg" => Measure::Average,
        "$min" => Measure::Min,
        "$max" => Measure::Max,
        "$first" => Measure::First,
        "$last" => Measure::Last,
        "$push" => Measure::Push,
        "$addToSet" => Measure::AddToSet,
        other => return Err(not_available(other)),
    };
    let value = within.read(operand, 0)?;
    let (value, kind) = match measure {
        Measure::Sum | Measure::Average => (value.into_kind(&Kind::Number, operator)?, Kind::Number),
        Measure::Push => (value.converted_to_json(), Kind::Json),
        Measure::AddToSet => {
            let json = Box::new(value.converted_to_json());
            (Expr::At { json, path: Vec::new() }, Kind::Json)
        }
        _ => (value.expr, value.kind),
    };
    Ok(Accumulator { value, kind, measure })
}
