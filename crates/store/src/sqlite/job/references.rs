//! Deletion rules: what becomes of the rows that point to removed ones. They hold whoever may see or change those
//! rows, as foreign keys do.
//!
//! What goes by itself goes first, level by level. Only then are pointers set to null, and only rows that are still
//! there keep others from being removed. A refusal undoes the job.

use std::sync::Arc;

use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::events::ObjectEvent;
use astrolabe_core::limits;
use astrolabe_core::ports::{FieldUpdate, StoreError, StoreResult};
use astrolabe_core::query::{FieldPath, Filter, ReadPlan, RowAccess, Test};
use astrolabe_core::schema::{Class, DeletionRule, OBJECT_ID, RuledPointer};
use astrolabe_core::value::{Pointer, Timestamp, Value};

use super::JobRunner;
use super::update::Update;
use crate::compile::{AccessPath, SelectColumn, select};
use crate::dialect::SQLITE;
use crate::sqlite::errors::class_gone;
use crate::sqlite::execute::for_each_row;
use crate::sqlite::row::RowReader;

/// Removed rows of one class.
pub(super) struct Removed {
    /// The class.
    pub class: Arc<Class>,
    /// Their object ids.
    pub ids: Vec<String>,
}

/// What the rules of one removal have left to do, and how many rows they may still touch.
struct Followed<'s> {
    rows_left: usize,
    /// Pointers that become null, each with the condition that finds its rows.
    set_null: Vec<(&'s RuledPointer, Filter)>,
    /// Pointers that must not be there in the end.
    restrict: Vec<(&'s RuledPointer, Filter)>,
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
        let mut level = vec![removed];
        let mut depth = 0;
        while !level.is_empty() {
            if depth > limits::DELETION_DEPTH_MAX {
                return Err(StoreError::Refused(too_deep()));
            }
            level = self.next_level(&level, &mut followed, events)?;
            depth += 1;
        }
        for (pointer, filter) in std::mem::take(&mut followed.set_null) {
            self.set_null(pointer, &filter, &mut followed.rows_left, deleted_at, events)?;
        }
        followed.restrict.iter().try_for_each(|(pointer, filter)| self.check_restriction(pointer, filter))
    }

    /// Removes what goes with the rows of one level, and notes the rest for the end.
    fn next_level(
        &self,
        level: &[Removed],
        followed: &mut Followed<'s>,
        events: &mut Vec<ObjectEvent>,
    ) -> StoreResult<Vec<Removed>> {
        let mut next = Vec::new();
        for removed in level.iter().filter(|removed| !removed.ids.is_empty()) {
            for pointer in self.schema.rules_on(&removed.class.name) {
                let filter = points_to(pointer, removed);
                match pointer.rule {
                    DeletionRule::SetNull => followed.set_null.push((pointer, filter)),
                    DeletionRule::Restrict => followed.restrict.push((pointer, filter)),
                    DeletionRule::Cascade => {
                        let class = Arc::clone(self.class_of(pointer)?);
                        let found = self.bounded_ids(&class, filter, &mut followed.rows_left)?;
                        let ids = self.remove(&class, &ids_in(found), &RowAccess::All, events)?;
                        next.push(Removed { class, ids });
                    }
                }
            }
        }
        next.retain(|removed| !removed.ids.is_empty());
        Ok(next)
    }

    fn set_null(
        &self,
        pointer: &RuledPointer,
        filter: &Filter,
        rows_left: &mut usize,
        updated_at: Timestamp,
        events: &mut Vec<ObjectEvent>,
    ) -> StoreResult<()> {
        let class = self.class_of(pointer)?;
        let ids = self.bounded_ids(class, filter.clone(), rows_left)?;
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

    fn check_restriction(&self, pointer: &RuledPointer, filter: &Filter) -> StoreResult<()> {
        let class = self.class_of(pointer)?;
        let is_held = self.any_row(class, filter, &RowAccess::All)?;
        if is_held { Err(StoreError::Refused(restricted(pointer))) } else { Ok(()) }
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

fn points_to(pointer: &RuledPointer, removed: &Removed) -> Filter {
    let target = |id: &String| {
        Value::Pointer(Pointer { class_name: removed.class.name.to_string(), object_id: id.clone() })
    };
    let test = Test::In(removed.ids.iter().map(target).collect());
    Filter::Field { path: FieldPath::top(&pointer.field), test }
}

fn ids_in(ids: Vec<String>) -> Filter {
    let test = Test::In(ids.into_iter().map(Value::String).collect());
    Filter::Field { path: FieldPath::top(OBJECT_ID), test }
}

/// Tells classes and fields, never which objects.
fn restricted(pointer: &RuledPointer) -> Error {
    Error::new(
        ErrorCode::DeleteRestricted,
        format!("Cannot delete, because an object of {} refers to it by {}.", pointer.class, pointer.field),
    )
}

fn too_many() -> Error {
    Error::new(
        ErrorCode::ObjectTooLarge,
        format!(
            "The deletion rules concern more than {} objects; delete some of them first.",
            limits::DELETION_ROWS_MAX
        ),
    )
}

fn too_deep() -> Error {
    Error::new(
        ErrorCode::ObjectTooLarge,
        format!(
            "The deletion rules lead through more than {} levels; delete some of the objects first.",
            limits::DELETION_DEPTH_MAX
        ),
    )
}
