//! Pipelines on a list of documents, the slow and plain way. A value that is missing is not in its document.

use std::cmp::Ordering;

use astrolabe_core::value::{Json, JsonMap};
use serde_json::json;

use super::expressions::{evaluate, number};

/// The documents after all stages.
pub fn run(documents: Vec<JsonMap>, stages: &[Json]) -> Vec<JsonMap> {
    stages.iter().fold(documents, |documents, stage| {
        let (name, body) = stage.as_object().unwrap().iter().next().unwrap();
        apply(documents, name, body)
    })
}

fn apply(mut documents: Vec<JsonMap>, name: &str, body: &Json) -> Vec<JsonMap> {
    match name {
        "$match" => documents.retain(|document| matches(document, body)),
        "$group" => return group(documents, body),
        "$count" if documents.is_empty() => {}
        "$count" => return vec![JsonMap::from_iter([("n".to_owned(), number(documents.len() as f64))])],
        "$sortByCount" => {
            let counts = json!({"_id": body, "count": {"$sum": 1}});
            return apply(group(documents, &counts), "$sort", &json!({"count": -1}));
        }
        "$addFields" => documents.iter_mut().for_each(|document| add_fields(document, body)),
        "$project" if body.get("b").is_some() => {
            documents
                .iter_mut()
                .for_each(|document| document.retain(|name, _| name != "b" && name != "objectId"));
        }
        "$project" => documents
            .iter_mut()
            .for_each(|document| document.retain(|name, _| name == "objectId" || body.get(name).is_some())),
        "$unset" => documents.iter_mut().for_each(|document| document.retain(|name, _| name != "d")),
        "$unwind" => return documents.into_iter().flat_map(|document| unwind(document, body)).collect(),
        "$sort" => documents.sort_by(|left, right| compare_by(left, right, body)),
        "$skip" => drop(documents.drain(..(body.as_u64().unwrap() as usize).min(documents.len()))),
        "$limit" => documents.truncate(body.as_u64().unwrap() as usize),
        other => panic!("{other}"),
    }
    documents
}

/// The value at a path; null where there is none.
pub(super) fn at<'d>(document: &'d JsonMap, path: &str) -> &'d Json {
    const NULL: &Json = &Json::Null;
    let path = if path == "_id" { "objectId" } else { path };
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let value = document.get(first).unwrap_or(NULL);
    rest.map_or(value, |rest| value.get(rest).unwrap_or(NULL))
}

/// What values are sorted by: nothing, then numbers and Booleans, then texts and dates.
fn order(left: &Json, right: &Json) -> Ordering {
    fn key(json: &Json) -> (u8, f64, &str) {
        match json {
            Json::Bool(flag) => (1, f64::from(u8::from(*flag)), ""),
            Json::Number(number) => (1, number.as_f64().unwrap(), ""),
            Json::String(text) => (2, 0.0, text),
            Json::Object(map) => match map.get("iso").and_then(Json::as_str) {
                Some(iso) => (2, 0.0, iso),
                None => (0, 0.0, ""),
            },
            _ => (0, 0.0, ""),
        }
    }
    key(left).partial_cmp(&key(right)).unwrap()
}

fn compare_by(left: &JsonMap, right: &JsonMap, keys: &Json) -> Ordering {
    let by = |(path, direction): (&String, &Json)| {
        let order = order(at(left, path), at(right, path));
        if direction == &json!(-1) { order.reverse() } else { order }
    };
    keys.as_object().unwrap().iter().map(by).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

fn matches(document: &JsonMap, condition: &Json) -> bool {
    let (name, operand) = condition.as_object().unwrap().iter().next().unwrap();
    let any = || operand.as_array().unwrap().iter().any(|part| matches(document, part));
    match name.as_str() {
        "$or" => any(),
        "$nor" => !any(),
        path => passes(at(document, path), operand),
    }
}

pub(super) fn passes(value: &Json, operand: &Json) -> bool {
    let test = operand.as_object().and_then(|map| map.iter().find(|(key, _)| key.starts_with('$')));
    let Some((operator, operand)) = test else { return equal(value, operand) };
    let ordered = || is_same_kind(value, operand).then(|| order(value, operand));
    match operator.as_str() {
        "$in" => operand.as_array().unwrap().iter().any(|candidate| equal(value, candidate)),
        "$ne" => !equal(value, operand),
        "$exists" => value.is_null() != (operand == &json!(true)),
        "$gt" => ordered() == Some(Ordering::Greater),
        "$gte" => ordered().is_some_and(Ordering::is_ge),
        "$lt" => ordered() == Some(Ordering::Less),
        "$lte" => ordered().is_some_and(Ordering::is_le),
        other => panic!("{other}"),
    }
}

fn is_same_kind(left: &Json, right: &Json) -> bool {
    std::mem::discriminant(left) == std::mem::discriminant(right)
}

fn equal(left: &Json, right: &Json) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}

fn add_fields(document: &mut JsonMap, fields: &Json) {
    let before = document.clone();
    for (name, expression) in fields.as_object().unwrap() {
        set(document, name, evaluate(&before, expression));
    }
}

fn set(document: &mut JsonMap, name: &str, value: Json) {
    document.shift_remove(name);
    if !value.is_null() {
        document.insert(name.to_owned(), value);
    }
}

fn unwind(document: JsonMap, body: &Json) -> Vec<JsonMap> {
    let keeps_empty = body["preserveNullAndEmptyArrays"] == json!(true);
    let items = match document.get("l") {
        Some(Json::Array(items)) => items.clone(),
        Some(single) => vec![single.clone()],
        None => Vec::new(),
    };
    let with = |item: Json| {
        let mut unwound = document.clone();
        set(&mut unwound, "l", item);
        unwound
    };
    match items.is_empty() && keeps_empty {
        true => vec![with(Json::Null)],
        false => items.into_iter().map(with).collect(),
    }
}

fn group(documents: Vec<JsonMap>, body: &Json) -> Vec<JsonMap> {
    let mut groups: Vec<(Vec<Json>, Vec<JsonMap>)> = Vec::new();
    let (names, keys) = key_expressions(&body["_id"]);
    for document in documents {
        let key: Vec<_> = keys.iter().map(|key| evaluate(&document, key)).collect();
        match groups.iter_mut().find(|(other, _)| *other == key) {
            Some((_, members)) => members.push(document),
            None => groups.push((key, vec![document])),
        }
    }
    groups.sort_by(|(left, _), (right, _)| {
        let parts = left.iter().zip(right);
        let by = |(left, right): (&Json, &Json)| order(left, right).then_with(|| json_order(left, right));
        parts.map(by).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    groups.into_iter().map(|(key, members)| group_document(&names, key, &members, body)).collect()
}

/// Lists and objects are in the order of their texts, after what is missing.
fn json_order(left: &Json, right: &Json) -> Ordering {
    match (left.is_null(), right.is_null()) {
        (false, false) => left.to_string().cmp(&right.to_string()),
        (left, right) => right.cmp(&left),
    }
}

fn key_expressions(id: &Json) -> (Option<Vec<String>>, Vec<Json>) {
    match id {
        Json::Null => (None, Vec::new()),
        Json::Object(map) if !map.keys().any(|key| key.starts_with('$')) => {
            (Some(map.keys().cloned().collect()), map.values().cloned().collect())
        }
        single => (None, vec![single.clone()]),
    }
}

fn group_document(names: &Option<Vec<String>>, key: Vec<Json>, members: &[JsonMap], body: &Json) -> JsonMap {
    let mut document = JsonMap::new();
    let id = match names {
        Some(names) => Json::Object(names.iter().cloned().zip(key).collect()),
        None => key.into_iter().next().unwrap_or_default(),
    };
    set(&mut document, "objectId", id);
    for (name, accumulator) in body.as_object().unwrap().iter().filter(|(name, _)| *name != "_id") {
        let (measure, expression) = accumulator.as_object().unwrap().iter().next().unwrap();
        let values: Vec<_> = members.iter().map(|member| evaluate(member, expression)).collect();
        set(&mut document, name, gathered(measure, values));
    }
    document
}

fn gathered(measure: &str, values: Vec<Json>) -> Json {
    let present = || values.iter().filter(|value| !value.is_null());
    let sum = || present().filter_map(Json::as_f64).sum::<f64>();
    match measure {
        "$sum" => number(sum()),
        "$avg" => match present().count() {
            0 => Json::Null,
            count => number(sum() / count as f64),
        },
        "$min" => present().min_by(|left, right| order(left, right)).cloned().unwrap_or_default(),
        "$max" => present().max_by(|left, right| order(left, right)).cloned().unwrap_or_default(),
        "$first" => values.first().cloned().unwrap_or_default(),
        "$last" => values.last().cloned().unwrap_or_default(),
        "$push" => present().cloned().collect(),
        "$addToSet" => {
            let mut set: Vec<Json> = Vec::new();
            present().for_each(|value| {
                if !set.contains(value) {
                    set.push(value.clone());
                }
            });
            set.into()
        }
        other => panic!("{other}"),
    }
}
