//! The port to the database of one app.

use std::sync::Arc;

use super::BoxFuture;
#[cfg(doc)]
use super::store_error::StoreError;
use super::store_error::StoreResult;
use crate::access::Acl;
use crate::error::Error;
use crate::query::aggregate::AggregatePlan;
use crate::query::{Filter, ReadPlan, RowAccess};
use crate::schema::{Class, Schema, SchemaChange};
use crate::value::{ColumnValue, Json, NestedEdit, Timestamp, Value};

/// The database of one app. Everything it is asked has been permitted already.
pub trait Store: Send + Sync {
    /// The newest schema snapshot. Cheap.
    fn schema(&self) -> Arc<Schema>;

    /// Applies changes in one transaction and returns the schema that holds them. Adding what is there already
    /// with the same definition is no error, so racing requests may all ask.
    fn change_schema(&self, changes: Vec<SchemaChange>) -> BoxFuture<'_, StoreResult<Arc<Schema>>>;

    /// Runs a plan and feeds every row to the sink, which is handed back.
    fn read(&self, plan: ReadPlan, sink: Box<dyn RowSink>) -> BoxFuture<'_, StoreResult<Box<dyn RowSink>>>;

    /// Counts the rows of a plan; its order, page and columns do not matter.
    fn count(&self, plan: ReadPlan) -> BoxFuture<'_, StoreResult<u64>>;

    /// Runs an aggregation and feeds every document to the sink, one value for each column of its output; columns of kind
    /// JSON come as text.
    fn aggregate(
        &self,
        plan: AggregatePlan,
        sink: Box<dyn RowSink>,
    ) -> BoxFuture<'_, StoreResult<Box<dyn RowSink>>>;

    /// How the database would go about it, in the form that the database has for that.
    fn explain(&self, query: Explained) -> BoxFuture<'_, StoreResult<Json>>;

    /// Commits a job: all of its steps or none. Jobs of several requests may share one transaction on disk.
    /// The answer comes after the commit is durable and its events are published.
    fn submit(&self, job: WriteJob) -> BoxFuture<'_, StoreResult<WriteOutcome>>;

    /// The bytes that the app's data takes in the database.
    fn storage_bytes(&self) -> BoxFuture<'_, StoreResult<u64>>;

    /// Whether what is remembered of the database, here and by those who count revisions, is no older than this moment. Where
    /// several processes share a database it may be older, and then a request has to wait for [`Store::settle`] before it
    /// looks at anything. Asked by each request, so it must be quick.
    fn is_settled(&self) -> bool {
        true
    }

    /// Brings what is remembered up to date.
    fn settle(&self) -> BoxFuture<'_, StoreResult<()>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Answers when the database can be reached.
    fn ping(&self) -> BoxFuture<'_, StoreResult<()>>;

    /// Finishes what is queued and closes all connections.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// What is to be explained.
#[derive(Debug)]
pub enum Explained {
    /// A read.
    Read(ReadPlan),
    /// An aggregation.
    Aggregate(AggregatePlan),
}

/// Receives the rows of a read, column by column, while the store still holds them.
pub trait RowSink: Send {
    /// A row begins.
    fn begin_row(&mut self);
    /// The value of column `index` of the plan.
    fn column(&mut self, index: usize, value: ColumnValue<'_>) -> Result<(), Error>;
    /// The row is complete.
    fn end_row(&mut self) -> Result<(), Error>;
    /// For the owner to get its concrete sink back.
    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any>;
}

/// A closed set of changes that is committed as a whole. It needs nothing more from its maker, so the store
/// can group it with others.
#[derive(Debug, Default)]
pub struct WriteJob {
    /// Applied in order.
    pub steps: Vec<WriteStep>,
}

/// Values of a new row by field name. Relations are not among them.
pub type RowValues = Vec<(Arc<str>, Value)>;

/// One change.
#[derive(Debug)]
pub enum WriteStep {
    /// Adds an object.
    Insert {
        /// The class.
        class: Arc<Class>,
        /// The new id.
        object_id: String,
        /// Creation time.
        created_at: Timestamp,
        /// Modification time.
        updated_at: Timestamp,
        /// Its access list; `None` is public.
        acl: Option<Acl>,
        /// Values; fields without one are null.
        values: RowValues,
        /// First members of its relations.
        relations: Vec<RelationEdit>,
    },
    /// Changes the objects that match.
    Update {
        /// The class.
        class: Arc<Class>,
        /// Which rows.
        filter: Filter,
        /// Which rows may be touched.
        access: RowAccess,
        /// Modification time; `None` keeps the stored one, for what the server notes for itself.
        updated_at: Option<Timestamp>,
        /// `Some` replaces the access list (`Some(None)` makes the object public).
        acl: Option<Option<Acl>>,
        /// Changed fields.
        fields: Vec<(Arc<str>, FieldUpdate)>,
        /// Relation members that come or go, each with the object id of their owner; needs a filter that names
        /// that one object.
        relations: Vec<(String, RelationEdit)>,
        /// Fields whose new value is wanted back.
        returning: Vec<Arc<str>>,
        /// What to do when no row matches.
        expect: Expectation,
    },
    /// Removes the objects that match, with their relation members, and does what the deletion rules of the objects
    /// that point to them say.
    Delete {
        /// The class.
        class: Arc<Class>,
        /// Which rows.
        filter: Filter,
        /// Which rows may be touched.
        access: RowAccess,
        /// Modification time of objects that lose a pointer to them.
        deleted_at: Timestamp,
        /// What to do when no row matches.
        expect: Expectation,
    },
    /// Fails the job with [`StoreError::NoMatch`] when no row matches; changes nothing. What was read before the
    /// job may have changed until it runs; this makes sure inside of it that it still holds.
    Require {
        /// The class.
        class: Arc<Class>,
        /// Which row has to be there, whoever may see it.
        filter: Filter,
    },
    /// Fails the job with [`StoreError::NoMatch`] when a row matches; changes nothing. It sees what the steps before it
    /// did.
    RequireNone {
        /// The class.
        class: Arc<Class>,
        /// Which row must not be there, whoever may see it.
        filter: Filter,
    },
}

impl WriteStep {
    /// Whether it changes objects, rather than only looking at them.
    pub fn writes(&self) -> bool {
        !matches!(self, WriteStep::Require { .. } | WriteStep::RequireNone { .. })
    }
}

/// What a step needs to have found.
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    /// At least one row, else the job fails with [`StoreError::NoMatch`].
    Some,
    /// At least one row, else the job fails: with [`StoreError::ConditionNotMet`] when there is such a row at least,
    /// and with [`StoreError::NoMatch`] when there is none.
    Condition {
        /// The row that the step is about, without the condition.
        row: Filter,
        /// Which rows the caller may hear of.
        access: RowAccess,
    },
    /// Any number.
    Any,
}

/// What happens to a field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldUpdate {
    /// The new value; null removes it.
    Set(Value),
    /// Adds to a number; a missing one counts as 0.
    Increment(f64),
    /// Changes a JSON array; a missing one counts as empty.
    Array(ArrayChange, Vec<Json>),
    /// Changes values inside a JSON object, in order; a missing one counts as empty.
    Nested(Vec<(Vec<String>, NestedEdit)>),
}

/// How an array changes. Elements are compared as deep JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrayChange {
    /// Appends all.
    Add,
    /// Appends those that are not in it yet.
    AddUnique,
    /// Removes every equal element.
    Remove,
}

/// Members that join or leave one relation field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationEdit {
    /// The relation field.
    pub field: Arc<str>,
    /// Object ids that join.
    pub add: Vec<String>,
    /// Object ids that leave.
    pub remove: Vec<String>,
}

/// What a committed job did, step by step.
#[derive(Debug, Default)]
pub struct WriteOutcome {
    /// One for each step.
    pub steps: Vec<StepOutcome>,
}

/// What one step did.
#[derive(Debug, Default)]
pub struct StepOutcome {
    /// How many rows it touched; 1 for a requirement that is met.
    pub rows: u64,
    /// New values of the first touched row, as asked by `returning`.
    pub returned: RowValues,
}
