//! Who is in which access list. Rows name the list of their readers by a number; before a row with a number is written, the
//! readers are written down under it, so that reads begin with the lists that name the caller.
//!
//! An entry too many costs a look into an index; one that is missing would hide rows. So entries are made first, by
//! themselves, and a node remembers for a while that it has made them. Entries of lists that no row names are removed once
//! nobody can remember them any more.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use astrolabe_core::access::Acl;
use astrolabe_core::ports::{StoreResult, WriteJob, WriteStep};
use lru::LruCache;
use parking_lot::Mutex;

use crate::columns::{acl_number, ordered_array_literal};
use crate::postgres::errors::store_error;
use crate::postgres::{Shared, catalogue};
use crate::statement::{Bind, SqlWriter};

/// Lists that are remembered.
const REMEMBERED_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(65_535);
/// How long it is remembered that the entries of a list are there.
const REMEMBERED_FOR: Duration = Duration::from_secs(600);
/// Entries that nobody has made for so long may go: longer than they are remembered and a transaction lasts together.
const KEPT: &str = "30 minutes";
/// Lists that are looked at in one round.
const LOOKED_AT_MAX: u32 = 512;

/// The tables of entries; `{at}` stands for their schema and a dot.
pub(in crate::postgres) const TABLES: &str = r#"
    CREATE TABLE {at}_acl_reader (
        principal text COLLATE "C" NOT NULL,
        acl int8 NOT NULL,
        seen timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (principal, acl)
    );
    CREATE INDEX ON {at}_acl_reader (seen, acl);
"#;

/// Lists whose entries this node has made, with the time until which that is known.
pub(in crate::postgres) struct ListedAcls {
    known: Mutex<LruCache<i64, Instant>>,
}

impl ListedAcls {
    /// Nothing is known yet.
    pub fn new() -> Self {
        ListedAcls { known: Mutex::new(LruCache::sparse(REMEMBERED_MAX)) }
    }

    /// The lists of a job whose entries may be missing.
    fn unknown<'j>(&self, job: &'j WriteJob) -> BTreeMap<i64, &'j Acl> {
        let mut lists = job.steps.iter().filter_map(written_acl).peekable();
        if lists.peek().is_none() {
            return BTreeMap::new();
        }
        let (now, mut known) = (Instant::now(), self.known.lock());
        let numbered = lists.map(|acl| (acl_number(acl), acl));
        numbered.filter(|(number, _)| known.get(number).is_none_or(|until| *until < now)).collect()
    }
}

fn written_acl(step: &WriteStep) -> Option<&Acl> {
    match step {
        WriteStep::Insert { acl, .. } => acl.as_ref(),
        WriteStep::Update { acl, .. } => acl.as_ref()?.as_ref(),
        WriteStep::Delete { .. } | WriteStep::Require { .. } | WriteStep::RequireNone { .. } => None,
    }
}

impl Shared {
    /// Makes the entries of the lists that a job writes into rows. They are committed before the job begins.
    pub(in crate::postgres) async fn list_acls(&self, job: &WriteJob) -> StoreResult<()> {
        let unknown = self.listed.unknown(job);
        if unknown.is_empty() {
            return Ok(());
        }
        let until = Instant::now() + REMEMBERED_FOR;
        let entries: Vec<(i64, &str)> =
            unknown.iter().flat_map(|(number, acl)| acl.readers().map(|reader| (*number, reader))).collect();
        let numbers: Vec<String> = entries.iter().map(|(number, _)| number.to_string()).collect();
        let mut sql = SqlWriter::new(&self.dialect);
        sql.push("INSERT INTO ")
            .table("_acl_reader")
            .push(" (principal, acl) SELECT DISTINCT n.* FROM unnest(");
        sql.bind(Bind::owned(ordered_array_literal(entries.iter().map(|(_, reader)| *reader))));
        sql.push("::text::text[], ");
        sql.bind(Bind::owned(ordered_array_literal(numbers.iter().map(String::as_str))));
        // In one order, so that two nodes never wait for each other.
        sql.push("::text::int8[]) AS n (principal, acl) ORDER BY 2, 1 ");
        sql.push("ON CONFLICT (principal, acl) DO UPDATE SET seen = now()");
        let connection = self.database.shared().await?;
        let made = connection.execute(&sql.finish()).await;
        made.map_err(|error| {
            connection.is_ended_by(&error);
            store_error(error)
        })?;
        let mut known = self.listed.known.lock();
        for number in unknown.into_keys() {
            known.put(number, until);
        }
        Ok(())
    }

    /// Removes entries of lists that no row names any more. One statement sees one moment: a row that is committed after it
    /// has entries that were made, or made again, shortly before.
    pub(in crate::postgres) async fn remove_unused_acls(&self) -> StoreResult<()> {
        let connection = self.database.shared().await?;
        // A class that this node has not heard of may have rows, too.
        self.follow_schema(&connection).await?;
        let schema = self.schema.load_full();
        let tables = schema.classes.values().map(|class| self.dialect.located(&class.table));
        let names: Vec<_> = tables
            .map(|table| format!("EXISTS (SELECT 1 FROM {table} AS t WHERE t._acl = old.acl)"))
            .collect();
        let is_used = if names.is_empty() { "FALSE".to_owned() } else { names.join(" OR ") };
        let sql = format!(
            "WITH old AS MATERIALIZED (SELECT DISTINCT acl FROM (SELECT acl FROM {{at}}_acl_reader \
                 WHERE seen < now() - interval '{KEPT}' ORDER BY seen LIMIT {LOOKED_AT_MAX}) AS o), \
             used AS MATERIALIZED (SELECT acl FROM old WHERE {is_used}), \
             renewed AS (UPDATE {{at}}_acl_reader SET seen = now() WHERE acl IN (SELECT acl FROM used)) \
             DELETE FROM {{at}}_acl_reader AS r WHERE r.seen < now() - interval '{KEPT}' \
                 AND r.acl IN (SELECT acl FROM old EXCEPT SELECT acl FROM used)"
        );
        let removed = connection.query_text(&catalogue::at(&self.dialect, &sql), &[]).await;
        removed.map(|_| ()).map_err(store_error)
    }
}
