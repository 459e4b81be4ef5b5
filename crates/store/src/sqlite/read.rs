//! Reads: compiled, placed, run, and handed row by row to their sink.

mod aggregate;
mod explain;
mod hint;

use std::sync::Arc;
use std::time::Duration;

use astrolabe_core::ports::{RowSink, StoreError, StoreResult};
use astrolabe_core::query::ReadPlan;
use astrolabe_core::schema::{Class, Schema};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::acl::{AclLookup, KnownAcls, Purpose, Reach};
use super::effort::Effort;
use super::errors::{class_gone, read_error, store_error};
use super::execute::for_each_row;
use super::local_readers::with_reader;
use super::placement::{Placement, Placements, Shape};
use super::{Shared, connection, read_threads, row};
use crate::compile::{AccessPath, Names, count as compile_count, is_all, select, select_columns};
use crate::dialect::SQLITE;
use crate::statement::Statement;

pub(super) use aggregate::aggregate;
pub(super) use explain::explain;

/// How long a sign of life may take.
const PING_DEADLINE: Duration = Duration::from_secs(1);

/// A read-only connection.
pub(super) struct Reader {
    connection: Connection,
    placements: Placements,
    effort: Effort,
    acls: KnownAcls,
    reach: Reach,
}

impl Reader {
    /// Opens the store's file.
    pub fn open(shared: &Shared) -> StoreResult<Self> {
        let mut connection = connection::open_reader(&shared.path).map_err(store_error)?;
        let effort = Effort::watch(&mut connection).map_err(store_error)?;
        let (acls, reach) = (KnownAcls::new(), Reach::new());
        Ok(Reader { connection, placements: Placements::new(), effort, acls, reach })
    }

    /// Answers when the file can be read.
    pub fn ping(&mut self) -> StoreResult<()> {
        let _watch = self.effort.begin(PING_DEADLINE);
        self.connection
            .query_row("SELECT schema_version FROM _catalog_meta", [], |_| Ok(()))
            .map_err(store_error)
    }
}

/// How a read is run on a thread.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Only if it is certain to be quick.
    IfQuick,
    /// In any case.
    Always,
}

/// What came of a read on a thread.
enum Ran<T> {
    /// It is done.
    Done(T),
    /// It has to run elsewhere; nothing was handed over.
    NotHere,
}

/// Runs a plan and feeds its rows to the sink.
pub(super) async fn rows(
    shared: &Arc<Shared>,
    plan: ReadPlan,
    mut sink: Box<dyn RowSink>,
) -> StoreResult<Box<dyn RowSink>> {
    match run_rows(shared, &plan, &mut *sink, Mode::IfQuick)? {
        Ran::Done(()) => Ok(sink),
        Ran::NotHere => {
            elsewhere(shared, move |shared| run_rows(shared, &plan, &mut *sink, Mode::Always).map(|_| sink))
                .await
        }
    }
}

/// Counts the rows of a plan.
pub(super) async fn count(shared: &Arc<Shared>, plan: ReadPlan) -> StoreResult<u64> {
    match run_count(shared, &plan, Mode::IfQuick)? {
        Ran::Done(count) => Ok(count),
        Ran::NotHere => {
            let counted = elsewhere(shared, move |shared| run_count(shared, &plan, Mode::Always)).await?;
            match counted {
                Ran::Done(count) => Ok(count),
                Ran::NotHere => Err(StoreError::Deadline),
            }
        }
    }
}

/// Runs work on a reader thread.
async fn elsewhere<T: Send + 'static>(
    shared: &Arc<Shared>,
    work: impl FnOnce(&Shared) -> StoreResult<T> + Send + 'static,
) -> StoreResult<T> {
    let (reply, answer) = oneshot::channel();
    let shared = Arc::clone(shared);
    read_threads::run(Box::new(move || {
        let result = work(&shared);
        // Nobody waits any more when the request was given up.
        let _ = reply.send(result);
    }))?;
    answer.await.map_err(|_| StoreError::Database("the read failed unexpectedly".to_owned()))?
}

fn run_rows(shared: &Shared, plan: &ReadPlan, sink: &mut dyn RowSink, mode: Mode) -> StoreResult<Ran<()>> {
    let schema = shared.schema.load();
    let class = current(&schema, &plan.class)?;
    let columns = select_columns(plan, class);
    let read = Read { shared, schema: &schema, class, plan, purpose: Purpose::Page, mode };
    let shape = Shape { limited: plan.limit.is_some(), filtered: !is_all(&plan.filter) };
    read.run(
        |path| select(&SQLITE, read.names(), &columns, plan, path),
        shape,
        |row, acls| row::feed(row, class, &columns, acls, sink),
    )
}

fn run_count(shared: &Shared, plan: &ReadPlan, mode: Mode) -> StoreResult<Ran<u64>> {
    let schema = shared.schema.load();
    let class = current(&schema, &plan.class)?;
    let read = Read { shared, schema: &schema, class, plan, purpose: Purpose::Count, mode };
    let shape = Shape { limited: false, filtered: true };
    let mut count = 0;
    let ran = read.run(
        |path| compile_count(&SQLITE, read.names(), &plan.filter, &plan.access, path),
        shape,
        |row, _| {
            let rows: i64 = row.get(0).map_err(store_error)?;
            count = rows.unsigned_abs();
            Ok(())
        },
    )?;
    Ok(match ran {
        Ran::Done(()) => Ran::Done(count),
        Ran::NotHere => Ran::NotHere,
    })
}

/// A read on a thread.
struct Read<'r> {
    shared: &'r Shared,
    schema: &'r Schema,
    class: &'r Class,
    plan: &'r ReadPlan,
    purpose: Purpose,
    mode: Mode,
}

impl<'r> Read<'r> {
    fn names(&self) -> Names<'r> {
        Names { schema: self.schema, class: self.class }
    }

    /// Chooses the way, compiles, places and runs.
    fn run<'a>(
        &self,
        compile: impl FnOnce(AccessPath) -> Statement<'a>,
        shape: Shape,
        mut receive: impl FnMut(&rusqlite::Row<'_>, &mut AclLookup<'_>) -> StoreResult<()>,
    ) -> StoreResult<Ran<()>> {
        with_reader(self.shared, |reader| {
            let Reader { connection, placements, effort, acls, reach } = reader;
            let failure = |error| read_error(error, self.class);
            let hinted = hint::hinted_path(connection, self.class, self.plan)?;
            let mut acls = acls.within(connection);
            let options = &self.shared.options;
            if self.mode == Mode::Always {
                let _watch = effort.begin(options.read_deadline);
                let path = match hinted {
                    Some(path) => path,
                    None => reach.path(connection, self.class, self.plan, self.purpose).map_err(failure)?,
                };
                return for_each_row(connection, &compile(path), failure, |row| receive(row, &mut acls))
                    .map(Ran::Done);
            }
            let watch = effort.begin(options.inline_deadline);
            let reached = || reach.path(connection, self.class, self.plan, self.purpose);
            let path = match hinted.map_or_else(reached, Ok).map_err(failure) {
                Ok(path) => path,
                Err(StoreError::Deadline) => return Ok(Ran::NotHere),
                Err(error) => return Err(error),
            };
            let statement = compile(path);
            match placements.of(connection, &statement, shape, self.schema.version).map_err(failure) {
                Ok(Placement::Inline) => {}
                Ok(Placement::Elsewhere) | Err(StoreError::Deadline) => return Ok(Ran::NotHere),
                Err(error) => return Err(error),
            }
            let mut handed_over = false;
            let result = for_each_row(connection, &statement, failure, |row| {
                // Rows cannot be taken back, so the read can only be finished here.
                if !std::mem::replace(&mut handed_over, true) {
                    watch.allow(options.read_deadline);
                }
                receive(row, &mut acls)
            });
            placements.observe(&statement, watch.steps());
            match result {
                Err(StoreError::Deadline) if !handed_over => Ok(Ran::NotHere),
                result => result.map(Ran::Done),
            }
        })
    }
}

/// The class as it is now; the plan may have been made before a change of the schema.
fn current<'s>(schema: &'s Schema, planned: &Class) -> StoreResult<&'s Arc<Class>> {
    schema.class(&planned.name).ok_or_else(|| class_gone(&planned.name))
}
