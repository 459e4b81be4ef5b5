//! The database of a test server: a file, or with `ASTROLABE_TEST_DATABASE=postgres` a schema in the database of
//! `ASTROLABE_TEST_POSTGRES_URL` or of the server on the standard port. It goes with the test, also when that panics; what
//! a killed test leaves behind is removed by a later one.

use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use anyhow::Context as _;
use astrolabe_server::apps::AppDatabase;
use astrolabe_server::config::{PostgresAddress, SqliteSynchronous};
use astrolabe_server::databases::Databases;
use astrolabe_store::{PostgresOptions, PostgresServer};
use tempfile::TempDir;
use tokio::runtime::{Builder, Handle};

/// How the names of schemas begin; a time in seconds follows.
const START: &str = "astrolabe_test_server_";
/// No test takes so long.
const STALE: Duration = Duration::from_secs(900);

/// A database of its own for one server.
pub(crate) enum TestDatabase {
    File(TempDir),
    Schema(String),
}

/// Whether the tests run on PostgreSQL.
pub fn is_postgres() -> bool {
    std::env::var("ASTROLABE_TEST_DATABASE").is_ok_and(|database| database == "postgres")
}

/// The database of PostgreSQL that tests use.
pub fn postgres_address() -> PostgresAddress {
    let address = std::env::var("ASTROLABE_TEST_POSTGRES_URL");
    PostgresAddress::new(address.unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned()))
}

impl TestDatabase {
    /// Nothing is in it yet.
    pub fn make() -> anyhow::Result<Self> {
        static SWEEP: Once = Once::new();
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        if !is_postgres() {
            return Ok(TestDatabase::File(tempfile::tempdir()?));
        }
        SWEEP.call_once(|| {
            // What another test removes at this moment is gone either way.
            let _ = apart(sweep);
        });
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(TestDatabase::Schema(format!("{START}{}_{}_{number}", seconds(), std::process::id())))
    }

    /// Where the app of the server is.
    pub fn app_database(&self) -> AppDatabase {
        match self {
            TestDatabase::File(folder) => AppDatabase::File(folder.path().join("data.db")),
            TestDatabase::Schema(name) => AppDatabase::Schema(name.clone()),
        }
    }

    /// How the server reaches it.
    pub fn databases(&self) -> anyhow::Result<Databases> {
        let address = matches!(self, TestDatabase::Schema(_)).then(postgres_address);
        let options = PostgresOptions::default();
        Databases::new(SqliteSynchronous::Normal, address.as_ref().map(|address| (address, &options)))
    }

    /// Everything in it.
    pub async fn stored_bytes(&self) -> anyhow::Result<Vec<u8>> {
        match self {
            TestDatabase::File(folder) => {
                let mut bytes = Vec::new();
                for entry in std::fs::read_dir(folder.path())? {
                    bytes.extend(std::fs::read(entry?.path())?);
                }
                Ok(bytes)
            }
            TestDatabase::Schema(name) => Ok(server()?.dump(name).await?.into_bytes()),
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let TestDatabase::Schema(name) = self {
            let name = name.clone();
            let removed = apart(async move || Ok(server()?.remove(&name).await?));
            if !std::thread::panicking() {
                assert!(removed.is_ok(), "{removed:?}");
            }
        }
    }
}

fn server() -> anyhow::Result<PostgresServer> {
    PostgresServer::new(postgres_address().as_str(), Default::default(), Handle::current())
        .map_err(anyhow::Error::msg)
}

/// Runs work on a thread and a runtime of its own, as tests drop servers inside of theirs.
fn apart<F>(work: impl FnOnce() -> F + Send + 'static) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>>,
{
    let thread =
        std::thread::spawn(move || Builder::new_current_thread().enable_all().build()?.block_on(work()));
    thread.join().ok().context("it panicked")?
}

async fn sweep() -> anyhow::Result<()> {
    let server = server()?;
    for schema in server.schemas(START).await? {
        let made: Option<u64> =
            schema[START.len()..].split('_').next().and_then(|seconds| seconds.parse().ok());
        if made.is_none_or(|made| made + STALE.as_secs() < seconds()) {
            server.remove(&schema).await?;
        }
    }
    Ok(())
}

fn seconds() -> u64 {
    UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_secs())
}
