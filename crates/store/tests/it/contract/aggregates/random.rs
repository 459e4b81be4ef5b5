//! Random rows and pipelines. A name stands for one kind of value in every stage, so that each pipeline is valid.

use astrolabe_core::value::{Json, JsonMap, Value};
use proptest::prelude::*;
use serde_json::json;

const TEXTS: [&str; 5] = ["", "a", "b", "ab", "é"];
const NUMBERS: [f64; 6] = [-2.5, 0.0, 0.5, 1.0, 3.0, 10.0];
const DATES: [&str; 4] = [
    "1969-12-31T23:59:59.999Z",
    "2020-02-29T12:30:15.250Z",
    "2020-12-31T00:00:00.000Z",
    "2021-01-03T06:07:08.009Z",
];
const NAMES: [&str; 8] = ["s", "n", "b", "d", "l", "o.k", "objectId", "nothing"];

fn of<T: Clone + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(values)
}

fn date() -> impl Strategy<Value = Json> {
    of(&DATES).prop_map(|iso| json!({"__type": "Date", "iso": iso}))
}

/// A row; each of its values may be missing.
pub fn row() -> impl Strategy<Value = JsonMap> {
    let list = prop::collection::vec(of(&TEXTS), 0..4);
    (
        prop::option::of(of(&TEXTS)),
        prop::option::of(of(&NUMBERS)),
        prop::option::of(any::<bool>()),
        prop::option::of(date()),
        prop::option::of(list),
        prop::option::of(prop::option::of(of(&TEXTS))),
    )
        .prop_map(|(s, n, b, d, l, o)| {
            let object = o.map(|k| k.map_or(json!({}), |k| json!({"k": k})));
            let values = [
                ("s", s.map(Json::from)),
                ("n", n.map(|number| Value::Number(number).to_json())),
                ("b", b.map(Json::from)),
                ("d", d),
                ("l", l.map(Json::from)),
                ("o", object),
            ];
            values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
        })
}

/// Up to seven stages.
pub fn pipeline() -> impl Strategy<Value = Vec<Json>> {
    prop::collection::vec(stage(), 0..8)
}

fn stage() -> impl Strategy<Value = Json> {
    prop_oneof![
        3 => condition().prop_map(|condition| json!({"$match": condition})),
        2 => group(),
        2 => computed().prop_map(|fields| json!({"$addFields": fields})),
        1 => Just(json!({"$project": {"s": 1, "n": 1, "l": "$l", "d": 1, "o": 1}})),
        1 => Just(json!({"$project": {"b": 0, "_id": 0}})),
        1 => Just(json!({"$unset": ["d"]})),
        2 => any::<bool>().prop_map(|keep| {
            json!({"$unwind": {"path": "$l", "preserveNullAndEmptyArrays": keep}})
        }),
        3 => sort(),
        1 => (0_u64..5).prop_map(|documents| json!({"$skip": documents})),
        1 => (1_u64..30).prop_map(|documents| json!({"$limit": documents})),
        1 => of(&NAMES).prop_map(|name| json!({"$sortByCount": format!("${name}")})),
        1 => Just(json!({"$count": "n"})),
    ]
}

fn sort() -> impl Strategy<Value = Json> {
    let key = (of(&NAMES), any::<bool>());
    prop::collection::vec(key, 1..3).prop_map(|keys| {
        let keys = keys.into_iter().map(|(name, down)| (name.to_owned(), json!(if down { -1 } else { 1 })));
        json!({"$sort": keys.collect::<JsonMap>()})
    })
}

fn condition() -> impl Strategy<Value = Json> {
    let one = prop_oneof![
        of(&TEXTS).prop_map(|text| json!({"s": text})),
        prop::collection::vec(of(&TEXTS), 0..3).prop_map(|texts| json!({"s": {"$in": texts}})),
        of(&NUMBERS).prop_map(|number| json!({"n": {"$gt": number}})),
        of(&NUMBERS).prop_map(|number| json!({"n": {"$lte": number}})),
        of(&NUMBERS).prop_map(|number| json!({"n": {"$ne": number}})),
        any::<bool>().prop_map(|flag| json!({"b": flag})),
        date().prop_map(|date| json!({"d": {"$gte": date}})),
        of(&TEXTS).prop_map(|text| json!({"o.k": text})),
        of(&TEXTS).prop_map(|text| json!({"o.k": {"$lt": text}})),
        (of(&NAMES), any::<bool>()).prop_map(|(name, exists)| json!({name: {"$exists": exists}})),
    ];
    let one = one.boxed();
    prop_oneof![
        3 => one.clone(),
        1 => (one.clone(), one.clone()).prop_map(|(left, right)| json!({"$or": [left, right]})),
        1 => one.prop_map(|condition| json!({"$nor": [condition]})),
    ]
}

fn number() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![Just(json!("$n")), of(&NUMBERS).prop_map(|number| json!(number))];
    prop_oneof![
        3 => leaf.clone(),
        1 => (leaf.clone(), leaf.clone()).prop_map(|(a, b)| json!({"$add": [a, b]})),
        1 => (leaf.clone(), leaf.clone()).prop_map(|(a, b)| json!({"$subtract": [a, b]})),
        1 => (leaf.clone(), leaf).prop_map(|(a, b)| json!({"$multiply": [a, b]})),
        1 => Just(json!({"$divide": ["$n", 0.5]})),
        1 => Just(json!({"$size": "$l"})),
        1 => of(&["year", "month", "dayOfMonth", "dayOfWeek", "dayOfYear", "hour", "minute", "second", "week"])
            .prop_map(|part| json!({format!("${part}"): "$d"})),
        1 => Just(json!({"$cond": [{"$gt": ["$n", 0]}, "$n", -1]})),
    ]
}

fn text() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(json!("$s")),
        Just(json!({"$ifNull": ["$o.k", "$s", "none"]})),
        Just(json!({"$concat": ["$s", "-", "$s"]})),
        Just(json!({"$cond": {"if": "$b", "then": "$s", "else": "no"}})),
        Just(json!({"$dateToString": {"date": "$d", "format": "%Y-%m-%d %H:%M"}})),
    ]
}

fn computed() -> impl Strategy<Value = Json> {
    let truth = prop_oneof![
        Just(json!({"$eq": ["$s", "a"]})),
        Just(json!({"$lt": ["$n", 1]})),
        Just(json!({"$and": ["$b", {"$ne": ["$o.k", "a"]}]})),
        Just(json!({"$not": ["$b"]})),
    ];
    prop_oneof![
        3 => number().prop_map(|number| json!({"n": number})),
        2 => text().prop_map(|text| json!({"s": {"$ifNull": [text, {"$literal": ""}]}})),
        1 => truth.prop_map(|truth| json!({"b": truth})),
        1 => Just(json!({"o": {"k": "$s"}})),
        1 => Just(json!({"l": ["$s", "x"]})),
        1 => date().prop_map(|date| json!({"d": {"$ifNull": ["$d", date]}})),
    ]
}

fn group() -> impl Strategy<Value = Json> {
    let key = prop_oneof![
        Just(json!(null)),
        of(&["s", "b", "d", "l", "o.k", "n"]).prop_map(|name| json!(format!("${name}"))),
        Just(json!({"s": "$s", "year": {"$year": "$d"}})),
        Just(json!({"$month": "$d"})),
    ];
    let n = (of(&["$sum", "$avg", "$min", "$max", "$first"]), number())
        .prop_map(|(measure, value)| json!({measure: value}));
    let s = of(&["$first", "$last", "$min", "$max"]).prop_map(|measure| json!({measure: "$s"}));
    let l = of(&["$push", "$addToSet"]).prop_map(|measure| json!({measure: "$s"}));
    let o = of(&["$first", "$last"]).prop_map(|measure| json!({measure: "$o"}));
    (key, n, s, l, o).prop_map(|(key, n, s, l, o)| {
        json!({"$group": {"_id": key, "n": n, "s": s, "l": l, "o": o, "d": {"$max": "$d"}}})
    })
}
