//! States of rows for events, read inside the transaction, with the rows locked so that they are exactly those before
//! and after.

use std::sync::Arc;

use astrolabe_core::ports::StoreResult;
use astrolabe_core::query::{Filter, ReadPlan, RowAccess};
use astrolabe_core::schema::Class;

use super::{JobRunner, States};
use crate::compile::{AccessPath, select};
use crate::postgres::row::{state, state_columns};
use crate::removed::ids_in;

impl JobRunner<'_> {
    /// The states of all rows that match, if anybody wants events of the class. Nobody else changes these rows now.
    pub(super) async fn wanted_states(
        &self,
        class: &Arc<Class>,
        filter: &Filter,
        access: &RowAccess,
    ) -> StoreResult<Option<States>> {
        if !self.shared.is_wanted(&class.name) {
            return Ok(None);
        }
        self.states(class, filter, access).await.map(Some)
    }

    /// The states of the rows with these ids.
    pub(super) async fn states_of(&self, class: &Arc<Class>, ids: Vec<String>) -> StoreResult<States> {
        self.states(class, &ids_in(ids), &RowAccess::All).await
    }

    async fn states(&self, class: &Arc<Class>, filter: &Filter, access: &RowAccess) -> StoreResult<States> {
        let plan = ReadPlan::new(Arc::clone(class), filter.clone(), access.clone());
        let columns = state_columns(class);
        let dialect = &self.shared.dialect;
        let mut statement = select(dialect, self.names(class), &columns, &plan, AccessPath::ByRow);
        statement.sql.push_str(" FOR UPDATE OF t");
        let mut states = States::new();
        for row in self.query(class, &statement).await? {
            let (object_id, state) = state(&row, class, &self.shared.acls)?;
            states.insert(object_id, Arc::new(state));
        }
        Ok(states)
    }
}
