//! One job: its steps in order, inside a transaction that others share.

mod delete;
mod insert;
mod references;
mod require;
mod states;
mod update;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use astrolabe_core::events::{ChangeKind, Events, ObjectEvent, RowState};
use astrolabe_core::ports::{Expectation, RelationEdit, StepOutcome, StoreError, StoreResult};
use astrolabe_core::ports::{WriteJob, WriteOutcome, WriteStep};
use astrolabe_core::schema::{Class, FieldType, Schema};
use rusqlite::Connection;

use super::acl::InternedAcls;
use super::errors::{class_gone, write_error};
use super::execute::{execute, in_savepoint};
use super::functions::Refusal;
use crate::compile::{Names, RowAcl, add_members, remove_members};
use crate::dialect::SQLITE;
use crate::returned::Returned;
use crate::statement::Statement;

/// What jobs run with.
pub(super) struct JobRunner<'c> {
    /// The writer's connection, inside a transaction.
    pub connection: &'c Connection,
    /// Where functions leave errors for the caller.
    pub refusal: &'c Refusal,
    /// The schema. Only the writer changes it, so it is the one on disk.
    pub schema: &'c Schema,
    /// Who wants to know.
    pub events: &'c Events,
    /// Changes that revisions count, also those of jobs that failed.
    pub watched: RefCell<Vec<(Arc<str>, ChangeKind)>>,
    /// The ids of access lists.
    pub acls: &'c InternedAcls,
}

/// What a job did, to be told after the commit.
#[derive(Default)]
pub(super) struct JobDone {
    /// For the caller.
    pub outcome: WriteOutcome,
    /// For listeners.
    pub events: Vec<ObjectEvent>,
}

impl JobRunner<'_> {
    /// Runs a job. When it fails, nothing of it is left in the transaction, or the transaction has ended.
    pub fn run(&self, job: &WriteJob) -> StoreResult<JobDone> {
        if self.fails_as_a_whole(job) {
            return self.run_steps(job);
        }
        let acls_before = self.acls.uncommitted();
        let result = in_savepoint(self.connection, || self.run_steps(job));
        if result.is_err() {
            self.acls.forget_since(acls_before);
        }
        result
    }

    /// Whether SQLite itself undoes the job when it fails, as it does with a failed statement: the job is one
    /// statement at most, and nothing that can fail comes after it. (Where it changed no row, a look for one may
    /// follow.) What a statement yields is read after it has changed its rows, and so are the states for events. An
    /// access list that was interned for the job may stay.
    fn fails_as_a_whole(&self, job: &WriteJob) -> bool {
        match job.steps.as_slice() {
            [] => true,
            [WriteStep::Insert { relations, .. }] => relations.is_empty(),
            [WriteStep::Update { class, relations, returning, .. }] => {
                relations.is_empty() && returning.is_empty() && !self.events.wanted(&class.name)
            }
            [WriteStep::Delete { class, .. }] => {
                let needs_more = |class: &Arc<Class>| has_relations(class) || self.has_rules_on(class);
                !self.current(class).is_ok_and(needs_more) && !self.events.wanted(&class.name)
            }
            _ => false,
        }
    }

    fn run_steps(&self, job: &WriteJob) -> StoreResult<JobDone> {
        let mut done = JobDone::default();
        let mut returned = Returned::default();
        for (place, step) in job.steps.iter().enumerate() {
            let result = self.run_step(step, &mut done.events);
            let outcome = result.map_err(|error| in_step(job, place, error))?;
            if outcome.rows == 0 {
                self.accept_no_row(step, place)?;
            }
            returned.add(&outcome).map_err(|error| in_step(job, place, error))?;
            done.outcome.steps.push(outcome);
        }
        Ok(done)
    }

    fn run_step(&self, step: &WriteStep, events: &mut Vec<ObjectEvent>) -> StoreResult<StepOutcome> {
        match step {
            WriteStep::Insert { class, object_id, created_at, updated_at, acl, values, relations } => {
                let row = crate::compile::NewRow {
                    object_id,
                    created_at: *created_at,
                    updated_at: *updated_at,
                    acl: acl.as_ref(),
                    row_acl: RowAcl::Interned(self.acls.id(self.connection, acl.as_ref())?),
                    values,
                };
                self.insert(class, &row, relations, events)
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
                self.update(class, &update, events)
            }
            WriteStep::Delete { class, filter, access, deleted_at, expect: _ } => {
                self.delete(class, filter, access, *deleted_at, events)
            }
            WriteStep::Require { class, filter } => self.require(class, filter, true),
            WriteStep::RequireNone { class, filter } => self.require(class, filter, false),
        }
    }

    /// Fails when a step touched no row but had to.
    fn accept_no_row(&self, step: &WriteStep, place: usize) -> StoreResult<()> {
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
            Expectation::Condition { row, access } if self.any_row(class, row, access)? => {
                Err(StoreError::ConditionNotMet { step: place })
            }
            Expectation::Some | Expectation::Condition { .. } => Err(StoreError::NoMatch { step: place }),
        }
    }

    /// The class as it is now: a job may have waited behind a change of the schema.
    fn current(&self, class: &Class) -> StoreResult<&Arc<Class>> {
        self.schema.class(&class.name).ok_or_else(|| class_gone(&class.name))
    }

    /// Keeps a change for the revisions that count it.
    fn note(&self, class: &Class, kind: ChangeKind) {
        if self.events.is_watched(&class.name, kind) {
            self.watched.borrow_mut().push((Arc::clone(&class.name), kind));
        }
    }

    fn names<'n>(&'n self, class: &'n Class) -> Names<'n> {
        Names { schema: self.schema, class }
    }

    fn execute(&self, class: &Class, statement: &Statement<'_>) -> StoreResult<u64> {
        execute(self.connection, statement).map_err(|error| self.failure(class, error))
    }

    fn failure(&self, class: &Class, error: rusqlite::Error) -> StoreError {
        write_error(error, class, self.refusal)
    }

    /// Applies the edit of one relation field of one owner.
    fn relate(&self, class: &Class, owner: &str, edit: &RelationEdit) -> StoreResult<()> {
        let relation = class.field(&edit.field).filter(|field| matches!(field.kind, FieldType::Relation(_)));
        let Some(relation) = relation else {
            return Err(StoreError::Refused(not_a_relation(class, &edit.field)));
        };
        if !edit.add.is_empty() {
            self.execute(class, &add_members(&SQLITE, &relation.column, owner, &edit.add))?;
        }
        if !edit.remove.is_empty() {
            self.execute(class, &remove_members(&SQLITE, &relation.column, owner, &edit.remove))?;
        }
        Ok(())
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

fn not_a_relation(class: &Class, field: &str) -> astrolabe_core::Error {
    astrolabe_core::Error::new(
        astrolabe_core::ErrorCode::IncorrectType,
        format!("{}.{field} is not a relation; it may have been changed just now.", class.name),
    )
}

fn has_relations(class: &Class) -> bool {
    class.fields.values().any(|field| matches!(field.kind, FieldType::Relation(_)))
}

/// States of rows by object id.
type States = HashMap<String, Arc<RowState>>;
