//! Reads: compiled, run, and handed row by row to their sink.

use std::sync::Arc;
use std::time::{Duration, Instant};

use astrolabe_core::ports::{RowSink, StoreResult};
use astrolabe_core::query::ReadPlan;
use astrolabe_core::schema::{Class, Schema};
use futures_util::TryStreamExt as _;
use tokio_postgres::RowStream;

use super::connection::Connection;
use super::database::{Lease, closed};
use super::errors::{class_error, class_gone, names_something_gone, store_error};
use super::{Shared, acl, row};
use crate::compile::{Names, count as compile_count, select, select_columns};
use crate::statement::Statement;

/// A statement that took longer than this runs on a connection of its own from then on, so that it keeps nobody waiting
/// who comes after it.
const QUICK: Duration = Duration::from_millis(20);

/// A connection, shared or not.
pub(super) enum Held {
    Shared(Arc<Connection>),
    Alone(Box<Lease>),
}

impl Held {
    /// The connection.
    pub fn connection(&self) -> StoreResult<&Connection> {
        match self {
            Held::Shared(connection) => Ok(connection),
            Held::Alone(lease) => lease.connection(),
        }
    }
}

/// Runs a plan and feeds its rows to the sink.
pub(super) async fn rows(
    shared: &Shared,
    plan: ReadPlan,
    mut sink: Box<dyn RowSink>,
) -> StoreResult<Box<dyn RowSink>> {
    let schema = shared.schema.load_full();
    let class = current(&schema, &plan.class)?;
    let columns = select_columns(&plan, class);
    let names = Names { schema: &schema, class };
    let path = acl::path(shared, class, &plan, false).await?;
    let statement = select(&shared.dialect, names, &columns, &plan, path);
    let slow = shared.is_slow(&statement);
    let (held, rows, began) = begin(shared, class, &statement, slow).await?;
    let mut rows = std::pin::pin!(rows);
    while let Some(row) = rows.try_next().await.map_err(|error| class_error(error, class))? {
        row::feed(&row, class, &columns, &shared.acls, &mut *sink)?;
    }
    drop(held);
    shared.note_time(&statement, began);
    Ok(sink)
}

/// Counts the rows of a plan.
pub(super) async fn count(shared: &Shared, plan: ReadPlan) -> StoreResult<u64> {
    let schema = shared.schema.load_full();
    let class = current(&schema, &plan.class)?;
    let names = Names { schema: &schema, class };
    let path = acl::path(shared, class, &plan, true).await?;
    let statement = compile_count(&shared.dialect, names, &plan.filter, &plan.access, path);
    let slow = shared.is_slow(&statement);
    let (_held, rows, began) = begin(shared, class, &statement, slow).await?;
    let rows: Vec<_> = rows.try_collect().await.map_err(|error| class_error(error, class))?;
    shared.note_time(&statement, began);
    let count: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0)).map_err(store_error)?;
    Ok(count.unsigned_abs())
}

/// Sends a statement. Until rows have come it can be sent again: on another connection when this one was lost, and
/// prepared anew when the tables were changed.
pub(super) async fn begin(
    shared: &Shared,
    class: &Class,
    statement: &Statement<'_>,
    alone: bool,
) -> StoreResult<(Held, RowStream, Instant)> {
    let mut tried_again = false;
    loop {
        let held = hold(shared, alone).await?;
        let began = Instant::now();
        let connection = held.connection()?;
        let error = match connection.stream(statement).await {
            Ok(rows) => return Ok((held, rows, began)),
            Err(error) => error,
        };
        connection.forget(statement);
        let may_pass = connection.is_ended_by(&error);
        if names_something_gone(&error) {
            shared.refresh_schema();
        }
        if !may_pass || std::mem::replace(&mut tried_again, true) {
            return Err(class_error(error, class));
        }
    }
}

/// A connection, for the caller alone or not.
pub(super) async fn hold(shared: &Shared, alone: bool) -> StoreResult<Held> {
    if shared.is_closed() {
        return Err(closed());
    }
    Ok(match alone {
        true => Held::Alone(Box::new(shared.database.exclusive().await?)),
        false => Held::Shared(shared.database.shared_for_read().await?),
    })
}

/// The class as it is now.
pub(super) fn current<'s>(schema: &'s Schema, class: &Class) -> StoreResult<&'s Arc<Class>> {
    schema.class(&class.name).ok_or_else(|| class_gone(&class.name))
}

impl Shared {
    /// Whether a statement had better not keep others waiting.
    fn is_slow(&self, statement: &Statement<'_>) -> bool {
        statement.reads_values || self.slow.lock().get(statement.sql.as_str()).is_some()
    }

    /// Learns from the time that a statement took.
    fn note_time(&self, statement: &Statement<'_>, began: Instant) {
        if began.elapsed() > QUICK {
            self.slow.lock().put(statement.sql.clone(), ());
        }
    }
}

/// The bytes of the app's tables with their indexes.
pub(super) async fn storage_bytes(shared: &Shared) -> StoreResult<u64> {
    const SQL: &str = "SELECT COALESCE(SUM(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class AS c \
                       JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'";
    let held = hold(shared, false).await?;
    let rows = held.connection()?.query_text(SQL, &[&shared.name]).await.map_err(store_error)?;
    let bytes: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0)).map_err(store_error)?;
    Ok(bytes.unsigned_abs())
}
