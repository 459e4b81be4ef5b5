//! A sink that keeps rows as values.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use astrolabe_core::Error;
use astrolabe_core::ports::RowSink;
use astrolabe_core::query::{PlanColumn, ReadPlan};
use astrolabe_core::schema::Class;
use astrolabe_core::value::{ColumnValue, Value};

/// A row that was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadRow {
    /// Its object id.
    pub id: String,
    /// Creation time.
    pub created_at: i64,
    /// Modification time.
    pub updated_at: i64,
    /// Readers and writers, as stored.
    pub acl: (Option<String>, Option<String>),
    /// Values by field.
    pub values: HashMap<String, Value>,
}

impl ReadRow {
    /// The value of a field.
    pub fn value(&self, field: &str) -> &Value {
        self.values.get(field).unwrap_or(&Value::Null)
    }
}

/// Collects rows.
pub struct RowsSink {
    class: Arc<Class>,
    columns: Vec<PlanColumn>,
    acl_calls: usize,
    /// The rows so far.
    pub rows: Vec<ReadRow>,
    /// The thread that handed the last row over.
    pub thread: Option<std::thread::ThreadId>,
    /// Refuses every row after this many.
    pub rows_max: usize,
}

impl RowsSink {
    /// A sink for the columns of a plan.
    pub fn new(plan: &ReadPlan) -> Self {
        RowsSink {
            class: Arc::clone(&plan.class),
            columns: plan.columns.clone(),
            acl_calls: 0,
            rows: Vec::new(),
            thread: None,
            rows_max: usize::MAX,
        }
    }
}

impl RowSink for RowsSink {
    fn begin_row(&mut self) {
        self.acl_calls = 0;
        self.thread = Some(std::thread::current().id());
        self.rows.push(ReadRow::default());
    }

    fn column(&mut self, index: usize, value: ColumnValue<'_>) -> Result<(), Error> {
        let row = self.rows.last_mut().unwrap();
        match (&self.columns[index], value) {
            (PlanColumn::ObjectId, ColumnValue::Text(id)) => row.id = id.to_owned(),
            (PlanColumn::CreatedAt, ColumnValue::Integer(ms)) => row.created_at = ms,
            (PlanColumn::UpdatedAt, ColumnValue::Integer(ms)) => row.updated_at = ms,
            (PlanColumn::Acl, value) => {
                let list = if let ColumnValue::Text(list) = value { Some(list.to_owned()) } else { None };
                *(if self.acl_calls == 0 { &mut row.acl.0 } else { &mut row.acl.1 }) = list;
                self.acl_calls += 1;
            }
            (PlanColumn::Field { index, .. }, value) => {
                let (name, field) = self.class.fields.get_index(*index).unwrap();
                row.values.insert(name.to_string(), Value::from_column(&field.kind, value)?);
            }
            (column, value) => panic!("{column:?} is {value:?}"),
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), Error> {
        if self.rows.len() > self.rows_max {
            return Err(Error::new(astrolabe_core::ErrorCode::ObjectTooLarge, "enough"));
        }
        Ok(())
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
