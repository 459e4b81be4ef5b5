//! The plan of a read: what the kernel decided, ready for a store to execute.

use std::sync::Arc;

use super::{FieldPath, Filter, ScoredText};
use crate::schema::Class;
use crate::value::GeoPoint;

/// A read of one class. The kernel makes it; permissions are already part of it.
#[derive(Debug, Clone)]
pub struct ReadPlan {
    /// The class to read.
    pub class: Arc<Class>,
    /// What each row yields, in this order.
    pub columns: Vec<PlanColumn>,
    /// Which rows the caller asked for.
    pub filter: Filter,
    /// Which rows the caller may see.
    pub access: RowAccess,
    /// Sort keys, most significant first. The store adds the row's age as the last one, in the direction of the one
    /// before it, so pages are stable.
    pub order: Vec<OrderBy>,
    /// Rows to leave out at the start.
    pub skip: u64,
    /// Rows to return at most; `None` is without a bound.
    pub limit: Option<u64>,
    /// The declared index to find them by, where the database can be told.
    pub index: Option<Arc<str>>,
}

impl ReadPlan {
    /// All rows that match, in the order of their age. Without columns; what is wanted of the rows is added.
    pub fn new(class: Arc<Class>, filter: Filter, access: RowAccess) -> Self {
        ReadPlan {
            class,
            columns: Vec::new(),
            filter,
            access,
            order: Vec::new(),
            skip: 0,
            limit: None,
            index: None,
        }
    }
}

/// One column of the answer.
#[derive(Debug, Clone, PartialEq)]
pub enum PlanColumn {
    /// `objectId`, as text.
    ObjectId,
    /// `createdAt`, in milliseconds.
    CreatedAt,
    /// `updatedAt`, in milliseconds.
    UpdatedAt,
    /// The access list, or null for an object without one.
    Acl,
    /// A field by its place in `class.fields`; relations yield nothing from storage.
    Field {
        /// Index into `class.fields`.
        index: usize,
        /// In which rows the value is shown.
        shown: ShownIn,
    },
    /// How well the row meets these.
    Score(Arc<[ScoredText]>),
}

/// In which rows of the answer a field is shown. In all others the store yields null, whatever is stored.
#[derive(Debug, Clone, PartialEq)]
pub enum ShownIn {
    /// In each.
    EveryRow,
    /// Only in those that match, such as a user's own.
    Rows(Arc<Filter>),
}

/// Which rows a caller may read or write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowAccess {
    /// All (master key, the server itself).
    All,
    /// Rows whose read list is empty or names one of these: `*`, user ids, `role:` names.
    Readable(Arc<[String]>),
    /// The same for the write list.
    Writable(Arc<[String]>),
    /// Rows that are both.
    ReadableAndWritable(Arc<[String]>),
}

/// One sort key.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderBy {
    /// What to sort by.
    pub key: OrderKey,
    /// Largest first. Missing values come first when ascending and last when descending.
    pub descending: bool,
}

/// What a sort key looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum OrderKey {
    /// The value of a field.
    Field(FieldPath),
    /// How well the row meets these, the best first in any direction.
    Score(Arc<[ScoredText]>),
    /// How far the place in a field is from this one. A row without one comes like a missing value.
    Distance(FieldPath, GeoPoint),
}
