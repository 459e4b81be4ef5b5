//! Rows as PostgreSQL sends them: values checked against what their columns promise.

use std::sync::Arc;

use astrolabe_core::access::StoredAcl;
use astrolabe_core::events::RowState;
use astrolabe_core::ports::{RowSink, StoreError, StoreResult};
use astrolabe_core::schema::{CREATED_AT, Class, Field, OBJECT_ID, UPDATED_AT};
use astrolabe_core::value::{ColumnValue, GeoPoint, Timestamp, Value};
use tokio_postgres::Row;

use super::acl::KnownAcls;
use crate::columns::{READERS, Storage};
use crate::compile::SelectColumn;
use crate::dialect::AclStorage;

/// The place in a row where the next column is read.
pub(super) struct RowReader<'r, 's> {
    row: &'r Row,
    class: &'s Class,
    at: usize,
}

impl<'r, 's> RowReader<'r, 's> {
    /// Starts at the first column.
    pub fn new(row: &'r Row, class: &'s Class) -> Self {
        RowReader { row, class, at: 0 }
    }

    /// The next column as a text that must be there.
    pub fn required_text(&mut self, name: &str) -> StoreResult<&'r str> {
        match self.one(name, Storage::Text)? {
            ColumnValue::Text(text) => Ok(text),
            _ => Err(self.corrupt(name)),
        }
    }

    fn required_integer(&mut self, name: &str) -> StoreResult<i64> {
        match self.one(name, Storage::Integer)? {
            ColumnValue::Integer(number) => Ok(number),
            _ => Err(self.corrupt(name)),
        }
    }

    /// The next two columns as an access list; `None` for a row without one.
    fn acl(&mut self, acls: &KnownAcls) -> StoreResult<Option<Arc<StoredAcl>>> {
        let acl = acls.get(self.row, self.at).map_err(|_| self.corrupt(READERS))?;
        self.at += AclStorage::Arrays.shown_columns().len();
        Ok(acl)
    }

    /// The next columns as the value of a field; `None` for relations, which have none.
    fn field(&mut self, field: &Field) -> StoreResult<Option<ColumnValue<'r>>> {
        match Storage::of(&field.kind) {
            Storage::JoinTable => Ok(None),
            Storage::Point => self.point(&field.column).map(Some),
            storage => self.one(&field.column, storage).map(Some),
        }
    }

    /// The next columns as the value of a field in its Parse type.
    pub fn value(&mut self, field: &Field) -> StoreResult<Value> {
        match self.field(field)? {
            Some(column) => Value::from_column(&field.kind, column).map_err(|_| self.corrupt(&field.column)),
            None => Ok(Value::Null),
        }
    }

    fn point(&mut self, column: &str) -> StoreResult<ColumnValue<'r>> {
        let latitude = self.one(column, Storage::Real)?;
        let longitude = self.one(column, Storage::Real)?;
        match (latitude, longitude) {
            (ColumnValue::Real(latitude), ColumnValue::Real(longitude)) => {
                Ok(ColumnValue::GeoPoint(GeoPoint { latitude, longitude }))
            }
            (ColumnValue::Null, ColumnValue::Null) => Ok(ColumnValue::Null),
            _ => Err(self.corrupt(column)),
        }
    }

    fn one(&mut self, name: &str, storage: Storage) -> StoreResult<ColumnValue<'r>> {
        let at = self.at;
        self.at += 1;
        let value = match storage {
            Storage::Real | Storage::Point => {
                self.row.try_get::<_, Option<f64>>(at).map(|value| value.map(ColumnValue::Real))
            }
            Storage::Integer => {
                self.row.try_get::<_, Option<i64>>(at).map(|value| value.map(ColumnValue::Integer))
            }
            Storage::Text | Storage::JoinTable => {
                self.row.try_get::<_, Option<&str>>(at).map(|value| value.map(ColumnValue::Text))
            }
        };
        value.map(|value| value.unwrap_or(ColumnValue::Null)).map_err(|_| self.corrupt(name))
    }

    /// The object id is told when the statement selected it.
    fn corrupt(&self, column: &str) -> StoreError {
        let object_id = self.row.try_get::<_, String>(OBJECT_ID).unwrap_or_default();
        StoreError::CorruptRow {
            table: self.class.table.to_string(),
            column: column.to_owned(),
            row: object_id,
        }
    }
}

/// Hands one row to a sink.
pub(super) fn feed(
    row: &Row,
    class: &Class,
    columns: &[SelectColumn<'_>],
    acls: &KnownAcls,
    sink: &mut dyn RowSink,
) -> StoreResult<()> {
    let mut reader = RowReader::new(row, class);
    sink.begin_row();
    for (index, column) in columns.iter().enumerate() {
        feed_column(&mut reader, index, *column, acls, sink)?;
    }
    sink.end_row().map_err(StoreError::Refused)
}

fn feed_column(
    reader: &mut RowReader<'_, '_>,
    index: usize,
    column: SelectColumn<'_>,
    acls: &KnownAcls,
    sink: &mut dyn RowSink,
) -> StoreResult<()> {
    let value = match column {
        SelectColumn::ObjectId => ColumnValue::Text(reader.required_text(OBJECT_ID)?),
        SelectColumn::CreatedAt => ColumnValue::Integer(reader.required_integer(CREATED_AT)?),
        SelectColumn::UpdatedAt => ColumnValue::Integer(reader.required_integer(UPDATED_AT)?),
        SelectColumn::Acl => {
            let acl = reader.acl(acls)?;
            let value = acl.as_deref().map_or(ColumnValue::Null, ColumnValue::Acl);
            return sink.column(index, value).map_err(StoreError::Refused);
        }
        SelectColumn::Field(field, _) => match reader.field(field)? {
            Some(value) => value,
            None => {
                reader.at += 1;
                return Ok(());
            }
        },
        SelectColumn::Score(_) => reader.one("score", Storage::Real)?,
        SelectColumn::Dropped => {
            reader.at += 1;
            ColumnValue::Null
        }
    };
    sink.column(index, value).map_err(StoreError::Refused)
}

/// The columns of a whole object, for [`state`].
pub(super) fn state_columns(class: &Class) -> Vec<SelectColumn<'_>> {
    let built_in =
        [SelectColumn::ObjectId, SelectColumn::CreatedAt, SelectColumn::UpdatedAt, SelectColumn::Acl];
    built_in.into_iter().chain(class.fields.values().map(|field| SelectColumn::Field(field, None))).collect()
}

/// Reads a row of [`state_columns`]: the object id and the state.
pub(super) fn state(row: &Row, class: &Class, acls: &KnownAcls) -> StoreResult<(String, RowState)> {
    let mut reader = RowReader::new(row, class);
    let object_id = reader.required_text(OBJECT_ID)?.to_owned();
    let created_at = Timestamp(reader.required_integer(CREATED_AT)?);
    let updated_at = Timestamp(reader.required_integer(UPDATED_AT)?);
    let acl = reader.acl(acls)?.map(|stored| stored.acl().clone());
    let mut values = Vec::new();
    for field in class.fields.values() {
        if Storage::of(&field.kind) == Storage::JoinTable {
            reader.at += 1;
            continue;
        }
        match reader.value(field)? {
            Value::Null => {}
            value => values.push((field.name.clone(), value)),
        }
    }
    Ok((object_id, RowState { created_at, updated_at, acl, values }))
}
