//! What places, words and times are looked for by.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{text, value};

/// Operands of the operators that look for places, words and times, most of them right but for one part.
pub fn search() -> impl Strategy<Value = Value> {
    let degrees = || prop_oneof![-90.0..90.0, Just(180.0), Just(-90.0)];
    let place = || {
        (degrees(), degrees()).prop_map(|(latitude, longitude)| {
        json!({"__type": "GeoPoint", "latitude": latitude, "longitude": longitude})
    })
    };
    let some = move || prop_oneof![4 => place(), 1 => value()];
    prop_oneof![
        place(),
        vec(some(), 0..4).prop_map(|corners| json!({"$box": corners})),
        vec(some(), 2..6).prop_map(|corners| json!({"$polygon": corners})),
        (some(), -1.0..4.0).prop_map(|(center, radius)| json!({"$centerSphere": [center, radius]})),
        some().prop_map(|point| json!({"$point": point})),
        (text(), value())
            .prop_map(|(term, language)| { json!({"$search": {"$term": term, "$language": language}}) }),
        text().prop_map(|term| json!({"$search": {"$term": format!("-\"{term}\" {term}")}})),
        text().prop_map(|time| json!({"$relativeTime": time})),
    ]
}
