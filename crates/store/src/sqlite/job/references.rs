//! Deletion rules: what becomes of the rows that point to removed ones. They hold whoever may see or change those
//! rows, as foreign keys do.
//!
//! What goes by itself goes first, level by level. Only then are pointers set to null, and only rows that are still
//! there keep others from being removed. A refusal undoes the job.

use std::sync::Arc;

use astrolabe_core::events::ObjectEvent;
use astrolabe_core::limits;
use astrolabe_core::ports::{FieldUpdate, StoreError, StoreResult};
use astrolabe_core::query::{Filter, ReadPlan, RowAccess};
use astrolabe_core::schema::{Class, DeletionRule, OBJECT_ID, RuledPointer};
use astrolabe_core::value::{Timestamp, Value};

use super::JobRunner;
use super::update::Update;
use crate::compile::{AccessPath, SelectColumn, select};
use crate::dialect::SQLITE;
use crate::removed::{Removed, ids_in, points_to, restricted, too_deep, too_many};
use crate::sqlite::errors::class_gone;
use crate::sqlite::execute::for_each_row;
use crate::sqlite::row::RowReader;

/// What the rules of one removal have left to do, and how many rows they may still touch.
struct Followed<'s> {
    rows_left: usize,
    /// Pointers that become null where they lead to these rows.
    set_null: Vec<(&'s RuledPointer, Arc<Removed>)>,
    /// Pointers that must not lead to these rows in the end.
    restrict: Vec<(&'s RuledPointer, Arc<Removed>)>,
}

impl<'s> JobRunner<'s> {
    /// Whether a rule binds rows of other classes, or of the same, to rows of the class.
    pub(super) fn has_rules_on(&self, class: &Class) -> bool {
        !self.schema.rules_on(&class.name).is_empty()
    }

    /// Does what the rules say of the rows that point to removed ones.
    pub(super) fn follow_rules(
        &self,
        removed: Removed,
        deleted_at: Timestamp,
        events: &mut Vec<ObjectEvent>,
    ) -> StoreResult<()> {
        let mut followed =
            Followed { rows_left: limits::DELETION_ROWS_MAX, set_null: Vec::new(), restrict: Vec::new() };
        let mut level = vec![Arc::new(removed)];
        let mut depth = 0;
        while !level.is_empty() {
            if depth > limits::DELETION_DEPTH_MAX {
                return Err(StoreError::Refused(too_deep()));
            }
            level = self.next_level(&level, &mut followed, events)?;
            depth += 1;
        }
        for (pointer, removed) in std::mem::take(&mut followed.set_null) {
            for filter in points_to(pointer, &removed) {
                self.set_null(pointer, filter, &mut followed.rows_left, deleted_at, events)?;
            }
        }
        followed.restrict.iter().try_for_each(|(pointer, removed)| self.check_restriction(pointer, removed))
    }

    /// Removes what goes with the rows of one level, and notes the rest for the end.
    fn next_level(
        &self,
        level: &[Arc<Removed>],
        followed: &mut Followed<'s>,
        events: &mut Vec<ObjectEvent>,
    ) -> StoreResult<Vec<Arc<Removed>>> {
        let mut next = Vec::new();
        for removed in level.iter().filter(|removed| !removed.ids.is_empty()) {
            for pointer in self.schema.rules_on(&removed.class.name) {
                match pointer.rule {
                    DeletionRule::SetNull => followed.set_null.push((pointer, Arc::clone(removed))),
                    DeletionRule::Restrict => followed.restrict.push((pointer, Arc::clone(removed))),
                    DeletionRule::Cascade => {
                        next.push(self.cascade(pointer, removed, &mut followed.rows_left, events)?);
                    }
                }
            }
        }
        next.retain(|removed| !removed.ids.is_empty());
        Ok(next)
    }

    fn cascade(
        &self,
        pointer: &RuledPointer,
        removed: &Removed,
        rows_left: &mut usize,
        events: &mut Vec<ObjectEvent>,
    ) -> StoreResult<Arc<Removed>> {
        let class = Arc::clone(self.class_of(pointer)?);
        let mut ids = Vec::new();
        for filter in points_to(pointer, removed) {
            let found = self.bounded_ids(&class, filter, rows_left)?;
            if !found.is_empty() {
                ids.extend(self.remove(&class, &ids_in(found), &RowAccess::All, events)?);
            }
        }
        Ok(Arc::new(Removed { class, ids }))
    }

    fn set_null(
        &self,
        pointer: &RuledPointer,
        filter: Filter,
        rows_left: &mut usize,
        updated_at: Timestamp,
        events: &mut Vec<ObjectEvent>,
    ) -> StoreResult<()> {
        let class = self.class_of(pointer)?;
        let ids = self.bounded_ids(class, filter, rows_left)?;
        if ids.is_empty() {
            return Ok(());
        }
        let update = Update {
            filter: &ids_in(ids),
            access: &RowAccess::All,
            updated_at: Some(updated_at),
            acl: None,
            fields: &[(Arc::clone(&pointer.field), FieldUpdate::Set(Value::Null))],
            relations: &[],
            returning: &[],
        };
        self.update(class, &update, events).map(|_| ())
    }

    fn check_restriction(&self, pointer: &RuledPointer, removed: &Removed) -> StoreResult<()> {
        let class = self.class_of(pointer)?;
        for filter in points_to(pointer, removed) {
            if self.any_row(class, &filter, &RowAccess::All)? {
                return Err(StoreError::Refused(restricted(pointer)));
            }
        }
        Ok(())
    }

    /// The ids of the rows that match, counted before any of them is touched.
    fn bounded_ids(
        &self,
        class: &Arc<Class>,
        filter: Filter,
        rows_left: &mut usize,
    ) -> StoreResult<Vec<String>> {
        let plan = ReadPlan::new(Arc::clone(class), filter, RowAccess::All);
        let plan = ReadPlan { limit: Some(*rows_left as u64 + 1), ..plan };
        let mut ids = Vec::new();
        for_each_row(
            self.connection,
            &select(&SQLITE, self.names(class), &[SelectColumn::ObjectId], &plan, AccessPath::ByRow),
            |error| self.failure(class, error),
            |row| {
                ids.push(RowReader::new(row, class).required_text(OBJECT_ID)?.to_owned());
                Ok(())
            },
        )?;
        *rows_left = rows_left.checked_sub(ids.len()).ok_or_else(|| StoreError::Refused(too_many()))?;
        Ok(ids)
    }

    fn class_of(&self, pointer: &RuledPointer) -> StoreResult<&Arc<Class>> {
        self.schema.class(&pointer.class).ok_or_else(|| class_gone(&pointer.class))
    }
}
