//! The answer of the upstream in a form of ours: members that are picked by JSON pointer (RFC 6901).

use bytes::Bytes;
use serde_json::{Map, Value};

/// The mapped answer; `None` when the upstream's is not JSON. What is not there becomes null.
pub(super) fn mapped(body: &[u8], members: &[(String, String)]) -> Option<Bytes> {
    let document: Value = serde_json::from_slice(body).ok()?;
    let mut out = Map::with_capacity(members.len());
    for (name, pointer) in members {
        // Two members may be picked from the same place.
        let value = document.pointer(pointer).cloned();
        out.insert(name.clone(), value.unwrap_or_default());
    }
    Some(Value::Object(out).to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_picked() {
        let body = br#"{"ip": "1.2.3.4", "loc": {"city": "Bern", "a/b": [1, {"c": true}]}, "secret": 1}"#;
        for (members, expected) in [
            (vec![("address", "/ip"), ("city", "/loc/city")], r#"{"address":"1.2.3.4","city":"Bern"}"#),
            (vec![("x", "/loc/a~1b/1/c"), ("y", "/nothing")], r#"{"x":true,"y":null}"#),
            (vec![], "{}"),
        ] {
            let members: Vec<_> =
                members.iter().map(|(name, at)| (name.to_string(), at.to_string())).collect();
            assert_eq!(mapped(body, &members).unwrap(), expected);
        }
        assert_eq!(mapped(b"<html>", &[]), None);
    }
}
