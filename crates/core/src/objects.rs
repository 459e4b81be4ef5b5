//! The kernel's service: objects of an app are made, changed, removed and found here, and only here.

mod aggregate;
mod classes;
mod create;
mod default_acl;
mod delete;
mod explain;
mod find;
mod idempotency;
mod include;
mod new_row;
mod prepared;
mod purge;
mod readable;
mod rows;
mod sinks;
mod subquery;
mod target;
mod transaction;
mod unique;
mod update;
mod write;

use std::sync::Arc;

use crate::app::{AppSettings, Meter};
use crate::events::Events;
use crate::ports::{
    Clock, Hooks, Ids, RuleSet, Store, StoreError, StoreResult, WriteJob, WriteOutcome, WriteStep,
};
use crate::schema::Schema;

pub use aggregate::{AggregateRequest, Aggregation};
pub use find::{FindRequest, Found};
pub use idempotency::RequestId;
pub use rows::Object;
pub use transaction::{Change, RefusedChange};
pub use write::{Write, WriteAnswer, WriteKind};

/// The data of one app. Cheap to clone.
#[derive(Clone)]
pub struct Objects {
    parts: Arc<ObjectsParts>,
}

/// What the service is put together from.
pub struct ObjectsParts {
    /// The application id.
    pub app_id: Arc<str>,
    /// The database.
    pub store: Arc<dyn Store>,
    /// Built-in rules of system classes.
    pub rules: RuleSet,
    /// The owner's code.
    pub hooks: Arc<dyn Hooks>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Identifiers.
    pub ids: Arc<dyn Ids>,
    /// Committed changes.
    pub events: Arc<Events>,
    /// The app's settings.
    pub settings: AppSettings,
    /// What the app uses.
    pub meter: Arc<Meter>,
}

impl Objects {
    /// Puts the service together.
    pub fn new(parts: ObjectsParts) -> Self {
        Objects { parts: Arc::new(parts) }
    }

    /// The application id.
    pub fn app_id(&self) -> &str {
        &self.parts.app_id
    }

    /// The database.
    pub fn store(&self) -> &dyn Store {
        &*self.parts.store
    }

    /// The classes at this moment.
    pub fn schema(&self) -> Arc<Schema> {
        self.parts.store.schema()
    }

    /// The time.
    pub fn clock(&self) -> &dyn Clock {
        &*self.parts.clock
    }

    /// Identifiers.
    pub fn ids(&self) -> &dyn Ids {
        &*self.parts.ids
    }

    /// Where committed changes are heard of.
    pub fn events(&self) -> &Arc<Events> {
        &self.parts.events
    }

    /// The app's settings.
    pub fn settings(&self) -> &AppSettings {
        &self.parts.settings
    }

    /// Hands a job to the store, as far as the app's bounds allow it, and counts what it wrote.
    async fn submit(&self, job: WriteJob) -> StoreResult<WriteOutcome> {
        self.parts.meter.check_room(&job).map_err(StoreError::Refused)?;
        let writes: Vec<bool> = job.steps.iter().map(WriteStep::writes).collect();
        let outcome = self.parts.store.submit(job).await?;
        self.parts.meter.count_written(&outcome, writes.into_iter());
        Ok(outcome)
    }
}
