//! Keeps the write-ahead log small.
//!
//! SQLite moves its content into the database by itself (every 1,000 pages, without waiting for anybody), but
//! the file never shrinks and a reader that stays on an old snapshot keeps it growing.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

/// How long emptying the log may wait for readers; writers wait behind it.
const PATIENCE: Duration = Duration::from_millis(50);
/// What SQLite waits for other locks.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The bound of one log.
pub(super) struct WalBound {
    bytes_max: u64,
    /// Where the next attempt is made; twice as far after each failure, so that a slow reader is not met with
    /// an attempt after every commit.
    attempt_at: u64,
}

impl WalBound {
    /// A bound in bytes.
    pub fn new(bytes_max: u64) -> Self {
        WalBound { bytes_max, attempt_at: bytes_max }
    }

    /// Empties the log if it has outgrown its bound. For between transactions.
    pub fn keep(&mut self, connection: &Connection, database: &Path) {
        if wal_bytes(database) > self.attempt_at {
            self.empty(connection);
        }
    }

    /// Empties the log now, if readers let it.
    pub fn empty(&mut self, connection: &Connection) {
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
