//! The snapshot that a reader keeps open from one read to the next, as long as nothing is committed.
//!
//! To begin and end a transaction takes locks of the file, which costs as much as a look-up by id. The file has one
//! writer, in this process, so a snapshot that was taken after the last commit is the state of now. One that is out of
//! date keeps the write-ahead log from being used anew, so the writer ends the snapshots of idle readers before it
//! empties the log, and a reader gives up one that went out of date while it was reading.

use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::{Connection, Result};

use super::execute::{execute_text, roll_back};

/// Counts what makes open snapshots out of date.
#[derive(Default)]
pub(super) struct SnapshotAge(AtomicU64);

impl SnapshotAge {
    /// Snapshots that are open are of no use any more. After a commit this comes before anybody is told of it.
    pub fn raise(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn current(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The snapshot of one connection.
#[derive(Default)]
pub(super) struct Snapshot {
    taken_at: Option<u64>,
}

impl Snapshot {
    /// Goes on with the open snapshot if it is the state of now, else begins a new one.
    pub fn renew(&mut self, connection: &Connection, age: &SnapshotAge) -> Result<()> {
        // The number comes first: what is read after it is no older.
        let now = age.current();
        // Some failures end a transaction.
        if self.taken_at == Some(now) && !connection.is_autocommit() {
            return Ok(());
        }
        self.end(connection);
        execute_text(connection, "BEGIN")?;
        self.taken_at = Some(now);
        Ok(())
    }

    /// Ends the snapshot if it is out of date.
    pub fn end_if_old(&mut self, connection: &Connection, age: &SnapshotAge) {
        if self.taken_at != Some(age.current()) {
            self.end(connection);
        }
    }

    /// Ends the snapshot.
    pub fn end(&mut self, connection: &Connection) {
        self.taken_at = None;
        // It was only read, so there is nothing to lose.
        if !connection.is_autocommit() && execute_text(connection, "COMMIT").is_err() {
            roll_back(connection);
        }
    }
}
