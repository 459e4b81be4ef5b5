//! New objects.

use std::sync::Arc;

use astrolabe_core::events::{ChangeKind, ObjectEvent, RowState};
use astrolabe_core::ports::{RelationEdit, StepOutcome, StoreError, StoreResult};
use astrolabe_core::schema::Class;
use astrolabe_core::value::Value;

use super::JobRunner;
use crate::compile::{NewRow, insert};
use crate::dialect::SQLITE;

impl JobRunner<'_> {
    pub(super) fn insert(
        &self,
        class: &Class,
        row: &NewRow<'_>,
        relations: &[RelationEdit],
        events: &mut Vec<ObjectEvent>,
    ) -> StoreResult<StepOutcome> {
        let class = self.current(class)?;
        let statement = insert(&SQLITE, class, row).map_err(StoreError::Refused)?;
        self.execute(class, &statement)?;
        self.note(class, ChangeKind::New);
        for edit in relations {
            self.relate(class, row.object_id, edit)?;
        }
        if self.events.wanted(&class.name) {
            events.push(ObjectEvent {
                class: Arc::clone(class),
                object_id: row.object_id.to_owned(),
                before: None,
                after: Some(Arc::new(state(row))),
            });
        }
        Ok(StepOutcome { rows: 1, returned: Vec::new() })
    }
}

/// What was stored is what was sent, so nothing has to be read.
fn state(row: &NewRow<'_>) -> RowState {
    let is_stored = |value: &Value| !matches!(value, Value::Null | Value::Relation(_));
    RowState {
        created_at: row.created_at,
        updated_at: row.updated_at,
        acl: row.acl.cloned(),
        values: row.values.iter().filter(|(_, value)| is_stored(value)).cloned().collect(),
    }
}
