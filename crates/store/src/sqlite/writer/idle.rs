//! How long the thread of a writer waits for more work. Over all apps only some wait at the same time; the others end as
//! soon as they are done, so that threads and open files do not grow with the number of apps.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Writers of the process that may wait for work.
const WAITING_MAX: usize = 64;

static WRITERS: AtomicUsize = AtomicUsize::new(0);

/// A writer's thread; it counts until it is dropped.
pub(super) struct RunningWriter;

impl RunningWriter {
    pub fn new() -> Self {
        WRITERS.fetch_add(1, Ordering::Relaxed);
        RunningWriter
    }

    /// How long it may wait, where `idle` is usual.
    pub fn patience(&self, idle: Duration) -> Duration {
        if WRITERS.load(Ordering::Relaxed) > WAITING_MAX { Duration::ZERO } else { idle }
    }
}

impl Drop for RunningWriter {
    fn drop(&mut self) {
        WRITERS.fetch_sub(1, Ordering::Relaxed);
    }
}
