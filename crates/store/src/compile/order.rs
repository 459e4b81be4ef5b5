//! Sort keys.

use astrolabe_core::query::{FieldPath, OrderBy, OrderKey};

use super::Names;
use super::filter::{append_distance, append_score, path_json};
use super::target::{Target, resolve};
use crate::statement::{Bind, SqlWriter};

/// Whether an index may yield the rows in the order of the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SortBy {
    /// It may, so the database prefers one that does.
    Columns,
    /// It may not: the keys are values, and the database chooses its index by the conditions alone.
    Values,
}

/// Appends the `ORDER BY` clause. The age of the row comes last, so that pages are stable; it runs in the direction of
/// the key before it, as the entries of an index do.
pub(super) fn append_order<'a>(sql: &mut SqlWriter<'a>, names: Names<'_>, order: &'a [OrderBy], by: SortBy) {
    sql.push(" ORDER BY ");
    for key in order {
        append_key(sql, names, key, by);
    }
    append_as(sql, by);
    sql.push(sql.dialect.row_age);
    if order.last().is_some_and(|key| key.descending) {
        sql.push(" DESC");
    }
}

fn append_key<'a>(sql: &mut SqlWriter<'a>, names: Names<'_>, key: &'a OrderBy, by: SortBy) {
    if sorts(names, key) {
        append_value(sql, names, key, by);
        let direction = direction(sql, key);
        sql.push(direction).push(", ");
    }
}

/// The same order over columns that [`append_keys`] has named, of the table `p`.
pub(super) fn append_order_of_keys(sql: &mut SqlWriter<'_>, names: Names<'_>, order: &[OrderBy]) {
    sql.push(" ORDER BY ");
    for (place, key) in order.iter().enumerate().filter(|(_, key)| sorts(names, key)) {
        let direction = direction(sql, key);
        sql.push(&format!("p.k{place}{direction}, "));
    }
    sql.push("p.age");
    if order.last().is_some_and(|key| key.descending) {
        sql.push(" DESC");
    }
}

/// Appends the age of the row and the values of the sort keys as columns, for [`append_order_of_keys`].
pub(super) fn append_keys<'a>(sql: &mut SqlWriter<'a>, names: Names<'_>, order: &'a [OrderBy]) {
    sql.push(sql.dialect.row_age).push(" AS age");
    for (place, key) in order.iter().enumerate().filter(|(_, key)| sorts(names, key)) {
        sql.push(", ");
        append_value(sql, names, key, SortBy::Columns);
        sql.push(&format!(" AS k{place}"));
    }
}

/// A field that does not exist is the same in every row and sorts nothing.
fn sorts(names: Names<'_>, key: &OrderBy) -> bool {
    match &key.key {
        OrderKey::Field(path) => {
            !matches!(resolve(names.class, path), Target::Missing | Target::Relation { .. })
        }
        OrderKey::Score(_) => true,
        OrderKey::Distance(path, _) => matches!(resolve(names.class, path), Target::Point(_)),
    }
}

fn direction(sql: &SqlWriter<'_>, key: &OrderBy) -> &'static str {
    let best_first = matches!(key.key, OrderKey::Score(_));
    if key.descending || best_first { sql.dialect.descending } else { sql.dialect.ascending }
}

fn append_value<'a>(sql: &mut SqlWriter<'a>, names: Names<'_>, key: &'a OrderBy, by: SortBy) {
    match &key.key {
        OrderKey::Field(path) => append_field(sql, names, path, by),
        OrderKey::Score(scored) => append_score(sql, names, scored),
        OrderKey::Distance(path, from) => {
            if let Target::Point(column) = resolve(names.class, path) {
                append_distance(sql, column, *from);
            }
        }
    }
}

fn append_field<'a>(sql: &mut SqlWriter<'a>, names: Names<'_>, path: &'a FieldPath, by: SortBy) {
    match resolve(names.class, path) {
        Target::Missing | Target::Relation { .. } => {}
        Target::Nested(column) => {
            sql.call_on_value("json_path_key", column).push(", ");
            sql.bind(Bind::owned(path_json(path))).push(")");
        }
        Target::Scalar { column, .. }
        | Target::File(column)
        | Target::Document(column)
        | Target::List(column)
        | Target::Point(column) => {
            append_as(sql, by);
            sql.column(column);
        }
    }
}

fn append_as(sql: &mut SqlWriter<'_>, by: SortBy) {
    if by == SortBy::Values {
        sql.push(sql.dialect.as_value);
    }
}
