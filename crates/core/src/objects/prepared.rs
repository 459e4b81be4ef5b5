//! A write between its checks and its end. The pipelines of create, update and delete stop here, so that one write
//! and a transaction of many commit in the same way.

use std::sync::Arc;

use super::idempotency::Recording;
use super::update::update_answer;
use super::{Objects, RequestId, Write, WriteAnswer, WriteKind};
use crate::access::Scope;
use crate::error::{Error, ErrorCode, Result};
use crate::ports::{StepOutcome, WriteStep};
use crate::query::Filter;
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

impl WriteEnd {
    fn take_refusal(&mut self) -> Option<Error> {
        match self {
            WriteEnd::Created { write, .. } | WriteEnd::Updated { write, .. } => write.refusal_after.take(),
            WriteEnd::Deleted { .. } => None,
        }
    }
}

/// Which save it is.
pub(super) struct SaveOf<'s> {
    /// The class.
    pub class_name: &'s str,
    /// The object to change; `None` makes one.
    pub object_id: Option<&'s str>,
    /// What has to hold for the object.
    pub condition: Option<&'s JsonMap>,
    /// What else has to hold for it; a condition of the server's own.
    pub required: Option<Filter>,
    /// The id under which it is done only once.
    pub request: Option<&'s RequestId>,
}

impl Objects {
    /// Makes an object, or changes the one of an id. Where rules decide by what they have read, it is done again when
    /// that no longer held at the commit.
    pub(super) async fn save(&self, scope: &Scope, of: SaveOf<'_>, body: JsonMap) -> Result<WriteAnswer> {
        let attempts = self.parts.rules.of(of.class_name).map_or(1, |rules| rules.attempts());
        for _ in 1..attempts {
            match self.save_once(scope, &of, body.clone()).await {
                Err(error) if error.code == ErrorCode::ObjectNotFound => {}
                done => return done,
            }
        }
        self.save_once(scope, &of, body).await
    }

    async fn save_once(&self, scope: &Scope, of: &SaveOf<'_>, body: JsonMap) -> Result<WriteAnswer> {
        let recording = self.recording(scope, of.request).await?;
        let prepared = match of.object_id {
            Some(id) => self.prepare_update(scope, of, id.to_owned(), body).await?,
            None => self.prepare_create(scope, of.class_name, body).await?,
        };
        self.commit_prepared(scope, recording, prepared).await
    }

    /// Commits one write, together with the record of its request, and ends it.
    pub(super) async fn commit_prepared(
        &self,
        scope: &Scope,
        recording: Recording,
        prepared: Prepared,
    ) -> Result<WriteAnswer> {
        let Prepared { class_name, steps, mut end } = prepared;
        let refusal = end.take_refusal();
        let recording_len = recording.len();
        let outcome = self.submit(recording.job(steps)).await;
        let outcome = outcome.map_err(|error| match error.into_recording(recording_len) {
            Ok(refused) => refused,
            Err(error) => self.explain(&class_name, error),
        })?;
        let answer = self.finish(scope, end, outcome.steps.into_iter().nth(recording_len)).await;
        refusal.map_or(Ok(answer), Err)
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
                let class_name = Arc::clone(&write.class_name);
                let mut answer = update_answer(write, &returning, outcome.unwrap_or_default().returned);
                self.hide_in_answer(scope, &class_name, &mut answer.body);
                answer
            }
            WriteEnd::Deleted { class_name, object_id } => {
                self.parts.hooks.after_delete(scope, &class_name, &object_id).await;
                WriteAnswer { kind: WriteKind::Update, object_id, body: JsonMap::new() }
            }
        }
    }
}
