//! The documents of an aggregation to JSON bytes.

use std::any::Any;

use crate::error::{Error, Result};
use crate::ports::RowSink;
use crate::query::aggregate::{Kind, Shape};
use crate::schema::{CREATED_AT, FieldType, UPDATED_AT};
use crate::value::{ColumnValue, Timestamp, append_column, append_json_string};

use super::json::check_size;

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::objects) enum DocumentForm {
    /// As an object of its columns.
    Object,
    /// As the value of its only column.
    Value,
}

/// Encodes documents, with commas between them.
pub(in crate::objects) struct DocumentSink {
    columns: Vec<Column>,
    form: DocumentForm,
    /// The documents.
    pub bytes: Vec<u8>,
    /// How many there are.
    pub documents: usize,
    is_first_member: bool,
}

struct Column {
    /// `"name":`
    prefix: Vec<u8>,
    encoding: Encoding,
    shows_null: bool,
}

enum Encoding {
    Typed(FieldType),
    /// The time that every object has.
    BareTime,
    Json,
}

impl DocumentSink {
    pub(in crate::objects) fn new(shape: &Shape, form: DocumentForm) -> Self {
        let columns = shape.columns.iter().map(|(name, column)| {
            let mut prefix = Vec::new();
            append_json_string(&mut prefix, name);
            prefix.push(b':');
            Column { prefix, encoding: encoding(name, &column.kind), shows_null: column.shows_null }
        });
        DocumentSink {
            columns: columns.collect(),
            form,
            bytes: Vec::new(),
            documents: 0,
            is_first_member: true,
        }
    }
}

fn encoding(name: &str, kind: &Kind) -> Encoding {
    match (kind.as_field_type(), name) {
        (Some(FieldType::Date), CREATED_AT | UPDATED_AT) => Encoding::BareTime,
        (Some(kind), _) => Encoding::Typed(kind),
        (None, _) => Encoding::Json,
    }
}

impl RowSink for DocumentSink {
    fn begin_row(&mut self) {
        if self.documents > 0 {
            self.bytes.push(b',');
        }
        self.documents += 1;
        self.is_first_member = true;
        if self.form == DocumentForm::Object {
            self.bytes.push(b'{');
        }
    }

    fn column(&mut self, index: usize, value: ColumnValue<'_>) -> Result<()> {
        let column = self.columns.get(index).ok_or_else(Error::internal)?;
        if value == ColumnValue::Null && !column.shows_null {
            return Ok(());
        }
        let out = &mut self.bytes;
        if self.form == DocumentForm::Object {
            if !std::mem::take(&mut self.is_first_member) {
                out.push(b',');
            }
            out.extend_from_slice(&column.prefix);
        }
        match (&column.encoding, value) {
            (_, ColumnValue::Null) => out.extend_from_slice(b"null"),
            // A calculation can leave what numbers of JSON can say.
            (Encoding::Typed(FieldType::Number), ColumnValue::Real(number)) if !number.is_finite() => {
                out.extend_from_slice(b"null");
            }
            (Encoding::Typed(kind), value) => append_column(out, kind, value)?,
            (Encoding::BareTime, ColumnValue::Integer(ms)) => {
                out.push(b'"');
                Timestamp(ms).append_iso(out);
                out.push(b'"');
            }
            (Encoding::Json, ColumnValue::Text(json)) => out.extend_from_slice(json.as_bytes()),
            _ => return Err(Error::internal()),
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<()> {
        if self.form == DocumentForm::Object {
            self.bytes.push(b'}');
        }
        check_size(self.bytes.len())
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
