//! Which migrations are still to be applied, and whether those that were are the ones at hand.

use astrolabe_core::schema::AppliedMigration;
use thiserror::Error as ThisError;

use crate::Migration;

/// Why the migrations at hand do not fit the database.
#[derive(Debug, ThisError, PartialEq, Eq)]
pub enum PlanError {
    /// Two have the same number.
    #[error("{0} and {1} have the same number; give the newer one the next free number")]
    SameNumber(String, String),
    /// The database has one that is not at hand.
    #[error("the database has the migration {0}, which is not here: its schema is newer than this checkout")]
    Unknown(String),
    /// One that was applied says something else now.
    #[error("{0} was changed after it was applied; undo the change and make a new migration")]
    Changed(String),
    /// One was added before others that were applied.
    #[error("{late} comes before {applied}, which was applied already; give it a higher number")]
    OutOfOrder {
        /// The one to be applied.
        late: String,
        /// The one that was applied.
        applied: String,
    },
}

/// The migrations that are to be applied, in order. `all` may be in any order.
pub fn pending(mut all: Vec<Migration>, applied: &[AppliedMigration]) -> Result<Vec<Migration>, PlanError> {
    all.sort_by(|a, b| (a.number, &a.name).cmp(&(b.number, &b.name)));
    if let Some(pair) = all.windows(2).find(|pair| pair[0].number == pair[1].number) {
        return Err(PlanError::SameNumber(pair[0].name.to_string(), pair[1].name.to_string()));
    }
    for done in applied {
        let Some(here) = all.iter().find(|migration| migration.name == done.name) else {
            return Err(PlanError::Unknown(done.name.to_string()));
        };
        if here.checksum() != *done.checksum {
            return Err(PlanError::Changed(done.name.to_string()));
        }
    }
    let is_applied = |migration: &Migration| applied.iter().any(|done| done.name == migration.name);
    let newest = all.iter().rev().find(|migration| is_applied(migration)).cloned();
    let pending: Vec<_> = all.into_iter().filter(|migration| !is_applied(migration)).collect();
    match (pending.first(), newest) {
        (Some(late), Some(newest)) if late.number < newest.number => {
            Err(PlanError::OutOfOrder { late: late.name.to_string(), applied: newest.name.to_string() })
        }
        _ => Ok(pending),
    }
}
