//! What `dev` and `start` share: from a checked configuration to a server that has stopped.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use astrolabe_auth::PasswordCost;
use astrolabe_core::app::Apps;
use astrolabe_mail::WaitingApps;
use astrolabe_wire::access_log::AccessLog;
use tokio::net::TcpListener;

mod schema;

use super::dev::RunningFile;
use super::output;
use crate::apps::{AppDefinition, AppRegistry, DataFolder, RegistryLimits, lock_database};
use crate::config::Config;
use crate::databases::Databases;
use crate::edge::EdgeParts;
use crate::http::{self, HttpLimits};
use crate::lifecycle::{Shutdown, SystemClock, SystemIds, raise_open_files_limit};
use crate::mail::{MailMarks, mailer};
use crate::probes::Readiness;
use crate::router::{PARSE_MOUNT, RouterParts, router};
use crate::state::{State, StateParts};
use crate::telemetry;

/// For blocking work that is still running when everything else has stopped.
const RUNTIME_GRACE: Duration = Duration::from_secs(2);

/// Threads for work on files, such as opening apps.
const BLOCKING_THREADS_MAX: usize = 32;

/// Everything a server starts from.
pub(super) struct Launch {
    pub config: Config,
    /// Sentences of the configuration for the log.
    pub warnings: Vec<String>,
    pub folder: DataFolder,
    /// The app that the configuration declares, whole.
    pub declared: Option<AppDefinition>,
    /// What to print before the ready line.
    pub banner: Option<Banner>,
    /// The file that says where the server is while it runs.
    pub running: Option<RunningFile>,
    /// Write changes of classes into the folder of class files.
    pub writes_back: bool,
}

impl Launch {
    /// Links of mails that only their developer sees lead to this server, whatever it is reached by.
    fn note_own_url(&mut self, address: SocketAddr) {
        if self.config.server.mail.outbox {
            let url = format!("http://{}{PARSE_MOUNT}", reachable(address));
            self.config.defaults.own_url = Some(url.clone());
            if let Some(declared) = &mut self.declared {
                declared.settings.own_url = Some(url);
            }
        }
    }
}

/// Makes the text from the server's address.
pub(super) type Banner = Box<dyn Fn(&str) -> String>;

/// Runs a server until it is asked to stop.
pub(super) fn run(launch: Launch) -> anyhow::Result<()> {
    let log = telemetry::start(&launch.config.server.log)?;
    for warning in &launch.warnings {
        tracing::warn!("{warning}");
    }
    raise_open_files_limit();
    let _lock = launch.folder.lock()?;
    let _database_lock = match &launch.declared {
        Some(app) => lock_database(&app.database)?,
        None => None,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .max_blocking_threads(BLOCKING_THREADS_MAX)
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(async {
        let shutdown = Shutdown::on_signals(launch.config.server.exit_on_stdin_eof)?;
        let listener = bind(launch.config.server.listen).await?;
        serve(launch, listener, log.access(), shutdown).await
    });
    runtime.shutdown_timeout(RUNTIME_GRACE);
    outcome
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "{address} is in use by another program; stop it, or choose another address with --listen"
        ),
        ErrorKind::PermissionDenied => anyhow::anyhow!(
            "{address} may not be used by this user; choose a port from 1024 up with --listen"
        ),
        ErrorKind::AddrNotAvailable => {
            anyhow::anyhow!("{address} is not an address of this machine; choose another one with --listen")
        }
        _ => anyhow::Error::new(error).context(format!("cannot listen on {address}")),
    })
}

/// Puts the server together, says that it is ready and serves.
async fn serve(
    mut launch: Launch,
    listener: TcpListener,
    access_log: AccessLog,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    launch.note_own_url(listener.local_addr()?);
    let server = &launch.config.server;
    let limits =
        HttpLimits { connections_max: server.connections_max, shutdown_grace: server.shutdown_grace };
    let secret = match &server.secret {
        Some(secret) => secret.clone(),
        None => launch.folder.secret(&SystemIds)?,
    };
    let postgres = server.postgres.as_ref().map(|address| (address, &server.postgres_options));
    let databases = Databases::new(server.sqlite_synchronous, postgres)?;
    let edge = EdgeParts::new(server, &secret, Arc::new(SystemClock))?;
    let marks = MailMarks::in_folder(launch.folder.path());
    let state = State::new(StateParts {
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds),
        password_cost: PasswordCost::default(),
        databases: databases.clone(),
        mail: mailer(&server.mail, launch.folder.path(), &secret)?,
        secret,
        waiting_apps: Arc::clone(&marks) as Arc<dyn WaitingApps>,
    });
    let registry = registry(&launch, &state);
    let parts = RouterParts {
        apps: Arc::new(registry.clone()),
        defaults: launch.config.defaults.clone(),
        trusted_proxies: server.trusted_proxies.clone(),
        access_log,
        edge,
        readiness: Readiness { shutdown: shutdown.clone(), apps: Some((registry.clone(), databases)) },
    };
    let router = router(&state, parts);
    open_declared_app(&launch, &registry).await?;
    let writing_back = schema::prepare(&launch, &registry).await?;
    registry.tidy().await;
    let url = format!("http://{}", reachable(listener.local_addr()?));
    let _running = launch.running.as_ref().map(|file| file.write(&url)).transpose()?;
    announce(&launch, &url)?;
    let upkeep = tokio::spawn(registry.clone().keep_up());
    if state.auth.mailer().is_ready() {
        marks.open_apps(&registry).await;
    }
    http::serve(listener, router, limits, shutdown).await;
    upkeep.abort();
    drop(writing_back);
    registry.close_all().await;
    tracing::info!("stopped");
    Ok(())
}

fn registry(launch: &Launch, state: &State) -> AppRegistry {
    let server = &launch.config.server;
    AppRegistry::new(
        launch.folder.clone(),
        launch.declared.clone(),
        launch.config.defaults.clone(),
        RegistryLimits { open_max: server.open_apps_max, idle: server.app_idle },
        Arc::clone(&state.clock),
        state.opener(),
    )
}

/// A database that cannot be opened is a reason not to start, rather than one to fail every request.
async fn open_declared_app(launch: &Launch, registry: &AppRegistry) -> anyhow::Result<()> {
    if let Some(declared) = &launch.declared {
        registry
            .by_id(&declared.id)
            .await
            .with_context(|| format!("the app {} cannot be opened", declared.id))?;
    }
    Ok(())
}

/// The last line is for programs, and always the same.
fn announce(launch: &Launch, url: &str) -> anyhow::Result<()> {
    let banner = launch.banner.as_ref().map(|banner| banner(url)).unwrap_or_default();
    output::print(&format!("{banner}ready {url}\n")).context("standard output cannot be written to")?;
    tracing::info!(url, data = %launch.folder.path().display(), "accepting connections");
    Ok(())
}

/// "Every address" cannot be visited, but this machine is always one of them.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
