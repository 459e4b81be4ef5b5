//! Tests of values that the database cannot compare by itself: a condition that is true for a match and false,
//! never null, for everything else. Negated tests are the negation of it, so they hold for missing values.

use astrolabe_core::query::Test;
use astrolabe_core::schema::OBJECT_ID;
use astrolabe_core::value::{Value, append_value};

use super::append_truth;
use crate::columns::{OWNING_ID, RELATED_ID, longitude_column};
use crate::statement::{Bind, SqlWriter, into_text, json_texts};

/// Where the value is.
pub(super) enum Opaque<'c> {
    /// A File column; files are compared by name, because the address depends on where the server runs.
    File(&'c str),
    /// An Object column.
    Document(&'c str),
    /// An Array column.
    List(&'c str),
    /// The two columns of a GeoPoint.
    Point(&'c str),
    /// A join table with members of the class.
    Relation {
        /// The join table.
        table: &'c str,
        /// The class of the members.
        class: &'c str,
    },
    /// A value inside a JSON column.
    Nested {
        /// The column.
        column: &'c str,
        /// The keys, as a JSON list.
        path: String,
    },
}

/// Appends a test.
pub(super) fn append_opaque<'a>(sql: &mut SqlWriter<'a>, place: &Opaque<'_>, test: &'a Test) {
    match test {
        Test::Equal(Value::Null) | Test::Exists(false) => append_missing(sql, place, true),
        Test::NotEqual(Value::Null) | Test::Exists(true) => append_missing(sql, place, false),
        Test::Equal(operand) => append_equal(sql, place, operand),
        Test::NotEqual(operand) => {
            sql.push("NOT ");
            append_equal(sql, place, operand);
        }
        Test::In(operands) => append_in(sql, place, operands),
        Test::NotIn(operands) => {
            sql.push("NOT ");
            append_in(sql, place, operands);
        }
        Test::All(operands) => append_array(sql, place, ["json_contains_all", "all"], json_list(operands)),
        Test::AllStarting(prefixes) => {
            let prefixes = json_texts(prefixes.iter().map(String::as_str));
            append_array(sql, place, ["json_contains_all_starting", "all_starting"], prefixes);
        }
        Test::ContainedBy(operands) => {
            append_array(sql, place, ["json_contained_by", "contained_by"], json_list(operands));
        }
        Test::Matches(pattern) => match place {
            Opaque::Nested { .. } => {
                let searched = (sql.dialect.pattern)(pattern);
                append_nested(sql, place, "matches", Bind::Text(searched));
            }
            _ => append_truth(sql, false),
        },
        Test::Text(_) | Test::Near(_) | Test::Within(_) | Test::Surrounds(_) => append_truth(sql, false),
        Test::Less(operand) => append_comparison(sql, place, "lt", operand),
        Test::LessOrEqual(operand) => append_comparison(sql, place, "lte", operand),
        Test::Greater(operand) => append_comparison(sql, place, "gt", operand),
        Test::GreaterOrEqual(operand) => append_comparison(sql, place, "gte", operand),
    }
}

fn append_missing(sql: &mut SqlWriter<'_>, place: &Opaque<'_>, missing: bool) {
    match place {
        Opaque::File(column) | Opaque::Document(column) | Opaque::List(column) | Opaque::Point(column) => {
            sql.column(column).push(if missing { " IS NULL" } else { " IS NOT NULL" });
        }
        // A relation without members is a relation all the same.
        Opaque::Relation { .. } => append_truth(sql, !missing),
        Opaque::Nested { .. } => {
            sql.push(if missing { "NOT " } else { "" });
            append_nested(sql, place, "exists", Bind::Null);
        }
    }
}

fn append_equal<'a>(sql: &mut SqlWriter<'a>, place: &Opaque<'_>, operand: &'a Value) {
    match place {
        Opaque::Document(column) => append_call(sql, "json_equals", column, json(operand)),
        Opaque::List(column) => append_call(sql, "json_contains", column, json(operand)),
        Opaque::Nested { .. } => append_nested(sql, place, "eq", Bind::owned(json(operand))),
        Opaque::File(_) | Opaque::Point(_) | Opaque::Relation { .. } => {
            append_in(sql, place, std::slice::from_ref(operand));
        }
    }
}

fn append_in(sql: &mut SqlWriter<'_>, place: &Opaque<'_>, operands: &[Value]) {
    sql.push("(");
    if operands.contains(&Value::Null) {
        append_missing(sql, place, true);
        sql.push(" OR ");
    }
    match place {
        Opaque::Document(column) => append_call(sql, "json_equals_any", column, json_list(operands)),
        Opaque::List(column) => append_call(sql, "json_contains_any", column, json_list(operands)),
        Opaque::Nested { .. } => append_nested(sql, place, "in", Bind::owned(json_list(operands))),
        Opaque::File(column) => append_file_in(sql, column, operands),
        Opaque::Point(column) => append_point_in(sql, column, operands),
        Opaque::Relation { table, class } => append_member_in(sql, table, class, operands),
    }
    sql.push(")");
}

fn append_comparison(sql: &mut SqlWriter<'_>, place: &Opaque<'_>, operator: &str, operand: &Value) {
    match place {
        Opaque::Nested { .. } => append_nested(sql, place, operator, Bind::owned(json(operand))),
        _ => append_truth(sql, false),
    }
}

/// A test of an array as a whole, by a function for a column and an operator for a value inside one.
fn append_array(sql: &mut SqlWriter<'_>, place: &Opaque<'_>, names: [&str; 2], operand: String) {
    let [function, operator] = names;
    match place {
        Opaque::List(column) => append_call(sql, function, column, operand),
        Opaque::Nested { .. } => append_nested(sql, place, operator, Bind::owned(operand)),
        _ => append_truth(sql, false),
    }
}

/// `operator` is one of the words `json_path_test` knows.
fn append_nested<'a>(sql: &mut SqlWriter<'a>, place: &Opaque<'_>, operator: &str, operand: Bind<'a>) {
    let Opaque::Nested { column, path } = place else { return };
    sql.call_on_value("json_path_test", column).push(", ").bind(Bind::owned(path.clone())).push(", '");
    sql.push(operator).push("', ").bind(operand).push(")");
}

fn append_call(sql: &mut SqlWriter<'_>, function: &str, column: &str, operand: String) {
    sql.call_on_value(function, column).push(", ").bind(Bind::owned(operand)).push(")");
}

fn append_file_in(sql: &mut SqlWriter<'_>, column: &str, operands: &[Value]) {
    let names = operands.iter().filter_map(|operand| match operand {
        Value::File(file) => Some(file.name.as_str()),
        _ => None,
    });
    let (name_before, name_after) = sql.dialect.file_name;
    sql.push("(").column(column).push(" IS NOT NULL AND ");
    sql.push(name_before).column(column).push(name_after);
    sql.in_list(&sql.dialect.text_list, json_texts(names), true).push(")");
}

fn append_point_in(sql: &mut SqlWriter<'_>, column: &str, operands: &[Value]) {
    let points: Vec<_> = operands.iter().filter(|operand| matches!(operand, Value::GeoPoint(_))).collect();
    sql.push("point_in(").column(column).push(", ").column(&longitude_column(column)).push(", ");
    sql.bind(Bind::owned(json_list(points))).push(")");
}

fn append_member_in(sql: &mut SqlWriter<'_>, table: &str, class: &str, operands: &[Value]) {
    let ids = operands.iter().filter_map(|operand| match operand {
        Value::Pointer(pointer) if pointer.class_name == class => Some(pointer.object_id.as_str()),
        _ => None,
    });
    sql.column(OBJECT_ID).push(" IN (SELECT ").push(OWNING_ID).push(" FROM ").table(table);
    sql.push(" WHERE ").push(RELATED_ID);
    sql.in_list(&sql.dialect.text_list, json_texts(ids), true).push(")");
}

fn json(value: &Value) -> String {
    let mut bytes = Vec::new();
    append_value(&mut bytes, value);
    into_text(bytes)
}

fn json_list<'v>(values: impl IntoIterator<Item = &'v Value>) -> String {
    let mut bytes = vec![b'['];
    for value in values {
        if bytes.len() > 1 {
            bytes.push(b',');
        }
        append_value(&mut bytes, value);
    }
    bytes.push(b']');
    into_text(bytes)
}
