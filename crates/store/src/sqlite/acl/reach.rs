//! How far a caller's rights reach: whether the rows that access lists let through are best found by the lists or by
//! walking. SQLite knows nothing of how often a list is used, so it is counted here, up to a bound, and the numbers
//! are remembered for a while. They decide how long a read takes, never what it yields.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use astrolabe_core::query::{Filter, ReadPlan, RowAccess, Test};
use astrolabe_core::schema::{Class, OBJECT_ID};
use lru::LruCache;
use rusqlite::{Connection, Result, ToSql, params};

use crate::columns::NO_ACL;
use crate::compile::{AccessPath, Right};
use crate::statement::append_quoted;

/// Numbers a connection remembers.
const REMEMBERED_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(2_047);
/// How long they hold.
const REMEMBERED_FOR: Duration = Duration::from_secs(10);
/// More lists than these are not gone through one by one.
const LISTS_MAX: i64 = 4_096;
/// More rows than these are not gathered and sorted.
const GATHERED_MAX: i64 = 16_384;
/// More rows than these are not counted.
const ROWS_MAX: i64 = 65_536;
/// Walking costs more than gathering as long as the caller may see less than one row in so many.
const SPARSE: i64 = 10;
/// What it costs to read a row of a list's own page and to put it among those of the other lists, in entries of an index
/// that are gathered.
const READ_COST: i64 = 8;
/// What it costs to find out that no row has a list, in the same measure.
const LIST_COST: i64 = 8;

/// Numbers about classes and principals.
pub(in crate::sqlite) struct Reach {
    known: LruCache<String, (Instant, Extent)>,
    key: String,
}

/// What somebody may touch of a class; each number stops at its bound.
#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    /// Lists that give the right, whatever class they are used in.
    lists: i64,
    /// Those of them that rows of the class have.
    used_lists: i64,
    rows: i64,
}

impl Extent {
    fn is_within(self, rows_max: i64) -> bool {
        self.lists <= LISTS_MAX && self.rows <= rows_max
    }

    /// Whether the pages of the single lists are less work than all rows of all lists. Objects without a list count as one.
    fn pays_by_each(self, page: u64) -> bool {
        let page = i64::try_from(page).unwrap_or(i64::MAX);
        let read = (self.used_lists + 1).saturating_mul(page).saturating_mul(READ_COST);
        read.saturating_add(self.lists * LIST_COST) <= self.rows
    }
}

/// What the statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sqlite) enum Purpose {
    /// Some rows in an order, as many as fit on a page.
    Page,
    /// The number of all of them.
    Count,
}

impl Reach {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Reach { known: LruCache::sparse(REMEMBERED_MAX), key: String::new() }
    }

    /// The way to take for a plan.
    pub fn path(
        &mut self,
        connection: &Connection,
        class: &Class,
        plan: &ReadPlan,
        purpose: Purpose,
    ) -> Result<AccessPath> {
        let unbounded = purpose == Purpose::Page && plan.limit.is_none();
        if plan.access == RowAccess::All || names_objects(&plan.filter) || unbounded {
            return Ok(AccessPath::ByRow);
        }
        let every_row_counts = purpose == Purpose::Count && crate::compile::is_all(&plan.filter);
        let rows_max = if every_row_counts { i64::MAX } else { self.sparse_rows(connection, class)? };
        let Some(extent) = self.extent(connection, class, &plan.access, rows_max)? else {
            return Ok(AccessPath::ByRow);
        };
        Ok(match (purpose, plan.limit) {
            (Purpose::Page, Some(limit)) if extent.pays_by_each(limit.saturating_add(plan.skip)) => {
                AccessPath::ByEachList
            }
            _ if every_row_counts || extent.rows <= GATHERED_MAX => AccessPath::ByList,
            _ => AccessPath::ByRow,
        })
    }

    /// How many rows of a class are few.
    fn sparse_rows(&mut self, connection: &Connection, class: &Class) -> Result<i64> {
        let size = self.remembered("size", class, "", |table| {
            let sql = format!("SELECT IFNULL(MAX(rowid), 0) FROM {table}");
            Ok(Extent { rows: number(connection, &sql, &[])?, ..Extent::default() })
        })?;
        Ok(ROWS_MAX.min(size.rows / SPARSE))
    }

    /// Adds up what everybody and each of the principals may touch; rows that two of them may touch count twice. `None`
    /// for more than so many rows, and for too many lists.
    fn extent(
        &mut self,
        connection: &Connection,
        class: &Class,
        access: &RowAccess,
        rows_max: i64,
    ) -> Result<Option<Extent>> {
        let Some((right, principals)) = Right::of(access) else { return Ok(None) };
        let mut sum = self.remembered("open", class, "", |table| open_rows(connection, table))?;
        for principal in principals.iter() {
            if !sum.is_within(rows_max) {
                return Ok(None);
            }
            let part = self.remembered(right.table(), class, principal, |table| {
                rows_of(connection, table, right, principal)
            })?;
            sum.lists += part.lists;
            sum.used_lists += part.used_lists;
            sum.rows += part.rows;
        }
        Ok(sum.is_within(rows_max).then_some(sum))
    }

    fn remembered(
        &mut self,
        what: &str,
        class: &Class,
        principal: &str,
        count: impl FnOnce(&str) -> Result<Extent>,
    ) -> Result<Extent> {
        self.key.clear();
        append_quoted(&mut self.key, &class.table);
        let table_end = self.key.len();
        self.key.push_str(what);
        self.key.push(' ');
        self.key.push_str(principal);
        let now = Instant::now();
        if let Some((until, extent)) = self.known.get(self.key.as_str())
            && now < *until
        {
            return Ok(*extent);
        }
        let extent = count(&self.key[..table_end])?;
        self.known.put(self.key.clone(), (now + REMEMBERED_FOR, extent));
        Ok(extent)
    }
}

/// Whether the filter asks for objects by their ids, which leaves nothing to choose.
fn names_objects(filter: &Filter) -> bool {
    match filter {
        Filter::Field { path, test: Test::Equal(_) | Test::In(_) } => *path.field == *OBJECT_ID,
        Filter::And(parts) => parts.iter().any(names_objects),
        _ => false,
    }
}

fn open_rows(connection: &Connection, table: &str) -> Result<Extent> {
    let sql = format!("SELECT COUNT(*) FROM (SELECT 1 FROM {table} AS t WHERE t._acl = {NO_ACL} LIMIT ?)");
    Ok(Extent { rows: number(connection, &sql, params![ROWS_MAX + 1])?, ..Extent::default() })
}

fn rows_of(connection: &Connection, table: &str, right: Right, principal: &str) -> Result<Extent> {
    let lists = format!("SELECT m.acl FROM {} AS m WHERE m.principal = ? LIMIT ?", right.table());
    let count_lists = format!("SELECT COUNT(*) FROM ({lists})");
    let count_rows = format!(
        "SELECT COUNT(*) FROM (SELECT 1 FROM ({lists}) AS l CROSS JOIN {table} AS t ON t._acl = l.acl LIMIT ?)"
    );
    let count_used = format!(
        "SELECT COUNT(*) FROM ({lists}) AS l WHERE EXISTS (SELECT 1 FROM {table} AS t WHERE t._acl = l.acl)"
    );
    let lists = number(connection, &count_lists, params![principal, LISTS_MAX + 1])?;
    if lists == 0 || lists > LISTS_MAX {
        return Ok(Extent { lists, ..Extent::default() });
    }
    let rows = number(connection, &count_rows, params![principal, LISTS_MAX, ROWS_MAX + 1])?;
    let used_lists = number(connection, &count_used, params![principal, LISTS_MAX])?;
    Ok(Extent { lists, used_lists, rows })
}

fn number(connection: &Connection, sql: &str, params: &[&dyn ToSql]) -> Result<i64> {
    connection.prepare_cached(sql)?.query_row(params, |row| row.get(0))
}
