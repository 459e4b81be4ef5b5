//! Changing objects: the update pipeline.

use std::sync::Arc;

use super::find::not_found;
use super::new_row::{is_blank, required};
use super::prepared::{Prepared, SaveOf, WriteEnd};
use super::target::Target;
use super::{Objects, RequestId, Write, WriteAnswer, WriteKind};
use crate::access::Scope;
use crate::error::{Error, Result};
use crate::ports::{ArrayChange, FieldUpdate, RelationEdit, RowValues, WriteStep};
use crate::query::Filter;
use crate::schema::{Class, FieldType, Operation, RowKind, UPDATED_AT};
use crate::value::{FieldOp, Json, JsonMap, NestedEdit, Value, edit_nested};

impl Objects {
    /// Changes an object. Fails with 101 when it does not exist or the caller may not change it, and with 412 when the
    /// condition does not hold. Under the id of a request it is done only once.
    pub async fn update(
        &self,
        scope: &Scope,
        class_name: &str,
        object_id: &str,
        body: JsonMap,
        condition: Option<&JsonMap>,
        request: Option<&RequestId>,
    ) -> Result<WriteAnswer> {
        let of = SaveOf { class_name, object_id: Some(object_id), condition, required: None, request };
        self.save(scope, of, body).await
    }

    /// Changes an object if it still is as the server has read it; for the server's own work, since nobody checks what the
    /// requirement asks about. Fails with 101 when it does not hold.
    pub async fn update_if(
        &self,
        scope: &Scope,
        class_name: &str,
        object_id: &str,
        body: JsonMap,
        required: Filter,
    ) -> Result<WriteAnswer> {
        if !scope.is_server() {
            return Err(Error::internal());
        }
        let (object_id, required) = (Some(object_id), Some(required));
        self.save(scope, SaveOf { class_name, object_id, condition: None, required, request: None }, body)
            .await
    }

    /// Everything that comes before the commit of a change.
    pub(super) async fn prepare_update(
        &self,
        scope: &Scope,
        of: &SaveOf<'_>,
        object_id: String,
        body: JsonMap,
    ) -> Result<Prepared> {
        let SaveOf { class_name, condition, .. } = *of;
        let permitted = self.authorise_write(scope, class_name, Operation::Update)?;
        self.settings().keyword_denylist.check(&body)?;
        let mut write = Write::new(class_name, WriteKind::Update, object_id, self.clock().now());
        write.read_body(scope, body)?;
        write.conditions.extend(of.required.clone());
        if self.schema().class(class_name).is_none() {
            return Err(not_found());
        }
        self.apply_rules(scope, &mut write).await?;
        self.prepare_change(scope, write, permitted, condition).await
    }

    /// The same from where the rules of the class have been applied. Only one of the `permitted` objects is changed.
    pub(super) async fn prepare_change(
        &self,
        scope: &Scope,
        mut write: Write,
        permitted: Filter,
        condition: Option<&JsonMap>,
    ) -> Result<Prepared> {
        let class_name = Arc::clone(&write.class_name);
        let current = self.schema().class(&class_name).cloned().ok_or_else(not_found)?;
        self.parts.hooks.before_save(scope, &mut write).await?;
        check_required(&current, &write)?;
        let permitted = std::mem::take(&mut write.conditions).into_iter().fold(permitted, Filter::and);
        let target = self.target(scope, &current, &write.object_id, permitted, condition).await?;
        let (class, target) = self.class_for_update(scope, &write, target).await?;
        let changes = Changes::of(&class, &write)?;
        let returning = changes.atomic_fields();
        let steps = update_steps(&mut write, class, target, changes);
        Ok(Prepared { class_name, steps, end: WriteEnd::Updated { write, returning } })
    }

    /// New fields are made only for an object that the caller may change and give fields to: a write that fails
    /// leaves no trace. The target comes back narrowed to such objects.
    async fn class_for_update(
        &self,
        scope: &Scope,
        write: &Write,
        mut target: Target,
    ) -> Result<(Arc<Class>, Target)> {
        let schema = self.schema();
        let class = schema.class(&write.class_name).ok_or_else(not_found)?;
        if write.wanted_types().any(|(name, _)| class.field(name).is_none()) {
            let rows =
                class.permissions.permitted_rows(class, Operation::AddField, RowKind::Stored, scope)?;
            target = target.narrowed(&rows);
            self.require_target(class, &target).await?;
        }
        Ok((self.class_for_write(scope, write).await?, target))
    }
}

/// A required field can be changed but not emptied.
fn check_required(class: &Class, write: &Write) -> Result<()> {
    for (name, op) in &write.fields {
        let empties = match op {
            FieldOp::Delete => true,
            FieldOp::Set(value) => is_blank(value),
            _ => false,
        };
        if empties && class.field(name).is_some_and(|field| field.required) {
            return Err(required(name));
        }
    }
    Ok(())
}

/// What the store is to do to the row.
#[derive(Default)]
struct Changes {
    fields: Vec<(Arc<str>, FieldUpdate)>,
    relations: Vec<RelationEdit>,
}

impl Changes {
    fn of(class: &Class, write: &Write) -> Result<Self> {
        let mut changes = Changes::default();
        for (name, op) in &write.fields {
            // Null and Delete on a field that does not exist change nothing.
            let Some(field) = class.field(name) else { continue };
            let is_relation = matches!(field.kind, FieldType::Relation(_));
            match op.clone() {
                FieldOp::Relate { add, remove, .. } => {
                    changes.relations.push(RelationEdit { field: Arc::clone(name), add, remove });
                }
                _ if is_relation => {}
                op => changes.fields.extend(field_update(op).map(|update| (Arc::clone(name), update))),
            }
        }
        for (name, edits) in &write.nested {
            changes.fields.push((Arc::clone(name), FieldUpdate::Nested(edits.clone())));
        }
        Ok(changes)
    }

    /// Fields whose new value depends on the stored one, so that the client has to be told.
    fn atomic_fields(&self) -> Vec<Arc<str>> {
        let is_atomic = |update: &FieldUpdate| match update {
            FieldUpdate::Set(_) => false,
            FieldUpdate::Increment(_) | FieldUpdate::Array(..) => true,
            FieldUpdate::Nested(edits) => edits.iter().any(|(_, edit)| is_increment(edit)),
        };
        self.fields.iter().filter(|(_, update)| is_atomic(update)).map(|(name, _)| Arc::clone(name)).collect()
    }
}

fn field_update(op: FieldOp) -> Option<FieldUpdate> {
    Some(match op {
        FieldOp::Set(value) => FieldUpdate::Set(value),
        FieldOp::Delete => FieldUpdate::Set(Value::Null),
        FieldOp::Increment(amount) => FieldUpdate::Increment(amount),
        FieldOp::Add(elements) => FieldUpdate::Array(ArrayChange::Add, elements),
        FieldOp::AddUnique(elements) => FieldUpdate::Array(ArrayChange::AddUnique, elements),
        FieldOp::Remove(elements) => FieldUpdate::Array(ArrayChange::Remove, elements),
        FieldOp::SetOnInsert(_) | FieldOp::Relate { .. } => return None,
    })
}

fn update_steps(write: &mut Write, class: Arc<Class>, target: Target, changes: Changes) -> Vec<WriteStep> {
    let Target { filter, access, expect } = target;
    let returning = changes.atomic_fields();
    let relations = changes.relations.into_iter().map(|edit| (write.object_id.clone(), edit)).collect();
    let mut steps = vec![WriteStep::Update {
        class,
        filter,
        access,
        updated_at: Some(write.chosen_times.updated_at.unwrap_or(write.now)),
        acl: write.acl.clone(),
        fields: changes.fields,
        relations,
        returning,
        expect,
    }];
    steps.append(&mut write.more_steps);
    steps
}

/// `returned` are the new values of the fields the client is told of.
pub(super) fn update_answer(write: Write, returning: &[Arc<str>], returned: RowValues) -> WriteAnswer {
    let mut body = JsonMap::new();
    let updated_at = write.chosen_times.updated_at.unwrap_or(write.now);
    body.insert(UPDATED_AT.into(), updated_at.to_iso().into());
    for (name, value) in returned {
        if returning.contains(&name) {
            let told = match write.nested.get(&name) {
                Some(edits) => incremented_parts(edits, &value),
                None => value.to_json(),
            };
            body.insert(name.to_string(), told);
        }
    }
    body.extend(write.more_answer);
    WriteAnswer { kind: WriteKind::Update, object_id: write.object_id, body }
}

fn is_increment(edit: &NestedEdit) -> bool {
    matches!(edit, NestedEdit::Increment(_))
}

/// Of an Object field only what was incremented is told.
fn incremented_parts(edits: &[(Vec<String>, NestedEdit)], value: &Value) -> Json {
    let whole = value.to_json();
    let mut told = JsonMap::new();
    for (path, _) in edits.iter().filter(|(_, edit)| is_increment(edit)) {
        let new = path.iter().try_fold(&whole, |at, key| at.get(key));
        if let Some(new) = new {
            // The path exists in the stored object, so it can be made in an empty one too.
            let _ = edit_nested(&mut told, path, NestedEdit::Set(new.clone()));
        }
    }
    Json::Object(told)
}

impl Write {
    /// Refuses a field that clients may not write.
    pub fn refuse_field(&self, field: &str, refusal: impl FnOnce() -> Error) -> Result<()> {
        if self.fields.contains_key(field) || self.nested.contains_key(field) {
            Err(refusal())
        } else {
            Ok(())
        }
    }
}
