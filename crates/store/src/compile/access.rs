//! The row filter of access lists.

use std::sync::Arc;

use astrolabe_core::query::RowAccess;

use crate::columns::{READERS, WRITERS};
use crate::statement::{Bind, SqlWriter, json_texts};

/// Appends the condition that lets rows through; `All` must be left out by the caller.
pub(super) fn append_access(sql: &mut SqlWriter<'_>, access: &RowAccess) {
    let (column, principals) = match access {
        RowAccess::All => {
            sql.push("TRUE");
            return;
        }
        RowAccess::Readable(principals) => (READERS, principals),
        RowAccess::Writable(principals) => (WRITERS, principals),
        RowAccess::ReadableAndWritable(principals) => {
            append_access(sql, &RowAccess::Readable(Arc::clone(principals)));
            sql.push(" AND ");
            append_access(sql, &RowAccess::Writable(Arc::clone(principals)));
            return;
        }
    };
    // Both lists are null in a row without access list, and neither is null in any other row.
    sql.push("(").column(column).push(" IS NULL OR acl_allows(").column(column).push(", ");
    sql.bind(Bind::owned(json_texts(principals.iter().map(String::as_str)))).push("))");
}
