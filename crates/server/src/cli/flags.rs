//! Flags of `dev` and `start`. What their values may be is decided by the table of settings, together with all
//! other sources.

use std::path::PathBuf;

use clap::Args;

use crate::config::{Config, Environment, Loaded, Mode, Sources, load};

/// Flags of the commands that run a server. Every other setting has a key in `astrolabe.toml` and an environment
/// variable.
#[derive(Args)]
pub(super) struct ServerFlags {
    /// The folder of all apps and their databases.
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// The address to accept connections on, such as 127.0.0.1:1337.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// What keys are derived from, at least 32 characters; better given as ASTROLABE_SECRET.
    #[arg(long, value_name = "SECRET")]
    secret: Option<String>,
    /// The mail server, such as smtp://user:password@host:587; better given as ASTROLABE_SMTP_URL.
    #[arg(long, value_name = "URL")]
    smtp_url: Option<String>,
    /// Who mail comes from, such as "Shop <shop@example.org>".
    #[arg(long, value_name = "ADDRESS")]
    mail_from: Option<String>,
    /// Declare an app with this application id.
    #[arg(long, value_name = "ID", help_heading = "Declared app")]
    app_id: Option<String>,
    /// Its master key; better given as ASTROLABE_MASTER_KEY, as flags can be seen by other users of the machine.
    #[arg(long, value_name = "KEY", help_heading = "Declared app")]
    master_key: Option<String>,
    /// Its key for REST clients.
    #[arg(long, value_name = "KEY", help_heading = "Declared app")]
    rest_key: Option<String>,
    /// Its key for the JavaScript SDK.
    #[arg(long, value_name = "KEY", help_heading = "Declared app")]
    javascript_key: Option<String>,
    /// Its database: sqlite:PATH; or that of all apps: postgres://…
    #[arg(long, value_name = "URL", help_heading = "Declared app")]
    database_url: Option<String>,
    /// Read this file instead of ./astrolabe.toml.
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    config: Option<PathBuf>,
    /// Also read the options of a Parse Server from this JSON file.
    #[arg(long, value_name = "FILE.json", help_heading = "Configuration")]
    parse_config: Option<PathBuf>,
    /// Form of log lines: pretty or json.
    #[arg(long, value_name = "FORMAT", help_heading = "Log")]
    log_format: Option<String>,
    /// What to log: error, warn, info, debug or trace.
    #[arg(long, value_name = "LEVEL", help_heading = "Log")]
    log_level: Option<String>,
    /// Apply pending migrations of the folder `schema` before the server starts.
    #[arg(long)]
    migrate: bool,
    /// Stop when standard input ends.
    #[arg(long)]
    exit_on_stdin_eof: bool,
    /// Not in this version.
    #[arg(long, value_name = "URL", hide = true)]
    redis_url: Option<String>,
    /// Not in this version.
    #[arg(long, value_name = "FILE", hide = true)]
    cloud: Option<String>,
    /// Not in this version.
    #[arg(long, value_name = "DIR", hide = true)]
    site: Option<String>,
}

impl ServerFlags {
    /// Reads the whole configuration of the command.
    pub(super) fn load_config(self, mode: Mode) -> anyhow::Result<Loaded> {
        let folder = std::env::current_dir()?;
        let loaded = load(Sources {
            mode,
            config_file: self.config.as_deref(),
            parse_config_file: self.parse_config.as_deref(),
            folder: &folder,
            environment: Environment::of_process(&folder),
            flags: self.given(),
        })?;
        Ok(loaded)
    }

    fn given(&self) -> Vec<(&'static str, String)> {
        let texts = [
            ("--data", &self.data),
            ("--listen", &self.listen),
            ("--secret", &self.secret),
            ("--smtp-url", &self.smtp_url),
            ("--mail-from", &self.mail_from),
            ("--app-id", &self.app_id),
            ("--master-key", &self.master_key),
            ("--rest-key", &self.rest_key),
            ("--javascript-key", &self.javascript_key),
            ("--database-url", &self.database_url),
            ("--log-format", &self.log_format),
            ("--log-level", &self.log_level),
            ("--redis-url", &self.redis_url),
            ("--cloud", &self.cloud),
            ("--site", &self.site),
        ];
        let texts = texts.into_iter().filter_map(|(flag, value)| Some((flag, value.clone()?)));
        let switches = [("--migrate", self.migrate), ("--exit-on-stdin-eof", self.exit_on_stdin_eof)];
        let on = switches.into_iter().filter(|(_, on)| *on).map(|(flag, _)| (flag, "true".to_owned()));
        texts.chain(on).collect()
    }
}

/// The configuration that `astrolabe start` without flags would have in the current folder.
pub(super) fn load_config_of_folder() -> anyhow::Result<Config> {
    let folder = std::env::current_dir()?;
    let loaded = load(Sources {
        mode: Mode::Start,
        config_file: None,
        parse_config_file: None,
        folder: &folder,
        environment: Environment::of_process(&folder),
        flags: Vec::new(),
    })?;
    Ok(loaded.config)
}

/// Some flags are keys.
impl std::fmt::Debug for ServerFlags {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerFlags(…)")
    }
}
