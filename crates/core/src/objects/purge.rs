//! Emptying a class.

use super::Objects;
use super::classes::require_privileged;
use crate::access::Scope;
use crate::error::Result;
use crate::ports::{Expectation, WriteJob, WriteStep};
use crate::query::{Filter, RowAccess};

impl Objects {
    /// Removes every object of a class and keeps the class. One that does not exist holds none.
    ///
    /// Rules of single objects and hooks are not asked: deletion rules are followed.
    pub async fn purge(&self, scope: &Scope, class_name: &str) -> Result<()> {
        require_privileged(scope)?;
        let Some(class) = self.schema().class(class_name).cloned() else { return Ok(()) };
        let all = WriteStep::Delete {
            class,
            filter: Filter::all(),
            access: RowAccess::All,
            deleted_at: self.clock().now(),
            expect: Expectation::Any,
        };
        self.commit(class_name, WriteJob { steps: vec![all] }).await.map(|_| ())
    }
}
