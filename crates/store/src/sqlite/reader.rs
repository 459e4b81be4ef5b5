//! A read-only connection with what it remembers from one read to the next.

use std::time::Duration;

use astrolabe_core::ports::StoreResult;
use rusqlite::Connection;

use super::acl::{KnownAcls, Reach};
use super::effort::Effort;
use super::errors::store_error;
use super::placement::Placements;
use super::snapshot::{Snapshot, SnapshotAge};
use super::{Shared, connection};

/// How long a sign of life may take.
const PING_DEADLINE: Duration = Duration::from_secs(1);

/// A read-only connection.
pub(super) struct Reader {
    /// The connection.
    pub connection: Connection,
    /// Where its statements run.
    pub placements: Placements,
    /// What they take.
    pub effort: Effort,
    /// Access lists it has met.
    pub acls: KnownAcls,
    /// How far its callers' rights reach.
    pub reach: Reach,
    snapshot: Snapshot,
}

impl Reader {
    /// Opens the store's file.
    pub fn open(shared: &Shared) -> StoreResult<Self> {
        let mut connection = connection::open_reader(&shared.path).map_err(store_error)?;
        let effort = Effort::watch(&mut connection).map_err(store_error)?;
        Ok(Reader {
            connection,
            placements: Placements::new(),
            effort,
            acls: KnownAcls::new(),
            reach: Reach::new(),
            snapshot: Snapshot::default(),
        })
    }

    /// Makes sure that what is read from now on is everything that is committed.
    pub fn renew_snapshot(&mut self, age: &SnapshotAge) -> StoreResult<()> {
        self.snapshot.renew(&self.connection, age).map_err(store_error)
    }

    /// Gives the snapshot up if something was committed meanwhile.
    pub fn end_old_snapshot(&mut self, age: &SnapshotAge) {
        self.snapshot.end_if_old(&self.connection, age);
    }

    /// Gives the snapshot up.
    pub fn end_snapshot(&mut self) {
        self.snapshot.end(&self.connection);
    }

    /// Answers when the file can be read, which what an open snapshot holds in memory does not show.
    pub fn ping(&mut self) -> StoreResult<()> {
        self.end_snapshot();
        let _watch = self.effort.begin(PING_DEADLINE);
        self.connection
            .query_row("SELECT schema_version FROM _catalog_meta", [], |_| Ok(()))
            .map_err(store_error)
    }
}
