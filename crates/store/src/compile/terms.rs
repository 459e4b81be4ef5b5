//! The terms of a text that is written, where rows hold them beside the text.

use astrolabe_core::schema::{Class, Field};
use astrolabe_core::value::Value;

use crate::catalogue::{terms_column, terms_literal};
use crate::dialect::Dialect;
use crate::statement::Bind;

/// The column and its value for a field that a text index names; null for what is no text.
pub(super) fn terms_beside(
    dialect: &Dialect,
    class: &Class,
    field: &Field,
    value: &Value,
) -> Option<(String, Bind<'static>)> {
    let language = class.text_language(&field.name).filter(|_| !dialect.stored_terms)?;
    let terms = match value {
        Value::String(text) => Bind::owned(terms_literal(text, language)),
        _ => Bind::Null,
    };
    Some((terms_column(class, field), terms))
}
