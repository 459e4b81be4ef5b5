//! The feed of committed changes, which all nodes of an app read.
//!
//! A transaction that others have to hear of leaves rows in a table of the app and takes a lock just before, so these
//! rows have the order of the commits. Each node reads what is new to it, in that order, whenever it is told that there is
//! something, and from time to time in any case: what a wake-up that got lost would have told is found then. Readers begin
//! with what is new when they start, so nothing is told twice.

mod entry;
mod listening;
mod wishes;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use astrolabe_core::ports::StoreResult;
use tokio::sync::{Notify, watch};

use super::connection::Connection;
use super::errors::store_error;
use super::{Shared, catalogue};
pub(super) use entry::append;
pub(super) use listening::Listening;
pub(super) use wishes::Wishes;

/// How often a node looks without being told.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long rows stay for nodes that are slow to read.
const KEPT: &str = "10 minutes";
/// Rows that are read at once.
const ROWS_MAX: i64 = 512;
/// Rounds from one removal of old rows to the next.
const ROUNDS_PER_REMOVAL: u32 = 30;
/// How long a write waits until its events are published here. They are published in any case.
const PUBLISHED_WITHIN: Duration = Duration::from_secs(5);

/// The channel on which nodes wake each other; what is sent is the name of the schema.
pub(super) const CHANNEL: &str = "astrolabe";

/// What wakes a reader.
#[derive(Default)]
pub(super) struct Wake {
    notify: Notify,
    /// Something was committed here, of which others have to be told.
    here: AtomicBool,
    /// Something was committed elsewhere, rows or a schema or a wish.
    elsewhere: AtomicBool,
}

impl Wake {
    /// Others have committed something, or may have.
    pub fn elsewhere(&self) {
        self.elsewhere.store(true, Ordering::Release);
        self.notify.notify_one();
    }
}

/// The state of one store's reading.
pub(super) struct Feed {
    /// Tells this node's rows from those of others.
    pub node: i64,
    wake: Arc<Wake>,
    /// The last row that was published here.
    published: watch::Sender<i64>,
}

impl Feed {
    /// Begins after the row `last`.
    pub fn new(last: i64, node: i64) -> Self {
        Feed {
            node,
            wake: Arc::new(Wake { elsewhere: AtomicBool::new(true), ..Wake::default() }),
            published: watch::Sender::new(last),
        }
    }

    /// What wakes the reader.
    pub fn wake(&self) -> &Arc<Wake> {
        &self.wake
    }

    /// Something was committed here: reads it, after the other nodes were told.
    pub fn committed(&self) {
        self.wake.here.store(true, Ordering::Release);
        self.wake.notify.notify_one();
    }

    /// Waits until a row and all before it are published here.
    pub async fn wait_for(&self, row: i64) {
        let mut published = self.published.subscribe();
        let reached = published.wait_for(|last| *last >= row);
        if tokio::time::timeout(PUBLISHED_WITHIN, reached).await.is_err() {
            tracing::warn!("events of a write are published late");
        }
    }
}

/// The last row so far, for a store that opens.
pub(super) async fn last_row(connection: &Connection, at: impl Fn(&str) -> String) -> StoreResult<i64> {
    let sql = at("SELECT coalesce(max(id), 0) FROM {at}_event");
    let rows = connection.query_text(&sql, &[]).await.map_err(store_error)?;
    rows.first().map_or(Ok(0), |row| row.try_get(0)).map_err(store_error)
}

/// Reads until the store is closed or gone.
pub(super) async fn run(shared: Weak<Shared>, wake: Arc<Wake>) {
    let mut round = 0_u32;
    loop {
        // A wake-up that comes while a round runs is kept for the next one.
        if tokio::time::timeout(LOOK_EVERY, wake.notify.notified()).await.is_err() {
            wake.elsewhere.store(true, Ordering::Release);
        }
        let Some(shared) = shared.upgrade().filter(|shared| !shared.is_closed()) else { return };
        if let Err(error) = shared.look().await {
            tracing::debug!(database.schema = shared.name, %error, "the feed cannot be read at the moment");
            // Nobody knows what happened meanwhile.
            shared.events.raise_all();
            tokio::time::sleep(Duration::from_millis(200)).await;
            wake.elsewhere();
        }
        round = round.wrapping_add(1);
        if round.is_multiple_of(ROUNDS_PER_REMOVAL) {
            shared.database.close_idle();
            shared.remove_old_rows().await;
        }
    }
}

impl Shared {
    /// One round: others are told, wishes are exchanged, and the schema and the new rows are read.
    pub(super) async fn look(&self) -> StoreResult<()> {
        let connection = self.database.shared().await?;
        if self.feed.wake.here.swap(false, Ordering::AcqRel) {
            let sql = "SELECT pg_notify($1, $2)";
            connection.query_text(sql, &[&CHANNEL, &self.name]).await.map_err(store_error)?;
        }
        if self.feed.wake.elsewhere.swap(false, Ordering::AcqRel) {
            self.follow_schema(&connection).await?;
            self.wishes.exchange(self, &connection).await?;
        }
        while self.read_rows(&connection).await? {}
        Ok(())
    }

    async fn follow_schema(&self, connection: &Connection) -> StoreResult<()> {
        let sql = catalogue::at(&self.dialect, "SELECT schema_version FROM {at}_catalog_meta");
        let rows = connection.query_text(&sql, &[]).await.map_err(store_error)?;
        let version: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0)).map_err(store_error)?;
        if version.unsigned_abs() > self.schema.load().version {
            self.adopt_schema(catalogue::load(connection, &self.dialect).await?);
            self.events.raise_all();
        }
        Ok(())
    }

    /// Publishes rows; whether there may be more.
    async fn read_rows(&self, connection: &Connection) -> StoreResult<bool> {
        let last = *self.feed.published.borrow();
        let rows = entry::read(connection, &self.dialect, last, ROWS_MAX).await?;
        let schema = self.schema.load_full();
        let events: Vec<_> = rows.iter().filter_map(|row| row.event(&schema)).collect();
        let changes: Vec<_> = rows
            .iter()
            .filter(|row| row.node != self.feed.node)
            .map(|row| (Arc::clone(&row.class), row.kind))
            .collect();
        self.events.raise(&changes);
        if catch_unwind(AssertUnwindSafe(|| self.events.publish(&events))).is_err() {
            tracing::error!("a listener of committed changes panicked");
        }
        if let Some(row) = rows.last() {
            self.feed.published.send_replace(row.id);
        }
        Ok(rows.len() as i64 == ROWS_MAX)
    }

    async fn remove_old_rows(&self) {
        let sql = catalogue::at(
            &self.dialect,
            &format!(
                "WITH wishes AS (DELETE FROM {{at}}_event_wish WHERE until < now()) \
                 DELETE FROM {{at}}_event WHERE at < now() - interval '{KEPT}'"
            ),
        );
        if let Ok(connection) = self.database.shared().await
            && let Err(error) = connection.query_text(&sql, &[]).await
        {
            tracing::warn!(%error, "old rows of the feed could not be removed");
        }
    }
}
