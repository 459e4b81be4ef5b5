//! A store whose schema goes with it, also when its test panics. What a killed test leaves behind is removed by a later
//! one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Once};
use std::time::{Duration, UNIX_EPOCH};

use astrolabe_core::events::Events;
use astrolabe_core::ports::{BoxFuture, Explained, RowSink, Store, StoreResult, WriteJob, WriteOutcome};
use astrolabe_core::query::ReadPlan;
use astrolabe_core::query::aggregate::AggregatePlan;
use astrolabe_core::schema::{Schema, SchemaChange};
use astrolabe_core::value::Json;
use astrolabe_store::{PostgresOptions, PostgresServer, PostgresStore};

use super::RUNTIME;

/// How the names of schemas begin; a time in seconds follows.
const START: &str = "astrolabe_store_test_";
/// No test takes so long.
const STALE: Duration = Duration::from_secs(900);

/// A store in a schema of its own.
pub struct TemporaryStore {
    store: PostgresStore,
    server: PostgresServer,
    schema: String,
}

impl TemporaryStore {
    /// Makes the schema.
    pub fn make(events: Arc<Events>) -> Self {
        static SWEEP: Once = Once::new();
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let server = server();
        SWEEP.call_once(|| RUNTIME.block_on(sweep(&server)));
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("{START}{}_{}_{number}", seconds(), std::process::id());
        let store = RUNTIME.block_on(server.open(&schema, events)).unwrap();
        TemporaryStore { store, server, schema }
    }

    /// The name of the schema.
    pub fn name(&self) -> &str {
        &self.schema
    }
}

/// The database of the tests.
pub fn address() -> String {
    std::env::var("ASTROLABE_TEST_POSTGRES_URL")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned())
}

/// The server of the tests.
pub fn server() -> PostgresServer {
    let address = address();
    let options =
        PostgresOptions { shared_connections: 2, exclusive_connections_max: 8, ..PostgresOptions::default() };
    PostgresServer::new(&address, options, RUNTIME.handle().clone()).unwrap()
}

async fn sweep(server: &PostgresServer) {
    for schema in server.schemas(START).await.unwrap() {
        let made: Option<u64> =
            schema[START.len()..].split('_').next().and_then(|seconds| seconds.parse().ok());
        if made.is_none_or(|made| made + STALE.as_secs() < seconds()) {
            // Another test may be removing it, too.
            let _ = server.remove(&schema).await;
        }
    }
}

fn seconds() -> u64 {
    UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_secs())
}

impl Drop for TemporaryStore {
    fn drop(&mut self) {
        let (server, schema) = (self.server.clone(), self.schema.clone());
        // On a thread of its own, as the test may have a runtime on this one.
        let removed = std::thread::spawn(move || RUNTIME.block_on(server.remove(&schema))).join();
        if !std::thread::panicking() {
            removed.unwrap().unwrap();
        }
    }
}

impl Store for TemporaryStore {
    fn schema(&self) -> Arc<Schema> {
        self.store.schema()
    }

    fn change_schema(&self, changes: Vec<SchemaChange>) -> BoxFuture<'_, StoreResult<Arc<Schema>>> {
        self.store.change_schema(changes)
    }

    fn read(&self, plan: ReadPlan, sink: Box<dyn RowSink>) -> BoxFuture<'_, StoreResult<Box<dyn RowSink>>> {
        self.store.read(plan, sink)
    }

    fn count(&self, plan: ReadPlan) -> BoxFuture<'_, StoreResult<u64>> {
        self.store.count(plan)
    }

    fn aggregate(
        &self,
        plan: AggregatePlan,
        sink: Box<dyn RowSink>,
    ) -> BoxFuture<'_, StoreResult<Box<dyn RowSink>>> {
        self.store.aggregate(plan, sink)
    }

    fn explain(&self, query: Explained) -> BoxFuture<'_, StoreResult<Json>> {
        self.store.explain(query)
    }

    fn submit(&self, job: WriteJob) -> BoxFuture<'_, StoreResult<WriteOutcome>> {
        self.store.submit(job)
    }

    fn storage_bytes(&self) -> BoxFuture<'_, StoreResult<u64>> {
        self.store.storage_bytes()
    }

    fn ping(&self) -> BoxFuture<'_, StoreResult<()>> {
        self.store.ping()
    }

    fn is_settled(&self) -> bool {
        self.store.is_settled()
    }

    fn settle(&self) -> BoxFuture<'_, StoreResult<()>> {
        self.store.settle()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.store.close()
    }
}
