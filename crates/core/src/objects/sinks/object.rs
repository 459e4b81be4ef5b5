//! Rows to objects in memory.

use std::any::Any;
use std::sync::Arc;

use crate::access::Acl;
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
    readers: Option<Vec<String>>,
    /// The next `PlanColumn::Acl` call brings the write list.
    writers_next: bool,
    pub(in crate::objects) objects: Vec<Object>,
}

impl ObjectSink {
    pub(in crate::objects) fn new(class: &Arc<Class>, columns: &[PlanColumn]) -> Self {
        ObjectSink {
            class: Arc::clone(class),
            columns: columns.to_vec(),
            row: empty(class),
            readers: None,
            writers_next: false,
            objects: Vec::new(),
        }
    }

    fn access_list(&mut self, value: ColumnValue<'_>) -> Result<()> {
        let list = principals(value)?;
        if !self.writers_next {
            self.readers = list;
            self.writers_next = true;
            return Ok(());
        }
        self.writers_next = false;
        let (readers, writers) = (self.readers.take(), list);
        if readers.is_some() || writers.is_some() {
            let (readers, writers) = (readers.unwrap_or_default(), writers.unwrap_or_default());
            self.row.acl =
                Some(Acl::from_lists(readers.iter().map(String::as_str), writers.iter().map(String::as_str)));
        }
        Ok(())
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

fn principals(value: ColumnValue<'_>) -> Result<Option<Vec<String>>> {
    match value {
        ColumnValue::Null => Ok(None),
        ColumnValue::Text(json) => serde_json::from_str(json).map(Some).map_err(|_| Error::internal()),
        _ => Err(Error::internal()),
    }
}

impl RowSink for ObjectSink {
    fn begin_row(&mut self) {
        self.row = empty(&self.class);
        self.writers_next = false;
    }

    fn column(&mut self, index: usize, value: ColumnValue<'_>) -> Result<()> {
        match (&self.columns[index], value) {
            (PlanColumn::ObjectId, ColumnValue::Text(id)) => self.row.object_id = id.to_owned(),
            (PlanColumn::CreatedAt, ColumnValue::Integer(ms)) => self.row.created_at = Timestamp(ms),
            (PlanColumn::UpdatedAt, ColumnValue::Integer(ms)) => self.row.updated_at = Timestamp(ms),
            (PlanColumn::Acl, value) => self.access_list(value)?,
            (PlanColumn::Field { .. }, ColumnValue::Null) => {}
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
