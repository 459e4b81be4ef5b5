//! Removed objects. The members of their relations go with them; pointers to them elsewhere stay, as Parse leaves them,
//! and lead to nothing, unless a deletion rule says otherwise (`references.rs`).

use std::sync::Arc;

use astrolabe_core::events::{ChangeKind, ObjectEvent};
use astrolabe_core::ports::{StepOutcome, StoreResult};
use astrolabe_core::query::{Filter, RowAccess};
use astrolabe_core::schema::{Class, FieldType, OBJECT_ID};
use astrolabe_core::value::Timestamp;

use super::{JobDone, JobRunner, has_relations};
use crate::compile::{delete, drop_members_of};
use crate::postgres::row::RowReader;
use crate::removed::{IDS_AT_ONCE, Removed, ids_in};

impl JobRunner<'_> {
    pub(super) async fn delete(
        &self,
        class: &Class,
        filter: &Filter,
        access: &RowAccess,
        deleted_at: Timestamp,
        done: &mut JobDone,
    ) -> StoreResult<StepOutcome> {
        let class = self.current(class)?;
        let has_rules = self.has_rules_on(class);
        if !has_rules && !has_relations(class) && !self.shared.is_wanted(&class.name) {
            let statement = delete(&self.shared.dialect, self.names(class), filter, access, false);
            let rows = self.execute(class, &statement).await?;
            if rows > 0 {
                self.note(class, ChangeKind::Existing, done);
            }
            return Ok(StepOutcome { rows, returned: Vec::new() });
        }
        let ids = self.remove(class, filter, access, done).await?;
        let rows = ids.len() as u64;
        if has_rules {
            self.follow_rules(Removed { class: Arc::clone(class), ids }, deleted_at, done).await?;
        }
        Ok(StepOutcome { rows, returned: Vec::new() })
    }

    /// Removes rows with the members of their relations, and returns their ids.
    pub(super) async fn remove(
        &self,
        class: &Arc<Class>,
        filter: &Filter,
        access: &RowAccess,
        done: &mut JobDone,
    ) -> StoreResult<Vec<String>> {
        let before = self.wanted_states(class, filter, access).await?;
        let locked = before.as_ref().map(|before| ids_in(before.keys().cloned().collect()));
        let (filter, access) = locked.as_ref().map_or((filter, access), |ids| (ids, &RowAccess::All));
        let statement = delete(&self.shared.dialect, self.names(class), filter, access, true);
        let mut ids = Vec::new();
        for row in self.query(class, &statement).await? {
            ids.push(RowReader::new(&row, class).required_text(OBJECT_ID)?.to_owned());
        }
        if !ids.is_empty() {
            self.note(class, ChangeKind::Existing, done);
        }
        self.drop_members(class, &ids).await?;
        // All that were locked are gone now.
        done.events.extend(before.into_iter().flatten().map(|(object_id, state)| ObjectEvent {
            class: Arc::clone(class),
            object_id,
            before: Some(state),
            after: None,
        }));
        Ok(ids)
    }

    async fn drop_members(&self, class: &Class, owners: &[String]) -> StoreResult<()> {
        let relations = class.fields.values().filter(|field| matches!(field.kind, FieldType::Relation(_)));
        for relation in relations {
            for owners in owners.chunks(IDS_AT_ONCE) {
                let statement = drop_members_of(&self.shared.dialect, &relation.column, owners);
                self.execute(class, &statement).await?;
            }
        }
        Ok(())
    }
}
