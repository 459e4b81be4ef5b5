//! Search in texts by a pattern, compiled once per statement.

use std::sync::Arc;

use astrolabe_core::query::Pattern;
use regex::Regex;
use rusqlite::functions::Context;
use rusqlite::types::ValueRef;
use rusqlite::{Error, Result};

/// `text_matches(column, pattern)`. The column is not null and holds text, or nothing matches.
pub(super) fn text_matches(context: &Context<'_>) -> Result<bool> {
    let ValueRef::Text(text) = context.get_raw(0) else { return Ok(false) };
    let regex = regex(context, 1)?;
    Ok(std::str::from_utf8(text).is_ok_and(|text| regex.is_match(text)))
}

/// The compiled pattern in argument `index`.
pub(super) fn regex(context: &Context<'_>, index: i32) -> Result<Arc<Regex>> {
    context.get_or_create_aux(index, |text| {
        Pattern::compile(text.as_str()?).map_err(|error| Error::UserFunctionError(error.into()))
    })
}
