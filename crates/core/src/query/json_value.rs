//! JSON values of aggregations: what they are as another kind. The SQL functions of the store are made of these.

use super::json_test::iso;
use crate::value::{Json, JsonMap, Timestamp};

/// The text of a value that equal values share: the keys of objects sorted, numbers in one form.
pub fn canonical_text(json: &Json) -> String {
    canonical(json).to_string()
}

fn canonical(json: &Json) -> Json {
    match json {
        Json::Number(number) => {
            let double = number.as_f64().unwrap_or_default() + 0.0;
            crate::value::Value::Number(double).to_json()
        }
        Json::Array(items) => items.iter().map(canonical).collect(),
        Json::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            members.sort_unstable_by_key(|(key, _)| key.as_str());
            let members = members.into_iter().map(|(key, value)| (key.clone(), canonical(value)));
            Json::Object(members.collect::<JsonMap>())
        }
        other => other.clone(),
    }
}

/// The value as a number.
pub fn as_number(json: &Json) -> Option<f64> {
    json.as_f64()
}

/// The time of a Date envelope.
pub fn as_date(json: &Json) -> Option<Timestamp> {
    Timestamp::parse_iso(iso(json)?)
}

/// Whether the value is there and neither `false` nor 0.
pub fn is_true(json: &Json) -> bool {
    match json {
        Json::Null => false,
        Json::Bool(flag) => *flag,
        Json::Number(number) => number.as_f64() != Some(0.0),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn canonical_texts() {
        for (json, text) in [
            (
                json!({"b": 1.0, "a": [2.50, {"d": null, "c": "x"}]}),
                r#"{"a":[2.5,{"c":"x","d":null}],"b":1}"#,
            ),
            (json!(-0.0), "0"),
            (json!("a\"b"), r#""a\"b""#),
        ] {
            assert_eq!(canonical_text(&json), text);
        }
    }

    #[test]
    fn truth() {
        for (json, expected) in [
            (json!(null), false),
            (json!(false), false),
            (json!(0), false),
            (json!(0.5), true),
            (json!(""), true),
            (json!([]), true),
        ] {
            assert_eq!(is_true(&json), expected, "{json}");
        }
    }
}
