//! What waits for the writer, and whether its thread is there.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use astrolabe_core::ports::{StoreError, StoreResult, WriteJob, WriteOutcome};
use astrolabe_core::schema::{Schema, SchemaChange};
use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

/// Work for the writer, with the place for its answer.
pub(in crate::sqlite) enum Message {
    /// A job to commit.
    Job {
        /// The job.
        job: WriteJob,
        /// Its caller.
        reply: oneshot::Sender<StoreResult<WriteOutcome>>,
    },
    /// Changes of the schema.
    Schema {
        /// The changes, to be applied all or none.
        changes: Vec<SchemaChange>,
        /// Their caller.
        reply: oneshot::Sender<StoreResult<Arc<Schema>>>,
    },
}

/// A bounded queue between callers and the thread.
pub(in crate::sqlite) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    messages_max: usize,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Message>,
    thread_running: bool,
    closed: bool,
    told_at_end: Vec<oneshot::Sender<()>>,
}

/// What the sender has to do after [`Queue::push`].
pub(super) enum Sent {
    /// Nothing: the thread takes it.
    ToThread,
    /// Start the thread.
    NeedsThread,
}

/// What the thread has to do next.
pub(super) enum Next {
    /// Work on these.
    Messages(Vec<Message>),
    /// Nothing came for a while.
    Idle,
    /// The store is closed and the queue is empty.
    Closed,
}

impl Queue {
    /// An empty queue without a thread.
    pub fn new(messages_max: usize) -> Self {
        Queue { state: Mutex::default(), filled: Condvar::new(), messages_max }
    }

    /// Adds a message. When it answers [`Sent::NeedsThread`], the thread counts as running already.
    pub(super) fn push(&self, message: Message) -> StoreResult<Sent> {
        let mut state = self.state.lock();
        if state.closed {
            return Err(StoreError::Unavailable("it is closed".to_owned()));
        }
        if state.waiting.len() >= self.messages_max {
            return Err(StoreError::QueueFull);
        }
        state.waiting.push_back(message);
        if std::mem::replace(&mut state.thread_running, true) {
            self.filled.notify_one();
            Ok(Sent::ToThread)
        } else {
            Ok(Sent::NeedsThread)
        }
    }

    /// Waits for messages and takes up to `max` of them.
    pub(super) fn next(&self, max: usize, idle: Duration) -> Next {
        let mut state = self.state.lock();
        while state.waiting.is_empty() {
            if state.closed {
                return Next::Closed;
            }
            if self.filled.wait_for(&mut state, idle).timed_out() && state.waiting.is_empty() && !state.closed
            {
                return Next::Idle;
            }
        }
        let taken = state.waiting.len().min(max.max(1));
        Next::Messages(state.waiting.drain(..taken).collect())
    }

    /// The thread ends, unless something arrived meanwhile.
    pub(super) fn leave_if_empty(&self) -> bool {
        let mut state = self.state.lock();
        if !state.waiting.is_empty() {
            return false;
        }
        state.end_thread();
        true
    }

    /// The thread ends.
    pub(super) fn leave(&self) {
        self.state.lock().end_thread();
    }

    /// The thread could not be started: nothing queued will be done.
    pub(super) fn abandon(&self) {
        let mut state = self.state.lock();
        state.waiting.clear();
        state.end_thread();
    }

    /// Whether the store is closed.
    pub fn is_closed(&self) -> bool {
        self.state.lock().closed
    }

    /// Refuses new messages. Answers with the end of the thread, if there is one.
    pub fn close(&self) -> Option<oneshot::Receiver<()>> {
        let mut state = self.state.lock();
        state.closed = true;
        if !state.thread_running {
            return None;
        }
        let (told, ended) = oneshot::channel();
        state.told_at_end.push(told);
        self.filled.notify_one();
        Some(ended)
    }
}

impl State {
    fn end_thread(&mut self) {
        self.thread_running = false;
        for told in self.told_at_end.drain(..) {
            // Nobody waits any more when the store was dropped.
            let _ = told.send(());
        }
    }
}
