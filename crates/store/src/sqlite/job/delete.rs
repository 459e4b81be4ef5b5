//! Removed objects. The members of their relations go with them; pointers to them elsewhere stay, as Parse leaves them,
//! and lead to nothing, unless a deletion rule says otherwise (`references.rs`).

use std::sync::Arc;

use astrolabe_core::events::{ChangeKind, ObjectEvent};
use astrolabe_core::ports::{StepOutcome, StoreResult};
use astrolabe_core::query::{Filter, RowAccess};
use astrolabe_core::schema::{Class, FieldType, OBJECT_ID};
use astrolabe_core::value::Timestamp;

use super::{JobRunner, has_relations};
use crate::compile::{delete, drop_members_of};
use crate::dialect::SQLITE;
use crate::removed::{IDS_AT_ONCE, Removed};
use crate::sqlite::execute::for_each_row;
use crate::sqlite::row::RowReader;

impl JobRunner<'_> {
    pub(super) fn delete(
        &self,
        class: &Class,
        filter: &Filter,
        access: &RowAccess,
        deleted_at: Timestamp,
        events: &mut Vec<ObjectEvent>,
    ) -> StoreResult<StepOutcome> {
        let class = self.current(class)?;
        let has_rules = self.has_rules_on(class);
        if !has_rules && !has_relations(class) && !self.events.wanted(&class.name) {
            let statement = delete(&SQLITE, self.names(class), filter, access, false);
            let rows = self.execute(class, &statement)?;
            if rows > 0 {
                self.note(class, ChangeKind::Existing);
            }
            return Ok(StepOutcome { rows, returned: Vec::new() });
        }
        let ids = self.remove(class, filter, access, events)?;
        let rows = ids.len() as u64;
        if has_rules {
            self.follow_rules(Removed { class: Arc::clone(class), ids }, deleted_at, events)?;
        }
        Ok(StepOutcome { rows, returned: Vec::new() })
    }

    /// Removes rows with the members of their relations, and returns their ids.
    pub(super) fn remove(
        &self,
        class: &Arc<Class>,
        filter: &Filter,
        access: &RowAccess,
        events: &mut Vec<ObjectEvent>,
    ) -> StoreResult<Vec<String>> {
        let before = self.wanted_states(class, filter, access)?;
        let statement = delete(&SQLITE, self.names(class), filter, access, true);
        let mut ids = Vec::new();
        for_each_row(
            self.connection,
            &statement,
            |error| self.failure(class, error),
            |row| {
                ids.push(RowReader::new(row, class).required_text(OBJECT_ID)?.to_owned());
                Ok(())
            },
        )?;
        if !ids.is_empty() {
            self.note(class, ChangeKind::Existing);
        }
        self.drop_members(class, &ids)?;
        if let Some(mut before) = before {
            events.extend(ids.iter().map(|id| ObjectEvent {
                class: Arc::clone(class),
                object_id: id.clone(),
                before: before.remove(id),
                after: None,
            }));
        }
        Ok(ids)
    }

    fn drop_members(&self, class: &Class, owners: &[String]) -> StoreResult<()> {
        let relations = class.fields.values().filter(|field| matches!(field.kind, FieldType::Relation(_)));
        for relation in relations {
            for owners in owners.chunks(IDS_AT_ONCE) {
                self.execute(class, &drop_members_of(&SQLITE, &relation.column, owners))?;
            }
        }
        Ok(())
    }
}
