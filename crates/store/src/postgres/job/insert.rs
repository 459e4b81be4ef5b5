//! New objects.

use std::sync::Arc;

use astrolabe_core::events::{ChangeKind, ObjectEvent};
use astrolabe_core::ports::{RelationEdit, StepOutcome, StoreError, StoreResult};
use astrolabe_core::schema::Class;

use super::{JobDone, JobRunner};
use crate::compile::{NewRow, insert};

impl JobRunner<'_> {
    pub(super) async fn insert(
        &self,
        class: &Class,
        row: &NewRow<'_>,
        relations: &[RelationEdit],
        done: &mut JobDone,
    ) -> StoreResult<StepOutcome> {
        let class = self.current(class)?;
        let statement = insert(&self.shared.dialect, class, row).map_err(StoreError::Refused)?;
        if let Err(refusal) = self.execute(class, &statement).await {
            return Err(self.named_duplicate(class, row.values, refusal).await);
        }
        self.note(class, ChangeKind::New, done);
        for edit in relations {
            self.relate(class, row.object_id, edit).await?;
        }
        if self.shared.is_wanted(&class.name) {
            done.events.push(ObjectEvent {
                class: Arc::clone(class),
                object_id: row.object_id.to_owned(),
                before: None,
                after: Some(Arc::new(row.state())),
            });
        }
        Ok(StepOutcome { rows: 1, returned: Vec::new() })
    }
}
