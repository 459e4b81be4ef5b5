//! The feed of committed changes, which all nodes of an app read.
//!
//! A transaction that others have to hear of leaves rows in a table of the app and takes a lock just before, so these
//! rows have the order of the commits. Each node reads what is new to it, in that order, whenever it is told that there is
//! something, and from time to time in any case: what a wake-up that got lost would have told is found then. Readers begin
//! with what is new when they start, so nothing is told twice.

mod entry;
mod lease;
mod listening;
mod wishes;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use astrolabe_core::ports::StoreResult;
use tokio::sync::{Mutex as AsyncMutex, Notify, watch};

use super::connection::Connection;
use super::database::closed;
use super::errors::store_error;
use super::{Shared, catalogue};
pub(super) use entry::append;
use lease::{Lease, Written};
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

/// What one round leaves for the next.
#[derive(Default)]
struct Round {
    /// What others may be waiting for, as far as it was read.
    read: Written,
    /// The same, as far as others have been told.
    written: Written,
}

/// The state of one store's reading.
pub(super) struct Feed {
    /// Tells this node's rows from those of others.
    pub node: i64,
    wake: Arc<Wake>,
    /// The last row that was published here.
    published: watch::Sender<i64>,
    lease: Lease,
    /// Held while what is new is read.
    round: AsyncMutex<Round>,
}

impl Feed {
    /// Begins after the row `last`.
    pub fn new(last: i64, node: i64) -> Self {
        Feed {
            node,
            wake: Arc::new(Wake { elsewhere: AtomicBool::new(true), ..Wake::default() }),
            published: watch::Sender::new(last),
            lease: Lease::new(),
            round: AsyncMutex::default(),
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
    /// Reads what is new, for the sake of those who listen.
    pub(super) async fn look(&self) -> StoreResult<()> {
        let mut round = self.feed.round.lock().await;
        self.read_all(&mut round, self.feed.lease.take_used()).await
    }

    /// One round: others are told, the schema and the new rows are read, which others are told as well if they may be
    /// waiting for it, and wishes are exchanged. If requests want that, what is remembered is trusted afterwards.
    async fn read_all(&self, round: &mut Round, is_used: bool) -> StoreResult<()> {
        if self.is_closed() {
            return Err(closed());
        }
        let connection = self.database.shared().await?;
        let began = Instant::now();
        let was_trusted = self.feed.lease.is_valid();
        if is_used && !was_trusted {
            // Whoever commits from here on waits for this node, so what is read now is all that it may lack.
            self.write_lease(&connection, round.written).await?;
            self.events.raise_all();
            self.feed.wake.elsewhere.store(true, Ordering::Release);
        }
        if self.feed.wake.here.swap(false, Ordering::AcqRel) {
            self.tell_others(&connection).await?;
        }
        let is_woken = self.feed.wake.elsewhere.swap(false, Ordering::AcqRel);
        if is_woken {
            self.follow_schema(&connection).await?;
        }
        while self.read_rows(&connection, &mut round.read).await? {}
        round.read.schema_version = self.schema.load().version;
        if is_used || (was_trusted && round.read != round.written) {
            self.write_lease(&connection, round.read).await?;
            round.written = round.read;
        }
        if is_used && is_woken {
            self.trust(began);
        }
        if is_woken {
            self.wishes.exchange(self, &connection).await?;
        }
        Ok(())
    }

    async fn tell_others(&self, connection: &Connection) -> StoreResult<()> {
        let sql = "SELECT pg_notify($1, $2)";
        connection.query_text(sql, &[&CHANNEL, &self.name]).await.map(|_| ()).map_err(store_error)
    }

    pub(super) async fn follow_schema(&self, connection: &Connection) -> StoreResult<()> {
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
    async fn read_rows(&self, connection: &Connection, read: &mut Written) -> StoreResult<bool> {
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
        if let Some(row) = rows.iter().rfind(|row| row.node != self.feed.node && row.is_counted()) {
            read.counted_row = row.id;
        }
        if catch_unwind(AssertUnwindSafe(|| self.events.publish(&events))).is_err() {
            tracing::error!("a listener of committed changes panicked");
        }
        if let Some(row) = rows.last() {
            self.feed.published.send_replace(row.id);
        }
        Ok(rows.len() as i64 == ROWS_MAX)
    }

    async fn remove_old_rows(&self) {
        if let Err(error) = self.remove_unused_acls().await {
            tracing::warn!(%error, "unused access lists could not be removed");
        }
        let sql = catalogue::at(
            &self.dialect,
            &format!(
                "WITH wishes AS (DELETE FROM {{at}}_event_wish WHERE until < now()), \
                 nodes AS (DELETE FROM {{at}}_node WHERE until < now() - interval '{KEPT}') \
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
