//! Full-text search of a String column. Where a text index holds its terms, they narrow the rows down.

use astrolabe_core::query::{FieldPath, ScoredText, TextQuery};
use astrolabe_core::schema::{Class, FieldType, OBJECT_ID};

use crate::catalogue::{TERM, terms_column, terms_table};
use crate::columns::array_literal;
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
    if !sql.dialect.stored_terms {
        sql.column(OBJECT_ID).push(" = ANY (ARRAY(SELECT jsonb_object_keys(");
        append_answer(sql, class, &path.field, column, query);
        sql.push("::text::jsonb)))");
        return;
    }
    sql.push("(");
    let language = class.text_language(&path.field);
    if let Some(terms) = language.and_then(|language| query.index_terms(language))
        && let Some(field) = class.field(&path.field)
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
    append_call(sql, column, query);
    sql.push(" IS NOT NULL)");
}

/// Appends how well a row meets the texts; those it does not meet add nothing.
pub(in crate::compile) fn append_score(sql: &mut SqlWriter<'_>, names: Names<'_>, scored: &[ScoredText]) {
    sql.push("(0.0");
    for text in scored {
        if let Target::Scalar { column, kind: FieldType::String } = resolve(names.class, &text.path) {
            sql.push(" + COALESCE(");
            append_score_of(sql, names.class, &text.path.field, column, &text.query);
            sql.push(", 0.0)");
        }
    }
    sql.push(")");
}

fn append_score_of(sql: &mut SqlWriter<'_>, class: &Class, field: &str, column: &str, query: &TextQuery) {
    if sql.dialect.stored_terms {
        return append_call(sql, column, query);
    }
    sql.push("((SELECT ");
    append_answer(sql, class, field, column, query);
    sql.push("::text::jsonb) ->> ").column(OBJECT_ID).push(")::float8");
}

fn append_call(sql: &mut SqlWriter<'_>, column: &str, query: &TextQuery) {
    sql.call_on_value("text_score", column).push(", ").bind(Bind::owned(query.to_text())).push(")");
}

/// Whoever runs the statement looks at the texts first: the parameter becomes the scores by object id. Texts whose terms
/// nobody has written down are looked at as well.
fn append_answer(sql: &mut SqlWriter<'_>, class: &Class, field: &str, column: &str, query: &TextQuery) {
    let (table, id, column) = (sql.dialect.located(&class.table), quoted(OBJECT_ID), quoted(column));
    let indexed = class.text_language(field).and_then(|language| query.index_terms(language));
    let narrowed = indexed.zip(class.field(field)).map(|(terms, field)| {
        let column = quoted(&terms_column(class, field));
        (array_literal(terms.iter().map(String::as_str)), column)
    });
    let wanted = match &narrowed {
        Some((_, terms)) => {
            format!("{terms} && $1::text::text[] OR {terms} IS NULL AND {column} IS NOT NULL")
        }
        None => format!("{column} IS NOT NULL"),
    };
    let texts = format!("SELECT {id}, {column} FROM {table} WHERE {wanted}");
    let terms = narrowed.map(|(terms, _)| terms);
    sql.question(Question { place: 0, texts, terms, query: query.clone() });
}
