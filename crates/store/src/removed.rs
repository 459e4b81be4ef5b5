//! Removed rows, and the rows that point to them.

use std::sync::Arc;

use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::limits;
use astrolabe_core::query::{FieldPath, Filter, Test};
use astrolabe_core::schema::{Class, OBJECT_ID, RuledPointer};
use astrolabe_core::value::{Pointer, Value};

/// Removed rows that are asked about in one statement. A whole class may be removed at once.
pub(crate) const IDS_AT_ONCE: usize = 1_000;

/// Removed rows of one class.
pub(crate) struct Removed {
    /// The class.
    pub class: Arc<Class>,
    /// Their object ids.
    pub ids: Vec<String>,
}

/// The conditions that together find the rows whose pointer leads to removed ones.
pub(crate) fn points_to<'r>(
    pointer: &'r RuledPointer,
    removed: &'r Removed,
) -> impl Iterator<Item = Filter> + 'r {
    let target = |id: &String| {
        Value::Pointer(Pointer { class_name: removed.class.name.to_string(), object_id: id.clone() })
    };
    removed.ids.chunks(IDS_AT_ONCE).map(move |ids| {
        let test = Test::In(ids.iter().map(target).collect());
        Filter::Field { path: FieldPath::top(&pointer.field), test }
    })
}

/// The rows with these ids.
pub(crate) fn ids_in(ids: Vec<String>) -> Filter {
    let test = Test::In(ids.into_iter().map(Value::String).collect());
    Filter::Field { path: FieldPath::top(OBJECT_ID), test }
}

/// The refusal of a restricting rule. Tells classes and fields, never which objects.
pub(crate) fn restricted(pointer: &RuledPointer) -> Error {
    Error::new(
        ErrorCode::DeleteRestricted,
        format!("Cannot delete, because an object of {} refers to it by {}.", pointer.class, pointer.field),
    )
}

/// The refusal of a removal that concerns too many rows.
pub(crate) fn too_many() -> Error {
    Error::new(
        ErrorCode::ObjectTooLarge,
        format!(
            "The deletion rules concern more than {} objects; delete some of them first.",
            limits::DELETION_ROWS_MAX
        ),
    )
}

/// The refusal of a removal that leads too far.
pub(crate) fn too_deep() -> Error {
    Error::new(
        ErrorCode::ObjectTooLarge,
        format!(
            "The deletion rules lead through more than {} levels; delete some of the objects first.",
            limits::DELETION_DEPTH_MAX
        ),
    )
}
