//! Jobs: as one statement where that is all there is to one, else as the statements of one transaction.

mod delete;
mod duplicate;
mod insert;
mod one_statement;
mod references;
mod relate;
mod require;
mod states;
mod update;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use astrolabe_core::events::{ChangeKind, ObjectEvent, RowState};
use astrolabe_core::ports::{Expectation, StepOutcome, StoreError, StoreResult};
use astrolabe_core::ports::{WriteJob, WriteOutcome, WriteStep};
use astrolabe_core::schema::{Class, FieldType, Schema};
use indexmap::IndexMap;
use tokio_postgres::Row;

use super::connection::Connection;
use super::database::closed;
use super::errors::{class_error, class_gone, is_conflict, names_something_gone, store_error};
use super::{Shared, feed, transaction};
use crate::compile::{Names, NewRow, RowAcl};
use crate::returned::Returned;
use crate::statement::Statement;

/// How often a job is tried while others stand in its way.
const ATTEMPTS: usize = 10;

/// States of rows by object id, in the order of their age.
type States = IndexMap<String, Arc<RowState>>;

/// What jobs run with.
struct JobRunner<'c> {
    shared: &'c Shared,
    connection: &'c Connection,
    schema: &'c Schema,
    /// Somebody else's transaction stood in the way.
    conflict: AtomicBool,
}

/// What a job did, to be told after the commit.
#[derive(Default)]
struct JobDone {
    outcome: WriteOutcome,
    events: Vec<ObjectEvent>,
    /// Changes that revisions count.
    watched: Vec<(Arc<str>, ChangeKind)>,
}

/// Commits a job that is one statement of which nobody has to be told; `None` for any other, of which nothing was done. The
/// database commits it also when the caller goes away meanwhile, so it needs no task of its own.
pub(super) async fn submit_alone(shared: &Arc<Shared>, job: &WriteJob) -> Option<StoreResult<WriteOutcome>> {
    for attempt in 1..=ATTEMPTS {
        let schema = shared.schema.load_full();
        // It asks those who listen; should that fail, it does so in a task.
        let asked = catch_unwind(AssertUnwindSafe(|| one_statement::is_all_of(shared, &schema, job)));
        if shared.is_closed() || !asked.unwrap_or(false) {
            return None;
        }
        if let Err(error) = shared.list_acls(job).await {
            return Some(Err(error));
        }
        match attempt_alone(shared, &schema, job).await {
            (Err(_), true) if attempt < ATTEMPTS => {
                tracing::debug!("a write met another one and is tried again");
            }
            (result, _) => return Some(result),
        }
    }
    None
}

/// The result, and whether another attempt makes sense.
async fn attempt_alone(
    shared: &Arc<Shared>,
    schema: &Schema,
    job: &WriteJob,
) -> (StoreResult<WriteOutcome>, bool) {
    let connection = match shared.database.shared().await {
        Ok(connection) => connection,
        Err(error) => return (Err(error), false),
    };
    let runner = JobRunner::new(shared, &connection, schema);
    let result = runner.run_alone(job).await;
    (result, runner.conflict.into_inner())
}

/// Commits a job. Runs as a task of its own, so that no job is left half told when its caller goes away.
pub(super) async fn submit(shared: Arc<Shared>, job: WriteJob) -> StoreResult<WriteOutcome> {
    for _ in 1..ATTEMPTS {
        match attempt(&shared, &job).await {
            (Err(_), true) => tracing::debug!("a write met another one and is tried again"),
            (result, _) => return result,
        }
    }
    attempt(&shared, &job).await.0
}

/// The result, and whether another attempt makes sense.
async fn attempt(shared: &Arc<Shared>, job: &WriteJob) -> (StoreResult<WriteOutcome>, bool) {
    if shared.is_closed() {
        return (Err(closed()), false);
    }
    if let Err(error) = shared.list_acls(job).await {
        return (Err(error), false);
    }
    let schema = shared.schema.load_full();
    if one_statement::is_all_of(shared, &schema, job) {
        return attempt_alone(shared, &schema, job).await;
    }
    let mut lease = match shared.database.exclusive().await {
        Ok(lease) => lease,
        Err(error) => return (Err(error), false),
    };
    lease.begin();
    let (result, conflict) = match lease.connection() {
        Ok(connection) => {
            let runner = JobRunner::new(shared, connection, &schema);
            let result = runner.run_in_transaction(job).await;
            (result, runner.conflict.into_inner())
        }
        Err(error) => (Err(error), false),
    };
    lease.end();
    (result, conflict)
}

impl<'c> JobRunner<'c> {
    fn new(shared: &'c Shared, connection: &'c Connection, schema: &'c Schema) -> Self {
        JobRunner { shared, connection, schema, conflict: AtomicBool::new(false) }
    }

    /// Runs a job that is one statement, which undoes itself when it fails.
    async fn run_alone(&self, job: &WriteJob) -> StoreResult<WriteOutcome> {
        let mut done = JobDone::default();
        let result = self.run_steps(job, &mut done).await;
        if matches!(result, Err(StoreError::Unavailable(_))) {
            // Nobody knows whether it was committed.
            self.shared.events.raise_all();
        }
        result?;
        self.shared.events.raise(&done.watched);
        Ok(done.outcome)
    }

    async fn run_in_transaction(&self, job: &WriteJob) -> StoreResult<WriteOutcome> {
        transaction::begin(self.connection, self.shared.database.options().write_deadline).await?;
        let mut done = JobDone::default();
        let result = match self.lock_against_new_rows(job).await {
            Ok(()) => self.run_steps(job, &mut done).await,
            Err(error) => Err(error),
        };
        let result = match result {
            Ok(()) => self.tell(&done).await,
            Err(error) => Err(error),
        };
        let result = transaction::finish(self.connection, result).await;
        if matches!(result, Err(StoreError::Unavailable(_) | StoreError::Database(_))) {
            self.shared.events.raise_all();
        }
        let told = result?;
        self.shared.events.raise(&done.watched);
        if let Some(row) = told {
            self.shared.feed.committed();
            if !done.watched.is_empty() {
                self.shared.confirm(row, 0).await?;
            }
            // Revisions were raised here already.
            if !done.events.is_empty() {
                self.shared.feed.wait_for(row).await;
            }
        }
        Ok(done.outcome)
    }

    /// Leaves what others have to hear of in the feed, with the commit; the last row of it.
    async fn tell(&self, done: &JobDone) -> StoreResult<Option<i64>> {
        if done.watched.is_empty() && done.events.is_empty() {
            return Ok(None);
        }
        let (dialect, node) = (&self.shared.dialect, self.shared.feed.node);
        let row = feed::append(self.connection, dialect, node, &done.watched, &done.events).await;
        row.map(Some).map_err(|error| {
            self.note_conflict(&error);
            store_error(error)
        })
    }

    async fn run_steps(&self, job: &WriteJob, done: &mut JobDone) -> StoreResult<()> {
        let mut returned = Returned::default();
        for (place, step) in job.steps.iter().enumerate() {
            let result = self.run_step(job, step, done).await;
            let outcome = result.map_err(|error| in_step(job, place, error))?;
            if outcome.rows == 0 {
                self.accept_no_row(step, place).await?;
            }
            returned.add(&outcome).map_err(|error| in_step(job, place, error))?;
            done.outcome.steps.push(outcome);
        }
        Ok(())
    }

    async fn run_step(
        &self,
        job: &WriteJob,
        step: &WriteStep,
        done: &mut JobDone,
    ) -> StoreResult<StepOutcome> {
        match step {
            WriteStep::Insert { class, object_id, created_at, updated_at, acl, values, relations } => {
                let row = NewRow {
                    object_id,
                    created_at: *created_at,
                    updated_at: *updated_at,
                    acl: acl.as_ref(),
                    row_acl: RowAcl::Arrays(acl.as_ref()),
                    values,
                };
                self.insert(class, &row, relations, done).await
            }
            WriteStep::Update {
                class,
                filter,
                access,
                updated_at,
                acl,
                fields,
                relations,
                returning,
                expect: _,
            } => {
                let update = update::Update {
                    filter,
                    access,
                    updated_at: *updated_at,
                    acl: acl.as_ref().map(Option::as_ref),
                    fields,
                    relations,
                    returning,
                };
                self.update(class, &update, done).await
            }
            WriteStep::Delete { class, filter, access, deleted_at, expect: _ } => {
                self.delete(class, filter, access, *deleted_at, done).await
            }
            WriteStep::Require { class, filter } => self.require(job, class, filter).await,
            WriteStep::RequireNone { class, filter } => self.require_none(class, filter).await,
        }
    }

    /// Fails when a step touched no row but had to.
    async fn accept_no_row(&self, step: &WriteStep, place: usize) -> StoreResult<()> {
        let (class, expect) = match step {
            WriteStep::Update { class, expect, .. } | WriteStep::Delete { class, expect, .. } => {
                (class, expect)
            }
            WriteStep::Require { class, .. } | WriteStep::RequireNone { class, .. } => {
                (class, &Expectation::Some)
            }
            WriteStep::Insert { .. } => return Ok(()),
        };
        match expect {
            Expectation::Any => Ok(()),
            Expectation::Condition { row, access } if self.any_row(class, row, access).await? => {
                Err(StoreError::ConditionNotMet { step: place })
            }
            Expectation::Some | Expectation::Condition { .. } => Err(StoreError::NoMatch { step: place }),
        }
    }

    /// The class as it is now: a job may have been made before a change of the schema.
    fn current(&self, class: &Class) -> StoreResult<&'c Arc<Class>> {
        self.schema.class(&class.name).ok_or_else(|| class_gone(&class.name))
    }

    /// Keeps a change for the revisions that count it.
    fn note(&self, class: &Class, kind: ChangeKind, done: &mut JobDone) {
        if self.shared.events.is_watched(&class.name, kind) {
            done.watched.push((Arc::clone(&class.name), kind));
        }
    }

    fn names<'n>(&'n self, class: &'n Class) -> Names<'n> {
        Names { schema: self.schema, class }
    }

    async fn execute(&self, class: &Class, statement: &Statement<'_>) -> StoreResult<u64> {
        self.connection.execute(statement).await.map_err(|error| self.failure(class, error))
    }

    async fn query(&self, class: &Class, statement: &Statement<'_>) -> StoreResult<Vec<Row>> {
        self.connection.query(statement).await.map_err(|error| self.failure(class, error))
    }

    fn failure(&self, class: &Class, error: tokio_postgres::Error) -> StoreError {
        self.note_conflict(&error);
        self.connection.is_ended_by(&error);
        if names_something_gone(&error) {
            self.shared.refresh_schema();
        }
        class_error(error, class)
    }

    fn note_conflict(&self, error: &tokio_postgres::Error) {
        if is_conflict(error) {
            self.conflict.store(true, Ordering::Relaxed);
        }
    }
}

/// Says which of several steps is at fault. Failures of the database itself are the fault of none.
fn in_step(job: &WriteJob, step: usize, error: StoreError) -> StoreError {
    match error {
        StoreError::Duplicate { .. } | StoreError::Refused(_) if job.steps.len() > 1 => {
            StoreError::InStep { step, error: Box::new(error) }
        }
        other => other,
    }
}

fn has_relations(class: &Class) -> bool {
    class.fields.values().any(|field| matches!(field.kind, FieldType::Relation(_)))
}
