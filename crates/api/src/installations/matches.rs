//! What is stored under the ids of a device, and the steps that hold only while that is so.

use std::sync::Arc;

use astrolabe_core::access::Scope;
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::limits;
use astrolabe_core::objects::{Object, Objects, Write, WriteKind};
use astrolabe_core::ports::{Expectation, WriteStep};
use astrolabe_core::query::{FieldPath, Filter, RowAccess, Test};
use astrolabe_core::schema::{Class, OBJECT_ID};
use astrolabe_core::value::{Timestamp, Value};

use super::INSTALLATION;
use super::claim::Claim;

/// Installations that may be the same device.
pub(super) struct Matches {
    class: Arc<Class>,
    /// The condition they meet.
    same_ids: Filter,
    rows: Vec<Object>,
}

impl Matches {
    /// Reads them, whoever may see them: a device that registers need not know what others left behind.
    pub(super) async fn read(objects: &Objects, claim: &Claim, write: &Write) -> Result<Self> {
        let class = objects.schema().class(INSTALLATION).cloned().ok_or_else(Error::internal)?;
        let equals = |field: &str, text: &String| Filter::equals(field, Value::String(text.clone()));
        let mut alternatives: Vec<Filter> = claim.id.iter().map(|id| equals("installationId", id)).collect();
        alternatives.extend(claim.token.iter().map(|token| equals("deviceToken", token)));
        let same_ids = Filter::Or(alternatives.clone());
        if write.kind == WriteKind::Update {
            alternatives.push(by_object_id(&write.object_id));
        }
        let limit = limits::DEVICE_INSTALLATIONS_MAX as u64 + 1;
        let filter = Filter::Or(alternatives);
        let rows = objects.find_objects(&Scope::server(), INSTALLATION, filter, limit).await?;
        if rows.len() > limits::DEVICE_INSTALLATIONS_MAX {
            return Err(Error::new(
                ErrorCode::AmbiguousInstallation,
                "Too many Installation objects have this deviceToken.",
            ));
        }
        Ok(Matches { class, same_ids, rows })
    }

    pub(super) fn with_object_id(&self, object_id: &str) -> Option<&Object> {
        self.rows.iter().find(|row| row.object_id == object_id)
    }

    pub(super) fn with_id(&self, claim: &Claim) -> Option<&Object> {
        let id = claim.id.as_deref()?;
        self.rows.iter().find(|row| row.text("installationId") == Some(id))
    }

    pub(super) fn with_token(&self, claim: &Claim) -> Vec<&Object> {
        let Some(token) = claim.token.as_deref() else { return Vec::new() };
        self.rows.iter().filter(|row| row.text("deviceToken") == Some(token)).collect()
    }

    /// Removes rows that a device leaves behind.
    pub(super) fn delete(&self, rows: Filter, deleted_at: Timestamp) -> WriteStep {
        WriteStep::Delete {
            class: Arc::clone(&self.class),
            filter: rows,
            access: RowAccess::All,
            deleted_at,
            expect: Expectation::Any,
        }
    }

    /// Fails the job when the device registered elsewhere after these were read. `own` is the row of the write.
    pub(super) fn require_no_others(&self, own: &str) -> WriteStep {
        let known = self.rows.iter().map(|row| row.object_id.as_str()).chain([own]);
        let others = Test::NotIn(known.map(|id| Value::String(id.to_owned())).collect());
        let others = Filter::Field { path: FieldPath::top(OBJECT_ID), test: others };
        WriteStep::RequireNone {
            class: Arc::clone(&self.class),
            filter: Filter::And(vec![self.same_ids.clone(), others]),
        }
    }
}

pub(super) fn by_object_id(object_id: &str) -> Filter {
    Filter::equals(OBJECT_ID, Value::String(object_id.to_owned()))
}
