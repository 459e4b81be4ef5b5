//! Sort keys.

use astrolabe_core::query::{OrderBy, OrderKey};

use super::Names;
use super::filter::path_json;
use super::target::{Target, resolve};
use crate::statement::{Bind, SqlWriter};

/// Appends the `ORDER BY` clause. The age of the row comes last, so that pages are stable; it runs in the direction of
/// the key before it, as the entries of an index do.
pub(super) fn append_order<'a>(sql: &mut SqlWriter<'a>, names: Names<'_>, order: &'a [OrderBy]) {
    sql.push(" ORDER BY ");
    for key in order {
        append_key(sql, names, key);
    }
    sql.push(sql.dialect.row_age);
    if order.last().is_some_and(|key| key.descending) {
        sql.push(" DESC");
    }
}

/// A field that does not exist is the same in every row and sorts nothing.
fn append_key<'a>(sql: &mut SqlWriter<'a>, names: Names<'_>, key: &'a OrderBy) {
    let OrderKey::Field(path) = &key.key;
    match resolve(names.class, path) {
        Target::Missing | Target::Relation { .. } => return,
        Target::Nested(column) => {
            sql.call_on_value("json_path_key", column).push(", ");
            sql.bind(Bind::owned(path_json(path))).push(")");
        }
        Target::Scalar { column, .. }
        | Target::File(column)
        | Target::Document(column)
        | Target::List(column)
        | Target::Point(column) => {
            sql.column(column);
        }
    }
    sql.push(if key.descending { sql.dialect.descending } else { sql.dialect.ascending }).push(", ");
}
