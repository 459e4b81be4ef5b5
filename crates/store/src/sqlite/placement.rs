//! Where a read runs: on the caller's own thread, or on the reader threads.
//!
//! A read that is certain to touch few rows is fastest where it is asked for. SQLite's own plan tells which ones
//! these are, unless a row of its own may be much work; a read that turns out slow all the same is moved.

use std::num::NonZeroUsize;

use lru::LruCache;
use rusqlite::{Connection, Result};

use crate::statement::Statement;

/// Statements whose placement is remembered by each connection.
const REMEMBERED_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(511);
/// A read that takes more steps of SQLite's virtual machine runs elsewhere from then on. A page of a hundred
/// rows takes a few thousand; steps are counted rather than time, because time also passes on a busy machine.
const INLINE_STEPS_MAX: u64 = 100_000;

/// Where a read runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placement {
    /// On the caller's thread.
    Inline,
    /// On a reader thread.
    Elsewhere,
}

/// What a statement's plan tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Judgement {
    /// Where it runs.
    pub placement: Placement,
    /// Rows wait for others before they come, to be put in order.
    pub sorts: bool,
}

/// What the plan alone does not tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// It stops after a number of rows.
    pub limited: bool,
    /// It tests rows beyond their access lists.
    pub filtered: bool,
}

/// The placements of one connection's statements.
pub(super) struct Placements {
    known: LruCache<String, Judgement>,
    schema_version: u64,
}

impl Placements {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Placements { known: LruCache::sparse(REMEMBERED_MAX), schema_version: 0 }
    }

    /// Judges a statement, once per text and schema.
    pub fn of(
        &mut self,
        connection: &Connection,
        statement: &Statement<'_>,
        shape: Shape,
        schema_version: u64,
    ) -> Result<Judgement> {
        if self.schema_version != schema_version {
            self.known.clear();
            self.schema_version = schema_version;
        }
        if let Some(judgement) = self.known.get(statement.sql.as_str()) {
            return Ok(*judgement);
        }
        let plan = query_plan(connection, &statement.sql)?;
        let placement = if statement.reads_values { Placement::Elsewhere } else { judge(&plan, shape) };
        let judgement = Judgement { placement, sorts: sorts(&plan) };
        self.known.put(statement.sql.clone(), judgement);
        Ok(judgement)
    }

    /// Learns how much work an inline read was.
    pub fn observe(&mut self, statement: &Statement<'_>, steps: u64) {
        if steps > INLINE_STEPS_MAX
            && let Some(judgement) = self.known.get_mut(statement.sql.as_str())
        {
            judgement.placement = Placement::Elsewhere;
        }
    }
}

fn query_plan(connection: &Connection, sql: &str) -> Result<Vec<String>> {
    let mut prepared = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let mut rows = prepared.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        lines.push(row.get("detail")?);
    }
    Ok(lines)
}

/// Inline are lookups by equality, and walks in the wanted order that stop after a number of rows.
fn judge(plan: &[String], shape: Shape) -> Placement {
    // Sorting neighbours that are equal but for the last key (their age) does not keep a walk from stopping.
    let sorts = plan.iter().any(|line| line.starts_with("USE TEMP B-TREE") && !line.contains("LAST TERM"));
    let quick = |line: &String| {
        is_lookup(line) || is_helper(line) || (is_walk(line, shape) && shape.limited && !sorts)
    };
    if plan.iter().all(quick) { Placement::Inline } else { Placement::Elsewhere }
}

fn sorts(plan: &[String]) -> bool {
    plan.iter().any(|line| line.starts_with("USE TEMP B-TREE"))
}

/// `SEARCH t USING INDEX name (column=? AND …)`, every column compared by equality.
fn is_lookup(line: &str) -> bool {
    line.starts_with("SEARCH ") && line.contains("=?") && !line.contains(">?") && !line.contains("<?")
}

/// How the lines begin that tell of work on operands, on the caller's access lists or on rows that were found.
const HELPERS: &[&str] = &[
    "LIST SUBQUERY",
    "REUSE LIST SUBQUERY",
    "CORRELATED SCALAR SUBQUERY",
    "CORRELATED LIST SUBQUERY",
    "CO-ROUTINE l",
    "MATERIALIZE l",
    "SCAN l",
    "COMPOUND QUERY",
    "SCAN CONSTANT ROW",
    "UNION ALL",
    "MERGE (UNION)",
    "LEFT",
    "RIGHT",
    "USE TEMP B-TREE",
    "CREATE BLOOM FILTER",
];

/// Whether it is one of them.
fn is_helper(line: &str) -> bool {
    line.contains("VIRTUAL TABLE INDEX") || HELPERS.iter().any(|start| line.starts_with(start))
}

/// A range of an index, or a whole index or table in order. Testing rows on the way could take any time.
fn is_walk(line: &str, shape: Shape) -> bool {
    !shape.filtered && (line.starts_with("SCAN t") || line.starts_with("SEARCH t"))
        || line.starts_with("SEARCH t USING") && line.ends_with("?)")
}

#[cfg(test)]
mod tests;
