//! Rows to JSON bytes. Values of included pointers are left open and filled in by [`JsonSink::render`], when
//! the objects they lead to have been read.

mod acl_memo;
mod included;

use std::any::Any;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, ErrorCode, Result};
use crate::limits;
use crate::ports::RowSink;
use crate::query::PlanColumn;
use crate::schema::{Class, FieldType};
use crate::value::{ColumnValue, Timestamp, append_column, append_json_string};

use acl_memo::AclMemo;
pub(in crate::objects) use included::Included;
use included::OpenValue;

/// Encodes the rows of a plan.
pub(in crate::objects) struct JsonSink {
    columns: Vec<Encoder>,
    /// What every row ends with: the stubs of its relations.
    row_end: Vec<u8>,
    /// What every row begins with, up to the object id.
    row_start: &'static [u8],
    class_name: Option<Arc<str>>,
    out: Vec<u8>,
    rows: Vec<Row>,
    open: Vec<OpenValue>,
    row_begin: usize,
    readers: Option<String>,
    acl_memo: AclMemo,
    writers_next: bool,
}

struct Row {
    object_id: Range<usize>,
    bytes: Range<usize>,
}

/// How one column of the plan becomes a member of the row's object.
struct Encoder {
    column: PlanColumn,
    /// `,"name":`
    prefix: Vec<u8>,
    target: ColumnTarget,
}

/// Where the value of a column goes.
#[derive(Debug, Clone)]
pub(in crate::objects) enum ColumnTarget {
    /// Into the row as it is.
    Value(FieldType),
    /// The objects it points to are included.
    Included(FieldType),
}

/// Encoded rows that are complete.
#[derive(Default)]
pub(in crate::objects) struct RenderedRows {
    /// The JSON objects, one after the other.
    pub bytes: Vec<u8>,
    /// Where each one stands.
    pub rows: Vec<Range<usize>>,
    /// The object id of each.
    pub object_ids: Vec<String>,
}

impl JsonSink {
    /// `as_included` names the class in each row, as included objects do.
    pub(in crate::objects) fn new(
        class: &Arc<Class>,
        columns: &[PlanColumn],
        targets: impl Fn(&PlanColumn) -> ColumnTarget,
        as_included: bool,
    ) -> Self {
        let mut row_end = Vec::new();
        let mut encoders = Vec::with_capacity(columns.len());
        for column in columns {
            let name = column_name(class, column);
            let mut prefix = vec![b','];
            append_json_string(&mut prefix, name);
            prefix.push(b':');
            if let PlanColumn::Field { index, .. } = column
                && let FieldType::Relation(target) = &class.fields[*index].kind
            {
                row_end.extend_from_slice(&prefix);
                row_end.extend_from_slice(br#"{"__type":"Relation","className":"#);
                append_json_string(&mut row_end, target);
                row_end.push(b'}');
            }
            encoders.push(Encoder { column: column.clone(), prefix, target: targets(column) });
        }
        row_end.push(b'}');
        JsonSink {
            columns: encoders,
            row_end,
            row_start: if as_included { br#"{"__type":"Object","className":"# } else { br#"{"objectId":"# },
            class_name: as_included.then(|| Arc::clone(&class.name)),
            out: Vec::new(),
            rows: Vec::new(),
            open: Vec::new(),
            row_begin: 0,
            readers: None,
            acl_memo: AclMemo::default(),
            writers_next: false,
        }
    }

    /// The references that have to be read, by column and class.
    pub(in crate::objects) fn references(&self) -> HashMap<usize, HashMap<String, Vec<String>>> {
        let mut wanted: HashMap<usize, HashMap<String, Vec<String>>> = HashMap::new();
        for open in &self.open {
            let by_class = wanted.entry(open.column).or_default();
            for pointer in open.references() {
                let ids = by_class.entry(pointer.class_name.clone()).or_default();
                ids.push(pointer.object_id.clone());
            }
        }
        for ids in wanted.values_mut().flat_map(HashMap::values_mut) {
            ids.sort_unstable();
            ids.dedup();
        }
        wanted
    }

    /// Fills the included objects in. What was not found (it does not exist, or the caller may not see it) leaves
    /// no trace.
    pub(in crate::objects) fn render(self, included: &Included) -> Result<RenderedRows> {
        let object_ids = self.rows.iter().map(|row| self.object_id(row)).collect();
        if self.open.is_empty() {
            let rows = self.rows.into_iter().map(|row| row.bytes).collect();
            return Ok(RenderedRows { bytes: self.out, rows, object_ids });
        }
        let mut rendered = RenderedRows { object_ids, ..RenderedRows::default() };
        let mut open = self.open.iter().peekable();
        for row in &self.rows {
            let start = rendered.bytes.len();
            let mut from = row.bytes.start;
            while let Some(value) = open.next_if(|value| value.at <= row.bytes.end) {
                rendered.bytes.extend_from_slice(&self.out[from..value.at]);
                from = value.at;
                let prefix = &self.columns[value.column].prefix;
                value.append(prefix, included.get(&value.column), &mut rendered.bytes);
            }
            rendered.bytes.extend_from_slice(&self.out[from..row.bytes.end]);
            rendered.rows.push(start..rendered.bytes.len());
            check_size(rendered.bytes.len())?;
        }
        Ok(rendered)
    }

    fn object_id(&self, row: &Row) -> String {
        serde_json::from_slice(&self.out[row.object_id.clone()]).unwrap_or_default()
    }

    fn field(&mut self, index: usize, value: ColumnValue<'_>) -> Result<()> {
        let encoder = &self.columns[index];
        match &encoder.target {
            ColumnTarget::Value(kind) => {
                self.out.extend_from_slice(&encoder.prefix);
                append_column(&mut self.out, kind, value)
            }
            ColumnTarget::Included(kind) => {
                self.open.push(OpenValue::read(self.out.len(), index, kind, value)?);
                Ok(())
            }
        }
    }

    fn time(&mut self, index: usize, ms: i64) {
        self.out.extend_from_slice(&self.columns[index].prefix);
        self.out.push(b'"');
        Timestamp(ms).append_iso(&mut self.out);
        self.out.push(b'"');
    }

    fn object_id_value(&mut self, id: &str) {
        if self.class_name.is_some() {
            self.out.extend_from_slice(br#","objectId":"#);
        }
        let start = self.out.len();
        append_json_string(&mut self.out, id);
        self.rows.push(Row { object_id: start..self.out.len(), bytes: self.row_begin..self.row_begin });
    }

    /// Takes the read list, then the write list, and writes both as one `ACL`.
    fn access_list(&mut self, index: usize, value: ColumnValue<'_>) -> Result<()> {
        let list = match value {
            ColumnValue::Null => None,
            ColumnValue::Text(json) => Some(json),
            _ => return Err(Error::internal()),
        };
        if !self.writers_next {
            self.readers = list.map(str::to_owned);
            self.writers_next = true;
            return Ok(());
        }
        self.writers_next = false;
        if self.readers.is_none() && list.is_none() {
            return Ok(());
        }
        let acl = self.acl_memo.json(self.readers.take(), list)?;
        self.out.extend_from_slice(&self.columns[index].prefix);
        self.out.extend_from_slice(acl);
        Ok(())
    }
}

fn column_name<'a>(class: &'a Class, column: &PlanColumn) -> &'a str {
    match column {
        PlanColumn::ObjectId => crate::schema::OBJECT_ID,
        PlanColumn::CreatedAt => crate::schema::CREATED_AT,
        PlanColumn::UpdatedAt => crate::schema::UPDATED_AT,
        PlanColumn::Acl => crate::schema::ACL,
        PlanColumn::Field { index, .. } => &class.fields[*index].name,
    }
}

/// An answer is made in memory, so it has a bound; objects that are included many times count each time.
pub(super) fn check_size(bytes: usize) -> Result<()> {
    if bytes <= limits::RESPONSE_BYTES_MAX {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::InvalidQuery,
        format!(
            "The answer is larger than {} MB; ask for fewer objects with limit, or fewer fields with keys.",
            limits::RESPONSE_BYTES_MAX / 1024 / 1024
        ),
    ))
}

impl RowSink for JsonSink {
    fn begin_row(&mut self) {
        self.row_begin = self.out.len();
        self.writers_next = false;
        self.out.extend_from_slice(self.row_start);
        if let Some(class_name) = &self.class_name {
            append_json_string(&mut self.out, class_name);
        }
    }

    fn column(&mut self, index: usize, value: ColumnValue<'_>) -> Result<()> {
        match (&self.columns[index].column, value) {
            (PlanColumn::ObjectId, ColumnValue::Text(id)) => self.object_id_value(id),
            (PlanColumn::CreatedAt | PlanColumn::UpdatedAt, ColumnValue::Integer(ms)) => self.time(index, ms),
            (PlanColumn::Acl, value) => self.access_list(index, value)?,
            (PlanColumn::Field { .. }, ColumnValue::Null) => {}
            (PlanColumn::Field { .. }, value) => self.field(index, value)?,
            _ => return Err(Error::internal()),
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<()> {
        self.out.extend_from_slice(&self.row_end);
        let end = self.out.len();
        if let Some(row) = self.rows.last_mut() {
            row.bytes = self.row_begin..end;
        }
        check_size(end)
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
