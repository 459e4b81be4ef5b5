//! How much work a statement is: its deadline, and the steps it has taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;

/// Steps of SQLite's virtual machine between two looks at the clock.
const STEPS_PER_LOOK: u64 = 1_000;

/// Watches the statements of one connection, one at a time.
pub(super) struct Effort {
    watched: Arc<Watched>,
}

/// Shared with the connection's progress handler, which runs on the same thread.
struct Watched {
    start: Instant,
    /// Microseconds after `start` at which a statement is interrupted.
    deadline: AtomicU64,
    looks: AtomicU64,
}

impl Effort {
    /// Starts watching a connection.
    pub fn watch(connection: &mut Connection) -> rusqlite::Result<Self> {
        let watched = Arc::new(Watched {
            start: Instant::now(),
            deadline: AtomicU64::new(u64::MAX),
            looks: AtomicU64::new(0),
        });
        let looked_at = Arc::clone(&watched);
        connection.progress_handler(STEPS_PER_LOOK as i32, Some(move || looked_at.look()))?;
        Ok(Effort { watched })
    }

    /// A read begins and may take this long. SQLite looks at the clock when it prepares a statement too, so this
    /// comes before everything else that is asked of the connection.
    pub fn begin(&self, time: Duration) -> Watch<'_> {
        self.watched.looks.store(0, Ordering::Relaxed);
        let watch = Watch { watched: &self.watched };
        watch.allow(time);
        watch
    }
}

/// A read that is watched. At its end the deadline goes, so that it cannot hit what comes after.
pub(super) struct Watch<'e> {
    watched: &'e Watched,
}

impl Watch<'_> {
    /// From now on it may take this long.
    pub fn allow(&self, time: Duration) {
        let deadline = micros(self.watched.start.elapsed().saturating_add(time));
        self.watched.deadline.store(deadline, Ordering::Relaxed);
    }

    /// Steps it has taken, in thousands.
    pub fn steps(&self) -> u64 {
        self.watched.looks.load(Ordering::Relaxed) * STEPS_PER_LOOK
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.watched.deadline.store(u64::MAX, Ordering::Relaxed);
    }
}

impl Watched {
    /// Whether the statement is to be interrupted.
    fn look(&self) -> bool {
        self.looks.fetch_add(1, Ordering::Relaxed);
        micros(self.start.elapsed()) >= self.deadline.load(Ordering::Relaxed)
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
