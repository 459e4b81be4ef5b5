//! How far a caller's rights reach: whether the rows that access lists let through are best found by the lists or by
//! walking. That is counted, up to a bound, and the numbers are remembered for a while. They decide how long a read takes,
//! never what it yields.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use astrolabe_core::ports::StoreResult;
use astrolabe_core::query::{Filter, ReadPlan, RowAccess, Test};
use astrolabe_core::schema::{Class, OBJECT_ID};
use lru::LruCache;
use parking_lot::Mutex;

use crate::columns::{ACL, NO_ACL};
use crate::compile::{AccessPath, Right};
use crate::postgres::Shared;
use crate::postgres::errors::class_error;
use crate::statement::{Bind, SqlWriter};

/// Numbers that are remembered.
const REMEMBERED_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(8_191);
/// How long they hold.
const REMEMBERED_FOR: Duration = Duration::from_secs(30);
/// A class with fewer rows than this is walked.
const SMALL: i64 = 256;
/// More lists than these are not gone through one by one.
const LISTS_MAX: i64 = 512;
/// More rows than these are not gathered and sorted.
const ROWS_MAX: i64 = 16_384;
/// Walking costs more than gathering as long as the caller may see less than one row in so many.
const SPARSE: i64 = 10;

/// Numbers about classes and principals.
pub(in crate::postgres) struct Reach {
    known: Mutex<LruCache<String, (Instant, Extent)>>,
}

/// What somebody may read of a class, each number up to its bound; of nobody in particular, the size of the class and the
/// rows without a list.
#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    lists: i64,
    rows: i64,
}

impl Reach {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Reach { known: Mutex::new(LruCache::sparse(REMEMBERED_MAX)) }
    }

    fn get(&self, key: &str) -> Option<Extent> {
        let known = self.known.lock().get(key).copied();
        known.filter(|(until, _)| Instant::now() < *until).map(|(_, extent)| extent)
    }

    fn put(&self, key: String, extent: Extent) {
        self.known.lock().put(key, (Instant::now() + REMEMBERED_FOR, extent));
    }
}

/// The way to take for a plan, whose rows are counted or put in an order.
pub(in crate::postgres) async fn path(
    shared: &Shared,
    class: &Class,
    plan: &ReadPlan,
    counts: bool,
) -> StoreResult<AccessPath> {
    if plan.access == RowAccess::All || names_objects(&plan.filter) || (plan.limit.is_none() && !counts) {
        return Ok(AccessPath::ByRow);
    }
    let Some((Right::Read, principals)) = Right::of(&plan.access) else { return Ok(AccessPath::ByRow) };
    let whole = shared.extent(class, None).await?;
    let (size, mut rows, mut lists) = (whole.lists, whole.rows, 0);
    if size < SMALL {
        return Ok(AccessPath::ByRow);
    }
    let rows_max = ROWS_MAX.min(size / SPARSE);
    // What two of them may read counts twice.
    for principal in principals.iter() {
        if rows > rows_max || lists > LISTS_MAX {
            return Ok(AccessPath::ByRow);
        }
        let part = shared.extent(class, Some(principal)).await?;
        rows += part.rows;
        lists += part.lists;
    }
    let few = rows <= rows_max && lists <= LISTS_MAX;
    Ok(if few { AccessPath::ByList } else { AccessPath::ByRow })
}

/// Whether the filter asks for objects by their ids, which leaves nothing to choose.
fn names_objects(filter: &Filter) -> bool {
    match filter {
        Filter::Field { path, test: Test::Equal(_) | Test::In(_) } => *path.field == *OBJECT_ID,
        Filter::And(parts) => parts.iter().any(names_objects),
        _ => false,
    }
}

impl Shared {
    async fn extent(&self, class: &Class, principal: Option<&str>) -> StoreResult<Extent> {
        let key = format!("{} {}", class.table, principal.unwrap_or_default());
        if let Some(extent) = self.reach.get(&key) {
            return Ok(extent);
        }
        let mut sql = SqlWriter::new(&self.dialect);
        match principal {
            None => append_size(&mut sql, class),
            Some(principal) => append_reach(&mut sql, class, principal),
        }
        let connection = self.database.shared().await?;
        let rows = connection.query(&sql.finish()).await.map_err(|error| {
            connection.is_ended_by(&error);
            class_error(error, class)
        })?;
        let number = |at: usize| rows.first().map_or(Ok(0), |row| row.try_get::<_, i64>(at));
        let numbers = number(0).and_then(|lists| Ok((lists, number(1)?)));
        let (lists, rows) = numbers.map_err(|error| class_error(error, class))?;
        let extent = Extent { lists, rows };
        self.reach.put(key, extent);
        Ok(extent)
    }
}

/// The age of the youngest row instead of a count of all.
fn append_size(sql: &mut SqlWriter<'_>, class: &Class) {
    let age = sql.dialect.row_age;
    sql.push("SELECT (SELECT coalesce(max(").push(age).push("), 0) FROM ").table(&class.table);
    sql.push(" AS t), (SELECT count(*) FROM (SELECT 1 FROM ").table(&class.table).push(" AS t WHERE ");
    sql.column(ACL).push(" = ").bind(Bind::Integer(NO_ACL)).push(" LIMIT ").bind(Bind::Integer(ROWS_MAX + 1));
    sql.push(") AS open)");
}

/// The bound inside of the inner query keeps it one look into an index for each list.
fn append_reach<'a>(sql: &mut SqlWriter<'a>, class: &Class, principal: &'a str) {
    let table = Right::Read.table();
    sql.push("WITH l AS MATERIALIZED (SELECT m.acl FROM ").table(table).push(" AS m WHERE m.principal = ");
    sql.bind(Bind::text(principal)).push(" LIMIT ").bind(Bind::Integer(LISTS_MAX + 1));
    sql.push(") SELECT (SELECT count(*) FROM l), (SELECT count(*) FROM (SELECT 1 FROM l CROSS JOIN LATERAL (SELECT 1 FROM ");
    sql.table(&class.table).push(" AS t WHERE ").column(ACL).push(" = l.acl LIMIT ");
    sql.bind(Bind::Integer(ROWS_MAX + 1))
        .push(") AS r LIMIT ")
        .bind(Bind::Integer(ROWS_MAX + 1))
        .push(") AS reached)");
}
