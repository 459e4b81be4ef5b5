//! Pointers inside of JSON, when the class they lead to gets another name.

use super::Json;

/// Gives every pointer to the class `from`, however deep, the name `to`; tells whether there was one.
pub fn retarget_pointers(json: &mut Json, from: &str, to: &str) -> bool {
    match json {
        Json::Array(items) => retarget_all(items.iter_mut(), from, to),
        Json::Object(map) => {
            let names_class = |key: &str, text: &str| map.get(key).and_then(Json::as_str) == Some(text);
            if names_class("__type", "Pointer") && names_class("className", from) {
                map.insert("className".to_owned(), to.into());
                return true;
            }
            retarget_all(map.values_mut(), from, to)
        }
        _ => false,
    }
}

fn retarget_all<'j>(values: impl Iterator<Item = &'j mut Json>, from: &str, to: &str) -> bool {
    let mut found = false;
    for value in values {
        found |= retarget_pointers(value, from, to);
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_pointers_to_the_class() {
        let pointer = |class: &str| json!({"__type": "Pointer", "className": class, "objectId": "x"});
        let value = |class: &str| json!([pointer(class), {"a": {"b": [pointer(class), "List", 1]}}]);
        let mut json = value("List");
        assert!(retarget_pointers(&mut json, "List", "Board"));
        assert_eq!(json, value("Board"));
        for mut other in [value("Listing"), json!("List"), json!({"className": "List"}), json!(null)] {
            let before = other.clone();
            assert!(!retarget_pointers(&mut other, "List", "Board"));
            assert_eq!(other, before);
        }
    }
}
