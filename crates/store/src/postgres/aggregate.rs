//! Aggregations. They read as many rows as there are, so each has a connection for itself.

use astrolabe_core::ports::{RowSink, StoreError, StoreResult};
use astrolabe_core::query::aggregate::{AggregatePlan, Kind, Shape};
use astrolabe_core::schema::Class;
use astrolabe_core::value::ColumnValue;
use futures_util::TryStreamExt as _;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use super::Shared;
use super::errors::class_error;
use super::read::{begin, current};
use crate::compile::{AccessPath, Names, aggregate as compile_aggregate, out_of_range, select_columns};

/// Runs a plan and feeds its documents to the sink.
pub(super) async fn aggregate(
    shared: &Shared,
    plan: AggregatePlan,
    mut sink: Box<dyn RowSink>,
) -> StoreResult<Box<dyn RowSink>> {
    let schema = shared.schema.load_full();
    let class = current(&schema, &plan.rows.class)?;
    let columns = select_columns(&plan.rows, class);
    let names = Names { schema: &schema, class };
    let statement = compile_aggregate(&shared.dialect, names, &columns, &plan, AccessPath::ByRow);
    let (held, rows, _) = begin(shared, class, &statement, true).await?;
    let mut rows = std::pin::pin!(rows);
    while let Some(row) = rows.try_next().await.map_err(|error| failure(error, class))? {
        feed(&row, &plan.output, &mut *sink)?;
    }
    drop(held);
    Ok(sink)
}

fn failure(error: tokio_postgres::Error, class: &Class) -> StoreError {
    if error.code() == Some(&SqlState::NUMERIC_VALUE_OUT_OF_RANGE) {
        return out_of_range();
    }
    class_error(error, class)
}

fn feed(row: &Row, output: &Shape, sink: &mut dyn RowSink) -> StoreResult<()> {
    sink.begin_row();
    for (index, column) in output.columns.values().enumerate() {
        let value = column_value(row, index, &column.kind)?;
        sink.column(index, value).map_err(StoreError::Refused)?;
    }
    sink.end_row().map_err(StoreError::Refused)
}

/// A value as its column promises it.
fn column_value<'r>(row: &'r Row, index: usize, kind: &Kind) -> StoreResult<ColumnValue<'r>> {
    let value = match kind {
        Kind::Number => row.try_get::<_, Option<f64>>(index).map(|value| value.map(ColumnValue::Real)),
        Kind::Boolean | Kind::Date => {
            row.try_get::<_, Option<i64>>(index).map(|value| value.map(ColumnValue::Integer))
        }
        Kind::Text | Kind::Pointer(_) | Kind::Json => {
            row.try_get::<_, Option<&str>>(index).map(|value| value.map(ColumnValue::Text))
        }
    };
    let unexpected = |_| StoreError::Database(format!("an aggregation yielded something else than {kind:?}"));
    value.map(|value| value.unwrap_or(ColumnValue::Null)).map_err(unexpected)
}
