//! The store in one schema of a PostgreSQL database. Statements of many requests share a few connections, on which they
//! follow each other without waiting; what needs a transaction has a connection for itself. Several nodes may use one
//! database.

mod acl;
mod address;
mod aggregate;
mod catalogue;
mod connection;
mod database;
mod errors;
mod explain;
mod feed;
mod full_text;
mod functions;
mod job;
mod migrate;
mod options;
mod patience;
pub(crate) mod pattern;
mod read;
mod row;
mod schema_change;
mod transaction;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use astrolabe_core::events::Events;
use astrolabe_core::ports::{BoxFuture, Explained, RowSink, Store, StoreError, StoreResult};
use astrolabe_core::ports::{WriteJob, WriteOutcome};
use astrolabe_core::query::ReadPlan;
use astrolabe_core::query::aggregate::AggregatePlan;
use astrolabe_core::schema::{Schema, SchemaChange};
use astrolabe_core::value::Json;
use lru::LruCache;
use parking_lot::Mutex;

pub use options::PostgresOptions;
pub use server::PostgresServer;

use crate::dialect::{self, Dialect};
use connection::Connection;
use database::{Database, closed};
use feed::{Feed, Wishes};

mod server;

/// Statements that are remembered to take long.
const SLOW_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1_023);

/// The data of one app in a schema of a PostgreSQL database.
pub struct PostgresStore {
    shared: Arc<Shared>,
}

/// What the store and its tasks have in common.
struct Shared {
    name: String,
    dialect: Dialect,
    database: Arc<Database>,
    schema: ArcSwap<Schema>,
    events: Arc<Events>,
    closed: AtomicBool,
    feed: Feed,
    wishes: Wishes,
    acls: acl::KnownAcls,
    listed: acl::ListedAcls,
    reach: acl::Reach,
    slow: Mutex<LruCache<String, ()>>,
}

impl PostgresStore {
    async fn open(database: Arc<Database>, schema: &str, events: Arc<Events>) -> StoreResult<Self> {
        let dialect = dialect::postgres(schema);
        let connection = database.connect().await?;
        functions::make(&connection).await?;
        let loaded = catalogue::open(&connection, &dialect).await?;
        let last = feed::last_row(&connection, |sql| catalogue::at(&dialect, sql)).await?;
        let shared = Arc::new(Shared {
            name: schema.to_owned(),
            dialect,
            database,
            schema: ArcSwap::from_pointee(loaded),
            events,
            closed: AtomicBool::new(false),
            feed: Feed::new(last, random_number()),
            wishes: Wishes::new(),
            acls: acl::KnownAcls::new(),
            listed: acl::ListedAcls::new(),
            reach: acl::Reach::new(),
            slow: Mutex::new(LruCache::sparse(SLOW_MAX)),
        });
        // From the first write on, it is known what other nodes want to hear of.
        shared.settle().await?;
        let wake = shared.feed.wake();
        shared.database.listening().add(&shared.database, schema, wake);
        shared.database.runtime().spawn(feed::run(Arc::downgrade(&shared), Arc::clone(wake)));
        Ok(PostgresStore { shared })
    }

    /// Waits for a result and logs it if the database itself failed.
    async fn logged<T>(&self, result: impl Future<Output = StoreResult<T>>) -> StoreResult<T> {
        errors::logged(&self.shared.name, result.await)
    }

    /// Removes what nobody needs any more; the store does so by itself from time to time.
    pub async fn tidy(&self) -> StoreResult<()> {
        self.logged(self.shared.remove_unused_acls()).await
    }

    /// Runs work to its end, whether or not somebody waits for it.
    async fn as_task<T: Send + 'static>(
        &self,
        work: impl Future<Output = StoreResult<T>> + Send + 'static,
    ) -> StoreResult<T> {
        let task = self.shared.database.runtime().spawn(work);
        task.await.map_err(|_| StoreError::Database("the write failed unexpectedly".to_owned()))?
    }
}

impl Shared {
    /// Refuses what comes from now on.
    fn end(&self) {
        self.closed.store(true, Ordering::Release);
        self.feed.wake().elsewhere();
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Takes a schema over, unless a newer one is here already; returns the one that is.
    fn adopt_schema(&self, schema: Schema) -> Arc<Schema> {
        let schema = Arc::new(schema);
        self.schema.rcu(|current| {
            let chosen = if current.version < schema.version { &schema } else { current };
            Arc::clone(chosen)
        });
        self.schema.load_full()
    }

    /// Reads the schema anew, soon: another node has changed it.
    fn refresh_schema(&self) {
        self.feed.wake().elsewhere();
    }

    /// Tells the other nodes of a new schema, with the commit of the transaction: none must miss it. Schemas change
    /// seldom, so it does not matter that such commits wait for each other.
    async fn announce_schema(&self, connection: &Connection) -> StoreResult<()> {
        let sql = "SELECT pg_notify($1, $2)";
        let told = connection.query_text(sql, &[&feed::CHANNEL, &self.name]).await;
        told.map(|_| ()).map_err(errors::store_error)
    }

    /// Whether anybody wants to hear of changes of the class, here or on another node.
    fn is_wanted(&self, class: &str) -> bool {
        self.events.wanted(class) || self.wishes.has(class)
    }
}

/// Tells nodes apart.
fn random_number() -> i64 {
    std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), std::process::id()).cast_signed()
}

impl Store for PostgresStore {
    fn schema(&self) -> Arc<Schema> {
        self.shared.schema.load_full()
    }

    fn change_schema(&self, changes: Vec<SchemaChange>) -> BoxFuture<'_, StoreResult<Arc<Schema>>> {
        Box::pin(async move {
            if self.shared.is_closed() {
                return Err(closed());
            }
            let schema = self.schema();
            if schema_change::is_done(&schema, &changes) {
                return Ok(schema);
            }
            let shared = Arc::clone(&self.shared);
            self.logged(self.as_task(async move { schema_change::change(&shared, &changes).await })).await
        })
    }

    fn read(&self, plan: ReadPlan, sink: Box<dyn RowSink>) -> BoxFuture<'_, StoreResult<Box<dyn RowSink>>> {
        Box::pin(self.logged(read::rows(&self.shared, plan, sink)))
    }

    fn count(&self, plan: ReadPlan) -> BoxFuture<'_, StoreResult<u64>> {
        Box::pin(self.logged(read::count(&self.shared, plan)))
    }

    fn aggregate(
        &self,
        plan: AggregatePlan,
        sink: Box<dyn RowSink>,
    ) -> BoxFuture<'_, StoreResult<Box<dyn RowSink>>> {
        Box::pin(self.logged(aggregate::aggregate(&self.shared, plan, sink)))
    }

    fn explain(&self, query: Explained) -> BoxFuture<'_, StoreResult<Json>> {
        Box::pin(self.logged(explain::explain(&self.shared, query)))
    }

    fn submit(&self, job: WriteJob) -> BoxFuture<'_, StoreResult<WriteOutcome>> {
        Box::pin(async move {
            let result = match job::submit_alone(&self.shared, &job).await {
                Some(result) => result,
                None => self.as_task(job::submit(Arc::clone(&self.shared), job)).await,
            };
            errors::logged(&self.shared.name, result)
        })
    }

    fn storage_bytes(&self) -> BoxFuture<'_, StoreResult<u64>> {
        Box::pin(self.logged(read::storage_bytes(&self.shared)))
    }

    fn ping(&self) -> BoxFuture<'_, StoreResult<()>> {
        Box::pin(async {
            if self.shared.is_closed() {
                return Err(closed());
            }
            self.shared.database.ping().await
        })
    }

    fn is_settled(&self) -> bool {
        self.shared.is_settled()
    }

    fn settle(&self) -> BoxFuture<'_, StoreResult<()>> {
        Box::pin(self.logged(self.shared.settle()))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            self.shared.end();
            if let Err(error) = self.shared.give_lease_back().await {
                tracing::debug!(database.schema = self.shared.name, %error, "others may wait for this node for a moment");
            }
        })
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.shared.end();
    }
}
