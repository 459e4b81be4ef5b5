//! What other nodes want to hear of. A node writes down the classes whose changes somebody on it wants, for a while and
//! again and again, so that those who write know without asking.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use astrolabe_core::ports::StoreResult;
use parking_lot::Mutex;

use crate::postgres::connection::Connection;
use crate::postgres::errors::store_error;
use crate::postgres::{Shared, catalogue};

/// How long a wish holds; a node that has ended stops wishing by itself.
const HELD: &str = "30 seconds";
/// How often a wish is renewed.
const RENEWED_EVERY: Duration = Duration::from_secs(10);

/// The wishes of other nodes, and what this one has written down.
pub(in crate::postgres) struct Wishes {
    others: ArcSwap<HashSet<String>>,
    written: Mutex<(HashSet<String>, Instant)>,
}

impl Wishes {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Wishes { others: ArcSwap::default(), written: Mutex::new((HashSet::new(), Instant::now())) }
    }

    /// Whether another node wants to hear of a class.
    pub fn has(&self, class: &str) -> bool {
        let others = self.others.load();
        !others.is_empty() && others.contains(class)
    }

    /// Writes down what is wanted here, and reads what others want.
    pub(super) async fn exchange(&self, shared: &Shared, connection: &Connection) -> StoreResult<()> {
        if let Some(wanted) = self.to_write(shared) {
            let sql = catalogue::at(
                &shared.dialect,
                &format!(
                    "INSERT INTO {{at}}_event_wish (node, class, until) \
                     SELECT $1, c, now() + interval '{HELD}' FROM unnest($2::text[]) AS c \
                     ON CONFLICT (node, class) DO UPDATE SET until = excluded.until"
                ),
            );
            connection.query_text(&sql, &[&shared.feed.node, &wanted]).await.map_err(store_error)?;
            shared.feed.committed();
        }
        let sql = catalogue::at(
            &shared.dialect,
            "SELECT DISTINCT class FROM {at}_event_wish WHERE node <> $1 AND until > now()",
        );
        let rows = connection.query_text(&sql, &[&shared.feed.node]).await.map_err(store_error)?;
        let others: Result<HashSet<String>, _> = rows.iter().map(|row| row.try_get(0)).collect();
        self.others.store(Arc::new(others.map_err(store_error)?));
        Ok(())
    }

    /// The wanted classes, when they are new or have to be renewed.
    fn to_write(&self, shared: &Shared) -> Option<Vec<String>> {
        let schema = shared.schema.load();
        let wanted =
            |class: &str| catch_unwind(AssertUnwindSafe(|| shared.events.wanted(class))).unwrap_or(false);
        let wanted: HashSet<String> =
            schema.classes.keys().filter(|class| wanted(class)).map(|class| class.to_string()).collect();
        let mut written = self.written.lock();
        let is_due = wanted != written.0 || written.1.elapsed() > RENEWED_EVERY;
        if wanted.is_empty() || !is_due {
            return None;
        }
        *written = (wanted.clone(), Instant::now());
        Some(wanted.into_iter().collect())
    }
}
