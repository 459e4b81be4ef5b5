//! Tests of JSON values, for everything that lies in a JSON column. The store's SQL functions and the matcher share
//! them. Each takes time in proportion to the value, however long the list is that it is compared with.

use std::cmp::Ordering;
use std::collections::HashSet;

use crate::value::{Json, canonical_key, deep_equal};

/// The value at a path; null counts as missing. A numeric key also indexes an array.
pub fn at_path<'j>(json: &'j Json, path: &[String]) -> Option<&'j Json> {
    let mut value = json;
    for key in path {
        value = match value {
            Json::Object(map) => map.get(key)?,
            Json::Array(items) => items.get(key.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    (!value.is_null()).then_some(value)
}

/// Values of one type have an order, values of different types none.
pub fn compare(left: &Json, right: &Json) -> Option<Ordering> {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left.as_f64()?.partial_cmp(&right.as_f64()?),
        (Json::String(left), Json::String(right)) => Some(left.cmp(right)),
        (Json::Object(_), Json::Object(_)) if deep_equal(left, right) => Some(Ordering::Equal),
        _ => Some(iso(left)?.cmp(iso(right)?)),
    }
}

/// The time of a Date envelope; its form sorts as text.
pub fn iso(json: &Json) -> Option<&str> {
    let map = json.as_object().filter(|map| map.get("__type").is_some_and(|kind| kind == "Date"))?;
    map.get("iso")?.as_str()
}

/// Whether a value, or one of its elements if it is an array, equals the operand.
pub fn equals_or_contains(value: &Json, operand: &Json) -> bool {
    let contains = value.as_array().is_some_and(|items| items.iter().any(|item| deep_equal(item, operand)));
    contains || deep_equal(value, operand)
}

/// Whether each of the prefixes begins a text among the elements; false without prefixes.
pub fn has_all_starting<P: AsRef<str>>(value: &Json, prefixes: &[P]) -> bool {
    let mut texts: Vec<&str> = value.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    texts.sort_unstable();
    let begins_one = |prefix: &str| {
        let first = texts.partition_point(|text| *text < prefix);
        texts.get(first).is_some_and(|text| text.starts_with(prefix))
    };
    !prefixes.is_empty() && prefixes.iter().all(|prefix| begins_one(prefix.as_ref()))
}

/// A list that values are compared with.
#[derive(Debug)]
pub struct Candidates(HashSet<String>);

impl Candidates {
    /// Reads the list.
    pub fn new<'j>(list: impl IntoIterator<Item = &'j Json>) -> Self {
        Candidates(list.into_iter().map(canonical_key).collect())
    }

    /// Whether a value equals one of the list.
    pub fn has(&self, value: &Json) -> bool {
        self.0.contains(&canonical_key(value))
    }

    /// Whether a value, or one of its elements if it is an array, equals one of the list.
    pub fn has_or_meet(&self, value: &Json) -> bool {
        self.has(value) || value.as_array().is_some_and(|items| items.iter().any(|item| self.has(item)))
    }

    /// Whether a value is an array with everything that is in the list; an empty list is in no array.
    pub fn are_all_in(&self, value: &Json) -> bool {
        let Some(items) = value.as_array() else { return false };
        let met: HashSet<_> = items.iter().map(canonical_key).filter(|key| self.0.contains(key)).collect();
        !met.is_empty() && met.len() == self.0.len()
    }

    /// Whether a value is an array with nothing that is not in the list.
    pub fn contain_all_of(&self, value: &Json) -> bool {
        value.as_array().is_some_and(|items| items.iter().all(|item| self.has(item)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths() {
        let json = json!({"a": {"b": [1, {"c": null}], "0": "zero"}});
        for (path, expected) in [
            (vec!["a", "b", "0"], Some(json!(1))),
            (vec!["a", "0"], Some(json!("zero"))),
            (vec!["a", "b", "1", "c"], None),
            (vec!["a", "b", "x"], None),
            (vec!["a", "b", "-1"], None),
            (vec!["x"], None),
        ] {
            let path: Vec<_> = path.into_iter().map(str::to_owned).collect();
            assert_eq!(at_path(&json, &path), expected.as_ref(), "{path:?}");
        }
    }

    #[test]
    fn comparison() {
        let date = |iso: &str| json!({"__type": "Date", "iso": iso});
        for (left, right, expected) in [
            (json!(1), json!(1.0), Some(Ordering::Equal)),
            (json!(1), json!("1"), None),
            (json!("a"), json!("b"), Some(Ordering::Less)),
            (json!(true), json!(false), None),
            (date("2020-01-01T00:00:00.000Z"), date("2021-01-01T00:00:00.000Z"), Some(Ordering::Less)),
            (date("2020-01-01T00:00:00.000Z"), json!("2020"), None),
        ] {
            assert_eq!(compare(&left, &right), expected, "{left} {right}");
        }
    }

    #[test]
    fn lists() {
        let value = json!(["apple", "pear", 1, null, {"k": 1.0}]);
        for (list, are_all_in, contain_all_of) in [
            (json!([]), false, false),
            (json!(["pear", 1.0, 1]), true, false),
            (json!([null, {"k": 1}]), true, false),
            (json!(["plum", 1]), false, false),
            (json!([1, "pear", "apple", {"k": 1}, null, 2]), false, true),
        ] {
            let candidates = Candidates::new(list.as_array().into_iter().flatten());
            assert_eq!(candidates.are_all_in(&value), are_all_in, "{list}");
            assert_eq!(candidates.contain_all_of(&value), contain_all_of, "{list}");
        }
        for (prefixes, expected) in
            [(vec![], false), (vec!["ap", "p"], true), (vec!["", "apple"], true), (vec!["ap", "x"], false)]
        {
            assert_eq!(has_all_starting(&value, &prefixes), expected, "{prefixes:?}");
        }
    }
}
