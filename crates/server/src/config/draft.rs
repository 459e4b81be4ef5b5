//! The configuration while its sources are applied one over the other, and the checks between settings.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use astrolabe_core::app::{AppKeys, AppSettings, HostName};
use astrolabe_mail::Templates;
use astrolabe_store::PostgresOptions;

use super::mistakes::Mistake;
use super::{
    Config, DeclaredApp, LogConfig, LogFormat, MailConfig, Mode, PostgresAddress, ServerConfig,
    SqliteSynchronous,
};

/// Port of `dev` and `start`, as Parse Server has it.
const DEFAULT_PORT: u16 = 1337;

/// What `database.url` names.
#[derive(Debug, PartialEq)]
pub(super) enum DatabaseUrl {
    /// The SQLite file of the declared app.
    Sqlite(PathBuf),
    /// The PostgreSQL database of all apps.
    Postgres(PostgresAddress),
}

/// What the sources have said so far. Setters of the table write here.
pub(super) struct Draft {
    pub server: ServerConfig,
    pub settings: AppSettings,
    pub app_id: Option<String>,
    pub app_name: Option<String>,
    pub hosts: Vec<HostName>,
    pub keys: AppKeys,
    pub database: Option<DatabaseUrl>,
    /// The schema of the declared app in PostgreSQL.
    pub schema: Option<String>,
    /// Parse Server's `serverURL`: counts when nothing gives the public address.
    pub server_url: Option<String>,
}

impl Draft {
    /// The defaults of a command.
    pub(super) fn new(mode: Mode) -> Self {
        let dev = mode == Mode::Dev;
        Draft {
            server: server_defaults(mode),
            settings: app_defaults(mode),
            app_id: dev.then(|| "dev".to_owned()),
            app_name: None,
            hosts: Vec::new(),
            keys: AppKeys::default(),
            database: None,
            schema: None,
            server_url: None,
        }
    }

    /// Checks settings against each other and makes the configuration.
    pub(super) fn finish(mut self, mode: Mode, mistakes: &mut Vec<Mistake>) -> Config {
        self.check_app(mode, mistakes);
        self.check_mail(mode, mistakes);
        self.settings.app_name = self.app_name.clone();
        self.settings.public_url = self.settings.public_url.or(self.server_url);
        let accounts = &mut self.settings.cookie_accounts;
        accounts.url = accounts.url.take().or_else(|| origin_of(self.settings.public_url.as_deref()?));
        if let Some(max) = self.settings.max_limit {
            self.settings.default_limit = self.settings.default_limit.min(max);
        }
        let database = match self.database {
            Some(DatabaseUrl::Postgres(address)) => {
                self.server.postgres = Some(address);
                None
            }
            Some(DatabaseUrl::Sqlite(path)) => Some(path),
            None => None,
        };
        let (name, hosts, keys) = (self.app_name, self.hosts, self.keys);
        let settings = self.settings.clone();
        let app = self.app_id.map(|id| DeclaredApp {
            id,
            name,
            hosts,
            keys,
            settings,
            database,
            schema: self.schema,
        });
        Config { server: self.server, app, defaults: self.settings }
    }

    fn check_app(&self, mode: Mode, mistakes: &mut Vec<Mistake>) {
        if mode == Mode::Start && self.app_id.is_none() {
            if self.has_any_key() {
                mistakes.push(Mistake::new("app.id", "is missing, but keys of an app are given; set `app.id`, `--app-id` or `ASTROLABE_APP_ID`"));
            }
            if matches!(self.database, Some(DatabaseUrl::Sqlite(_))) {
                mistakes.push(Mistake::new("app.id", "is missing, but `database.url` gives the database of an app; without it every app has its own file in the data folder"));
            }
        }
        if self.schema.is_some() && !matches!(self.database, Some(DatabaseUrl::Postgres(_))) {
            mistakes.push(Mistake::new(
                "database.schema",
                "is given, but `database.url` names no PostgreSQL database",
            ));
        }
        if self.keys.master.is_some() && self.keys.master == self.keys.read_only_master {
            mistakes
                .push(Mistake::new("app.read_only_master_key", "must not be the same as `app.master_key`"));
        }
    }

    fn check_mail(&self, mode: Mode, mistakes: &mut Vec<Mistake>) {
        let (mail, settings) = (&self.server.mail, &self.settings);
        if mail.smtp.is_some() && mail.from.is_none() {
            mistakes.push(Mistake::new("mail.from", "is missing, but `mail.smtp_url` is given"));
        }
        if let Some(folder) = &mail.templates
            && let Err(problem) = Templates::new(Some(folder.clone())).check()
        {
            mistakes.push(Mistake::new("mail.templates", format!("cannot be used: {problem}")));
        }
        if settings.emails.verify && mode == Mode::Start {
            let has_url = settings.public_url.is_some() || self.server_url.is_some();
            for (is_there, needed) in [(mail.smtp.is_some(), "mail.smtp_url"), (has_url, "server.public_url")]
            {
                if !is_there {
                    mistakes.push(Mistake::new("emails.verify", format!("needs `{needed}`")));
                }
            }
        }
        for (is_on, has_validity, key, needed) in [
            (
                settings.emails.reuse_token,
                settings.emails.token_validity_s.is_some(),
                "emails.reuse_token",
                "emails.token_validity",
            ),
            (
                settings.password_reset.reuse_token,
                settings.password_reset.validity_s.is_some(),
                "passwords.reset_reuse_token",
                "passwords.reset_validity",
            ),
        ] {
            if is_on && !has_validity {
                mistakes.push(Mistake::new(key, format!("needs `{needed}`")));
            }
        }
    }

    fn has_any_key(&self) -> bool {
        let keys = &self.keys;
        keys.client_key_needed()
            || [&keys.master, &keys.read_only_master, &keys.maintenance].into_iter().any(Option::is_some)
    }
}

fn app_defaults(mode: Mode) -> AppSettings {
    let mut settings = AppSettings::default();
    if mode == Mode::Dev {
        settings.allow_client_class_creation = true;
        settings.cookie_accounts.rate_limited = false;
        // The site of a developer has a port of its own, and a server of its own in front of this one.
        settings.cookie_accounts.trusted_origins =
            ["http://localhost:*", "http://127.0.0.1:*"].map(str::to_owned).into();
    }
    settings
}

/// The origin of an address; `None` for one that has none.
fn origin_of(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split('/').next().filter(|host| !host.is_empty())?;
    Some(format!("{scheme}://{}", host.to_ascii_lowercase()))
}

fn server_defaults(mode: Mode) -> ServerConfig {
    let (host, data_dir, format) = match mode {
        Mode::Dev => (Ipv4Addr::LOCALHOST, ".astrolabe/data", LogFormat::Pretty),
        Mode::Start => (Ipv4Addr::UNSPECIFIED, "data", LogFormat::Json),
    };
    ServerConfig {
        listen: SocketAddr::new(IpAddr::V4(host), DEFAULT_PORT),
        data_dir: data_dir.into(),
        secret: None,
        mail: MailConfig { outbox: mode == Mode::Dev, ..MailConfig::default() },
        trusted_proxies: Vec::new(),
        postgres: None,
        postgres_options: PostgresOptions::default(),
        sqlite_synchronous: SqliteSynchronous::Full,
        exit_on_stdin_eof: false,
        connections_max: 10_000,
        shutdown_grace: Duration::from_secs(20),
        open_apps_max: 1_000,
        app_idle: Duration::from_secs(10 * 60),
        schema_dir: "schema".into(),
        types_dir: None,
        migrate: mode == Mode::Dev,
        log: LogConfig { format, level: "info".into() },
        redis: None,
        redis_prefix: "astrolabe:".into(),
        site_key: None,
        gateway: Vec::new(),
    }
}
