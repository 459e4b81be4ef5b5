//! The hashing threads: fewer than there are cores, with what others leave of the processor, and a bounded queue.
//!
//! A hash holds a core for some twenty milliseconds. At low priority alone, Linux would let it finish its time slice before
//! a request gets the core; a thread that runs when the core is idle gives it up at once (`sched(7)`, `SCHED_IDLE`). So that
//! a busy machine cannot keep everybody from logging in, one more thread at low priority takes what has waited for long.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use astrolabe_core::error::{Error, ErrorCode, Result};
use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

use super::argon2id::HashMemory;
use super::priority::{Priority, run_at};

/// Hashes that may wait; at about 20 ms each, a client waits for seconds behind a full queue.
const QUEUE_LEN_MAX: usize = 256;
/// After this long a hash may cost others something.
const PATIENCE: Duration = Duration::from_secs(5);

type Task = Box<dyn FnOnce(&mut HashMemory) + Send>;

/// Runs tasks on its threads, which end when it is dropped.
pub(super) struct HashPool {
    queue: Arc<Queue>,
}

impl HashPool {
    /// Starts one thread less than there are cores, at least one, and the one for what has waited for long.
    pub(super) fn start() -> Self {
        let queue = Arc::new(Queue::default());
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for number in 0..cores.saturating_sub(1).max(1) {
            start_thread(format!("password-{number}"), Priority::Idle, Duration::ZERO, &queue);
        }
        start_thread("password-late".to_owned(), Priority::Low, PATIENCE, &queue);
        HashPool { queue }
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
        if !self.queue.push(task) {
            return Err(Error::new(
                ErrorCode::RequestLimitExceeded,
                "Too many passwords are being checked; try again later.",
            ));
        }
        result.await.map_err(|_| Error::internal())
    }
}

impl Drop for HashPool {
    fn drop(&mut self) {
        self.queue.close();
    }
}

fn start_thread(name: String, priority: Priority, min_age: Duration, queue: &Arc<Queue>) {
    let queue = Arc::clone(queue);
    let started = thread::Builder::new().name(name).spawn(move || {
        run_at(priority);
        let mut memory = HashMemory::default();
        while let Some(task) = queue.next(min_age, &mut memory) {
            task(&mut memory);
        }
    });
    if let Err(error) = started {
        tracing::error!(%error, "a password hashing thread did not start");
    }
}

/// Tasks in the order in which they came.
#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(Instant, Task)>,
    closed: bool,
}

impl Queue {
    /// Adds a task; false when there is no room for it.
    fn push(&self, task: Task) -> bool {
        let mut state = self.state.lock();
        if state.waiting.len() >= QUEUE_LEN_MAX {
            return false;
        }
        state.waiting.push_back((Instant::now(), task));
        self.changed.notify_all();
        true
    }

    /// Waits for a task that is at least that old. The memory is given back before waiting. `None` when there will be no
    /// more.
    fn next(&self, min_age: Duration, memory: &mut HashMemory) -> Option<Task> {
        let mut state = self.state.lock();
        loop {
            if state.closed {
                return None;
            }
            let due = state.waiting.front().map(|(since, _)| *since + min_age);
            if due.is_some_and(|due| due <= Instant::now()) {
                return state.waiting.pop_front().map(|(_, task)| task);
            }
            memory.release();
            match due {
                Some(due) => {
                    self.changed.wait_until(&mut state, due);
                }
                None => self.changed.wait(&mut state),
            }
        }
    }

    /// Whoever waits for a task that has not begun is told that it will not be done.
    fn close(&self) {
        let mut state = self.state.lock();
        state.closed = true;
        state.waiting.clear();
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_come_in_order_and_old_ones_to_whoever_waits_for_those() {
        let queue = Queue::default();
        let (told, heard) = std::sync::mpsc::channel();
        for number in 0..3 {
            let told = told.clone();
            assert!(queue.push(Box::new(move |_| told.send(number).unwrap_or_default())));
        }
        let mut memory = HashMemory::default();
        for min_age in [Duration::ZERO, Duration::from_millis(1), Duration::ZERO] {
            queue.next(min_age, &mut memory).into_iter().for_each(|task| task(&mut memory));
        }
        assert_eq!(heard.try_iter().collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn the_queue_is_bounded_and_ends() {
        let queue = Queue::default();
        let accepted = (0..QUEUE_LEN_MAX + 1).filter(|_| queue.push(Box::new(|_| ()))).count();
        assert_eq!(accepted, QUEUE_LEN_MAX);
        queue.close();
        assert!(queue.next(Duration::ZERO, &mut HashMemory::default()).is_none());
    }
}
