//! Rows to objects in memory.

use std::any::Any;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::objects::Object;
use crate::ports::RowSink;
use crate::query::PlanColumn;
use crate::schema::Class;
use crate::value::{ColumnValue, Timestamp, Value};

/// Collects the rows of a plan.
pub(in crate::objects) struct ObjectSink {
    class: Arc<Class>,
    columns: Vec<PlanColumn>,
    row: Object,
    pub(in crate::objects) objects: Vec<Object>,
}

impl ObjectSink {
    pub(in crate::objects) fn new(class: &Arc<Class>, columns: &[PlanColumn]) -> Self {
        ObjectSink {
            class: Arc::clone(class),
            columns: columns.to_vec(),
            row: empty(class),
            objects: Vec::new(),
        }
    }
}

fn empty(class: &Arc<Class>) -> Object {
    Object {
        class: Arc::clone(class),
        object_id: String::new(),
        created_at: Timestamp(0),
        updated_at: Timestamp(0),
        acl: None,
        values: Vec::new(),
    }
}

impl RowSink for ObjectSink {
    fn begin_row(&mut self) {
        self.row = empty(&self.class);
    }

    fn column(&mut self, index: usize, value: ColumnValue<'_>) -> Result<()> {
        match (&self.columns[index], value) {
            (PlanColumn::ObjectId, ColumnValue::Text(id)) => self.row.object_id = id.to_owned(),
            (PlanColumn::CreatedAt, ColumnValue::Integer(ms)) => self.row.created_at = Timestamp(ms),
            (PlanColumn::UpdatedAt, ColumnValue::Integer(ms)) => self.row.updated_at = Timestamp(ms),
            // Objects in memory have no score.
            (PlanColumn::Score(_), _) => {}
            (PlanColumn::Acl, ColumnValue::Acl(acl)) => self.row.acl = Some(acl.acl().clone()),
            (PlanColumn::Acl | PlanColumn::Field { .. }, ColumnValue::Null) => {}
            (PlanColumn::Field { index, .. }, value) => {
                let field = &self.class.fields[*index];
                self.row.values.push((Arc::clone(&field.name), Value::from_column(&field.kind, value)?));
            }
            _ => return Err(Error::internal()),
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<()> {
        let next = empty(&self.class);
        self.objects.push(std::mem::replace(&mut self.row, next));
        Ok(())
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
