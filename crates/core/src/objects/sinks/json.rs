//! Rows to JSON bytes. Values of included pointers are left open and filled in by [`JsonSink::render`], when
//! the objects they lead to have been read.

mod encoder;
mod included;
mod rendered;

use std::any::Any;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, ErrorCode, Result};
use crate::limits;
use crate::ports::RowSink;
use crate::query::PlanColumn;
use crate::schema::{Class, FieldType};
use crate::value::{ColumnValue, Timestamp, append_column, append_json_string, append_number};

pub(in crate::objects) use encoder::{ColumnTarget, SCORE_MEMBER};
use encoder::{Encoder, Source};
pub(in crate::objects) use included::Included;
use included::OpenValue;
pub(in crate::objects) use rendered::RenderedRows;

/// Bytes a row takes, about.
const ROW_BYTES: usize = 512;
/// Beyond these many rows and bytes memory is taken as they come.
const ROWS_EXPECTED_MAX: usize = 100;
/// See [`ROWS_EXPECTED_MAX`].
const RESERVED_BYTES_MAX: usize = 256 * 1024;

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
    /// The time that was written last, and where: most objects were never changed, and many are made at once.
    last_time: Option<(i64, Range<usize>)>,
    rows_max: usize,
}

struct Row {
    object_id: Range<usize>,
    bytes: Range<usize>,
}

impl JsonSink {
    /// `rows_max` is how many rows may come; `as_included` names the class in each row, as included objects do.
    pub(in crate::objects) fn new(
        class: &Arc<Class>,
        columns: &[PlanColumn],
        targets: impl Fn(&PlanColumn) -> ColumnTarget,
        rows_max: usize,
        as_included: bool,
    ) -> Self {
        let mut row_end = Vec::new();
        let mut encoders = Vec::with_capacity(columns.len());
        for column in columns {
            let encoder = Encoder::new(class, column, targets(column));
            if let PlanColumn::Field { index, .. } = column
                && let FieldType::Relation(target) = &class.fields[*index].kind
            {
                row_end.extend_from_slice(&encoder.prefix);
                row_end.extend_from_slice(br#"{"__type":"Relation","className":"#);
                append_json_string(&mut row_end, target);
                row_end.push(b'}');
            }
            encoders.push(encoder);
        }
        row_end.push(b'}');
        JsonSink {
            columns: encoders,
            row_end,
            row_start: if as_included { br#"{"__type":"Object","className":"# } else { br#"{"objectId":"# },
            class_name: as_included.then(|| Arc::clone(&class.name)),
            out: Vec::with_capacity(ROW_BYTES),
            rows: Vec::with_capacity(rows_max.min(ROWS_EXPECTED_MAX)),
            open: Vec::new(),
            row_begin: 0,
            last_time: None,
            rows_max,
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

    /// The place in the class of the field that a column shows.
    pub(in crate::objects) fn field_of(&self, column: usize) -> Option<usize> {
        match self.columns[column].source {
            Source::Field(index) => Some(index),
            _ => None,
        }
    }

    /// Fills the included objects in. What was not found (it does not exist, or the caller may not see it) leaves
    /// no trace.
    pub(in crate::objects) fn render(self, included: &Included) -> Result<RenderedRows> {
        let object_ids = match self.class_name {
            Some(_) => self.rows.iter().map(|row| self.object_id(row)).collect(),
            None => Vec::new(),
        };
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
        let start = self.out.len();
        match &self.last_time {
            Some((last, written)) if *last == ms => self.out.extend_from_within(written.clone()),
            _ => {
                self.out.push(b'"');
                Timestamp(ms).append_iso(&mut self.out);
                self.out.push(b'"');
            }
        }
        self.last_time = Some((ms, start..self.out.len()));
    }

    fn object_id_value(&mut self, id: &str) {
        if self.class_name.is_some() {
            self.out.extend_from_slice(br#","objectId":"#);
        }
        let start = self.out.len();
        append_json_string(&mut self.out, id);
        self.rows.push(Row { object_id: start..self.out.len(), bytes: self.row_begin..self.row_begin });
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
        self.out.extend_from_slice(self.row_start);
        if let Some(class_name) = &self.class_name {
            append_json_string(&mut self.out, class_name);
        }
    }

    fn column(&mut self, index: usize, value: ColumnValue<'_>) -> Result<()> {
        match (self.columns[index].source, value) {
            (Source::ObjectId, ColumnValue::Text(id)) => self.object_id_value(id),
            (Source::Time, ColumnValue::Integer(ms)) => self.time(index, ms),
            (Source::Acl, ColumnValue::Acl(acl)) => {
                self.out.extend_from_slice(&self.columns[index].prefix);
                self.out.extend_from_slice(acl.json());
            }
            (Source::Acl | Source::Field(_) | Source::Score, ColumnValue::Null) => {}
            (Source::Score, ColumnValue::Real(score)) => {
                self.out.extend_from_slice(&self.columns[index].prefix);
                append_number(&mut self.out, score);
            }
            (Source::Field(_), value) => self.field(index, value)?,
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
        if self.rows.len() == 1 {
            // The others will be about as long as the first.
            let others = self.rows_max.min(ROWS_EXPECTED_MAX).saturating_sub(1);
            self.out.reserve(others.saturating_mul(end).min(RESERVED_BYTES_MAX));
        }
        check_size(end)
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
