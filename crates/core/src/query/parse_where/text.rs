//! `$text`: from its JSON to a question.
//!
//! Source: Parse REST protocol, "Queries". Errors are those of Parse Server.

use super::invalid;
use crate::error::{Error, ErrorCode, Result, shown};
use crate::limits;
use crate::query::{Test, TextQuery};
use crate::text::{Analyzer, Language};
use crate::value::{Json, JsonMap};

/// `{"$search": {"$term": "…"}}`.
pub(super) fn text(json: &Json) -> Result<Test> {
    let search = json.get("$search").filter(|search| search.is_object() || search.is_array());
    let search = search.ok_or_else(|| bad("bad $text: $search, should be object"))?;
    let none = JsonMap::new();
    let search = search.as_object().unwrap_or(&none);
    let term = search.get("$term").and_then(Json::as_str).filter(|term| !term.is_empty());
    let term = term.ok_or_else(|| bad("bad $text: $term, should be string"))?;
    if term.len() > limits::TEXT_SEARCH_LEN_MAX {
        return Err(invalid(format!("A $term has at most {} bytes.", limits::TEXT_SEARCH_LEN_MAX)));
    }
    let analyzer = Analyzer {
        language: language(search.get("$language"))?,
        case_sensitive: flag(search, "$caseSensitive", "bad $text: $caseSensitive, should be boolean")?,
        diacritic_sensitive: flag(
            search,
            "$diacriticSensitive",
            "bad $text: $diacriticSensitive, should be boolean",
        )?,
    };
    Ok(Test::Text(TextQuery::new(term, analyzer)))
}

fn language(json: Option<&Json>) -> Result<Language> {
    match json {
        None | Some(Json::Null) => Ok(Language::default()),
        Some(Json::String(name)) if name.is_empty() => Ok(Language::default()),
        Some(Json::String(name)) => Language::parse(name).ok_or_else(|| {
            let message = format!("bad $text: $language, {} is not a known language", shown(name));
            Error::new(ErrorCode::InvalidJson, message)
        }),
        Some(_) => Err(bad("bad $text: $language, should be string")),
    }
}

fn flag(search: &JsonMap, name: &str, wrong: &'static str) -> Result<bool> {
    match search.get(name) {
        None | Some(Json::Null) => Ok(false),
        Some(Json::Bool(flag)) => Ok(*flag),
        Some(_) => Err(bad(wrong)),
    }
}

fn bad(message: &'static str) -> Error {
    Error::new(ErrorCode::InvalidJson, message)
}
