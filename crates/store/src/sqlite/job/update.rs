//! Changed objects.

use std::sync::Arc;

use astrolabe_core::access::Acl;
use astrolabe_core::events::{ChangeKind, ObjectEvent};
use astrolabe_core::ports::{FieldUpdate, RelationEdit, RowValues, StepOutcome, StoreError, StoreResult};
use astrolabe_core::query::{Filter, RowAccess};
use astrolabe_core::schema::{Class, OBJECT_ID};
use astrolabe_core::value::{Timestamp, Value};
use rusqlite::Row;

use super::{JobRunner, States};
use crate::compile::{Changes, RowAcl, update};
use crate::dialect::SQLITE;
use crate::sqlite::execute::for_each_row;
use crate::sqlite::row::RowReader;

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
    pub(super) fn update(
        &self,
        class: &Class,
        step: &Update<'_>,
        events: &mut Vec<ObjectEvent>,
    ) -> StoreResult<StepOutcome> {
        let class = self.current(class)?;
        self.note(class, ChangeKind::Existing);
        let before = self.wanted_states(class, step.filter, step.access)?;
        let needs_ids = before.is_some() || !step.relations.is_empty() || !step.returning.is_empty();
        let changes = Changes {
            updated_at: step.updated_at,
            acl: step.acl.map(|acl| self.acls.id(self.connection, acl).map(RowAcl::Interned)).transpose()?,
            fields: step.fields,
            returning: needs_ids.then_some(step.returning),
        };
        let statement = update(&SQLITE, self.names(class), step.filter, step.access, &changes)
            .map_err(StoreError::Refused)?;
        if !needs_ids {
            return Ok(StepOutcome { rows: self.execute(class, &statement)?, returned: Vec::new() });
        }
        let mut touched = Touched::default();
        for_each_row(
            self.connection,
            &statement,
            |error| self.failure(class, error),
            |row| touched.take(row, class, step.returning),
        )?;
        for (owner, edit) in step.relations.iter().filter(|(owner, _)| touched.ids.contains(owner)) {
            self.relate(class, owner, edit)?;
        }
        if let Some(before) = before {
            self.push_changed(class, before, &touched.ids, events)?;
        }
        Ok(StepOutcome { rows: touched.ids.len() as u64, returned: touched.returned })
    }

    fn push_changed(
        &self,
        class: &Arc<Class>,
        mut before: States,
        ids: &[String],
        events: &mut Vec<ObjectEvent>,
    ) -> StoreResult<()> {
        let mut after = self.states_of(class, ids.iter())?;
        events.extend(ids.iter().map(|id| ObjectEvent {
            class: Arc::clone(class),
            object_id: id.clone(),
            before: before.remove(id),
            after: after.remove(id),
        }));
        Ok(())
    }
}

impl Touched {
    fn take(&mut self, row: &Row<'_>, class: &Class, returning: &[Arc<str>]) -> StoreResult<()> {
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
