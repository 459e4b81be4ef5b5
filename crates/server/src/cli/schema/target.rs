//! Which app and which folder of files a command is about, and how its database is reached.
//!
//! Commands speak to the database, not to a server: they need no key, and work where no server runs. Reading goes on
//! beside a running server; changes need the lock that it holds.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use astrolabe_core::events::Events;
use astrolabe_core::ports::Store;
use astrolabe_core::schema::Schema;
use astrolabe_schema_code::{base_schema, replay};
use astrolabe_store::PostgresOptions;
use clap::Args;
use tokio::runtime::Runtime;

use crate::apps::{AppDatabase, AppsError, DataFolder, lock_database};
use crate::cli::{UsageError, dev};
use crate::config::{Config, Environment, Mode, PostgresAddress, Sources, SqliteSynchronous, load};
use crate::databases::Databases;
use crate::schema_folder::SchemaFolder;

#[derive(Debug, Args)]
pub(crate) struct TargetArgs {
    /// The folder of class files; when left out, `schema`.
    #[arg(long, value_name = "DIR")]
    schema: Option<PathBuf>,
    /// The data folder of the server. When left out: that of `astrolabe dev` in a project that has one, else the one
    /// `astrolabe start` would use here.
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// The application id, where the data folder has several apps.
    #[arg(long, value_name = "ID")]
    app_id: Option<String>,
    /// Read this file instead of ./astrolabe.toml.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The app and the folder of a command.
pub(crate) struct Target {
    /// The application id.
    pub app_id: String,
    /// The class files and migrations.
    pub schema: SchemaFolder,
    folder: DataFolder,
    pub database: AppDatabase,
    postgres: Option<(PostgresAddress, PostgresOptions)>,
}

impl TargetArgs {
    /// The folder of files, for commands that need no database.
    pub fn schema_folder(&self) -> anyhow::Result<SchemaFolder> {
        Ok(self.folder_of(&self.load_config()?))
    }

    /// Finds the app.
    pub fn target(&self) -> anyhow::Result<Target> {
        let mut config = self.load_config()?;
        let options = config.server.postgres_options.clone();
        let postgres = config.server.postgres.clone().map(|address| (address, options));
        let folder = DataFolder::at(&config.server.data_dir).with_databases_in_postgres(postgres.is_some());
        let (app_id, outside) = match config.app.take() {
            Some(app) => {
                let file = app.database.map(AppDatabase::File);
                (app.id, app.schema.map(AppDatabase::Schema).or(file))
            }
            None => (only_app(&folder)?, None),
        };
        let database = match outside {
            Some(database) => database,
            None => folder.database_of(&app_id)?,
        };
        Ok(Target { app_id, schema: self.folder_of(&config), folder, database, postgres })
    }

    fn folder_of(&self, config: &Config) -> SchemaFolder {
        SchemaFolder::at(self.schema.as_deref().unwrap_or(&config.server.schema_dir))
    }

    fn load_config(&self) -> anyhow::Result<Config> {
        let is_project = self.data.is_none() && Path::new(dev::PROJECT_FOLDER).is_dir();
        let folder = std::env::current_dir()?;
        let flags = [("--data", &self.data), ("--app-id", &self.app_id)];
        let loaded = load(Sources {
            mode: if is_project { Mode::Dev } else { Mode::Start },
            config_file: self.config.as_deref(),
            parse_config_file: None,
            folder: &folder,
            environment: Environment::of_process(&folder),
            flags: flags.into_iter().filter_map(|(flag, value)| Some((flag, value.clone()?))).collect(),
        })?;
        Ok(loaded.config)
    }
}

fn only_app(folder: &DataFolder) -> anyhow::Result<String> {
    let mut ids = folder.list()?.into_iter().map(|record| record.id);
    match (ids.next(), ids.next()) {
        (Some(id), None) => Ok(id),
        (None, _) => Err(UsageError(format!(
            "there is no app in {}: name the data folder with --data, or the app with --app-id",
            folder.path().display()
        ))
        .into()),
        (Some(_), Some(_)) => Err(UsageError(format!(
            "{} has several apps; say which one with --app-id",
            folder.path().display()
        ))
        .into()),
    }
}

/// A running server is the one that may change its database.
fn told_to_stop(error: AppsError) -> anyhow::Error {
    match error {
        AppsError::Locked(_) | AppsError::DatabaseLocked(_) => anyhow::anyhow!(
            "{error}. A server applies migrations itself: `astrolabe dev` at once, `astrolabe start --migrate` when \
             it starts"
        ),
        other => other.into(),
    }
}

fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

impl Target {
    /// The schema of the database, also beside a running server. A database that is not there yet has the server's own
    /// classes.
    pub fn read_schema(&self) -> anyhow::Result<Schema> {
        let schema = runtime()?.block_on(async { self.databases()?.read_schema(&self.database).await })?;
        if schema.classes.is_empty() { Ok(base_schema()?) } else { Ok(replay(schema, &[])?) }
    }

    /// Opens the database for changes, runs the work and closes it.
    pub fn change<T>(&self, work: impl AsyncFnOnce(&dyn Store) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let _lock = self.folder.lock().map_err(told_to_stop)?;
        let _database_lock = lock_database(&self.database).map_err(told_to_stop)?;
        runtime()?.block_on(async {
            let store = self.databases()?.open(&self.database, Arc::new(Events::default())).await?;
            let outcome = work(&*store).await;
            store.close().await;
            outcome
        })
    }

    /// The app and its database, for people.
    pub fn shown(&self) -> String {
        match &self.database {
            AppDatabase::File(path) => format!("{} ({})", self.app_id, path.display()),
            schema @ AppDatabase::Schema(_) => format!("{} ({schema})", self.app_id),
        }
    }

    fn databases(&self) -> anyhow::Result<Databases> {
        let postgres = self.postgres.as_ref().map(|(address, options)| (address, options));
        Databases::new(SqliteSynchronous::Full, postgres)
    }
}
