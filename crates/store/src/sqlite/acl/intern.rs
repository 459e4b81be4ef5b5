//! From lists to ids, for the writer.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::sync::Arc;

use astrolabe_core::access::Acl;
use astrolabe_core::ports::StoreResult;
use lru::LruCache;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::errors::store_error;
use super::super::execute::in_savepoint;
use crate::columns::{NO_ACL, acl_halves};

/// Lists whose ids are remembered.
const REMEMBERED_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4_095);
/// Longer lists are looked up each time.
const REMEMBERED_BYTES_MAX: usize = 512;

/// Both halves of a list.
type Halves = Arc<(String, String)>;

/// Gives every distinct list an id, inside the transaction of the row that needs it.
pub(in crate::sqlite) struct InternedAcls {
    state: RefCell<State>,
}

struct State {
    ids: LruCache<Halves, i64>,
    /// Those of `ids` that only the open transaction knows, oldest first.
    uncommitted: Vec<Halves>,
    /// Lists that were new since somebody asked.
    added: usize,
}

impl InternedAcls {
    /// Nothing is known yet.
    pub fn new() -> Self {
        let ids = LruCache::sparse(REMEMBERED_MAX);
        InternedAcls { state: RefCell::new(State { ids, uncommitted: Vec::new(), added: 0 }) }
    }

    /// The id of a list, which is added when it is new.
    pub fn id(&self, connection: &Connection, acl: Option<&Acl>) -> StoreResult<i64> {
        let Some(acl) = acl else { return Ok(NO_ACL) };
        let halves = acl_halves(acl);
        let mut state = self.state.borrow_mut();
        if let Some(id) = state.ids.get(&halves) {
            return Ok(*id);
        }
        let id = match find(connection, &halves).map_err(store_error)? {
            Some(id) => id,
            None => {
                state.added += 1;
                add(connection, &halves)?
            }
        };
        if halves.0.len() + halves.1.len() <= REMEMBERED_BYTES_MAX {
            let halves = Arc::new(halves);
            state.uncommitted.push(Arc::clone(&halves));
            state.ids.put(halves, id);
        }
        Ok(id)
    }

    /// How many ids only the open transaction knows.
    pub fn uncommitted(&self) -> usize {
        self.state.borrow().uncommitted.len()
    }

    /// Forgets the ids that came after the first `kept` of the open transaction, because what gave them was undone.
    pub fn forget_since(&self, kept: usize) {
        let mut state = self.state.borrow_mut();
        let undone = state.uncommitted.split_off(kept);
        for halves in undone {
            state.ids.pop(&halves);
        }
    }

    /// Forgets a list that was removed.
    pub fn forget(&self, halves: &(String, String)) {
        self.state.borrow_mut().ids.pop(halves);
    }

    /// How many lists were added since the last time, also those that were undone.
    pub fn take_added(&self) -> usize {
        std::mem::take(&mut self.state.borrow_mut().added)
    }

    /// The transaction is committed.
    pub fn committed(&self) {
        self.state.borrow_mut().uncommitted.clear();
    }
}

fn find(connection: &Connection, halves: &(String, String)) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT id FROM _acl WHERE readers = ? AND writers = ?")?
        .query_row(params![halves.0, halves.1], |row| row.get(0))
        .optional()
}

/// A list without its members would shut them out, so it is added with all of them or not at all.
fn add(connection: &Connection, halves: &(String, String)) -> StoreResult<i64> {
    in_savepoint(connection, || insert(connection, halves).map_err(store_error))
}

fn insert(connection: &Connection, (readers, writers): &(String, String)) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("INSERT INTO _acl (readers, writers) VALUES (?, ?)")?
        .execute(params![readers, writers])?;
    let id = connection.last_insert_rowid();
    connection
        .prepare_cached("INSERT OR IGNORE INTO _acl_reader SELECT value, ? FROM json_each(?)")?
        .execute(params![id, readers])?;
    connection
        .prepare_cached("INSERT OR IGNORE INTO _acl_writer SELECT value, ? FROM json_each(?)")?
        .execute(params![id, writers])?;
    Ok(id)
}
