//! Changed objects.

use std::sync::Arc;

use astrolabe_core::access::Acl;
use astrolabe_core::events::{ChangeKind, ObjectEvent};
use astrolabe_core::ports::{FieldUpdate, RelationEdit, RowValues, StepOutcome, StoreError, StoreResult};
use astrolabe_core::query::{Filter, RowAccess};
use astrolabe_core::schema::{Class, OBJECT_ID};
use astrolabe_core::value::{Timestamp, Value};
use tokio_postgres::Row;

use super::{JobDone, JobRunner, States};
use crate::compile::{Changes, RowAcl, update};
use crate::postgres::row::RowReader;
use crate::removed::ids_in;

/// The parts of an update step.
pub(super) struct Update<'s> {
    /// Which rows.
    pub filter: &'s Filter,
    /// Which rows may be touched.
    pub access: &'s RowAccess,
    /// Modification time.
    pub updated_at: Option<Timestamp>,
    /// A new access list.
    pub acl: Option<Option<&'s Acl>>,
    /// Changed fields.
    pub fields: &'s [(Arc<str>, FieldUpdate)],
    /// Members by owner.
    pub relations: &'s [(String, RelationEdit)],
    /// Fields whose new value is wanted back.
    pub returning: &'s [Arc<str>],
}

/// The rows an update touched.
#[derive(Default)]
struct Touched {
    ids: Vec<String>,
    returned: RowValues,
}

impl JobRunner<'_> {
    pub(super) async fn update(
        &self,
        class: &Class,
        step: &Update<'_>,
        done: &mut JobDone,
    ) -> StoreResult<StepOutcome> {
        let class = self.current(class)?;
        self.note(class, ChangeKind::Existing, done);
        let Some(before) = self.wanted_states(class, step.filter, step.access).await? else {
            return self.update_rows(class, step, step.filter, step.access).await.map(|(outcome, _)| outcome);
        };
        // Others may match by now; those were not locked.
        let locked = ids_in(before.keys().cloned().collect());
        let (outcome, ids) = self.update_rows(class, step, &locked, &RowAccess::All).await?;
        self.push_changed(class, before, ids, done).await?;
        Ok(outcome)
    }

    async fn update_rows(
        &self,
        class: &Arc<Class>,
        step: &Update<'_>,
        filter: &Filter,
        access: &RowAccess,
    ) -> StoreResult<(StepOutcome, Vec<String>)> {
        let wanted = self.shared.is_wanted(&class.name);
        let needs_ids = wanted || !step.relations.is_empty() || !step.returning.is_empty();
        let changes = Changes {
            updated_at: step.updated_at,
            acl: step.acl.map(RowAcl::Arrays),
            fields: step.fields,
            returning: needs_ids.then_some(step.returning),
        };
        let statement = update(&self.shared.dialect, self.names(class), filter, access, &changes)
            .map_err(StoreError::Refused)?;
        if !needs_ids {
            let rows = self.execute(class, &statement).await?;
            return Ok((StepOutcome { rows, returned: Vec::new() }, Vec::new()));
        }
        let mut touched = Touched::default();
        for row in self.query(class, &statement).await? {
            touched.take(&row, class, step.returning)?;
        }
        for (owner, edit) in step.relations.iter().filter(|(owner, _)| touched.ids.contains(owner)) {
            self.relate(class, owner, edit).await?;
        }
        Ok((StepOutcome { rows: touched.ids.len() as u64, returned: touched.returned }, touched.ids))
    }

    async fn push_changed(
        &self,
        class: &Arc<Class>,
        before: States,
        ids: Vec<String>,
        done: &mut JobDone,
    ) -> StoreResult<()> {
        let after = self.states_of(class, ids).await?;
        done.events.extend(before.into_iter().map(|(id, before)| ObjectEvent {
            class: Arc::clone(class),
            before: Some(before),
            after: after.get(&id).cloned(),
            object_id: id,
        }));
        Ok(())
    }
}

impl Touched {
    fn take(&mut self, row: &Row, class: &Class, returning: &[Arc<str>]) -> StoreResult<()> {
        let mut reader = RowReader::new(row, class);
        self.ids.push(reader.required_text(OBJECT_ID)?.to_owned());
        if self.ids.len() > 1 {
            return Ok(());
        }
        for name in returning {
            let value = match class.field(name) {
                Some(field) => reader.value(field)?,
                None => Value::Null,
            };
            self.returned.push((Arc::clone(name), value));
        }
        Ok(())
    }
}
