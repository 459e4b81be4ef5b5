//! Reads with included objects: one statement for each level and class, never one for each row.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::Objects;
use super::sinks::{ColumnTarget, Included, JsonSink, RenderedRows, read_into};
use crate::access::Scope;
use crate::error::Result;
use crate::query::{FieldPath, Filter, KeySelection, PlanColumn, ReadPlan, Test};
use crate::schema::{Class, FieldType, INTERNAL_CLASSES, OBJECT_ID, Operation};
use crate::value::{Pointer, Value};

/// Who reads, and what of each row.
pub(super) struct Selected<'a> {
    pub scope: &'a Scope,
    pub keys: &'a KeySelection,
}

/// Runs a plan, follows its includes and renders the rows. `as_included` names the class in each row.
pub(super) fn read_rendered<'a>(
    objects: &'a Objects,
    selected: &'a Selected<'a>,
    plan: ReadPlan,
    as_included: bool,
) -> Pin<Box<dyn Future<Output = Result<RenderedRows>> + Send + 'a>> {
    Box::pin(async move {
        let class = Arc::clone(&plan.class);
        let rows_max = plan.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let target = |column: &PlanColumn| target(&class, column, selected.keys);
        let sink = JsonSink::new(&class, &plan.columns, target, rows_max, as_included);
        let sink = read_into(objects.store(), plan, sink).await?;
        let included = read_included(objects, selected, &class, &sink).await?;
        sink.render(&included)
    })
}

fn target(class: &Class, column: &PlanColumn, keys: &KeySelection) -> ColumnTarget {
    let PlanColumn::Field { index, .. } = column else { return ColumnTarget::Value(FieldType::String) };
    let field = &class.fields[*index];
    let is_reference = matches!(field.kind, FieldType::Pointer(_) | FieldType::Array);
    if is_reference && keys.inside(&field.name, is_reference).is_some() {
        ColumnTarget::Included(field.kind.clone())
    } else {
        ColumnTarget::Value(field.kind.clone())
    }
}

async fn read_included(
    objects: &Objects,
    selected: &Selected<'_>,
    class: &Class,
    sink: &JsonSink,
) -> Result<Included> {
    let mut included = Included::new();
    for (column, by_class) in sink.references() {
        let Some(index) = sink.field_of(column) else { continue };
        let Some(keys) = selected.keys.inside(&class.fields[index].name, true) else { continue };
        for (class_name, ids) in by_class {
            let selected = Selected { scope: selected.scope, keys: &keys };
            let rows = read_targets(objects, &selected, &class_name, ids).await?;
            let found = included.entry(column).or_default();
            for (object_id, range) in rows.object_ids.into_iter().zip(rows.rows) {
                let pointer = Pointer { class_name: class_name.clone(), object_id };
                found.insert(pointer, rows.bytes[range].to_vec());
            }
        }
    }
    Ok(included)
}

/// The objects of one class that a level of pointers leads to, as far as the caller may see them.
async fn read_targets(
    objects: &Objects,
    selected: &Selected<'_>,
    class_name: &str,
    ids: Vec<String>,
) -> Result<RenderedRows> {
    let Some(class) = objects.schema().class(class_name).cloned() else { return Ok(RenderedRows::default()) };
    let filter = Filter::Field {
        path: FieldPath::top(OBJECT_ID),
        test: Test::In(ids.into_iter().map(Value::String).collect()),
    };
    let readable = objects.open_for_reading(selected.scope, class, Operation::Get);
    let plan = match readable.and_then(|readable| readable.plan(filter, selected.keys)) {
        Err(error) if error.permission && is_closed_by_nature(class_name) => {
            return Ok(RenderedRows::default());
        }
        plan => plan?,
    };
    read_rendered(objects, selected, plan, true).await
}

/// Classes that no permission opens. Anybody can store a pointer to them, and whoever includes it would be refused the
/// whole answer for that one row; so what it leads to counts as not there.
fn is_closed_by_nature(class_name: &str) -> bool {
    INTERNAL_CLASSES.contains(&class_name) || class_name == "_Session"
}
