//! The hashing threads: fewer than there are cores, at low priority, with a bounded queue.

use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use astrolabe_core::error::{Error, ErrorCode, Result};
use thread_priority::ThreadPriority;
use tokio::sync::oneshot;

use super::argon2id::HashMemory;

/// Hashes that may wait; at about 20 ms each, a client waits for seconds behind a full queue.
const QUEUE_LEN_MAX: usize = 256;

type Task = Box<dyn FnOnce(&mut HashMemory) + Send>;

/// Runs tasks on its threads, which end when it is dropped.
pub(super) struct HashPool {
    tasks: SyncSender<Task>,
}

impl HashPool {
    /// Starts one thread less than there are cores, at least one.
    pub(super) fn start() -> Self {
        let (tasks, queue) = sync_channel(QUEUE_LEN_MAX);
        let queue = Arc::new(Mutex::new(queue));
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for number in 0..cores.saturating_sub(1).max(1) {
            let queue = Arc::clone(&queue);
            let started =
                thread::Builder::new().name(format!("password-{number}")).spawn(move || work(&queue));
            if let Err(error) = started {
                tracing::error!(%error, "a password hashing thread did not start");
            }
        }
        HashPool { tasks }
    }

    /// Runs a task and waits for its result. Fails with 155 (status 429) when the queue is full.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut HashMemory) -> T + Send + 'static,
    ) -> Result<T> {
        let (answer, result) = oneshot::channel();
        let task: Task = Box::new(move |memory| {
            // A caller that has gone away does not want the result.
            let _ = answer.send(task(memory));
        });
        if self.tasks.try_send(task).is_err() {
            return Err(Error::new(
                ErrorCode::RequestLimitExceeded,
                "Too many passwords are being checked; try again later.",
            ));
        }
        result.await.map_err(|_| Error::internal())
    }
}

fn work(queue: &Mutex<Receiver<Task>>) {
    if let Err(error) = thread_priority::set_current_thread_priority(ThreadPriority::Min) {
        tracing::debug!(?error, "password hashing runs at normal priority");
    }
    let mut memory = HashMemory::default();
    while let Some(task) = next(queue, &mut memory) {
        task(&mut memory);
    }
}

/// The next task; the memory is given back before waiting for one. `None` when there will be no more.
fn next(queue: &Mutex<Receiver<Task>>, memory: &mut HashMemory) -> Option<Task> {
    // Another thread that holds the lock is waiting for a task, so there is none.
    if let Ok(queue) = queue.try_lock() {
        match queue.try_recv() {
            Ok(task) => return Some(task),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {}
        }
    }
    memory.release();
    queue.lock().ok()?.recv().ok()
}
