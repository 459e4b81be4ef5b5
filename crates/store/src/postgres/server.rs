//! A PostgreSQL server as somebody names it by an address.

use std::sync::Arc;
use std::time::Duration;

use astrolabe_core::events::Events;
use astrolabe_core::ports::StoreResult;
use astrolabe_core::schema::Schema;
use tokio::runtime::Handle;

use super::address::Address;
use super::database::Database;
use super::errors::store_error;
use super::options::PostgresOptions;
use super::{PostgresStore, catalogue, transaction};
use crate::dialect;
use crate::statement::quoted;

/// How long it may take to remove a schema.
const CHANGE_DEADLINE: Duration = Duration::from_secs(600);

/// A database on a server, with its connections. The stores of all apps in it share them.
#[derive(Clone)]
pub struct PostgresServer {
    database: Arc<Database>,
}

impl PostgresServer {
    /// Reads an address such as `postgres://user@host:5432/database` and the certificates that it names. Nothing is
    /// connected yet; what moves bytes will run on `runtime`.
    pub fn new(address: &str, options: PostgresOptions, runtime: Handle) -> Result<Self, String> {
        let place = Address::parse(address)?.place()?;
        Ok(PostgresServer { database: Arc::new(Database::new(place, options, runtime)) })
    }

    /// Whether an address can be understood. The files that it names are not looked at.
    pub fn check_address(address: &str) -> Result<(), String> {
        Address::parse(address).map(|_| ())
    }

    /// The schema of an app, which is left as it is; without classes when there is none.
    pub async fn read_schema(&self, schema: &str) -> StoreResult<Schema> {
        let connection = self.database.connect().await?;
        catalogue::read(&connection, &dialect::postgres(schema)).await
    }

    /// Opens the schema of an app, or makes it. Committed changes are published to `events`.
    pub async fn open(&self, schema: &str, events: Arc<Events>) -> StoreResult<PostgresStore> {
        PostgresStore::open(Arc::clone(&self.database), schema, events).await
    }

    /// Removes the schema of an app with everything in it.
    pub async fn remove(&self, schema: &str) -> StoreResult<()> {
        let sql = format!("DROP SCHEMA IF EXISTS {} CASCADE", quoted(schema));
        self.change_schemas(&sql).await
    }

    /// Gives the schema of an app another name; whether there is one.
    pub async fn rename(&self, schema: &str, to: &str) -> StoreResult<bool> {
        if !self.schemas(schema).await?.iter().any(|found| found == schema) {
            return Ok(false);
        }
        let sql = format!("ALTER SCHEMA {} RENAME TO {}", quoted(schema), quoted(to));
        self.change_schemas(&sql).await.map(|()| true)
    }

    /// A large schema takes its time.
    async fn change_schemas(&self, sql: &str) -> StoreResult<()> {
        let connection = self.database.connect().await?;
        transaction::begin(&connection, CHANGE_DEADLINE).await?;
        let changed = connection.batch(sql).await.map_err(store_error);
        transaction::finish(&connection, changed).await
    }

    /// Asks for a sign of life, which is waited for a second.
    pub async fn ping(&self) -> StoreResult<()> {
        self.database.ping().await
    }

    /// All rows of a schema as texts, for tests that search them.
    pub async fn dump(&self, schema: &str) -> StoreResult<String> {
        let connection = self.database.connect().await?;
        let sql = "SELECT query_to_xml(format('SELECT * FROM %I.%I', schemaname, tablename), true, true, '')::text \
                   FROM pg_tables WHERE schemaname = $1";
        let rows = connection.query_text(sql, &[&schema]).await.map_err(store_error)?;
        rows.iter().map(|row| row.try_get::<_, String>(0).map_err(store_error)).collect()
    }

    /// The schemas whose names begin with a text.
    pub async fn schemas(&self, start: &str) -> StoreResult<Vec<String>> {
        let connection = self.database.connect().await?;
        let sql = "SELECT nspname::text FROM pg_namespace WHERE starts_with(nspname::text, $1) ORDER BY 1";
        let rows = connection.query_text(sql, &[&start]).await.map_err(store_error)?;
        rows.iter().map(|row| row.try_get(0).map_err(store_error)).collect()
    }
}
