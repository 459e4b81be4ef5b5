//! Full-text search of a String column. Where a text index holds its terms, they narrow the rows down.

use astrolabe_core::query::{FieldPath, ScoredText, TextQuery};
use astrolabe_core::schema::{Class, FieldType, OBJECT_ID};

use crate::catalogue::{TERM, terms_table};
use crate::compile::Names;
use crate::compile::target::{Target, resolve};
use crate::statement::{Bind, Question, SqlWriter, json_texts, quoted};

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
        && sql.dialect.stored_terms
    {
        sql.column(OBJECT_ID)
            .push(" IN (SELECT ")
            .name(OBJECT_ID)
            .push(" FROM ")
            .table(&terms_table(class, field));
        let terms = json_texts(terms.iter().map(String::as_str));
        sql.push(" WHERE ").push(TERM);
        sql.in_list(&sql.dialect.text_list, terms, true).push(") AND ");
    }
    append_call(sql, class, column, query);
    sql.push(" IS NOT NULL)");
}

/// Appends how well a row meets the texts; those it does not meet add nothing.
pub(in crate::compile) fn append_score(sql: &mut SqlWriter<'_>, names: Names<'_>, scored: &[ScoredText]) {
    sql.push("(0.0");
    for text in scored {
        if let Target::Scalar { column, kind: FieldType::String } = resolve(names.class, &text.path) {
            sql.push(" + COALESCE(");
            append_call(sql, names.class, column, &text.query);
            sql.push(", 0.0)");
        }
    }
    sql.push(")");
}

fn append_call(sql: &mut SqlWriter<'_>, class: &Class, column: &str, query: &TextQuery) {
    if !sql.dialect.stored_terms {
        return append_answer(sql, class, column, query);
    }
    sql.call_on_value("text_score", column).push(", ").bind(Bind::owned(query.to_text())).push(")");
}

/// Whoever runs the statement looks at the texts first: the parameter becomes the scores by object id.
fn append_answer(sql: &mut SqlWriter<'_>, class: &Class, column: &str, query: &TextQuery) {
    let texts = format!(
        "SELECT {id}, {column} FROM {} WHERE {column} IS NOT NULL",
        sql.dialect.located(&class.table),
        id = quoted(OBJECT_ID),
        column = quoted(column),
    );
    sql.push("((SELECT ").question(Question { place: 0, texts, query: query.clone() });
    sql.push("::text::jsonb) ->> ").column(OBJECT_ID).push(")::float8");
}
