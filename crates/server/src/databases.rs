//! The databases of apps: which store opens which, and what all stores of a server share.

use std::sync::Arc;

use anyhow::Context as _;
use astrolabe_core::events::Events;
use astrolabe_core::ports::Store;
use astrolabe_core::schema::{Schema, system_classes};
use astrolabe_store::{
    Durability, PostgresOptions, PostgresServer, SqliteOptions, SqliteStore, SqliteTemplate,
};
use tokio::runtime::Handle;

use crate::apps::AppDatabase;
use crate::config::{PostgresAddress, SqliteSynchronous};

/// How databases are used.
#[derive(Clone)]
pub struct Databases {
    sqlite: SqliteOptions,
    postgres: Option<PostgresServer>,
}

impl Databases {
    /// Nothing is connected yet. Runs where a runtime is at hand.
    pub fn new(
        synchronous: SqliteSynchronous,
        postgres: Option<(&PostgresAddress, &PostgresOptions)>,
    ) -> anyhow::Result<Self> {
        let durability = match synchronous {
            SqliteSynchronous::Full => Durability::Full,
            SqliteSynchronous::Normal => Durability::Normal,
        };
        let template = Some(Arc::new(SqliteTemplate::new(system_classes())));
        let server = |(address, options): (&PostgresAddress, &PostgresOptions)| {
            PostgresServer::new(address.as_str(), options.clone(), Handle::current())
                .map_err(|problem| anyhow::anyhow!("the address of PostgreSQL cannot be used: {problem}"))
        };
        Ok(Databases {
            sqlite: SqliteOptions { durability, template, ..SqliteOptions::default() },
            postgres: postgres.map(server).transpose()?,
        })
    }

    /// Opens a database, or makes it, with the classes that every app has.
    pub async fn open(&self, database: &AppDatabase, events: Arc<Events>) -> anyhow::Result<Arc<dyn Store>> {
        let not_opened = || format!("{database} cannot be opened");
        let store: Arc<dyn Store> = match database {
            AppDatabase::File(path) => {
                Arc::new(SqliteStore::open(path, self.sqlite.clone(), events).with_context(not_opened)?)
            }
            AppDatabase::Schema(name) => {
                Arc::new(self.postgres()?.open(name, events).await.with_context(not_opened)?)
            }
        };
        let made = store.change_schema(system_classes()).await;
        made.with_context(|| format!("the system classes of {database} cannot be made"))?;
        Ok(store)
    }

    /// The schema of a database that others may be using, which is left as it is.
    pub async fn read_schema(&self, database: &AppDatabase) -> anyhow::Result<Schema> {
        let schema = match database {
            AppDatabase::File(path) => SqliteStore::read_schema(path),
            AppDatabase::Schema(name) => self.postgres()?.read_schema(name).await,
        };
        schema.with_context(|| format!("{database} cannot be read"))
    }

    /// The PostgreSQL server, where apps live in one.
    pub fn postgres(&self) -> anyhow::Result<&PostgresServer> {
        self.postgres.as_ref().context("no address of PostgreSQL is configured")
    }
}
