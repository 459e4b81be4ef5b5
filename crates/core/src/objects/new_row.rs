//! The row of a new object: operations become values, defaults come in, and required fields have to be there.

use std::sync::Arc;

use super::Write;
use crate::error::{Error, ErrorCode, Result};
use crate::ports::{RelationEdit, RowValues, WriteStep};
use crate::schema::{Class, FieldType, Schema};
use crate::value::{FieldOp, JsonMap, NestedEdit, Value, edit_nested, flatten_for_create};

/// A new object, ready for the store.
pub(super) struct NewRow {
    values: RowValues,
    relations: Vec<RelationEdit>,
    /// Values that are not what the client sent, which it is told.
    pub told: RowValues,
}

impl NewRow {
    /// Turns operations into values, adds defaults and checks that required fields are there.
    pub fn complete(schema: &Schema, write: &Write) -> Result<Self> {
        let mut row = NewRow { values: Vec::new(), relations: Vec::new(), told: Vec::new() };
        for (name, op) in &write.fields {
            if let FieldOp::Relate { add, .. } = op {
                let add = add.clone();
                row.relations.push(RelationEdit { field: Arc::clone(name), add, remove: Vec::new() });
            } else if let Some(value) = flatten_for_create(op.clone())
                && !matches!(value, Value::Relation(_))
            {
                if !matches!(op, FieldOp::Set(_)) {
                    row.told.push((Arc::clone(name), value.clone()));
                }
                row.values.push((Arc::clone(name), value));
            }
        }
        row.add_nested(write)?;
        if let Some(class) = schema.class(&write.class_name) {
            row.add_defaults(class)?;
        }
        Ok(row)
    }

    fn add_nested(&mut self, write: &Write) -> Result<()> {
        for (name, edits) in &write.nested {
            let mut object = JsonMap::new();
            for (path, edit) in edits {
                edit_nested(&mut object, path, NestedEdit::clone(edit))?;
            }
            self.values.push((Arc::clone(name), Value::Object(object)));
        }
        Ok(())
    }

    fn add_defaults(&mut self, class: &Class) -> Result<()> {
        for field in class.fields.values() {
            let present = self.values.iter().position(|(name, _)| *name == field.name);
            let is_missing = present.is_none_or(|at| self.values[at].1 == Value::Null);
            if !is_missing {
                if field.required && present.is_some_and(|at| is_blank(&self.values[at].1)) {
                    return Err(required(&field.name));
                }
                continue;
            }
            match &field.default {
                Some(default) => {
                    self.values.retain(|(name, _)| *name != field.name);
                    self.values.push((Arc::clone(&field.name), default.clone()));
                    self.told.push((Arc::clone(&field.name), default.clone()));
                }
                None if field.required => return Err(required(&field.name)),
                None => {}
            }
        }
        Ok(())
    }
}

/// The write of a new object and the steps that its rules added.
pub(super) fn insert_steps(write: &mut Write, class: Arc<Class>, row: NewRow) -> Vec<WriteStep> {
    let known =
        |name: &Arc<str>| class.field(name).is_some_and(|f| !matches!(f.kind, FieldType::Relation(_)));
    let values = row.values.into_iter().filter(|(name, _)| known(name)).collect();
    let mut steps = vec![WriteStep::Insert {
        object_id: write.object_id.clone(),
        created_at: write.chosen_times.created_at.unwrap_or(write.now),
        updated_at: write.chosen_times.updated_at.unwrap_or(write.now),
        acl: write.acl.clone().flatten(),
        values,
        relations: row.relations.into_iter().filter(|edit| class.field(&edit.field).is_some()).collect(),
        class,
    }];
    steps.append(&mut write.more_steps);
    steps
}

/// An empty string does not fill a required field.
pub(super) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

pub(super) fn required(field: &str) -> Error {
    Error::new(ErrorCode::ValidationError, format!("{field} is required"))
}
