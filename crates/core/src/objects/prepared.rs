//! A write between its checks and its end. The pipelines of create, update and delete stop here, so that one write
//! and a transaction of many commit in the same way.

use std::sync::Arc;

use super::update::update_answer;
use super::{Objects, Write, WriteAnswer, WriteKind};
use crate::access::Scope;
use crate::error::{ErrorCode, Result};
use crate::ports::{StepOutcome, WriteJob, WriteStep};
use crate::value::JsonMap;

/// A write that has passed everything that comes before the commit.
pub(super) struct Prepared {
    /// The class.
    pub class_name: Arc<str>,
    /// What the store is to do; the first step is the write itself.
    pub steps: Vec<WriteStep>,
    /// What comes after the commit.
    pub end: WriteEnd,
}

/// What is left of a write once it is committed.
pub(super) enum WriteEnd {
    /// Of an object that was made; its answer depends on nothing stored.
    Created { write: Write, answer: WriteAnswer },
    /// Of an object that was changed, and the fields whose new values the client is told.
    Updated { write: Write, returning: Vec<Arc<str>> },
    /// Of an object that was removed.
    Deleted { class_name: Arc<str>, object_id: String },
}

impl Objects {
    /// Makes an object, or changes the one of an id. Where rules decide by what they have read, it is done again when
    /// that no longer held at the commit.
    pub(super) async fn save(
        &self,
        scope: &Scope,
        class_name: &str,
        object_id: Option<&str>,
        body: JsonMap,
    ) -> Result<WriteAnswer> {
        let attempts = self.parts.rules.of(class_name).map_or(1, |rules| rules.attempts());
        for _ in 1..attempts {
            let prepared = self.prepare_save(scope, class_name, object_id, body.clone()).await?;
            match self.commit_prepared(scope, prepared).await {
                Err(error) if error.code == ErrorCode::ObjectNotFound => {}
                done => return done,
            }
        }
        let prepared = self.prepare_save(scope, class_name, object_id, body).await?;
        self.commit_prepared(scope, prepared).await
    }

    async fn prepare_save(
        &self,
        scope: &Scope,
        class_name: &str,
        object_id: Option<&str>,
        body: JsonMap,
    ) -> Result<Prepared> {
        match object_id {
            Some(id) => self.prepare_update(scope, class_name, id.to_owned(), body).await,
            None => self.prepare_create(scope, class_name, body).await,
        }
    }

    /// Commits one write and ends it.
    pub(super) async fn commit_prepared(&self, scope: &Scope, prepared: Prepared) -> Result<WriteAnswer> {
        let Prepared { class_name, steps, end } = prepared;
        let outcome = self.commit(&class_name, WriteJob { steps }).await?;
        Ok(self.finish(scope, end, outcome.steps.into_iter().next()).await)
    }

    /// Runs the hooks that follow a commit and makes the answer. `outcome` is that of the write's first step.
    pub(super) async fn finish(
        &self,
        scope: &Scope,
        end: WriteEnd,
        outcome: Option<StepOutcome>,
    ) -> WriteAnswer {
        match end {
            WriteEnd::Created { write, answer } => {
                self.parts.hooks.after_save(scope, &write).await;
                answer
            }
            WriteEnd::Updated { write, returning } => {
                self.parts.hooks.after_save(scope, &write).await;
                update_answer(write, &returning, outcome.unwrap_or_default().returned)
            }
            WriteEnd::Deleted { class_name, object_id } => {
                self.parts.hooks.after_delete(scope, &class_name, &object_id).await;
                WriteAnswer { kind: WriteKind::Update, object_id, body: JsonMap::new() }
            }
        }
    }
}
