//! Reads that are told which index to use.

use astrolabe_core::ports::StoreResult;
use astrolabe_core::query::ReadPlan;
use astrolabe_core::schema::Class;
use rusqlite::{Connection, OptionalExtension, params};

use crate::compile::AccessPath;
use crate::sqlite::acl::{Purpose, Reach};
use crate::sqlite::errors::{read_error, store_error};

/// The way that the plan asks for, else the one that promises the least work.
pub(super) fn chosen_path(
    connection: &Connection,
    reach: &mut Reach,
    class: &Class,
    plan: &ReadPlan,
    purpose: Purpose,
) -> StoreResult<AccessPath> {
    match hinted_path(connection, class, plan)? {
        Some(path) => Ok(path),
        None => reach.path(connection, class, plan, purpose).map_err(|error| read_error(error, class)),
    }
}

/// The way that the plan asks for. An index that is gone by now is no way.
pub(super) fn hinted_path(
    connection: &Connection,
    class: &Class,
    plan: &ReadPlan,
) -> StoreResult<Option<AccessPath>> {
    let Some(index) = &plan.index else { return Ok(None) };
    let id: Option<i64> = connection
        .prepare_cached(
            "SELECT i.id FROM _catalog_index AS i JOIN _catalog_class AS c ON c.id = i.class_id \
             WHERE c.name = ? AND i.name = ?",
        )
        .and_then(|mut statement| {
            statement.query_row(params![&*class.name, &**index], |row| row.get(0)).optional()
        })
        .map_err(store_error)?;
    Ok(id.map(AccessPath::Hinted))
}
