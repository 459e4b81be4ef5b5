//! Removal of rows.

use astrolabe_core::query::{Filter, RowAccess};
use astrolabe_core::schema::OBJECT_ID;

use super::Names;
use super::filter::append_where;
use crate::dialect::Dialect;
use crate::statement::{SqlWriter, Statement};

/// Removes the rows that match; with `returning_ids` the statement yields their object ids.
pub(crate) fn delete<'a>(
    dialect: &'a Dialect,
    names: Names<'_>,
    filter: &'a Filter,
    access: &'a RowAccess,
    returning_ids: bool,
) -> Statement<'a> {
    let mut sql = SqlWriter::new(dialect);
    sql.push("DELETE FROM ").table(&names.class.table).push(" AS t");
    append_where(&mut sql, names, filter, access);
    if returning_ids {
        sql.push(" RETURNING ").name(OBJECT_ID);
    }
    sql.finish()
}
