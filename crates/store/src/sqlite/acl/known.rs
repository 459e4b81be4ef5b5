//! From ids to lists, for whoever shows them.

use std::num::NonZeroUsize;
use std::sync::Arc;

use astrolabe_core::access::StoredAcl;
use astrolabe_core::ports::StoreResult;
use lru::LruCache;
use rusqlite::{Connection, OptionalExtension};

use super::super::errors::store_error;

/// Lists a connection remembers.
const REMEMBERED_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(511);
/// Longer lists are read each time.
const REMEMBERED_BYTES_MAX: usize = 2_048;

/// Lists that were read before.
pub(in crate::sqlite) struct KnownAcls {
    lists: LruCache<i64, Arc<StoredAcl>>,
}

/// Looks lists up, in memory or with a connection.
pub(in crate::sqlite) struct AclLookup<'c> {
    known: &'c mut KnownAcls,
    connection: &'c Connection,
    /// The list that was asked for last, since neighbouring rows often share one.
    last: Option<(i64, Arc<StoredAcl>)>,
}

impl KnownAcls {
    /// Nothing is known yet.
    pub fn new() -> Self {
        KnownAcls { lists: LruCache::sparse(REMEMBERED_MAX) }
    }

    /// Reads with `connection` what is not known.
    pub fn within<'c>(&'c mut self, connection: &'c Connection) -> AclLookup<'c> {
        AclLookup { known: self, connection, last: None }
    }
}

impl AclLookup<'_> {
    /// The list with an id; `None` when there is none, or what is stored is not one.
    pub fn get(&mut self, id: i64) -> StoreResult<Option<&Arc<StoredAcl>>> {
        if self.last.as_ref().is_none_or(|(last, _)| *last != id) {
            self.last = self.look_up(id)?.map(|acl| (id, acl));
        }
        Ok(self.last.as_ref().map(|(_, acl)| acl))
    }

    fn look_up(&mut self, id: i64) -> StoreResult<Option<Arc<StoredAcl>>> {
        if let Some(acl) = self.known.lists.get(&id) {
            return Ok(Some(Arc::clone(acl)));
        }
        let Some((readers, writers)) = read(self.connection, id).map_err(store_error)? else {
            return Ok(None);
        };
        let Some(acl) = StoredAcl::from_halves(&readers, &writers) else { return Ok(None) };
        let acl = Arc::new(acl);
        if readers.len() + writers.len() <= REMEMBERED_BYTES_MAX {
            self.known.lists.put(id, Arc::clone(&acl));
        }
        Ok(Some(acl))
    }
}

fn read(connection: &Connection, id: i64) -> rusqlite::Result<Option<(String, String)>> {
    connection
        .prepare_cached("SELECT readers, writers FROM _acl WHERE id = ?")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}
