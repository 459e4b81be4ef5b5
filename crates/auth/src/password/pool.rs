//! The hashing threads: fewer than there are cores, with what others leave of the processor, and a bounded queue.
//!
//! A hash holds a core for some twenty milliseconds. At low priority alone, Linux would let it finish its time slice before
//! a request gets the core; a thread that runs when the core is idle gives it up at once (`sched(7)`, `SCHED_IDLE`). On a
//! machine without idle cores such a thread gets next to nothing, and no program may raise its own priority again. So one
//! more thread, at low priority, takes what has waited for long and does again what is not getting on.

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
/// After this long in the queue a hash may cost others something.
const WAITING_MAX: Duration = Duration::from_secs(5);
/// A hash that has been running for this long is not getting on.
const RUNNING_MAX: Duration = Duration::from_millis(500);

type Task = Arc<dyn Fn(&mut HashMemory) + Send + Sync>;

/// Runs tasks on its threads, which end when it is dropped.
pub(super) struct HashPool {
    queue: Arc<Queue>,
}

impl HashPool {
    /// Starts one thread less than there are cores, at least one, and the one that helps where those do not get on.
    pub(super) fn start() -> Self {
        let queue = Arc::new(Queue::default());
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for number in 0..cores.saturating_sub(1).max(1) {
            start_thread(format!("password-{number}"), Priority::Idle, &queue, Queue::work);
        }
        start_thread("password-late".to_owned(), Priority::Low, &queue, Queue::help);
        HashPool { queue }
    }

    /// Runs a task, perhaps on two threads at a time, and waits for its result. Fails with 155 (status 429) when the queue
    /// is full.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        task: impl Fn(&mut HashMemory) -> T + Send + Sync + 'static,
    ) -> Result<T> {
        let (answer, result) = oneshot::channel();
        let answer = Mutex::new(Some(answer));
        let task: Task = Arc::new(move |memory| {
            let value = task(memory);
            if let Some(answer) = answer.lock().take() {
                // A caller that has gone away does not want the result.
                let _ = answer.send(value);
            }
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

fn start_thread(name: String, priority: Priority, queue: &Arc<Queue>, run: fn(&Queue)) {
    let queue = Arc::clone(queue);
    let started = thread::Builder::new().name(name).spawn(move || {
        run_at(priority);
        run(&queue);
    });
    if let Err(error) = started {
        tracing::error!(%error, "a password hashing thread did not start");
    }
}

/// Tasks in the order in which they came, and those that have begun.
#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(Instant, Task)>,
    running: Vec<Running>,
    closed: bool,
}

/// A task that a thread has begun.
struct Running {
    since: Instant,
    task: Task,
    /// Somebody helps already.
    helped: bool,
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

    /// Runs one task after the other, until there will be no more.
    fn work(&self) {
        let mut memory = HashMemory::default();
        while let Some(task) = self.begin(&mut memory) {
            task(&mut memory);
            self.state.lock().running.retain(|running| !Arc::ptr_eq(&running.task, &task));
        }
    }

    /// Waits for a task and notes that it runs. The memory is given back before waiting.
    fn begin(&self, memory: &mut HashMemory) -> Option<Task> {
        let mut state = self.state.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some((_, task)) = state.waiting.pop_front() {
                state.running.push(Running { since: Instant::now(), task: Arc::clone(&task), helped: false });
                return Some(task);
            }
            memory.release();
            self.changed.wait(&mut state);
        }
    }

    /// Runs what has waited for long, and again what is not getting on, until there will be no more.
    fn help(&self) {
        let mut memory = HashMemory::default();
        while let Some(task) = self.late(&mut memory) {
            task(&mut memory);
        }
    }

    /// Waits for a task that is late. The memory is given back before waiting.
    fn late(&self, memory: &mut HashMemory) -> Option<Task> {
        let mut state = self.state.lock();
        loop {
            if state.closed {
                return None;
            }
            let now = Instant::now();
            if let Some(task) = state.take_late(now) {
                return Some(task);
            }
            memory.release();
            match state.waiting.is_empty() && state.running.is_empty() {
                true => self.changed.wait(&mut state),
                false => {
                    self.changed.wait_until(&mut state, now + RUNNING_MAX);
                }
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

impl State {
    fn take_late(&mut self, now: Instant) -> Option<Task> {
        let stuck = |running: &&mut Running| !running.helped && running.since + RUNNING_MAX <= now;
        if let Some(running) = self.running.iter_mut().find(stuck) {
            running.helped = true;
            return Some(Arc::clone(&running.task));
        }
        let waits_long = self.waiting.front().is_some_and(|(since, _)| *since + WAITING_MAX <= now);
        if waits_long { self.waiting.pop_front().map(|(_, task)| task) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    /// A queue with tasks that tell their numbers.
    fn queue_of(count: usize) -> (Queue, std::sync::mpsc::Receiver<usize>) {
        let (queue, (told, heard)) = (Queue::default(), channel());
        for number in 0..count {
            let told = Mutex::new(told.clone());
            assert!(queue.push(Arc::new(move |_| told.lock().send(number).unwrap_or_default())));
        }
        (queue, heard)
    }

    #[test]
    fn tasks_run_in_order() {
        let (queue, heard) = queue_of(3);
        let mut memory = HashMemory::default();
        for _ in 0..3 {
            queue.begin(&mut memory).into_iter().for_each(|task| task(&mut memory));
        }
        assert_eq!(heard.try_iter().collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn what_is_late_is_helped_once() {
        let (queue, heard) = queue_of(3);
        let mut memory = HashMemory::default();
        assert!(queue.begin(&mut memory).is_some());
        let now = Instant::now();
        let mut helped_at = |after: Duration| {
            let late = queue.state.lock().take_late(now + after);
            late.into_iter().for_each(|task| task(&mut memory));
            heard.try_iter().collect::<Vec<_>>()
        };
        let none: [usize; 0] = [];
        assert_eq!(helped_at(Duration::ZERO), none);
        assert_eq!(helped_at(RUNNING_MAX), [0], "it runs and is not getting on");
        assert_eq!(helped_at(RUNNING_MAX), none);
        assert_eq!(helped_at(WAITING_MAX), [1], "it waits");
        assert_eq!(helped_at(WAITING_MAX), [2]);
        assert_eq!(helped_at(WAITING_MAX), none);
    }

    #[test]
    fn the_queue_is_bounded_and_ends() {
        let (queue, _heard) = queue_of(QUEUE_LEN_MAX);
        assert!(!queue.push(Arc::new(|_| ())));
        queue.close();
        let mut memory = HashMemory::default();
        assert!(queue.begin(&mut memory).is_none() && queue.late(&mut memory).is_none());
    }
}
