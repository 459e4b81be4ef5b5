//! Keeps the write-ahead log small.
//!
//! Its content is moved into the database between transactions, after callers have their answers. A page that many
//! transactions changed is moved once, so that is done seldom: the log may hold half of its bound first. After it
//! the log is used again from its beginning, unless a reader stays on an old snapshot; then it grows, and past its bound
//! the attempt is made to empty it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::Shared;

/// How long emptying the log may wait for readers; writers wait behind it.
const PATIENCE: Duration = Duration::from_millis(50);
/// What SQLite waits for other locks.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of a page in the log, about.
const PAGE_BYTES: u64 = 4_096;

/// The bound of one log.
pub(super) struct WalBound {
    bytes_max: u64,
    /// Where its content is moved next.
    move_at_pages: u64,
    /// Where the next attempt to empty it is made; twice as far after each failure, so that a slow reader is not met
    /// with an attempt after every commit.
    attempt_at: u64,
}

/// Pages in the log, and how many of them are in the database too.
struct LogPages {
    all: u64,
    moved: u64,
}

impl WalBound {
    /// A bound in bytes.
    pub fn new(bytes_max: u64) -> Self {
        WalBound { bytes_max, move_at_pages: move_pages(bytes_max), attempt_at: bytes_max }
    }

    /// Moves the log into the database when that is due. For between transactions.
    pub fn keep(&mut self, connection: &Connection, shared: &Shared) {
        if let Err(error) = self.keep_moving(connection, shared) {
            tracing::warn!(%error, "the write-ahead log could not be moved into the database");
        }
    }

    fn keep_moving(&mut self, connection: &Connection, shared: &Shared) -> rusqlite::Result<()> {
        if log_pages(connection, "PRAGMA wal_checkpoint(NOOP)")?.all < self.move_at_pages {
            return Ok(());
        }
        let end_snapshots = || shared.readers.end_snapshots(&shared.snapshot_age);
        end_snapshots();
        let pages = log_pages(connection, "PRAGMA wal_checkpoint(PASSIVE)")?;
        // Snapshots of before keep the log from being used again; later ones need nothing of it.
        end_snapshots();
        let step = move_pages(self.bytes_max);
        self.move_at_pages = if pages.moved == pages.all { step } else { pages.all + step };
        if wal_bytes(&shared.path) > self.attempt_at {
            self.empty(connection, shared);
        }
        Ok(())
    }

    /// Empties the log now, if readers let it.
    pub fn empty(&mut self, connection: &Connection, shared: &Shared) {
        shared.readers.end_snapshots(&shared.snapshot_age);
        let emptied = connection.busy_timeout(PATIENCE).and_then(|()| truncate(connection));
        if let Err(error) = connection.busy_timeout(BUSY_TIMEOUT) {
            tracing::warn!(%error, "the busy timeout could not be restored");
        }
        match emptied {
            Ok(true) => self.attempt_at = self.bytes_max,
            Ok(false) => self.attempt_at = self.attempt_at.saturating_mul(2),
            Err(error) => tracing::warn!(%error, "the write-ahead log could not be emptied"),
        }
    }
}

/// After how many pages the log is moved.
fn move_pages(bytes_max: u64) -> u64 {
    (bytes_max / 2 / PAGE_BYTES).max(1)
}

fn log_pages(connection: &Connection, checkpoint: &str) -> rusqlite::Result<LogPages> {
    let number = |row: &rusqlite::Row<'_>, at| row.get(at).map(i64::unsigned_abs);
    connection
        .prepare_cached(checkpoint)?
        .query_row([], |row| Ok(LogPages { all: number(row, 1)?, moved: number(row, 2)? }))
}

fn truncate(connection: &Connection) -> rusqlite::Result<bool> {
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
        .map(|busy| busy == 0)
}

fn wal_bytes(database: &Path) -> u64 {
    let mut name = OsString::from(database);
    name.push("-wal");
    std::fs::metadata(PathBuf::from(name)).map(|file| file.len()).unwrap_or_default()
}
