//! Reads: compiled, placed, run, and handed row by row to their sink.

mod aggregate;
mod explain;
mod hint;

use std::ops::ControlFlow;
use std::sync::Arc;

use astrolabe_core::ports::{RowSink, StoreError, StoreResult};
use astrolabe_core::query::ReadPlan;
use astrolabe_core::schema::{Class, Schema};
use rusqlite::{Connection, Row};
use tokio::sync::oneshot;

use super::acl::{AclLookup, Gate, Passage, Purpose, Reach};
use super::errors::{class_gone, read_error, store_error};
use super::execute::for_rows;
use super::local_readers::with_reader;
use super::placement::{Placement, Placements, Shape};
use super::reader::Reader;
use super::{Shared, read_threads, row};
use crate::compile::{AccessPath, Names, acl_place, count as compile_count, is_all, select, select_columns};
use crate::dialect::SQLITE;
use crate::statement::Statement;

pub(super) use aggregate::aggregate;
pub(super) use explain::explain;

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
    let acl_place = acl_place(&columns);
    let read = Read { shared, schema: &schema, class, plan, purpose: Purpose::Page, acl_place, mode };
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
    let read = Read { shared, schema: &schema, class, plan, purpose: Purpose::Count, acl_place: 0, mode };
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
    /// Where a row has the id of its access list, if it is looked at while stepping.
    acl_place: usize,
    mode: Mode,
}

impl<'r> Read<'r> {
    fn names(&self) -> Names<'r> {
        Names { schema: self.schema, class: self.class }
    }

    /// Chooses the way, compiles, places and runs.
    fn run<'a>(
        &self,
        compile: impl Fn(AccessPath) -> Statement<'a>,
        shape: Shape,
        mut receive: impl FnMut(&Row<'_>, &mut AclLookup<'_>) -> StoreResult<()>,
    ) -> StoreResult<Ran<()>> {
        with_reader(self.shared, |reader| {
            let if_quick = self.mode == Mode::IfQuick;
            let options = &self.shared.options;
            let deadline = if if_quick { options.inline_deadline } else { options.read_deadline };
            let failure = |error| read_error(error, self.class);
            let Reader { connection, placements, effort, acls, reach, .. } = reader;
            let watch = effort.begin(deadline);
            let path = match self.path(connection, reach) {
                Err(StoreError::Deadline) if if_quick => return Ok(Ran::NotHere),
                path => path?,
            };
            let chosen = match self.choose(connection, placements, path, compile, shape).map_err(failure) {
                Err(StoreError::Deadline) if if_quick => return Ok(Ran::NotHere),
                chosen => chosen?,
            };
            if if_quick && chosen.placement == Placement::Elsewhere {
                return Ok(Ran::NotHere);
            }
            let Chosen { statement, mut gate, .. } = chosen;
            let mut acls = acls.within(connection);
            let mut handed_over = false;
            let result = for_rows(connection, &statement, failure, |row| {
                let passage = match &mut gate {
                    Some(gate) => {
                        let acl = row.get(self.acl_place).map_err(store_error)?;
                        gate.pass(acl, &mut acls)?
                    }
                    None => Passage::Yes,
                };
                if passage == Passage::No {
                    return Ok(ControlFlow::Continue(()));
                }
                // Rows cannot be taken back, so the read can only be finished here.
                if if_quick && !std::mem::replace(&mut handed_over, true) {
                    watch.allow(options.read_deadline);
                }
                receive(row, &mut acls)?;
                let ended = passage == Passage::YesAtLast;
                Ok(if ended { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            });
            placements.observe(&statement, watch.steps());
            match result {
                Err(StoreError::Deadline) if if_quick && !handed_over => Ok(Ran::NotHere),
                result => result.map(Ran::Done),
            }
        })
    }

    fn path(&self, connection: &Connection, reach: &mut Reach) -> StoreResult<AccessPath> {
        hint::chosen_path(connection, reach, self.class, self.plan, self.purpose)
    }

    /// The statement to run. Rows that come in the wanted order by themselves are stepped through as far as the page
    /// reaches; where they have to be put in order first, the database looks at their lists before it does that.
    fn choose<'a>(
        &self,
        connection: &Connection,
        placements: &mut Placements,
        mut path: AccessPath,
        compile: impl Fn(AccessPath) -> Statement<'a>,
        shape: Shape,
    ) -> rusqlite::Result<Chosen<'a, 'r>> {
        let mut gate = match (path, self.purpose) {
            (AccessPath::ByRow, Purpose::Page) => Gate::of(self.plan),
            _ => None,
        };
        if gate.is_some() {
            path = AccessPath::WhileStepping;
        }
        let mut statement = compile(path);
        let mut judgement = placements.of(connection, &statement, shape, self.schema.version)?;
        if gate.is_some() && judgement.sorts {
            gate = None;
            statement = compile(AccessPath::ByRow);
            judgement = placements.of(connection, &statement, shape, self.schema.version)?;
        }
        Ok(Chosen { statement, placement: judgement.placement, gate })
    }
}

/// A statement that is about to run.
struct Chosen<'a, 'p> {
    statement: Statement<'a>,
    placement: Placement,
    gate: Option<Gate<'p>>,
}

/// The class as it is now; the plan may have been made before a change of the schema.
fn current<'s>(schema: &'s Schema, planned: &Class) -> StoreResult<&'s Arc<Class>> {
    schema.class(&planned.name).ok_or_else(|| class_gone(&planned.name))
}
