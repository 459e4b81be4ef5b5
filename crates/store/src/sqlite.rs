//! The store in one SQLite file: one writer thread that commits in groups, many readers that never wait for it.
//!
//! SQLite has one writer at a time anyway, so queueing in front of it costs nothing and lets requests share the
//! price of a durable commit. Readers see the last commit (write-ahead log) and read in one statement each.

mod acl;
mod catalogue;
mod connection;
mod effort;
mod errors;
mod execute;
mod functions;
mod job;
mod local_readers;
mod migrate;
mod options;
mod placement;
mod read;
mod read_threads;
mod reader;
mod row;
mod schema_change;
mod snapshot;
mod template;
mod terms;
mod wal;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use astrolabe_core::events::Events;
use astrolabe_core::ports::{
    BoxFuture, Explained, RowSink, Store, StoreError, StoreResult, WriteJob, WriteOutcome,
};
use astrolabe_core::query::ReadPlan;
use astrolabe_core::query::aggregate::AggregatePlan;
use astrolabe_core::schema::{Schema, SchemaChange};
use astrolabe_core::value::Json;
use tokio::sync::oneshot;

pub use options::{Durability, SqliteOptions};
pub use template::SqliteTemplate;

use acl::AclSweep;
use local_readers::OpenReaders;
use snapshot::SnapshotAge;
use writer::{Message, Queue};

/// The database of one app in an SQLite file.
///
/// Closing is explicit ([`Store::close`]); a store that is dropped finishes what is queued in the background.
pub struct SqliteStore {
    shared: Arc<Shared>,
}

/// What the store, its writer and its readers have in common.
struct Shared {
    /// Tells stores of one process apart, also after one was closed and opened again.
    id: u64,
    path: PathBuf,
    options: SqliteOptions,
    schema: ArcSwap<Schema>,
    events: Arc<Events>,
    queue: Queue,
    readers: OpenReaders,
    snapshot_age: SnapshotAge,
    acl_sweep: AclSweep,
}

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

impl SqliteStore {
    /// Opens the file, or makes it. Committed changes are published to `events`.
    pub fn open(path: impl AsRef<Path>, options: SqliteOptions, events: Arc<Events>) -> StoreResult<Self> {
        let path = path.as_ref().to_owned();
        let made = match &options.template {
            Some(template) => template.make_missing(&path)?,
            None => None,
        };
        let schema = match made {
            Some(schema) => schema,
            None => Arc::new(open_schema(&path, &options)?),
        };
        let shared = Arc::new(Shared {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            path,
            queue: Queue::new(options.write_queue_max),
            options,
            schema: ArcSwap::new(schema),
            events,
            readers: OpenReaders::default(),
            snapshot_age: SnapshotAge::default(),
            acl_sweep: AclSweep::default(),
        });
        Ok(SqliteStore { shared })
    }

    /// The schema in a file that a server may be using at the same time; nothing is written. A file that is not there has
    /// no classes.
    pub fn read_schema(path: &Path) -> StoreResult<Schema> {
        if !path.exists() {
            return Ok(Schema::default());
        }
        let connection = connection::open_reader(path).map_err(errors::store_error)?;
        let snapshot = connection.unchecked_transaction().map_err(errors::store_error)?;
        catalogue::read(&snapshot)
    }

    /// Hands a message to the writer and waits for its answer.
    async fn ask_writer<T>(
        &self,
        message: impl FnOnce(oneshot::Sender<StoreResult<T>>) -> Message,
    ) -> StoreResult<T> {
        let (reply, answer) = oneshot::channel();
        writer::send(&self.shared, message(reply))?;
        answer
            .await
            .map_err(|_| StoreError::Database("the writer stopped in the middle of its work".into()))?
    }
}

/// The schema of a file, which is made or brought up to date if it has to be.
fn open_schema(path: &Path, options: &SqliteOptions) -> StoreResult<Schema> {
    let mut connection = connection::open_writer(path, options).map_err(errors::store_error)?;
    catalogue::open(&mut connection)
}

/// The bytes of a database and of its write-ahead log, which need not be there.
fn file_bytes(path: &Path) -> u64 {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    [path, Path::new(&log)].iter().filter_map(|file| Some(file.metadata().ok()?.len())).sum()
}

impl SqliteStore {
    /// Waits for a result and logs it if the database itself failed.
    async fn logged<T>(&self, result: impl Future<Output = StoreResult<T>>) -> StoreResult<T> {
        errors::logged(&self.shared.path, result.await)
    }
}

impl Store for SqliteStore {
    fn schema(&self) -> Arc<Schema> {
        self.shared.schema.load_full()
    }

    fn change_schema(&self, changes: Vec<SchemaChange>) -> BoxFuture<'_, StoreResult<Arc<Schema>>> {
        Box::pin(async move {
            let schema = self.schema();
            if !self.shared.queue.is_closed() && schema_change::is_done(&schema, &changes) {
                return Ok(schema);
            }
            self.logged(self.ask_writer(|reply| Message::Schema { changes, reply })).await
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
        Box::pin(self.logged(read::aggregate(&self.shared, plan, sink)))
    }

    fn explain(&self, query: Explained) -> BoxFuture<'_, StoreResult<Json>> {
        Box::pin(self.logged(read::explain(&self.shared, query)))
    }

    fn submit(&self, job: WriteJob) -> BoxFuture<'_, StoreResult<WriteOutcome>> {
        Box::pin(self.logged(self.ask_writer(|reply| Message::Job { job, reply })))
    }

    fn storage_bytes(&self) -> BoxFuture<'_, StoreResult<u64>> {
        Box::pin(std::future::ready(Ok(file_bytes(&self.shared.path))))
    }

    fn ping(&self) -> BoxFuture<'_, StoreResult<()>> {
        Box::pin(async { local_readers::with_reader(&self.shared, |reader| reader.ping()) })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            // Readers go first, so that nothing keeps the write-ahead log from being emptied.
            self.shared.readers.close();
            if let Some(ended) = self.shared.queue.close() {
                // An error means that the thread ended without a word; it is gone either way.
                let _ = ended.await;
            }
        })
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.shared.readers.close();
        drop(self.shared.queue.close());
    }
}
