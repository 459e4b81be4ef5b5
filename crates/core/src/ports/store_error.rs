//! Why a store did not do what it was asked, and what the caller is told of it.

use std::sync::Arc;

use thiserror::Error as ThisError;

#[cfg(doc)]
use super::store::{Expectation, WriteStep};
use crate::error::{Error, ErrorCode};
use crate::schema::{OBJECT_ID, system_fields};

/// Result of a store operation.
pub type StoreResult<T> = Result<T, StoreError>;

/// Why a store operation did not happen. Nothing of a failed job is stored.
#[derive(Debug, ThisError)]
pub enum StoreError {
    /// A unique value exists already.
    #[error("a unique value of {class} exists already")]
    Duplicate {
        /// The class.
        class: Arc<str>,
        /// The fields of the unique index; `objectId` for the id.
        fields: Vec<Arc<str>>,
    },
    /// A [`WriteStep::Require`] or [`WriteStep::RequireNone`] does not hold, or a step with [`Expectation::Some`] or
    /// [`Expectation::Condition`] found no row to touch.
    #[error("step {step} matched no row")]
    NoMatch {
        /// Which step, from 0.
        step: usize,
    },
    /// The row is there, but the condition of a step with [`Expectation::Condition`] does not hold for it.
    #[error("the condition of step {step} does not hold")]
    ConditionNotMet {
        /// Which step, from 0.
        step: usize,
    },
    /// A step of a job of several is at fault, for a reason that does not say which step it was.
    #[error("step {step}: {error}")]
    InStep {
        /// Which step, from 0.
        step: usize,
        /// What is wrong with it.
        error: Box<StoreError>,
    },
    /// The request itself is at fault, for example a field with another type; the error is for the caller.
    #[error("{0}")]
    Refused(Error),
    /// Too much is queued.
    #[error("the write queue is full")]
    QueueFull,
    /// The operation ran into its deadline.
    #[error("the operation took too long")]
    Deadline,
    /// The store is closed or cannot be reached.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A stored value is not what its column promises.
    #[error("bad value in {table}.{column} of object {row}")]
    CorruptRow {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The object id, when known.
        row: String,
    },
    /// The database reported a failure of its own.
    #[error("the database failed: {0}")]
    Database(String),
}

impl StoreError {
    /// The step that is at fault, when one is, and the fault. Where no step is named, the job has but one.
    pub fn into_step(self) -> (Option<usize>, StoreError) {
        match self {
            StoreError::InStep { step, error } => (Some(step), *error),
            StoreError::NoMatch { step } | StoreError::ConditionNotMet { step } => (Some(step), self),
            StoreError::Duplicate { .. } | StoreError::Refused(_) => (Some(0), self),
            other => (None, other),
        }
    }
}

/// The error for the caller. Failures of the database itself are told apart only in the log.
impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Duplicate { class, fields } => duplicate_value(&class, &fields),
            StoreError::NoMatch { .. } => Error::new(ErrorCode::ObjectNotFound, "Object not found."),
            StoreError::ConditionNotMet { .. } => Error::new(
                ErrorCode::ConditionNotMet,
                "The object does not meet the condition in where; nothing was changed.",
            ),
            StoreError::InStep { error, .. } => (*error).into(),
            StoreError::Refused(error) => error,
            StoreError::QueueFull => {
                Error::new(ErrorCode::RequestLimitExceeded, "Too many writes are waiting; try again later.")
            }
            StoreError::Deadline => Error::new(ErrorCode::Timeout, "The operation took too long."),
            StoreError::Unavailable(_) => {
                Error::new(ErrorCode::Unavailable, "The database is not available.")
            }
            StoreError::CorruptRow { .. } | StoreError::Database(_) => Error::internal(),
        }
    }
}

/// Where an owner declared that values are unique, the fields help to understand the refusal.
fn duplicate_value(class: &str, fields: &[Arc<str>]) -> Error {
    const TEXT: &str = "A duplicate value for a field with unique values was provided";
    let is_built_in = |field: &Arc<str>| {
        **field == *OBJECT_ID || system_fields(class).iter().any(|built_in| built_in.name == *field)
    };
    if fields.iter().all(is_built_in) {
        return Error::new(ErrorCode::DuplicateValue, TEXT);
    }
    Error::new(ErrorCode::DuplicateValue, format!("{TEXT}: {}", fields.join(", ")))
}
