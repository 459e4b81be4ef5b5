//! What has to hold for a job to be done, until it is committed.

use std::collections::BTreeSet;

use astrolabe_core::ports::{StepOutcome, StoreResult, WriteJob, WriteStep};
use astrolabe_core::query::{Filter, RowAccess};
use astrolabe_core::schema::Class;

use super::JobRunner;
use crate::compile::exists;
use crate::postgres::errors::store_error;

impl JobRunner<'_> {
    /// Finds the row and keeps others from changing it before the commit. A requirement that holds counts as one row.
    pub(super) async fn require(
        &self,
        job: &WriteJob,
        class: &Class,
        filter: &Filter,
    ) -> StoreResult<StepOutcome> {
        // Two jobs that share a row and then both change it would wait for each other.
        let changes_class = job.steps.iter().any(|step| match step {
            WriteStep::Update { class: changed, .. } | WriteStep::Delete { class: changed, .. } => {
                changed.name == class.name
            }
            _ => false,
        });
        let lock = if changes_class { " FOR NO KEY UPDATE OF t" } else { " FOR SHARE OF t" };
        let found = self.look(class, filter, &RowAccess::All, lock).await?;
        Ok(StepOutcome { rows: u64::from(found), ..StepOutcome::default() })
    }

    /// Looks for a row that must not be there; see [`JobRunner::lock_against_new_rows`].
    pub(super) async fn require_none(&self, class: &Class, filter: &Filter) -> StoreResult<StepOutcome> {
        let found = self.any_row(class, filter, &RowAccess::All).await?;
        Ok(StepOutcome { rows: u64::from(!found), ..StepOutcome::default() })
    }

    /// Nobody can be kept from adding a certain row, so those who require that there is none keep all others from
    /// writing to the class until they have committed. In the order of names, so that no two wait for each other.
    pub(super) async fn lock_against_new_rows(&self, job: &WriteJob) -> StoreResult<()> {
        let mut tables = BTreeSet::new();
        for step in &job.steps {
            if let WriteStep::RequireNone { class, .. } = step {
                tables.insert(&*self.current(class)?.table);
            }
        }
        for table in tables {
            let table = self.shared.dialect.located(table);
            let lock = format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE");
            let locked = self.connection.batch(&lock).await;
            locked.map_err(|error| {
                self.note_conflict(&error);
                store_error(error)
            })?;
        }
        Ok(())
    }

    /// Whether a row is there that may be touched.
    pub(super) async fn any_row(
        &self,
        class: &Class,
        filter: &Filter,
        access: &RowAccess,
    ) -> StoreResult<bool> {
        self.look(class, filter, access, "").await
    }

    async fn look(
        &self,
        class: &Class,
        filter: &Filter,
        access: &RowAccess,
        lock: &str,
    ) -> StoreResult<bool> {
        let class = self.current(class)?;
        let mut statement = exists(&self.shared.dialect, self.names(class), filter, access);
        statement.sql.push_str(lock);
        Ok(!self.query(class, &statement).await?.is_empty())
    }
}
