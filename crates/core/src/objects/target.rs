//! The row that an update or a removal is about, and the condition that its caller may have put on it.
//!
//! The condition is a part of the statement that writes, so nothing can come between the look and the write.

use std::sync::Arc;

use super::Objects;
use super::find::not_found;
use super::subquery::refuse_subqueries;
use crate::access::Scope;
use crate::error::{Error, Result};
use crate::ports::{Expectation, StoreError};
use crate::query::{Filter, RowAccess};
use crate::schema::{Class, OBJECT_ID, Operation, RowKind};
use crate::value::{JsonMap, Value};

/// Which row a write may touch, and what it means when it touches none.
pub(super) struct Target {
    /// The row, and the condition if there is one.
    pub filter: Filter,
    /// Which rows the caller may touch.
    pub access: RowAccess,
    /// What the step has to find.
    pub expect: Expectation,
}

impl Target {
    /// The same target, if it is one of these rows.
    pub fn narrowed(self, rows: &Filter) -> Self {
        let expect = match self.expect {
            Expectation::Condition { row, access } => {
                Expectation::Condition { row: row.and(rows.clone()), access }
            }
            other => other,
        };
        Target { filter: self.filter.and(rows.clone()), access: self.access, expect }
    }
}

impl Objects {
    /// The target of a write to one of the `permitted` objects. A condition is a query of the caller: it is checked
    /// like one, and it holds only for an object that the caller may read, so that nobody learns of values by trying
    /// writes.
    pub(super) async fn target(
        &self,
        scope: &Scope,
        class: &Class,
        object_id: &str,
        permitted: Filter,
        condition: Option<&JsonMap>,
    ) -> Result<Target> {
        let row = self.ruled_filter(scope, class, by_id(object_id))?.and(permitted);
        let Some(condition) = condition else {
            return Ok(Target { filter: row, access: scope.writable(), expect: Expectation::Some });
        };
        let readable = class.permissions.permitted_rows(class, Operation::Get, RowKind::Stored, scope)?;
        refuse_subqueries(condition)?;
        let condition = self.caller_filter(scope, Some(class), condition).await?;
        let filter = row.clone().and(self.ruled_filter(scope, class, condition)?).and(readable);
        let expect = Expectation::Condition { row, access: scope.writable() };
        Ok(Target { filter, access: scope.readable_and_writable(), expect })
    }

    /// Fails as the write itself will when its target is not there.
    pub(super) async fn require_target(&self, class: &Arc<Class>, target: &Target) -> Result<()> {
        if self.any_object(class, target.filter.clone(), target.access.clone()).await? {
            return Ok(());
        }
        match &target.expect {
            Expectation::Condition { row, access }
                if self.any_object(class, row.clone(), access.clone()).await? =>
            {
                Err(Error::from(StoreError::ConditionNotMet { step: 0 }))
            }
            _ => Err(not_found()),
        }
    }
}

pub(super) fn by_id(object_id: &str) -> Filter {
    Filter::equals(OBJECT_ID, Value::String(object_id.to_owned()))
}
