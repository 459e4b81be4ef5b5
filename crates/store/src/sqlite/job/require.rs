//! What has to hold for a job to be done.

use astrolabe_core::ports::{StepOutcome, StoreResult};
use astrolabe_core::query::{Filter, RowAccess};
use astrolabe_core::schema::Class;

use super::JobRunner;
use crate::compile::exists;
use crate::dialect::SQLITE;
use crate::sqlite::execute::for_each_row;

impl JobRunner<'_> {
    /// Looks inside the transaction, after the steps and jobs before it. A requirement that holds counts as one row.
    pub(super) fn require(&self, class: &Class, filter: &Filter, wanted: bool) -> StoreResult<StepOutcome> {
        let is_there = self.any_row(class, filter, &RowAccess::All)?;
        Ok(StepOutcome { rows: u64::from(is_there == wanted), ..StepOutcome::default() })
    }

    /// Whether a row is there that may be touched.
    pub(super) fn any_row(&self, class: &Class, filter: &Filter, access: &RowAccess) -> StoreResult<bool> {
        let class = self.current(class)?;
        let statement = exists(&SQLITE, self.names(class), filter, access);
        let mut found = false;
        for_each_row(
            self.connection,
            &statement,
            |error| self.failure(class, error),
            |_| {
                found = true;
                Ok(())
            },
        )?;
        Ok(found)
    }
}
