//! The stored terms of text indexes: for each field of one a table of its own, which holds the distinct terms of every
//! row, or where the database can index lists a column beside the field. They narrow a search down; whether a row is found is
//! always asked of its text.

use std::fmt::Write;

use astrolabe_core::schema::{Class, Field, Index, IndexKind, OBJECT_ID};
use astrolabe_core::text::{Analyzer, Language};
use sha2::{Digest, Sha256};

use crate::columns::array_literal;
use crate::dialect::Dialect;

/// The column of the terms; the rows they are of are named by object id.
pub(crate) const TERM: &str = "term";

/// The table with the terms of a field. Its name follows from those of the table and the column, which never change.
pub(crate) fn terms_table(class: &Class, field: &Field) -> String {
    let digest = Sha256::digest(format!("{}.{}", class.table, field.column));
    let mut name = String::from("_terms_");
    for byte in digest.iter().take(10) {
        // Writing to a String cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// The column beside a field with its terms, where rows hold them. Null means that nobody has written them down.
pub(crate) fn terms_column(class: &Class, field: &Field) -> String {
    terms_table(class, field)
}

/// The value of that column for a text.
pub(crate) fn terms_literal(text: &str, language: Language) -> String {
    let words: Vec<_> = Analyzer::folding(language).words(text).filter(|word| !word.is_stop).collect();
    array_literal(words.iter().map(|word| word.term.as_str()))
}

/// The fields of a text index.
pub(crate) fn text_fields<'c>(class: &'c Class, index: &'c Index) -> impl Iterator<Item = &'c Field> {
    let is_text = matches!(index.kind, IndexKind::Text(_));
    index.keys.iter().filter(move |_| is_text).filter_map(|key| class.field(&key.field))
}

/// Makes the table of a field's terms.
pub(crate) fn create_terms(dialect: &Dialect, class: &Class, field: &Field) -> String {
    let text = dialect.types.text;
    format!(
        "CREATE TABLE {} ({TERM} {text} NOT NULL, \"{OBJECT_ID}\" {text} NOT NULL, PRIMARY KEY ({TERM}, \"{OBJECT_ID}\")){}",
        dialect.located(&terms_table(class, field)),
        dialect.join_table_suffix
    )
}

/// Removes the tables of an index's terms.
pub(crate) fn drop_terms(dialect: &Dialect, class: &Class, index: &Index) -> Vec<String> {
    if !dialect.stored_terms {
        return Vec::new();
    }
    let drop = |field| format!("DROP TABLE {}", dialect.located(&terms_table(class, field)));
    text_fields(class, index).map(drop).collect()
}
