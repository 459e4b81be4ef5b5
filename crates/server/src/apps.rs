//! The apps of a server: their records in the data folder, and the ones that are open.
//!
//! Records hold identity and keys. How an app is put together from its database, rules and users is decided by
//! whoever makes the [`Opener`].

mod changes;
mod data_folder;
mod database;
mod deletion;
pub(crate) mod files;
mod lock;
mod record;
mod registry;
mod secret;
mod slot;
mod usage_file;

use std::path::PathBuf;
use std::sync::Arc;

use astrolabe_core::app::{App, AppKeys, AppSettings, HostName, Meter};
use thiserror::Error as ThisError;

pub use data_folder::{DataFolder, NewApp};
pub use database::AppDatabase;
pub use lock::{ServerLock, lock_database};
pub use record::{AppRecord, KeyKind};
pub use registry::{AppRegistry, RegistryLimits};

/// What is needed to open an app.
#[derive(Debug, Clone)]
pub struct AppDefinition {
    /// Its application id.
    pub id: String,
    /// What opens it.
    pub keys: AppKeys,
    /// How it behaves.
    pub settings: AppSettings,
    /// Host names that choose it, beside those of its record.
    pub hosts: Vec<HostName>,
    /// Where its data is.
    pub database: AppDatabase,
    /// What it uses.
    pub meter: Arc<Meter>,
}

/// Opens an app. It runs on a thread that may block.
pub type Opener = Arc<dyn Fn(AppDefinition) -> anyhow::Result<Arc<App>> + Send + Sync>;

/// Why something with the data folder did not work, as a sentence for its owner.
#[derive(Debug, ThisError)]
pub enum AppsError {
    /// The id cannot name an app.
    #[error("`{0}` is not an application id: it takes 1 to 64 letters, digits, `_` or `-`")]
    InvalidId(String),
    /// There is such an app already.
    #[error("there is an app `{0}` already")]
    Exists(String),
    /// There is no such app.
    #[error("there is no app `{id}` in {}", folder.display())]
    Missing {
        /// The id.
        id: String,
        /// The data folder.
        folder: PathBuf,
    },
    /// A server may still use the app that had the id.
    #[error("an app `{0}` has just been deleted; try again in ten seconds, when the server has let go of it")]
    JustDeleted(String),
    /// Clients need a key.
    #[error(
        "the app `{0}` must keep its master key and one client key, or everybody could use it; rotate them instead"
    )]
    KeyNeeded(String),
    /// The host chooses another app.
    #[error("the host {host} belongs to the app `{app}` already")]
    HostTaken {
        /// The host.
        host: String,
        /// The app that has it.
        app: String,
    },
    /// Another server holds the folder.
    #[error("the data folder {} is in use by another server; stop it, or choose another folder with --data", .0.display())]
    Locked(PathBuf),
    /// Another server holds the database.
    #[error("the database {} is in use by another server; stop it, or choose another one with --database-url", .0.display())]
    DatabaseLocked(PathBuf),
    /// A record that cannot be understood.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file system refused.
    #[error("{} cannot be used", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
}
