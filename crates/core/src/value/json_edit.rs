//! Changes inside JSON arrays and objects. Stores run these beside the row, so that an atomic operation never
//! reads in one statement and writes in another.

use std::collections::HashSet;

use super::{Json, JsonMap, canonical_key};
use crate::error::{Error, ErrorCode, Result, shown};

/// What happens to one value inside an Object field.
#[derive(Debug, Clone, PartialEq)]
pub enum NestedEdit {
    /// The new value.
    Set(Json),
    /// Adds to a number; a missing one counts as 0.
    Increment(f64),
    /// Removes the key.
    Unset,
}

/// Appends all elements.
pub fn add_to_array(array: &mut Vec<Json>, elements: Vec<Json>) {
    array.extend(elements);
}

/// Appends the elements that are not in the array yet, each once.
pub fn add_unique_to_array(array: &mut Vec<Json>, elements: Vec<Json>) {
    let mut present: HashSet<String> = array.iter().map(canonical_key).collect();
    array.extend(elements.into_iter().filter(|element| present.insert(canonical_key(element))));
}

/// Removes every element that equals one of `elements`.
pub fn remove_from_array(array: &mut Vec<Json>, elements: &[Json]) {
    let gone: HashSet<String> = elements.iter().map(canonical_key).collect();
    array.retain(|present| !gone.contains(&canonical_key(present)));
}

/// Applies one edit at a path, making the objects on the way.
///
/// Fails with 111 when the path leads through a value that is no object, or a number is expected and missing.
pub fn edit_nested(object: &mut JsonMap, path: &[String], edit: NestedEdit) -> Result<()> {
    let Some((key, rest)) = path.split_first() else { return Ok(()) };
    if rest.is_empty() {
        return edit_key(object, key, edit);
    }
    if matches!(edit, NestedEdit::Unset) && !object.contains_key(key) {
        return Ok(());
    }
    match object.entry(key.clone()).or_insert_with(|| Json::Object(JsonMap::new())) {
        Json::Object(inner) => edit_nested(inner, rest, edit),
        _ => Err(not_editable(key, "an object")),
    }
}

fn edit_key(object: &mut JsonMap, key: &str, edit: NestedEdit) -> Result<()> {
    match edit {
        NestedEdit::Set(value) => {
            object.insert(key.to_owned(), value);
        }
        NestedEdit::Unset => {
            object.shift_remove(key);
        }
        NestedEdit::Increment(amount) => {
            let current = match object.get(key) {
                None | Some(Json::Null) => 0.0,
                Some(value) => value.as_f64().ok_or_else(|| not_editable(key, "a number"))?,
            };
            object.insert(key.to_owned(), json_number(current + amount));
        }
    }
    Ok(())
}

/// A JSON number without a fraction where the value has none.
fn json_number(number: f64) -> Json {
    if number.trunc() == number && number.abs() < 9_007_199_254_740_992.0 {
        Json::from(number as i64)
    } else {
        Json::from(number)
    }
}

fn not_editable(key: &str, expected: &str) -> Error {
    Error::new(ErrorCode::IncorrectType, format!("the value at {} is not {expected}", shown(key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn arrays() {
        let mut array = vec![json!(1), json!({"a": 1.0})];
        add_unique_to_array(&mut array, vec![json!(1.0), json!({"a": 1}), json!("x"), json!("x")]);
        assert_eq!(array, [json!(1), json!({"a": 1.0}), json!("x")]);
        remove_from_array(&mut array, &[json!({"a": 1}), json!("y")]);
        assert_eq!(array, [json!(1), json!("x")]);
        add_to_array(&mut array, vec![json!("x")]);
        assert_eq!(array, [json!(1), json!("x"), json!("x")]);
    }

    #[test]
    fn nested_edits() {
        let path = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
        let cases = [
            (json!({}), "a.b", NestedEdit::Set(json!(1)), Some(json!({"a": {"b": 1}}))),
            (json!({"a": {"b": 1}}), "a.b", NestedEdit::Increment(1.5), Some(json!({"a": {"b": 2.5}}))),
            (json!({}), "n", NestedEdit::Increment(2.0), Some(json!({"n": 2}))),
            (json!({"a": {"b": 1, "c": 2}}), "a.b", NestedEdit::Unset, Some(json!({"a": {"c": 2}}))),
            (json!({}), "a.b", NestedEdit::Unset, Some(json!({}))),
            (json!({"a": 1}), "a.b", NestedEdit::Set(json!(1)), None),
            (json!({"a": "x"}), "a", NestedEdit::Increment(1.0), None),
        ];
        for (start, at, edit, expected) in cases {
            let Json::Object(mut object) = start.clone() else { continue };
            let outcome = edit_nested(&mut object, &path(at), edit).ok().map(|()| Json::Object(object));
            assert_eq!(outcome, expected, "{start} {at}");
        }
    }
}
