//! What has to hold for a job to be done.

use astrolabe_core::ports::{StepOutcome, StoreResult};
use astrolabe_core::query::Filter;
use astrolabe_core::schema::Class;

use super::JobRunner;
use crate::compile::exists;
use crate::dialect::SQLITE;
use crate::sqlite::execute::for_each_row;

impl JobRunner<'_> {
    /// Looks inside the transaction, after the steps and jobs before it. A requirement that holds counts as one row.
    pub(super) fn require(&self, class: &Class, filter: &Filter, wanted: bool) -> StoreResult<StepOutcome> {
        let class = self.current(class)?;
        let statement = exists(&SQLITE, self.names(class), filter);
        let mut is_there = false;
        for_each_row(
            self.connection,
            &statement,
            |error| self.failure(class, error),
            |_| {
                is_there = true;
                Ok(())
            },
        )?;
        Ok(StepOutcome { rows: u64::from(is_there == wanted), ..StepOutcome::default() })
    }
}
