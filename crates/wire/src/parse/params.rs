//! Query strings: percent-encoded pairs, with `a[b]=c` for nested ones.

use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::value::{Json, JsonMap};
use percent_encoding::percent_decode_str;

/// Pairs in one query string; more are ignored, as the reference implementation does.
const PAIRS_MAX: usize = 1_000;
/// Levels of `a[b][c]`.
const DEPTH_MAX: usize = 5;

/// The parameters of a query string.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params(pub JsonMap);

impl Params {
    /// Reads a query string. Values stay strings. Fails with 102 for a name that nests too deep: to leave out the
    /// rest of it would make another condition of a condition.
    pub fn parse(query: &str) -> Result<Self> {
        let mut map = JsonMap::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()).take(PAIRS_MAX) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            insert(&mut map, &decoded(name), decoded(value))?;
        }
        Ok(Params(map))
    }

    /// The same with every value that is JSON read as JSON, which class endpoints do.
    pub fn with_json_values(self) -> JsonMap {
        self.0.into_iter().map(|(name, value)| (name, json_if_possible(value))).collect()
    }
}

fn json_if_possible(value: Json) -> Json {
    match value {
        Json::String(text) => serde_json::from_str(&text).unwrap_or(Json::String(text)),
        other => other,
    }
}

fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

fn insert(map: &mut JsonMap, name: &str, value: String) -> Result<()> {
    let (first, rest) = match name.split_once('[') {
        Some((first, rest)) if !first.is_empty() => (first, rest),
        _ => (name, ""),
    };
    let path: Vec<&str> = rest.split('[').filter_map(|part| part.strip_suffix(']')).collect();
    if path.len() > DEPTH_MAX {
        return Err(Error::new(
            ErrorCode::InvalidQuery,
            format!("The name of a parameter nests at most {DEPTH_MAX} levels."),
        ));
    }
    let mut slot = map.entry(first.to_owned()).or_insert(Json::Null);
    for key in path {
        if !slot.is_object() {
            *slot = Json::Object(JsonMap::new());
        }
        let Json::Object(inner) = slot else { return Ok(()) };
        slot = inner.entry(key.to_owned()).or_insert(Json::Null);
    }
    *slot = Json::String(value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn query_strings() -> Result<()> {
        for (query, expected) in [
            ("", json!({})),
            ("limit=1&order=-a", json!({"limit": 1, "order": "-a"})),
            ("where=%7B%22a%22%3A1%7D", json!({"where": {"a": 1}})),
            ("where[a]=x&where[b][c]=2", json!({"where": {"a": "x", "b": {"c": "2"}}})),
            ("a=b+c%20d", json!({"a": "b c d"})),
            ("flag", json!({"flag": ""})),
            ("a=%FF", json!({"a": "\u{fffd}"})),
        ] {
            assert_eq!(Json::Object(Params::parse(query)?.with_json_values()), expected, "{query}");
        }
        assert!(Params::parse("a[b][c][d][e][f]=1").is_ok());
        assert!(Params::parse("a[b][c][d][e][f][g]=1").is_err());
        Ok(())
    }

    proptest! {
        #[test]
        fn never_panics(query in "[ -~]{0,80}") {
            let _ = Params::parse(&query).map(Params::with_json_values);
        }
    }
}
