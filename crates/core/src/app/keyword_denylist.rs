//! Keys and values that nobody may store.

use regex::Regex;
use serde_json::json;

use crate::error::{Error, ErrorCode, Result};
use crate::value::{Json, JsonMap};

/// What must not be part of an object that is saved, at any depth.
#[derive(Debug, Clone, PartialEq)]
pub struct KeywordDenylist {
    keywords: Vec<Keyword>,
    /// Names of fields count too, not only the keys inside of values.
    includes_fields: bool,
}

impl Default for KeywordDenylist {
    /// Keys that have led to injection in JavaScript and in document databases. Fields have rules for names of their own.
    fn default() -> Self {
        let exact = |text: &str| Some(Probe::Exact(text.to_owned()));
        let keyword = |key: &str, value: Option<&str>| Keyword {
            given: match value {
                Some(value) => json!({"key": key, "value": value}),
                None => json!({"key": key}),
            },
            key: exact(key),
            value: value.and_then(exact),
        };
        let keywords = vec![
            keyword("_bsontype", Some("Code")),
            keyword("constructor", None),
            keyword("__proto__", None),
        ];
        KeywordDenylist { keywords, includes_fields: false }
    }
}

/// A key, a value, or a key with a value.
#[derive(Debug, Clone)]
struct Keyword {
    /// As it was given, for the message.
    given: Json,
    key: Option<Probe>,
    value: Option<Probe>,
}

impl PartialEq for Keyword {
    fn eq(&self, other: &Self) -> bool {
        self.given == other.given
    }
}

/// Texts are searched for a pattern; other values have to be equal.
#[derive(Debug, Clone)]
enum Probe {
    Exact(String),
    Pattern(Regex),
    Value(Json),
}

impl Probe {
    fn parse(json: &Json) -> Result<Self, String> {
        match json {
            Json::String(pattern) => Regex::new(pattern).map(Probe::Pattern).map_err(|_| {
                "must hold regular expressions without look-around and back-references".to_owned()
            }),
            Json::Bool(_) | Json::Number(_) => Ok(Probe::Value(json.clone())),
            _ => {
                Err("must hold objects whose `key` and `value` are texts, numbers or `true` or `false`"
                    .into())
            }
        }
    }

    fn finds(&self, json: &Json) -> bool {
        match (self, json) {
            (Probe::Exact(wanted), Json::String(text)) => wanted == text,
            (Probe::Pattern(pattern), Json::String(text)) => pattern.is_match(text),
            (Probe::Value(Json::Number(wanted)), Json::Number(number)) => wanted.as_f64() == number.as_f64(),
            (Probe::Value(value), json) => value == json,
            _ => false,
        }
    }

    fn finds_key(&self, key: &str) -> bool {
        match self {
            Probe::Exact(wanted) => wanted == key,
            Probe::Pattern(pattern) => pattern.is_match(key),
            Probe::Value(_) => false,
        }
    }
}

impl KeywordDenylist {
    /// Reads `[{"key": "…"}, {"value": …}]`. The error ends a sentence about them: what they must be.
    pub fn from_json(items: &[Json]) -> Result<Self, String> {
        let keyword = |item: &Json| {
            let map = item.as_object().ok_or("must hold objects with `key`, `value` or both")?;
            let probe = |name| map.get(name).map(Probe::parse).transpose();
            let keyword = Keyword { given: item.clone(), key: probe("key")?, value: probe("value")? };
            let is_known = |name: &String| matches!(name.as_str(), "key" | "value");
            if map.is_empty() || !map.keys().all(is_known) {
                return Err("must hold objects with `key`, `value` or both".to_owned());
            }
            Ok(keyword)
        };
        let keywords = items.iter().map(keyword).collect::<Result<_, _>>()?;
        Ok(KeywordDenylist { keywords, includes_fields: true })
    }

    /// Refuses (105) what holds one of them.
    pub fn check(&self, body: &JsonMap) -> Result<()> {
        for keyword in &self.keywords {
            if body.iter().any(|(key, value)| self.finds_in_field(keyword, key, value)) {
                return Err(Error::new(
                    ErrorCode::InvalidKeyName,
                    format!("Prohibited keyword in request data: {}.", keyword.given),
                ));
            }
        }
        Ok(())
    }
}

impl KeywordDenylist {
    /// What follows the first dot of a dotted key is inside of a value.
    fn finds_in_field(&self, keyword: &Keyword, key: &str, value: &Json) -> bool {
        let is_named = self.includes_fields && keyword.meets(Some(key), value);
        is_named
            || key.split('.').skip(1).any(|part| keyword.meets(Some(part), value))
            || keyword.is_in(value)
    }
}

impl Keyword {
    fn is_in_map(&self, map: &JsonMap) -> bool {
        map.iter().any(|(key, value)| self.meets(Some(key), value) || self.is_in(value))
    }

    /// Values have a bounded depth, see `limits::JSON_DEPTH_MAX` and the parser of bodies.
    fn is_in(&self, json: &Json) -> bool {
        match json {
            Json::Object(map) => self.is_in_map(map),
            Json::Array(items) => items.iter().any(|item| self.meets(None, item) || self.is_in(item)),
            _ => false,
        }
    }

    fn meets(&self, key: Option<&str>, value: &Json) -> bool {
        let meets_key = self.key.as_ref().is_none_or(|probe| key.is_some_and(|key| probe.finds_key(key)));
        meets_key && self.value.as_ref().is_none_or(|probe| probe.finds(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_found_at_any_depth() {
        for (list, body, refused) in [
            (json!([{"key": "_bsontype", "value": "Code"}]), json!({"a": [{"_bsontype": "Code"}]}), true),
            (json!([{"key": "_bsontype", "value": "Code"}]), json!({"a": {"_bsontype": "Other"}}), false),
            (json!([{"key": "constructor"}]), json!({"a": {"myconstructors": 1}}), true),
            (json!([{"key": "^constructor$"}]), json!({"a": {"myconstructors": 1}}), false),
            (json!([{"value": "evil"}]), json!({"a": {"b": ["so evil"]}}), true),
            (json!([{"value": 5}]), json!({"a": 5.0}), true),
            (json!([{"value": true}]), json!({"a": "true"}), false),
            (json!([{"value": "evil"}]), json!({"evil": 1}), false),
            (json!([]), json!({"constructor": 1}), false),
        ] {
            let denylist = KeywordDenylist::from_json(list.as_array().unwrap()).unwrap();
            assert_eq!(denylist.check(body.as_object().unwrap()).is_err(), refused, "{list} {body}");
        }
        for (body, refused) in [
            (json!({"constructor": 1}), false),
            (json!({"a.constructor": 1}), true),
            (json!({"a": [{"__proto__": 1}]}), true),
            (json!({"a": {"constructors": 1, "_bsontype": "Codes"}}), false),
        ] {
            let body = body.as_object().unwrap();
            assert_eq!(KeywordDenylist::default().check(body).is_err(), refused, "{body:?}");
        }
        for list in
            [json!([5]), json!([{}]), json!([{"keys": "a"}]), json!([{"key": "("}]), json!([{"value": []}])]
        {
            assert!(KeywordDenylist::from_json(list.as_array().unwrap()).is_err(), "{list}");
        }
    }
}
