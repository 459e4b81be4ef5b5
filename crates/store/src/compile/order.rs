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

/// A field that does not exist is the same in every row and sorts nothing.
fn append_key<'a>(sql: &mut SqlWriter<'a>, names: Names<'_>, key: &'a OrderBy, by: SortBy) {
    match &key.key {
        OrderKey::Field(path) => {
            if !append_field(sql, names, path, by) {
                return;
            }
        }
        OrderKey::Score(scored) => {
            append_score(sql, names, scored);
            sql.push(sql.dialect.descending).push(", ");
            return;
        }
        OrderKey::Distance(path, from) => match resolve(names.class, path) {
            Target::Point(column) => append_distance(sql, column, *from),
            _ => return,
        },
    }
    sql.push(if key.descending { sql.dialect.descending } else { sql.dialect.ascending }).push(", ");
}

/// Appends the value of a field; false where there is nothing to append.
fn append_field<'a>(sql: &mut SqlWriter<'a>, names: Names<'_>, path: &'a FieldPath, by: SortBy) -> bool {
    match resolve(names.class, path) {
        Target::Missing | Target::Relation { .. } => return false,
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
    true
}

fn append_as(sql: &mut SqlWriter<'_>, by: SortBy) {
    if by == SortBy::Values {
        sql.push(sql.dialect.as_value);
    }
}
