//! New objects.

use std::sync::Arc;

use astrolabe_core::events::{ChangeKind, ObjectEvent};
use astrolabe_core::ports::{RelationEdit, StepOutcome, StoreError, StoreResult};
use astrolabe_core::schema::Class;

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
                after: Some(Arc::new(row.state())),
            });
        }
        Ok(StepOutcome { rows: 1, returned: Vec::new() })
    }
}
