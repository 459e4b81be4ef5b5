//! Tests of a column that the database compares by itself.

use astrolabe_core::query::Test;
use astrolabe_core::schema::FieldType;
use astrolabe_core::value::{Value, append_number};

use super::append_truth;
use super::pattern::append_pattern;
use crate::columns::encode_scalar;
use crate::statement::{Bind, SqlWriter, into_text};

/// Appends a test of a column of the given type.
pub(super) fn append_scalar<'a>(sql: &mut SqlWriter<'a>, column: &str, kind: &FieldType, test: &'a Test) {
    match test {
        Test::Equal(Value::Null) | Test::Exists(false) => {
            sql.column(column).push(" IS NULL");
        }
        Test::NotEqual(Value::Null) | Test::Exists(true) => {
            sql.column(column).push(" IS NOT NULL");
        }
        Test::Equal(operand) => append_operator(sql, column, " = ", encode_scalar(kind, operand), false),
        Test::NotEqual(operand) => {
            append_operator(sql, column, " IS DISTINCT FROM ", encode_scalar(kind, operand), true);
        }
        Test::Less(operand) => append_operator(sql, column, " < ", comparable(kind, operand), false),
        Test::LessOrEqual(operand) => append_operator(sql, column, " <= ", comparable(kind, operand), false),
        Test::Greater(operand) => append_operator(sql, column, " > ", comparable(kind, operand), false),
        Test::GreaterOrEqual(operand) => {
            append_operator(sql, column, " >= ", comparable(kind, operand), false);
        }
        Test::Matches(pattern) if *kind == FieldType::String => append_pattern(sql, column, pattern),
        Test::Matches(_)
        | Test::All(_)
        | Test::AllStarting(_)
        | Test::ContainedBy(_)
        | Test::Text(_)
        | Test::Near(_)
        | Test::Within(_)
        | Test::Surrounds(_) => {
            append_truth(sql, false);
        }
        Test::In(operands) => append_in(sql, column, kind, operands),
        Test::NotIn(operands) => append_not_in(sql, column, kind, operands),
    }
}

fn append_operator<'a>(
    sql: &mut SqlWriter<'a>,
    column: &str,
    operator: &str,
    operand: Option<Bind<'a>>,
    otherwise: bool,
) {
    match operand {
        Some(operand) => {
            sql.column(column).push(operator).bind(operand);
        }
        None => append_truth(sql, otherwise),
    }
}

/// Only types with an order can be compared. A range bound by null holds nothing.
fn comparable<'a>(kind: &FieldType, operand: &'a Value) -> Option<Bind<'a>> {
    match kind {
        FieldType::String | FieldType::Number | FieldType::Date => encode_scalar(kind, operand),
        _ => None,
    }
}

fn append_in(sql: &mut SqlWriter<'_>, column: &str, kind: &FieldType, operands: &[Value]) {
    let list = json_operands(kind, operands);
    let with_missing = operands.contains(&Value::Null);
    match (list, with_missing) {
        (None, false) => append_truth(sql, false),
        (None, true) => {
            sql.column(column).push(" IS NULL");
        }
        (Some(list), false) => append_membership(sql, column, true, kind, list),
        (Some(list), true) => {
            sql.push("(").column(column).push(" IS NULL OR ");
            append_membership(sql, column, true, kind, list);
            sql.push(")");
        }
    }
}

fn append_not_in(sql: &mut SqlWriter<'_>, column: &str, kind: &FieldType, operands: &[Value]) {
    let list = json_operands(kind, operands);
    let without_missing = operands.contains(&Value::Null);
    match (list, without_missing) {
        (None, false) => append_truth(sql, true),
        (None, true) => {
            sql.column(column).push(" IS NOT NULL");
        }
        (Some(list), without_missing) => {
            let missing = if without_missing { " IS NOT NULL AND " } else { " IS NULL OR " };
            sql.push("(").column(column).push(missing);
            append_membership(sql, column, false, kind, list);
            sql.push(")");
        }
    }
}

fn append_membership(sql: &mut SqlWriter<'_>, column: &str, has: bool, kind: &FieldType, list: String) {
    let form = match kind {
        FieldType::Number => &sql.dialect.real_list,
        FieldType::Boolean | FieldType::Date => &sql.dialect.integer_list,
        _ => &sql.dialect.text_list,
    };
    sql.column(column).in_list(form, list, has);
}

/// The operands of the field's type as one JSON list; `None` when there is none.
fn json_operands(kind: &FieldType, operands: &[Value]) -> Option<String> {
    let mut json = vec![b'['];
    for operand in operands.iter().filter_map(|operand| encode_scalar(kind, operand)) {
        if json.len() > 1 {
            json.push(b',');
        }
        match operand {
            Bind::Null => json.extend_from_slice(b"null"),
            Bind::Integer(number) => json.extend_from_slice(number.to_string().as_bytes()),
            Bind::Real(number) => append_number(&mut json, number),
            Bind::Text(text) => astrolabe_core::value::append_json_string(&mut json, &text),
        }
    }
    json.push(b']');
    (json.len() > 2).then(|| into_text(json))
}
