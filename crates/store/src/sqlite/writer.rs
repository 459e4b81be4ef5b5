//! The writer: a thread per app that lives while there is something to write.

mod group;
mod idle;
mod queue;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use astrolabe_core::ports::{StoreError, StoreResult};
use astrolabe_core::schema::SchemaChange;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::acl::InternedAcls;
use super::errors::store_error;
use super::execute::{execute_text, roll_back};
use super::functions::{self, Refusal};
use super::snapshot::SnapshotAge;
use super::wal::WalBound;
use super::{Shared, connection, schema_change};
use astrolabe_core::schema::Schema;
use group::Pending;
use idle::RunningWriter;
pub(super) use queue::{Message, Queue};
use queue::{Next, Sent};

/// Queues a message, and starts the thread when none is running.
pub(super) fn send(shared: &Arc<Shared>, message: Message) -> StoreResult<()> {
    match shared.queue.push(message)? {
        Sent::ToThread => Ok(()),
        Sent::NeedsThread => start(Arc::clone(shared)),
    }
}

fn start(shared: Arc<Shared>) -> StoreResult<()> {
    let queue_owner = Arc::clone(&shared);
    let spawned = thread::Builder::new().name("store-writer".to_owned()).spawn(move || {
        Writer { shared, open: None, running: RunningWriter::new() }.run();
    });
    spawned.map(|_| ()).map_err(|error| {
        queue_owner.queue.abandon();
        StoreError::Unavailable(format!("cannot start the writer: {error}"))
    })
}

/// The state of the thread.
struct Writer {
    shared: Arc<Shared>,
    open: Option<OpenWriter>,
    running: RunningWriter,
}

/// What belongs to an open connection.
struct OpenWriter {
    connection: Connection,
    refusal: Refusal,
    wal: WalBound,
    acls: InternedAcls,
}

impl Writer {
    fn run(mut self) {
        loop {
            let options = &self.shared.options;
            let patience = self.running.patience(options.writer_idle);
            match self.shared.queue.next(options.group_jobs_max, patience) {
                Next::Messages(messages) => self.process_guarded(messages),
                Next::Idle => {
                    self.close_connection();
                    if self.shared.queue.leave_if_empty() {
                        return;
                    }
                }
                Next::Closed => {
                    self.close_connection();
                    self.shared.queue.leave();
                    return;
                }
            }
        }
    }

    /// Whatever goes wrong with one batch, the thread stays: callers whose answer got lost are told so when
    /// their channel closes, and the transaction ends with the connection.
    fn process_guarded(&mut self, messages: Vec<Message>) {
        if catch_unwind(AssertUnwindSafe(|| self.process(messages))).is_err() {
            tracing::error!("the writer panicked; its connection is opened anew");
            self.open = None;
        }
    }

    /// Neighbouring jobs share a transaction; a schema change has one of its own.
    fn process(&mut self, messages: Vec<Message>) {
        let mut group = Vec::new();
        for message in messages {
            match message {
                Message::Job { job, reply } => group.push(Pending { job, reply }),
                Message::Schema { changes, reply } => {
                    self.commit_group(std::mem::take(&mut group));
                    self.change_schema(&changes, reply);
                }
            }
        }
        self.commit_group(group);
        self.sweep_acls();
        if let Some(open) = &mut self.open {
            open.wal.keep(&open.connection, &self.shared);
        }
    }

    fn commit_group(&mut self, group: Vec<Pending>) {
        if group.is_empty() {
            return;
        }
        let shared = Arc::clone(&self.shared);
        match self.open() {
            Ok(open) => group::commit(open, &shared, group),
            Err(error) => {
                let reason = error.to_string();
                for pending in group {
                    pending.answer(Err(StoreError::Unavailable(reason.clone())));
                }
            }
        }
    }

    fn change_schema(&mut self, changes: &[SchemaChange], reply: oneshot::Sender<StoreResult<Arc<Schema>>>) {
        let shared = Arc::clone(&self.shared);
        let result = self.open().and_then(|open| {
            let next = in_transaction(&open.connection, &shared.snapshot_age, |connection| {
                schema_change::apply(connection, &shared.schema.load(), changes)
            })?;
            if let Some(next) = next {
                shared.schema.store(Arc::new(next));
                shared.events.raise_all();
            }
            Ok(shared.schema.load_full())
        });
        // The asker may have gone away; the change stands.
        let _ = reply.send(result);
    }

    /// Callers have their answers by now. What cannot be removed this time is found again.
    fn sweep_acls(&self) {
        let Some(open) = &self.open else { return };
        let sweep = &self.shared.acl_sweep;
        sweep.note_added(open.acls.take_added());
        while sweep.begin_if_due() {
            let schema = self.shared.schema.load();
            let round = |connection: &Connection| sweep.round(connection, &schema, &open.acls);
            if let Err(error) = in_transaction(&open.connection, &self.shared.snapshot_age, round) {
                tracing::warn!(%error, "unused access lists could not be removed");
                return;
            }
        }
    }

    fn open(&mut self) -> StoreResult<&mut OpenWriter> {
        let open = match self.open.take() {
            Some(open) => open,
            None => {
                let connection =
                    connection::open_writer(&self.shared.path, &self.shared.options).map_err(store_error)?;
                let refusal = functions::register_writing(&connection).map_err(store_error)?;
                let wal = WalBound::new(self.shared.options.wal_bytes_max);
                OpenWriter { connection, refusal, wal, acls: InternedAcls::new() }
            }
        };
        Ok(self.open.insert(open))
    }

    fn close_connection(&mut self) {
        if let Some(mut open) = self.open.take() {
            open.wal.empty(&open.connection, &self.shared);
        }
    }
}

/// Runs `work` in a transaction that is rolled back when it fails.
fn in_transaction<T>(
    connection: &Connection,
    snapshot_age: &SnapshotAge,
    work: impl FnOnce(&Connection) -> StoreResult<T>,
) -> StoreResult<T> {
    execute_text(connection, "BEGIN IMMEDIATE").map_err(store_error)?;
    let result = work(connection)
        .and_then(|value| execute_text(connection, "COMMIT").map(|()| value).map_err(store_error));
    snapshot_age.raise();
    if result.is_err() {
        roll_back(connection);
    }
    result
}
