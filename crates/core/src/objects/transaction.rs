//! Several writes as one: all of them are kept, or none.
//!
//! Each is checked as if it came alone and before any is stored, so a write cannot count on what another one of the
//! same transaction stores; an object made in it can be changed in it when the client chose its id. Classes and
//! fields that the writes need are made before the commit and stay when it fails; they hold nothing.

use std::sync::Arc;

use super::prepared::{Prepared, SaveOf, WriteEnd};
use super::{Objects, RequestId, WriteAnswer};
use crate::access::Scope;
use crate::error::{Error, Result};
use crate::ports::StoreError;
use crate::value::JsonMap;

/// One write of a transaction.
#[derive(Debug)]
pub enum Change {
    /// Makes an object.
    Create {
        /// The class.
        class_name: String,
        /// As [`Objects::create`] takes it.
        body: JsonMap,
    },
    /// Changes an object.
    Update {
        /// The class.
        class_name: String,
        /// Which object.
        object_id: String,
        /// As [`Objects::update`] takes it.
        body: JsonMap,
        /// What has to hold for the object.
        condition: Option<JsonMap>,
    },
    /// Removes an object.
    Delete {
        /// The class.
        class_name: String,
        /// Which object.
        object_id: String,
        /// What has to hold for the object.
        condition: Option<JsonMap>,
    },
}

/// Why nothing of a transaction was kept.
#[derive(Debug)]
pub struct RefusedChange {
    /// The first change that could not be made, from 0; `None` when the fault is with none of them.
    pub index: Option<usize>,
    /// What is wrong with it.
    pub error: Error,
}

impl RefusedChange {
    fn of_none(error: Error) -> Self {
        RefusedChange { index: None, error }
    }
}

/// The part of a job that is one change.
struct Part {
    class_name: Arc<str>,
    steps_len: usize,
    end: WriteEnd,
}

impl Objects {
    /// Makes all changes in one commit, or none; under the id of a request only once. The answers are in the order of
    /// the changes.
    pub async fn transact(
        &self,
        scope: &Scope,
        changes: Vec<Change>,
        request: Option<&RequestId>,
    ) -> Result<Vec<WriteAnswer>, RefusedChange> {
        let recording = self.recording(scope, request).await.map_err(RefusedChange::of_none)?;
        let recording_len = recording.len();
        let (mut steps, mut parts) = (Vec::new(), Vec::with_capacity(changes.len()));
        for (index, change) in changes.into_iter().enumerate() {
            let prepared = self.prepare(scope, change).await;
            let prepared = prepared.map_err(|error| RefusedChange { index: Some(index), error })?;
            let Prepared { class_name, steps: more_steps, end } = prepared;
            parts.push(Part { class_name, steps_len: more_steps.len(), end });
            steps.extend(more_steps);
        }
        let job = recording.job(steps);
        if job.steps.is_empty() {
            return Ok(Vec::new());
        }
        let outcome = self.submit(job).await;
        let outcome = outcome.map_err(|error| self.refused_change(recording_len, &parts, error))?;
        let mut outcomes = outcome.steps.into_iter().skip(recording_len);
        let mut answers = Vec::with_capacity(parts.len());
        for part in parts {
            let own: Vec<_> = outcomes.by_ref().take(part.steps_len).collect();
            answers.push(self.finish(scope, part.end, own.into_iter().next()).await);
        }
        Ok(answers)
    }

    async fn prepare(&self, scope: &Scope, change: Change) -> Result<Prepared> {
        match change {
            Change::Create { class_name, body } => self.prepare_create(scope, &class_name, body).await,
            Change::Update { class_name, object_id, body, condition } => {
                let of = SaveOf {
                    class_name: &class_name,
                    object_id: None,
                    condition: condition.as_ref(),
                    required: None,
                    request: None,
                };
                self.prepare_update(scope, &of, object_id, body).await
            }
            Change::Delete { class_name, object_id, condition } => {
                self.prepare_delete(scope, &class_name, &object_id, condition.as_ref()).await
            }
        }
    }

    fn refused_change(&self, recording_len: usize, parts: &[Part], error: StoreError) -> RefusedChange {
        let error = match error.into_recording(recording_len) {
            Ok(refused) => return RefusedChange::of_none(refused),
            Err(error) => error,
        };
        let (step, error) = error.into_step();
        let index = step.and_then(|step| change_of_step(parts, step.checked_sub(recording_len)?));
        let error = match index {
            Some(index) => self.explain(&parts[index].class_name, error),
            None => error.into(),
        };
        RefusedChange { index, error }
    }
}

fn change_of_step(parts: &[Part], step: usize) -> Option<usize> {
    let mut end = 0;
    parts.iter().position(|part| {
        end += part.steps_len;
        step < end
    })
}
