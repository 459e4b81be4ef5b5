//! Threads for reads that may take long, shared by all apps of the process.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, LazyLock};
use std::thread;

use astrolabe_core::ports::{StoreError, StoreResult};
use parking_lot::Mutex;

/// Reads that run at the same time; SQLite reads are bound by the processor.
pub(super) const THREADS: usize = 2;
/// Reads that may wait.
const WAITING_MAX: usize = 1_024;

/// A read with everything it needs.
pub(super) type ReadTask = Box<dyn FnOnce() + Send>;

static TASKS: LazyLock<SyncSender<ReadTask>> = LazyLock::new(start);

/// Runs a task on one of the threads.
pub(super) fn run(task: ReadTask) -> StoreResult<()> {
    TASKS.try_send(task).map_err(|error| match error {
        TrySendError::Full(_) => StoreError::Unavailable("too many reads are waiting".to_owned()),
        TrySendError::Disconnected(_) => StoreError::Unavailable("no thread reads".to_owned()),
    })
}

fn start() -> SyncSender<ReadTask> {
    let (sender, receiver) = sync_channel(WAITING_MAX);
    let receiver = Arc::new(Mutex::new(receiver));
    for _ in 0..THREADS {
        let receiver = Arc::clone(&receiver);
        let spawned = thread::Builder::new().name("store-reader".to_owned()).spawn(move || work(&receiver));
        if let Err(error) = spawned {
            tracing::error!(%error, "a reader thread could not be started");
        }
    }
    sender
}

/// The lock is held while waiting for a task, not while running it.
fn work(receiver: &Mutex<Receiver<ReadTask>>) {
    loop {
        let task = receiver.lock().recv();
        let Ok(task) = task else { return };
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(task)).is_err() {
            tracing::error!("a read panicked");
        }
    }
}
