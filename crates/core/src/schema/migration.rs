//! The record of a migration that was applied. What is in it, and how migrations are written, is not the kernel's.

use std::sync::Arc;

use super::Schema;
use crate::error::{Error, ErrorCode, Result};
use crate::value::Timestamp;

/// A migration that led to the schema as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedMigration {
    /// Its number and name, such as `0002_add_due`.
    pub name: Arc<str>,
    /// What it said, as a hash.
    pub checksum: Arc<str>,
    /// When it was applied.
    pub applied_at: Timestamp,
}

/// Always `Ok(true)`, or an error when it was applied before.
pub(super) fn check_record(schema: &Schema, migration: &AppliedMigration) -> Result<bool> {
    if schema.migrations.iter().all(|applied| applied.name != migration.name) {
        return Ok(true);
    }
    Err(Error::new(
        ErrorCode::InvalidSchemaOperation,
        format!("The migration {} was applied already.", migration.name),
    ))
}
