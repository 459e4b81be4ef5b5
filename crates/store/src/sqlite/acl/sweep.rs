//! Removing the lists that no row names any more, a few at a time.
//!
//! Clients make lists as they make rows, and rows go away. So for every list that is added two others are looked at,
//! in the order of their ids and round again; those that are left over can then never be many more than those in use.
//! Readers are not disturbed: a row and its list are read in one snapshot. An id is never given to another list, because
//! the newest list stays and new ones come after it, so what was remembered of an id holds for ever.

use std::sync::Arc;

use astrolabe_core::ports::StoreResult;
use astrolabe_core::schema::{Class, Schema};
use parking_lot::Mutex;
use rusqlite::{Connection, Result, params};

use super::super::errors::store_error;
use super::InternedAcls;
use crate::statement::quoted;

/// Lists that are added from one round to the next.
const ADDED_PER_ROUND: usize = 64;
/// Lists that a round looks at, each once in every class.
const LOOKED_AT_PER_ROUND: usize = 2 * ADDED_PER_ROUND;

/// How far the search for unused lists has come. It outlives the writer, which ends when there is nothing to write.
#[derive(Default)]
pub(in crate::sqlite) struct AclSweep {
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    /// Lists that were added since the last round.
    added: usize,
    /// The id up to which lists have been looked at.
    looked_to: i64,
}

impl AclSweep {
    /// Counts lists that were added.
    pub fn note_added(&self, lists: usize) {
        self.progress.lock().added += lists;
    }

    /// Whether a round is due; if so, it counts as begun.
    pub fn begin_if_due(&self) -> bool {
        let mut progress = self.progress.lock();
        let due = progress.added >= ADDED_PER_ROUND;
        if due {
            progress.added -= ADDED_PER_ROUND;
        }
        due
    }

    /// One round, inside a transaction of its own.
    pub fn round(&self, connection: &Connection, schema: &Schema, acls: &InternedAcls) -> StoreResult<()> {
        let looked_to = self.progress.lock().looked_to;
        let ids = next_ids(connection, looked_to).map_err(store_error)?;
        let complete = ids.len() == LOOKED_AT_PER_ROUND;
        self.progress.lock().looked_to = ids.last().filter(|_| complete).map_or(0, |last| *last);
        for id in unused(connection, schema, ids).map_err(store_error)? {
            let halves = remove(connection, id).map_err(store_error)?;
            // Also right if the transaction fails: what is forgotten is looked up.
            acls.forget(&halves);
        }
        Ok(())
    }
}

/// The next lists but the newest.
fn next_ids(connection: &Connection, after: i64) -> Result<Vec<i64>> {
    connection
        .prepare_cached(
            "SELECT id FROM _acl WHERE id > ? AND id < (SELECT MAX(id) FROM _acl) ORDER BY id LIMIT ?",
        )?
        .query_map(params![after, LOOKED_AT_PER_ROUND as i64], |row| row.get(0))?
        .collect()
}

/// Those that no row of any class names: one look into an index for each list and class.
fn unused(connection: &Connection, schema: &Schema, mut ids: Vec<i64>) -> Result<Vec<i64>> {
    for class in schema.classes.values() {
        if ids.is_empty() {
            break;
        }
        ids = unused_in(connection, class, ids)?;
    }
    Ok(ids)
}

fn unused_in(connection: &Connection, class: &Arc<Class>, ids: Vec<i64>) -> Result<Vec<i64>> {
    let sql = format!("SELECT 1 FROM {} AS t WHERE t._acl = ?", quoted(&class.table));
    let mut statement = connection.prepare(&sql)?;
    let mut unused = Vec::new();
    for id in ids {
        if !statement.exists([id])? {
            unused.push(id);
        }
    }
    Ok(unused)
}

/// Removes a list and its members; returns both of its halves.
fn remove(connection: &Connection, id: i64) -> Result<(String, String)> {
    let (readers, writers): (String, String) = connection
        .prepare_cached("DELETE FROM _acl WHERE id = ? RETURNING readers, writers")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (table, members) in [("_acl_reader", &readers), ("_acl_writer", &writers)] {
        let sql =
            format!("DELETE FROM {table} WHERE acl = ? AND principal IN (SELECT value FROM json_each(?))");
        connection.prepare_cached(&sql)?.execute(params![id, members])?;
    }
    Ok((readers, writers))
}
