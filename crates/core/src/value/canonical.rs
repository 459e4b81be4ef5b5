//! A key for a JSON value: two values have the same key exactly when [`super::deep_equal`] holds. Sets of keys make
//! work on long arrays linear.

use super::{Json, JsonMap, append_json_string};

/// The key. It is JSON-like text, meant for comparison only.
pub fn canonical_key(json: &Json) -> String {
    let mut out = Vec::new();
    append_key(&mut out, json);
    // Built from valid pieces of UTF-8.
    String::from_utf8_lossy(&out).into_owned()
}

fn append_key(out: &mut Vec<u8>, json: &Json) {
    match json {
        Json::Null => out.push(b'n'),
        Json::Bool(flag) => out.push(if *flag { b't' } else { b'f' }),
        Json::Number(number) => append_number_key(out, number),
        Json::String(text) => append_json_string(out, text),
        Json::Array(items) => {
            out.push(b'[');
            for item in items {
                append_key(out, item);
                out.push(b',');
            }
            out.push(b']');
        }
        Json::Object(map) => append_object_key(out, map),
    }
}

/// Numbers are doubles, so `1` and `1.0` are one; and so are 0 and -0.
fn append_number_key(out: &mut Vec<u8>, number: &serde_json::Number) {
    let double = number.as_f64().unwrap_or_default() + 0.0;
    out.extend_from_slice(format!("#{:x}", double.to_bits()).as_bytes());
}

/// Pointers and included objects are known by class and id alone; keys of other objects have no order.
fn append_object_key(out: &mut Vec<u8>, map: &JsonMap) {
    let text = |key| map.get(key).and_then(Json::as_str);
    if let (Some("Pointer" | "Object"), Some(class), Some(id)) =
        (text("__type"), text("className"), text("objectId"))
    {
        out.push(b'*');
        append_json_string(out, class);
        append_json_string(out, id);
        return;
    }
    let mut members: Vec<_> = map.iter().collect();
    members.sort_unstable_by_key(|(key, _)| key.as_str());
    out.push(b'{');
    for (key, value) in members {
        append_json_string(out, key);
        append_key(out, value);
        out.push(b',');
    }
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::super::deep_equal;
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn equal_values_have_equal_keys() {
        let pointer =
            |kind: &str, extra: i32| json!({"__type": kind, "className": "A", "objectId": "x", "n": extra});
        for (left, right) in [
            (json!(1), json!(1.0)),
            (json!(0), json!(-0.0)),
            (json!({"a": 1, "b": [2]}), json!({"b": [2.0], "a": 1})),
            (pointer("Pointer", 1), pointer("Object", 2)),
        ] {
            assert_eq!(canonical_key(&left), canonical_key(&right));
            assert!(deep_equal(&left, &right), "{left} {right}");
        }
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(Json::from),
            (-3_i64..3).prop_map(Json::from),
            (-3_i64..3).prop_map(|n| Json::from(n as f64)),
            "[a-c\",\\[\\]]{0,3}".prop_map(Json::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                proptest::collection::btree_map("[a-c]", inner, 0..4)
                    .prop_map(|map| Json::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn keys_agree_with_deep_equality(left in any_json(), right in any_json()) {
            prop_assert_eq!(canonical_key(&left) == canonical_key(&right), deep_equal(&left, &right));
        }
    }
}
