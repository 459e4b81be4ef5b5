//! Full-text search.

use std::collections::BTreeSet;

use astrolabe_core::query::TextQuery;
use astrolabe_core::text::{Analyzer, Language};
use rusqlite::functions::Context;
use rusqlite::types::ValueRef;
use rusqlite::{Error, Result};

/// `text_score(column, question)`: how well a text meets a question, null when it does not.
pub(super) fn text_score(context: &Context<'_>) -> Result<Option<f64>> {
    let query = context.get_or_create_aux(1, |text| {
        let query =
            TextQuery::from_text(text.as_str().map_err(|error| Error::UserFunctionError(error.into()))?);
        query.ok_or_else(|| Error::UserFunctionError("no question".into()))
    })?;
    Ok(match context.get_raw(0) {
        ValueRef::Text(text) => std::str::from_utf8(text).ok().and_then(|text| query.score(text)),
        _ => None,
    })
}

/// `text_terms(text, language)`: the distinct terms of a text as a JSON list, without stop words.
pub(super) fn text_terms(context: &Context<'_>) -> Result<String> {
    let ValueRef::Text(text) = context.get_raw(0) else { return Ok("[]".to_owned()) };
    let name = context.get_raw(1).as_str().unwrap_or_default();
    let language = Language::parse(name).ok_or_else(|| Error::UserFunctionError("no language".into()))?;
    let text = String::from_utf8_lossy(text);
    let words = Analyzer::folding(language).words(&text).filter(|word| !word.is_stop);
    let terms: BTreeSet<_> = words.map(|word| word.term).collect();
    serde_json::to_string(&terms).map_err(|error| Error::UserFunctionError(error.into()))
}
