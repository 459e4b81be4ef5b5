//! A sink that keeps rows as values.

use std::any::Any;
use std::collections::{BTreeSet, HashMap};
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
    /// Readers and writers, each a sorted JSON list.
    pub acl: (Option<String>, Option<String>),
    /// How well it meets a text search.
    pub score: Option<f64>,
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
            rows: Vec::new(),
            thread: None,
            rows_max: usize::MAX,
        }
    }
}

impl RowSink for RowsSink {
    fn begin_row(&mut self) {
        self.thread = Some(std::thread::current().id());
        self.rows.push(ReadRow::default());
    }

    fn column(&mut self, index: usize, value: ColumnValue<'_>) -> Result<(), Error> {
        let row = self.rows.last_mut().unwrap();
        match (&self.columns[index], value) {
            (PlanColumn::ObjectId, ColumnValue::Text(id)) => row.id = id.to_owned(),
            (PlanColumn::CreatedAt, ColumnValue::Integer(ms)) => row.created_at = ms,
            (PlanColumn::UpdatedAt, ColumnValue::Integer(ms)) => row.updated_at = ms,
            (PlanColumn::Acl, ColumnValue::Acl(acl)) => {
                row.acl = (Some(texts(acl.acl().readers())), Some(texts(acl.acl().writers())));
            }
            (PlanColumn::Acl, ColumnValue::Null) => row.acl = (None, None),
            (PlanColumn::Field { index, .. }, value) => {
                let (name, field) = self.class.fields.get_index(*index).unwrap();
                row.values.insert(name.to_string(), Value::from_column(&field.kind, value)?);
            }
            (PlanColumn::Score(_), ColumnValue::Real(score)) => row.score = Some(score),
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

fn texts<'t>(principals: impl Iterator<Item = &'t str>) -> String {
    serde_json::to_string(&principals.collect::<BTreeSet<_>>()).unwrap()
}
