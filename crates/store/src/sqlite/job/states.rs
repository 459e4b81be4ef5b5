//! States of rows for events, read inside the transaction so that they are exactly those before and after.

use std::sync::Arc;

use astrolabe_core::ports::StoreResult;
use astrolabe_core::query::{FieldPath, Filter, ReadPlan, RowAccess, Test};
use astrolabe_core::schema::{Class, OBJECT_ID};
use astrolabe_core::value::Value;

use super::{JobRunner, States};
use crate::compile::{AccessPath, select};
use crate::dialect::SQLITE;
use crate::sqlite::acl::KnownAcls;
use crate::sqlite::execute::for_each_row;
use crate::sqlite::row::{state, state_columns};

impl JobRunner<'_> {
    /// The states of all rows that match, if anybody wants events of the class.
    pub(super) fn wanted_states(
        &self,
        class: &Arc<Class>,
        filter: &Filter,
        access: &RowAccess,
    ) -> StoreResult<Option<States>> {
        if self.events.wanted(&class.name) { self.states(class, filter, access).map(Some) } else { Ok(None) }
    }

    /// The states of the rows with these ids.
    pub(super) fn states_of<'i>(
        &self,
        class: &Arc<Class>,
        ids: impl Iterator<Item = &'i String>,
    ) -> StoreResult<States> {
        let ids = ids.map(|id| Value::String(id.clone())).collect();
        let filter = Filter::Field { path: FieldPath::top(OBJECT_ID), test: Test::In(ids) };
        self.states(class, &filter, &RowAccess::All)
    }

    fn states(&self, class: &Arc<Class>, filter: &Filter, access: &RowAccess) -> StoreResult<States> {
        let plan = ReadPlan::new(Arc::clone(class), filter.clone(), access.clone());
        let statement = select(&SQLITE, self.names(class), &state_columns(class), &plan, AccessPath::ByRow);
        // Not kept any longer: the ids of this transaction may yet be given to other lists.
        let mut acls = KnownAcls::new();
        let mut states = States::new();
        for_each_row(
            self.connection,
            &statement,
            |error| self.failure(class, error),
            |row| {
                let (object_id, state) = state(row, class, &mut acls.within(self.connection))?;
                states.insert(object_id, Arc::new(state));
                Ok(())
            },
        )?;
        Ok(states)
    }
}
