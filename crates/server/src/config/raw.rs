//! A value as a source gave it, before its setting says what it must be.

use std::fmt;

use serde_json::{Map, Value as Json};
use toml::de::DeValue;

/// Whatever TOML, JSON or a plain string can hold and a setting can take.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Raw {
    Text(String),
    Bool(bool),
    Int(i64),
    List(Vec<Raw>),
    /// A JSON object.
    Object(Map<String, Json>),
    /// Something no setting takes; the word says what.
    Other(&'static str),
}

impl Raw {
    pub(super) fn from_toml(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Raw::Text(text.clone().into_owned()),
            DeValue::Boolean(value) => Raw::Bool(*value),
            DeValue::Integer(number) => {
                i64::from_str_radix(&number.as_str().replace('_', ""), number.radix())
                    .map_or(Raw::Other("a number that is too large"), Raw::Int)
            }
            DeValue::Array(items) => {
                Raw::List(items.iter().map(|item| Raw::from_toml(item.get_ref())).collect())
            }
            DeValue::Float(_) => Raw::Other("a number with a fraction"),
            DeValue::Datetime(_) => Raw::Other("a date"),
            DeValue::Table(_) => Raw::Other("a table"),
        }
    }

    /// The counterpart of [`Raw::from_json`]; `None` for what JSON was never read from.
    pub(super) fn to_json(&self) -> Option<Json> {
        Some(match self {
            Raw::Text(text) => Json::from(text.as_str()),
            Raw::Bool(value) => Json::from(*value),
            Raw::Int(number) => Json::from(*number),
            Raw::List(items) => Json::Array(items.iter().map(Raw::to_json).collect::<Option<_>>()?),
            Raw::Object(map) => Json::Object(map.clone()),
            Raw::Other(_) => return None,
        })
    }

    /// `None` for null, which Parse Server takes for "not set".
    pub(super) fn from_json(value: &Json) -> Option<Self> {
        Some(match value {
            Json::Null => return None,
            Json::String(text) => Raw::Text(text.clone()),
            Json::Bool(value) => Raw::Bool(*value),
            Json::Number(number) => number.as_i64().map_or(Raw::Other("a number with a fraction"), Raw::Int),
            Json::Array(items) => Raw::List(items.iter().filter_map(Raw::from_json).collect()),
            Json::Object(map) => Raw::Object(map.clone()),
        })
    }
}

/// The value as a message shows it.
impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Raw::Text(text) => write!(f, "{text:?}"),
            Raw::Bool(value) => write!(f, "{value}"),
            Raw::Int(number) => write!(f, "{number}"),
            Raw::Other(what) => f.write_str(what),
            Raw::Object(_) => f.write_str("an object"),
            Raw::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
        }
    }
}
