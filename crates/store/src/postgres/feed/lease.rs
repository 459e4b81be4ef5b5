//! The right to trust what this node remembers of an app.
//!
//! What a node remembers (the schema, who is behind a session, which roles somebody has) must not outlive a change that
//! another node has acknowledged. So each node in use has a row in a table of the app, which says how far it has read and
//! until when it may trust itself; and whoever changes something of this kind answers when all these nodes have read that
//! far. A node that cannot read loses its right after a few seconds. From then on nobody waits for it, and it reads anew
//! before it takes another request. Nothing of this costs a request anything but a look at the clock.
//!
//! It is safe as long as clocks run at about the same speed; what time they show does not matter.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use astrolabe_core::ports::{StoreError, StoreResult};

use crate::postgres::connection::Connection;
use crate::postgres::errors::store_error;
use crate::postgres::{Shared, catalogue};

/// How long others wait for a node that they hear nothing of.
const HELD: Duration = Duration::from_secs(5);
/// How long a node trusts itself after it began to read everything: less, as its row is written later than that.
const TRUSTED: Duration = Duration::from_secs(4);
/// By then, a node that has not read a change has lost its right, whatever its row said.
const SETTLED_AFTER: Duration = Duration::from_secs(6);
/// The first and the longest pause between two looks at what others have read.
const PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(20));

/// Until when this node may trust what it remembers.
pub(super) struct Lease {
    began: Instant,
    /// Milliseconds from `began`.
    until_ms: AtomicU64,
    /// Somebody has asked since it was renewed last.
    is_used: AtomicBool,
}

/// What stands in this node's row.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Written {
    /// The last row of another node that revisions count.
    pub counted_row: i64,
    pub schema_version: u64,
}

impl Lease {
    /// Nothing is trusted yet.
    pub fn new() -> Self {
        let (until_ms, is_used) = Default::default();
        Lease { began: Instant::now(), until_ms, is_used }
    }

    /// Whether everything that others have acknowledged until now is known here. For requests.
    pub fn holds(&self) -> bool {
        if !self.is_used.load(Ordering::Relaxed) {
            self.is_used.store(true, Ordering::Relaxed);
        }
        self.is_valid()
    }

    pub fn is_valid(&self) -> bool {
        self.millis(Instant::now()) < self.until_ms.load(Ordering::Acquire)
    }

    /// Whether requests want it to go on.
    pub fn take_used(&self) -> bool {
        self.is_used.swap(false, Ordering::Relaxed)
    }

    fn extend(&self, read_from: Instant) {
        self.until_ms.fetch_max(self.millis(read_from + TRUSTED), Ordering::AcqRel);
    }

    fn millis(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.began).as_millis()).unwrap_or(u64::MAX)
    }
}

impl Shared {
    /// Writes this node's row: how far it has read, and that it is to be waited for.
    pub(super) async fn write_lease(&self, connection: &Connection, written: Written) -> StoreResult<()> {
        let sql = catalogue::at(
            &self.dialect,
            &format!(
                "INSERT INTO {{at}}_node AS n (node, seen, schema_version, until) \
                 VALUES ($1, $2, $3, clock_timestamp() + interval '{} ms') \
                 ON CONFLICT (node) DO UPDATE SET seen = greatest(n.seen, excluded.seen), \
                 schema_version = greatest(n.schema_version, excluded.schema_version), until = excluded.until",
                HELD.as_millis()
            ),
        );
        let seen = *self.feed.published.borrow();
        let version = i64::try_from(written.schema_version).unwrap_or(i64::MAX);
        let result = connection.query_text(&sql, &[&self.feed.node, &seen, &version]).await;
        result.map(|_| ()).map_err(store_error)
    }

    /// All that others had acknowledged when the reading began at `read_from` is known here.
    pub(super) fn trust(&self, read_from: Instant) {
        self.feed.lease.extend(read_from);
    }

    /// Makes sure that everything others have acknowledged until now is known here.
    pub(in crate::postgres) async fn settle(&self) -> StoreResult<()> {
        if self.is_settled() {
            return Ok(());
        }
        let mut round = self.feed.round.lock().await;
        match self.feed.lease.is_valid() {
            // Somebody else was waiting for the same.
            true => Ok(()),
            false => self.read_all(&mut round, true).await,
        }
    }

    /// Whether [`Shared::settle`] has nothing to do.
    pub(in crate::postgres) fn is_settled(&self) -> bool {
        self.feed.lease.holds()
    }

    /// Waits until all nodes in use know of a row of the feed and of a version of the schema, or may not trust themselves
    /// any more. The change is committed.
    pub(in crate::postgres) async fn confirm(&self, row: i64, schema_version: u64) -> StoreResult<()> {
        let committed = Instant::now();
        let mut pause = PAUSES.0;
        let mut is_told = false;
        loop {
            let error = match self.is_awaited(row, schema_version, &mut is_told).await {
                Ok(false) => return Ok(()),
                Ok(true) => None,
                Err(error) => Some(error),
            };
            if committed.elapsed() > SETTLED_AFTER {
                // Nobody trusts anything older by now. But when the database is away, nobody can say that it is there.
                return error.map_or(Ok(()), Err);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    /// Whether there is a node that has not read so far and may be trusting itself. All are told to read, once.
    async fn is_awaited(&self, row: i64, schema_version: u64, is_told: &mut bool) -> StoreResult<bool> {
        // A row that is being written at this moment is waited for.
        let sql = catalogue::at(
            &self.dialect,
            "SELECT count(*) FROM \
             (SELECT seen, schema_version, until FROM {at}_node WHERE node <> $1 FOR SHARE) AS n \
             WHERE until > clock_timestamp() AND (seen < $2 OR schema_version < $3)",
        );
        let version = i64::try_from(schema_version).unwrap_or(i64::MAX);
        let connection = self.database.shared().await?;
        let found = connection.query_text(&sql, &[&self.feed.node, &row, &version]).await;
        let found = found.map_err(store_error)?;
        let count: i64 = found.first().map_or(Ok(0), |row| row.try_get(0)).map_err(store_error)?;
        if count > 0 && !std::mem::replace(is_told, true) {
            self.tell_others(&connection).await?;
        }
        Ok(count > 0)
    }

    /// Nobody needs to wait for this node any more.
    pub(in crate::postgres) async fn give_lease_back(&self) -> StoreResult<()> {
        let sql = catalogue::at(&self.dialect, "DELETE FROM {at}_node WHERE node = $1");
        let given = async {
            let _round = self.feed.round.lock().await;
            let connection = self.database.shared().await?;
            connection.query_text(&sql, &[&self.feed.node]).await.map(|_| ()).map_err(store_error)
        };
        tokio::time::timeout(Duration::from_secs(1), given).await.unwrap_or(Err(StoreError::Deadline))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leases_end_by_themselves() {
        let lease = Lease::new();
        let now = Instant::now();
        assert!(!lease.holds() && lease.take_used() && !lease.take_used());
        lease.extend(now);
        assert!(lease.holds() && lease.is_valid());
        // What is read later never shortens it.
        if let Some(before) = now.checked_sub(TRUSTED) {
            lease.extend(before);
        }
        assert!(lease.holds());
        let other = Lease { began: now.checked_sub(TRUSTED * 2).unwrap_or(now), ..Lease::new() };
        other.extend(now.checked_sub(TRUSTED).unwrap_or(now));
        assert!(!other.is_valid());
    }
}
