//! Expressions on a document, the slow and plain way.

use astrolabe_core::query::aggregate::DatePart;
use astrolabe_core::value::{Json, JsonMap, Timestamp};
use serde_json::json;

use super::evaluator::{at, passes};

/// A number in the form that answers have.
pub(super) fn number(number: f64) -> Json {
    astrolabe_core::value::Value::Number(number).to_json()
}

/// The value of an expression; null where it has none.
pub(super) fn evaluate(document: &JsonMap, expression: &Json) -> Json {
    match expression {
        Json::String(text) => match text.strip_prefix('$') {
            Some(path) => at(document, path).clone(),
            None => expression.clone(),
        },
        Json::Number(constant) => number(constant.as_f64().unwrap()),
        Json::Array(items) => items.iter().map(|item| evaluate(document, item)).collect(),
        Json::Object(map) => match map.iter().find(|(key, _)| key.starts_with('$')) {
            Some((operator, operand)) => operate(document, operator, operand),
            None if map.contains_key("__type") => expression.clone(),
            None => Json::Object(
                map.iter().map(|(key, value)| (key.clone(), evaluate(document, value))).collect(),
            ),
        },
        constant => constant.clone(),
    }
}

fn operate(document: &JsonMap, operator: &str, operand: &Json) -> Json {
    let of = |json: &Json| evaluate(document, json);
    let list = || match operand {
        Json::Array(items) => items.iter().map(of).collect(),
        single => vec![of(single)],
    };
    let calculate = |with: fn(f64, f64) -> f64| {
        let values = list();
        match values.iter().map(Json::as_f64).collect::<Option<Vec<_>>>() {
            Some(numbers) => number(numbers[1..].iter().fold(numbers[0], |left, right| with(left, *right))),
            None => Json::Null,
        }
    };
    match operator {
        "$literal" => operand.clone(),
        "$add" => calculate(|left, right| left + right),
        "$subtract" => calculate(|left, right| left - right),
        "$multiply" => calculate(|left, right| left * right),
        "$divide" => calculate(|left, right| left / right),
        "$concat" => {
            let texts: Option<Vec<String>> =
                list().iter().map(|text| text.as_str().map(str::to_owned)).collect();
            texts.map_or(Json::Null, |texts| texts.concat().into())
        }
        "$size" => of(operand).as_array().map_or(Json::Null, |items| number(items.len() as f64)),
        "$cond" => {
            let part = |key: &str, index: usize| operand.get(key).unwrap_or_else(|| &operand[index]).clone();
            if is_true(&of(&part("if", 0))) { of(&part("then", 1)) } else { of(&part("else", 2)) }
        }
        "$ifNull" => list().into_iter().find(|value| !value.is_null()).unwrap_or_default(),
        "$eq" => json!(list()[0] == list()[1]),
        "$ne" => json!(list()[0] != list()[1]),
        "$lt" => json!(passes(&list()[0], &json!({"$lt": list()[1]}))),
        "$gt" => json!(passes(&list()[0], &json!({"$gt": list()[1]}))),
        "$and" => json!(list().iter().all(is_true)),
        "$not" => json!(!is_true(&list()[0])),
        "$dateToString" => match time(&of(&operand["date"])) {
            Some(time) => json!(time.to_iso()[..16].replace('T', " ")),
            None => Json::Null,
        },
        part => match time(&of(operand)) {
            Some(time) => number(DatePart::from_name(&part[1..]).unwrap().of(time) as f64),
            None => Json::Null,
        },
    }
}

fn is_true(json: &Json) -> bool {
    !matches!(json, Json::Null | Json::Bool(false)) && json.as_f64() != Some(0.0)
}

fn time(json: &Json) -> Option<Timestamp> {
    Timestamp::parse_iso(json.get("iso")?.as_str()?)
}
