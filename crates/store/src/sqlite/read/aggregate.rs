//! Aggregations. They read as many rows as there are, so they run on the reader threads.

use std::sync::Arc;

use astrolabe_core::ports::{RowSink, StoreError, StoreResult};
use astrolabe_core::query::aggregate::{AggregatePlan, Kind, Shape};
use astrolabe_core::value::ColumnValue;
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::hint::chosen_path;
use super::{Purpose, Reader, Shared, current, elsewhere, with_reader};
use crate::compile::{Names, aggregate as compile_aggregate, out_of_range, select_columns};
use crate::dialect::SQLITE;
use crate::sqlite::errors::read_error;
use crate::sqlite::execute::for_each_row;

/// Runs a plan and feeds its documents to the sink.
pub(in crate::sqlite) async fn aggregate(
    shared: &Arc<Shared>,
    plan: AggregatePlan,
    mut sink: Box<dyn RowSink>,
) -> StoreResult<Box<dyn RowSink>> {
    elsewhere(shared, move |shared| run(shared, &plan, &mut *sink).map(|()| sink)).await
}

fn run(shared: &Shared, plan: &AggregatePlan, sink: &mut dyn RowSink) -> StoreResult<()> {
    let schema = shared.schema.load();
    let class = current(&schema, &plan.rows.class)?;
    let columns = select_columns(&plan.rows, class);
    with_reader(shared, |reader| {
        let Reader { connection, effort, reach, .. } = reader;
        let failure = |error| read_error(error, class);
        let _watch = effort.begin(shared.options.read_deadline);
        let path = chosen_path(connection, reach, class, &plan.rows, Purpose::Count)?;
        let names = Names { schema: &schema, class };
        let statement = compile_aggregate(&SQLITE, names, &columns, plan, path);
        for_each_row(connection, &statement, failure, |row| feed(row, &plan.output, sink))
    })
}

fn feed(row: &Row<'_>, output: &Shape, sink: &mut dyn RowSink) -> StoreResult<()> {
    sink.begin_row();
    for (index, column) in output.columns.values().enumerate() {
        let value = row.get_ref(index).map_err(super::store_error)?;
        sink.column(index, column_value(&column.kind, value)?).map_err(StoreError::Refused)?;
    }
    sink.end_row().map_err(StoreError::Refused)
}

/// A value as its column promises it.
fn column_value<'r>(kind: &Kind, value: ValueRef<'r>) -> StoreResult<ColumnValue<'r>> {
    match (kind, value) {
        (_, ValueRef::Null) => Ok(ColumnValue::Null),
        (Kind::Number, ValueRef::Real(number)) if !number.is_finite() => Err(out_of_range()),
        (Kind::Number, ValueRef::Real(number)) => Ok(ColumnValue::Real(number)),
        (Kind::Boolean | Kind::Date, ValueRef::Integer(number)) => Ok(ColumnValue::Integer(number)),
        (Kind::Text | Kind::Pointer(_) | Kind::Json, ValueRef::Text(text)) => {
            std::str::from_utf8(text).map(ColumnValue::Text).map_err(|_| unexpected(kind))
        }
        _ => Err(unexpected(kind)),
    }
}

fn unexpected(kind: &Kind) -> StoreError {
    StoreError::Database(format!("an aggregation yielded something else than {kind:?}"))
}
