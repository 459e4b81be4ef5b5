//! Configuration: read from all of its sources and checked once, at start.
//!
//! One table (`settings`) names every setting with its spellings, kind, default and sentence of documentation;
//! the sources, the checks and `docs/reference/configuration.md` all follow it. Nothing here opens a database or
//! a socket, and nothing is read again later.

mod draft;
mod kind;
mod mistakes;
mod nearest;
mod networks;
mod raw;
mod reference_page;
mod setting;
mod settings;
mod sources;
mod units;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use astrolabe_cluster::RedisAddress;
use astrolabe_core::app::{AppKeys, AppSettings, HostName, ServerSecret};
use astrolabe_edge::gateway::Route;
use astrolabe_edge::shared::SiteKey;
use astrolabe_mail::{Sender, SmtpAddress};
use astrolabe_store::PostgresOptions;
use ipnet::IpNet;

pub use mistakes::{Mistake, Mistakes};
pub use reference_page::reference_page;
pub use sources::Environment;

use draft::Draft;
use sources::Found;
pub(crate) use units::parse_size;

/// Which command reads the configuration; some defaults differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// `astrolabe dev`.
    Dev,
    /// `astrolabe start`.
    Start,
}

/// The whole configuration, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The server as a whole.
    pub server: ServerConfig,
    /// The app that flags, environment or files declare; other apps are found in the data folder.
    pub app: Option<DeclaredApp>,
    /// How apps behave.
    pub defaults: AppSettings,
}

/// Settings of the server as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerConfig {
    /// The address to accept connections on.
    pub listen: SocketAddr,
    /// Where apps and their databases are.
    pub data_dir: PathBuf,
    /// The secret that keys are derived from; without one it is that of the data folder.
    pub secret: Option<ServerSecret>,
    /// Where mail goes.
    pub mail: MailConfig,
    /// Peers whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The PostgreSQL database of all apps; without one, each has an SQLite file.
    pub postgres: Option<PostgresAddress>,
    /// How PostgreSQL is used.
    pub postgres_options: PostgresOptions,
    /// How SQLite waits for the disk.
    pub sqlite_synchronous: SqliteSynchronous,
    /// Stop when standard input ends.
    pub exit_on_stdin_eof: bool,
    /// Connections open at the same time.
    pub connections_max: usize,
    /// How long requests in flight may take at the end.
    pub shutdown_grace: Duration,
    /// Apps open at the same time.
    pub open_apps_max: usize,
    /// How long an unused app stays open.
    pub app_idle: Duration,
    /// The folder of class files and migrations.
    pub schema_dir: PathBuf,
    /// The folder of generated types that `dev` keeps up to date.
    pub types_dir: Option<PathBuf>,
    /// Apply pending migrations before the server starts.
    pub migrate: bool,
    /// The log.
    pub log: LogConfig,
    /// The Redis that nodes share.
    pub redis: Option<RedisAddress>,
    /// What stands before every key in it.
    pub redis_prefix: String,
    /// The key of the server side of a site.
    pub site_key: Option<SiteKey>,
    /// The routes of the gateway.
    pub gateway: Vec<Route>,
}

/// Where mail goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailConfig {
    /// The mail server.
    pub smtp: Option<SmtpAddress>,
    /// Who mail comes from.
    pub from: Option<Sender>,
    /// Certificates to trust beside the usual ones.
    pub smtp_ca: Option<PathBuf>,
    /// A folder of templates.
    pub templates: Option<PathBuf>,
    /// Without a mail server, mail is kept in the data folder for a developer to look at.
    pub outbox: bool,
}

/// The address of a PostgreSQL database, which may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresAddress(String);

impl PostgresAddress {
    /// An address such as `postgres://user:password@host/database`.
    pub fn new(address: impl Into<String>) -> Self {
        PostgresAddress(address.into())
    }

    /// The address, to connect with.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Passwords never reach a log.
impl std::fmt::Debug for PostgresAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostgresAddress")
    }
}

/// How SQLite waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqliteSynchronous {
    /// Every acknowledged write survives a power cut.
    Full,
    /// Faster; a power cut may lose the last writes, a crash of the process does not.
    Normal,
}

/// How the server logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// The form of a line.
    pub format: LogFormat,
    /// A level or a list of `target=level`, as `tracing_subscriber::EnvFilter` reads them.
    pub level: String,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One readable line.
    Pretty,
    /// One JSON object.
    Json,
}

/// An app that the configuration declares.
#[derive(Debug, Clone)]
pub struct DeclaredApp {
    /// Its application id.
    pub id: String,
    /// Its name for people.
    pub name: Option<String>,
    /// Host names that choose it where a protocol has no key.
    pub hosts: Vec<HostName>,
    /// Its keys; those that are missing may be in the data folder.
    pub keys: AppKeys,
    /// How it behaves.
    pub settings: AppSettings,
    /// Its SQLite file, when it is not in the data folder.
    pub database: Option<PathBuf>,
    /// Its schema in PostgreSQL, when it is not the usual one.
    pub schema: Option<String>,
}

/// Where to read from.
pub struct Sources<'a> {
    /// Which command asks.
    pub mode: Mode,
    /// `--config`; `None` reads `astrolabe.toml` in `folder` if there is one.
    pub config_file: Option<&'a Path>,
    /// `--parse-config`.
    pub parse_config_file: Option<&'a Path>,
    /// The folder the command was started in.
    pub folder: &'a Path,
    /// Environment variables.
    pub environment: Environment,
    /// Flags that were given, with their values: `("--listen", "127.0.0.1:0")`.
    pub flags: Vec<(&'static str, String)>,
}

/// A configuration and what its owner should know of it.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// Sentences for the log.
    pub warnings: Vec<String>,
}

/// Reads every source, lowest first, and reports all mistakes together.
pub fn load(sources: Sources<'_>) -> Result<Loaded, Mistakes> {
    let mut found = Found::default();
    sources::read_all(&sources, &mut found);
    let mut draft = Draft::new(sources.mode);
    for given in &found.given {
        if let Err(problem) = given.setting.kind.apply(&given.raw, &mut draft) {
            found.mistakes.push(given.mistake(problem));
        }
    }
    draft.server.gateway = std::mem::take(&mut found.gateway);
    let config = draft.finish(sources.mode, &mut found.mistakes);
    if found.mistakes.is_empty() {
        Ok(Loaded { config, warnings: found.warnings })
    } else {
        Err(Mistakes(found.mistakes))
    }
}

#[cfg(test)]
mod tests;
