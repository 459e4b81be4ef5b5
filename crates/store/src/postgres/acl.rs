//! Access lists as rows hold them, put together once for all rows that have the same. Who is in which list is in
//! `listed.rs`, how much that lets somebody read in `reach.rs`.

mod listed;
mod reach;

use std::num::NonZeroUsize;
use std::sync::Arc;

use astrolabe_core::access::{Acl, StoredAcl};
use lru::LruCache;
use parking_lot::Mutex;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

pub(super) use listed::{ListedAcls, TABLES};
pub(super) use reach::{Reach, path};

/// Lists that are remembered.
const REMEMBERED_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1_023);
/// Longer lists are put together each time.
const REMEMBERED_BYTES_MAX: usize = 2_048;

/// Lists that were read before, by the bytes of both halves.
pub(super) struct KnownAcls {
    lists: Mutex<LruCache<Vec<u8>, Arc<StoredAcl>>>,
}

/// An array as it came.
struct RawArray<'r>(&'r [u8]);

impl<'r> FromSql<'r> for RawArray<'r> {
    fn from_sql(_kind: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(RawArray(raw))
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::TEXT_ARRAY
    }
}

impl KnownAcls {
    /// Nothing is known yet.
    pub fn new() -> Self {
        KnownAcls { lists: Mutex::new(LruCache::sparse(REMEMBERED_MAX)) }
    }

    /// The list in two columns of a row from `at` on; `None` where there is none.
    pub fn get(&self, row: &Row, at: usize) -> Result<Option<Arc<StoredAcl>>, tokio_postgres::Error> {
        let halves =
            (row.try_get::<_, Option<RawArray<'_>>>(at)?, row.try_get::<_, Option<RawArray<'_>>>(at + 1)?);
        let (Some(readers), Some(writers)) = halves else { return Ok(None) };
        // An array says how long it is, so two that follow each other are still two.
        let key = [readers.0, writers.0].concat();
        if let Some(known) = self.lists.lock().get(&key) {
            return Ok(Some(Arc::clone(known)));
        }
        let readers: Vec<&str> = row.try_get(at)?;
        let writers: Vec<&str> = row.try_get(at + 1)?;
        let list = Arc::new(StoredAcl::from(Acl::from_lists(readers, writers)));
        if key.len() <= REMEMBERED_BYTES_MAX {
            self.lists.lock().put(key, Arc::clone(&list));
        }
        Ok(Some(list))
    }
}
