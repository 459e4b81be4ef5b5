//! Full-text search of a String column. Where a text index holds its terms, they narrow the rows down.

use astrolabe_core::query::{FieldPath, ScoredText, TextQuery};
use astrolabe_core::schema::{Class, FieldType, OBJECT_ID};

use crate::catalogue::{TERM, terms_table};
use crate::compile::Names;
use crate::compile::target::{Target, resolve};
use crate::statement::{Bind, SqlWriter, json_texts};

/// Appends the test of a column.
pub(super) fn append_text(
    sql: &mut SqlWriter<'_>,
    class: &Class,
    path: &FieldPath,
    column: &str,
    query: &TextQuery,
) {
    sql.push("(");
    let language = class.text_language(&path.field);
    if let Some(terms) = language.and_then(|language| query.index_terms(language))
        && let Some(field) = class.field(&path.field)
    {
        let (before, after) = sql.dialect.text_list;
        sql.column(OBJECT_ID)
            .push(" IN (SELECT ")
            .name(OBJECT_ID)
            .push(" FROM ")
            .name(&terms_table(class, field));
        sql.push(" WHERE ").push(TERM).push(" IN ").push(before);
        sql.bind(Bind::owned(json_texts(terms.iter().map(String::as_str)))).push(after).push(") AND ");
    }
    append_call(sql, column, query);
    sql.push(" IS NOT NULL)");
}

/// Appends how well a row meets the texts; those it does not meet add nothing.
pub(in crate::compile) fn append_score(sql: &mut SqlWriter<'_>, names: Names<'_>, scored: &[ScoredText]) {
    sql.push("(0.0");
    for text in scored {
        if let Target::Scalar { column, kind: FieldType::String } = resolve(names.class, &text.path) {
            sql.push(" + COALESCE(");
            append_call(sql, column, &text.query);
            sql.push(", 0.0)");
        }
    }
    sql.push(")");
}

fn append_call(sql: &mut SqlWriter<'_>, column: &str, query: &TextQuery) {
    sql.call_on_value("text_score", column).push(", ").bind(Bind::owned(query.to_text())).push(")");
}
