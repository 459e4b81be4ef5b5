//! Group commit: the jobs of several callers in one transaction.
//!
//! A job that fails leaves no trace and does not disturb its neighbours. Events are published after the commit,
//! in the order of the jobs, and answers are given after that.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use astrolabe_core::events::ObjectEvent;
use astrolabe_core::ports::{StoreError, StoreResult, WriteJob, WriteOutcome};
use tokio::sync::oneshot;

use super::{OpenWriter, Shared};
use crate::sqlite::errors::store_error;
use crate::sqlite::execute::{execute_text, roll_back};
use crate::sqlite::job::{JobDone, JobRunner};

/// A job and its caller.
pub(super) struct Pending {
    /// The job.
    pub job: WriteJob,
    /// Where its answer goes.
    pub reply: oneshot::Sender<StoreResult<WriteOutcome>>,
}

impl Pending {
    /// Answers the caller, who may have gone away.
    pub fn answer(self, result: StoreResult<WriteOutcome>) {
        let _ = self.reply.send(result);
    }
}

/// Why no job of a group could be committed.
enum GroupFailure {
    /// The job at this place panicked; the others can be tried again.
    Panicked(usize),
    /// The transaction is lost.
    Lost(StoreError),
}

/// Commits the jobs and answers their callers.
pub(super) fn commit(open: &OpenWriter, shared: &Shared, mut group: Vec<Pending>) {
    loop {
        match attempt(open, shared, &group) {
            Ok(done) => return finish(shared, group, done),
            Err(GroupFailure::Panicked(place)) => {
                roll_back(&open.connection);
                open.acls.forget_since(0);
                tracing::error!("a write job panicked and was left out");
                group
                    .remove(place)
                    .answer(Err(StoreError::Database("the write failed unexpectedly".to_owned())));
            }
            Err(GroupFailure::Lost(error)) => {
                roll_back(&open.connection);
                // A commit that failed may have reached the disk all the same.
                shared.events.raise_all();
                open.acls.forget_since(0);
                return group.into_iter().for_each(|pending| pending.answer(Err(again(&error))));
            }
        }
    }
}

fn attempt(
    open: &OpenWriter,
    shared: &Shared,
    group: &[Pending],
) -> Result<Vec<StoreResult<JobDone>>, GroupFailure> {
    let lost = |error| GroupFailure::Lost(store_error(error));
    execute_text(&open.connection, "BEGIN IMMEDIATE").map_err(lost)?;
    let schema = shared.schema.load();
    let runner = JobRunner {
        connection: &open.connection,
        refusal: &open.refusal,
        schema: &schema,
        events: &shared.events,
        acls: &open.acls,
        watched: RefCell::default(),
    };
    let mut done = Vec::with_capacity(group.len());
    for (place, pending) in group.iter().enumerate() {
        let result = catch_unwind(AssertUnwindSafe(|| runner.run(&pending.job)))
            .map_err(|_| GroupFailure::Panicked(place))?;
        // Some failures (a full disk, for example) end the whole transaction.
        match result {
            Err(error) if open.connection.is_autocommit() => return Err(GroupFailure::Lost(error)),
            result => done.push(result),
        }
    }
    let committed = execute_text(&open.connection, "COMMIT");
    shared.snapshot_age.raise();
    committed.map_err(lost)?;
    open.acls.committed();
    shared.events.raise(&runner.watched.take());
    Ok(done)
}

fn finish(shared: &Shared, group: Vec<Pending>, mut done: Vec<StoreResult<JobDone>>) {
    let events: Vec<ObjectEvent> = done
        .iter_mut()
        .filter_map(|result| result.as_mut().ok())
        .flat_map(|job| job.events.drain(..))
        .collect();
    // The commit stands whatever a listener does.
    if catch_unwind(AssertUnwindSafe(|| shared.events.publish(&events))).is_err() {
        tracing::error!("a listener of committed changes panicked");
    }
    for (pending, result) in group.into_iter().zip(done) {
        pending.answer(result.map(|job| job.outcome));
    }
}

/// The same failure for another caller.
fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(reason) => StoreError::Unavailable(reason.clone()),
        StoreError::Database(reason) => StoreError::Database(reason.clone()),
        other => StoreError::Database(other.to_string()),
    }
}
