//! A server for one test.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context as _;
use astrolabe_auth::PasswordCost;
use astrolabe_cluster::SharedMemory;
use astrolabe_core::access::Scope;
use astrolabe_core::app::{App, AppKeys, AppSettings, Apps, HashedKey, HostName, Meter, ServerSecret, Usage};
use astrolabe_core::error::Result;
use astrolabe_core::ports::{BoxFuture, Clock as _};
use astrolabe_core::query::Filter;
use astrolabe_core::schema::MAIL;
use astrolabe_mail::MailQueue;
use astrolabe_server::apps::AppDefinition;
use astrolabe_server::config::{Environment, MailConfig, Mode, ServerConfig, Sources, load};
use astrolabe_server::edge::EdgeParts;
use astrolabe_server::http::{HttpLimits, serve};
use astrolabe_server::lifecycle::{Shutdown, SystemIds};
use astrolabe_server::mail::{MailMarks, mailer};
use astrolabe_server::probes::Readiness;
use astrolabe_server::router::{RouterParts, router};
use astrolabe_server::state::{State, StateParts};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::database::TestDatabase;
use crate::{TestClock, TestRequest};

/// The application id of every test server.
pub const APP_ID: &str = "test-app";
/// Its keys.
pub const REST_KEY: &str = "test-rest-key";
/// See [`REST_KEY`].
pub const JAVASCRIPT_KEY: &str = "test-javascript-key";
/// See [`REST_KEY`].
pub const MASTER_KEY: &str = "test-master-key";

/// A running server with one app. Clients may make classes unless the test says otherwise.
pub struct TestServer {
    /// Time, as the server sees it.
    pub clock: Arc<TestClock>,
    /// The app, for what cannot be seen through HTTP.
    pub app: Arc<App>,
    origin: String,
    client: reqwest::Client,
    shutdown: Shutdown,
    serving: Option<JoinHandle<()>>,
    database: TestDatabase,
    /// The mailer.
    pub mail: MailQueue,
    secret: ServerSecret,
    data: TempDir,
}

/// A user that a test has signed up.
#[derive(Debug, Clone)]
pub struct User {
    /// The object id.
    pub id: String,
    /// The token of its session.
    pub token: String,
}

/// How a test server differs from the usual one.
#[derive(Default)]
pub struct TestServerBuilder {
    settings: Option<AppSettings>,
    keys: Option<AppKeys>,
    trusted_proxies: Vec<&'static str>,
    mail: MailConfig,
    edge: Option<ServerConfig>,
}

impl TestServerBuilder {
    /// Sends mail.
    pub fn mail(mut self, config: MailConfig) -> Self {
        self.mail = config;
        self
    }

    /// Changes the app's settings.
    pub fn settings(mut self, change: impl FnOnce(&mut AppSettings)) -> Self {
        change(self.settings.get_or_insert_with(default_settings));
        self
    }

    /// Changes the app's keys.
    pub fn keys(mut self, change: impl FnOnce(&mut AppKeys)) -> Self {
        change(self.keys.get_or_insert_with(test_keys));
        self
    }

    /// Believes the forwarding headers of a network.
    pub fn trust_proxy(mut self, network: &'static str) -> Self {
        self.trusted_proxies.push(network);
        self
    }

    /// Takes the gateway's routes and the key of the site from the text of an `astrolabe.toml` and an environment.
    pub fn edge(mut self, toml: &str, environment: &[(&'static str, &'static str)]) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("astrolabe.toml"), toml)?;
        let loaded = load(Sources {
            mode: Mode::Start,
            config_file: None,
            parse_config_file: None,
            folder: folder.path(),
            environment: Environment::of(environment.iter().copied()),
            flags: Vec::new(),
        })?;
        self.edge = Some(loaded.config.server);
        Ok(self)
    }

    /// Starts it.
    pub async fn start(self) -> anyhow::Result<TestServer> {
        let database = TestDatabase::make()?;
        let clock = Arc::new(TestClock::default());
        let secret = ServerSecret::generate(&SystemIds);
        let data = TempDir::new()?;
        let mail = mailer(&self.mail, data.path(), &secret)?;
        let state = State::new(StateParts {
            clock: clock.clone(),
            ids: Arc::new(SystemIds),
            password_cost: PasswordCost::cheapest(),
            databases: database.databases()?,
            mail: mail.clone(),
            secret: secret.clone(),
            waiting_apps: MailMarks::in_folder(data.path()),
        });
        let settings = self.settings.unwrap_or_else(default_settings);
        let definition = AppDefinition {
            id: APP_ID.to_owned(),
            keys: self.keys.unwrap_or_else(test_keys),
            hosts: Vec::new(),
            settings: settings.clone(),
            database: database.app_database(),
            meter: Arc::new(Meter::new(settings.limits.clone(), &Usage::default())),
        };
        let opener = state.opener();
        let app = tokio::task::spawn_blocking(move || opener(definition)).await??;
        let shutdown = Shutdown::manual();
        let parts = RouterParts {
            apps: Arc::new(FixedApps(HashMap::from([(APP_ID, Arc::clone(&app))]))),
            defaults: settings,
            trusted_proxies: self.trusted_proxies.iter().map(|n| n.parse()).collect::<Result<_, _>>()?,
            access_log: Arc::new(|_| ()),
            edge: EdgeParts {
                routes: self.edge.as_ref().map(|edge| edge.gateway.clone()).unwrap_or_default(),
                site_key: self.edge.and_then(|edge| edge.site_key),
                memory: Arc::new(SharedMemory::in_process(clock.clone())),
                address_key: [7; 32],
            },
            readiness: Readiness { shutdown: shutdown.clone(), apps: None },
        };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let limits = HttpLimits { connections_max: 256, shutdown_grace: std::time::Duration::from_secs(5) };
        let serving = tokio::spawn(serve(listener, router(&state, parts), limits, shutdown.clone()));
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .context("the HTTP client")?;
        let serving = Some(serving);
        Ok(TestServer { clock, app, origin, client, shutdown, serving, database, mail, secret, data })
    }
}

fn default_settings() -> AppSettings {
    AppSettings { allow_client_class_creation: true, ..AppSettings::default() }
}

fn test_keys() -> AppKeys {
    AppKeys {
        rest: Some(REST_KEY.to_owned()),
        javascript: Some(JAVASCRIPT_KEY.to_owned()),
        master: Some(HashedKey::of(MASTER_KEY)),
        ..AppKeys::default()
    }
}

struct FixedApps(HashMap<&'static str, Arc<App>>);

impl Apps for FixedApps {
    fn by_id<'a>(&'a self, app_id: &'a str) -> BoxFuture<'a, Result<Option<Arc<App>>>> {
        Box::pin(std::future::ready(Ok(self.0.get(app_id).cloned())))
    }

    fn by_host<'a>(&'a self, _: &'a HostName) -> BoxFuture<'a, Result<Option<Arc<App>>>> {
        Box::pin(std::future::ready(Ok(self.0.values().next().cloned())))
    }
}

impl TestServer {
    /// The usual server.
    pub async fn start() -> anyhow::Result<Self> {
        TestServerBuilder::default().start().await
    }

    /// A server that differs.
    pub fn builder() -> TestServerBuilder {
        TestServerBuilder::default()
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Everything that is stored, as bytes to search in.
    pub async fn stored_bytes(&self) -> anyhow::Result<Vec<u8>> {
        self.database.stored_bytes().await
    }

    /// A request with nothing but a path.
    pub fn plain(&self, method: Method, path: &str) -> TestRequest {
        TestRequest::new(self.client.request(method, format!("{}{path}", self.origin)))
    }

    /// A request with nothing but a path below `/parse`.
    pub fn bare(&self, method: Method, path: &str) -> TestRequest {
        TestRequest::new(self.client.request(method, format!("{}/parse{path}", self.origin)))
    }

    /// A request with the application id and the REST key.
    pub fn request(&self, method: Method, path: &str) -> TestRequest {
        self.bare(method, path)
            .header("X-Parse-Application-Id", APP_ID)
            .header("X-Parse-REST-API-Key", REST_KEY)
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> TestRequest {
        self.request(Method::GET, path)
    }

    /// `POST` with a JSON body.
    pub fn post(&self, path: &str, body: Value) -> TestRequest {
        self.request(Method::POST, path).json(&body)
    }

    /// `PUT` with a JSON body.
    pub fn put(&self, path: &str, body: Value) -> TestRequest {
        self.request(Method::PUT, path).json(&body)
    }

    /// `DELETE`.
    pub fn delete(&self, path: &str) -> TestRequest {
        self.request(Method::DELETE, path)
    }

    /// A request to a path below `/api/auth`, without cookies.
    pub fn accounts(&self, method: Method, path: &str) -> TestRequest {
        TestRequest::new(self.client.request(method, format!("{}/api/auth{path}", self.origin)))
    }

    /// Signs a user up; the password is `secret`.
    pub async fn user(&self, username: &str) -> anyhow::Result<User> {
        let body = json!({ "username": username, "password": "secret" });
        let answer = self.post("/users", body).send().await?;
        answer.expect_status(201)?;
        let text = |key: &str| answer.json[key].as_str().map(str::to_owned).context("no such member");
        Ok(User { id: text("objectId")?, token: text("sessionToken")? })
    }

    /// Makes an object and returns its id.
    pub async fn object(&self, class: &str, body: Value) -> anyhow::Result<String> {
        let answer = self.post(&format!("/classes/{class}"), body).master().send().await?;
        answer.expect_status(201)?;
        answer.json["objectId"].as_str().map(str::to_owned).context("no objectId")
    }

    /// The mailer of another server on the same database.
    pub fn another_mailer(&self, config: &MailConfig) -> anyhow::Result<MailQueue> {
        mailer(config, self.data.path(), &self.secret)
    }

    /// Waits until the mail that waits is not being sent at this moment, or is gone.
    pub async fn until_mail_is_put_back(&self) -> anyhow::Result<()> {
        let start = std::time::Instant::now();
        loop {
            let rows = self.app.objects.find_objects(&Scope::server(), MAIL, Filter::all(), 1).await?;
            // A claim of half a minute lies between the pauses of 20 and of 40 seconds.
            let now = self.clock.now();
            let due_s = rows.first().and_then(|row| row.time("dueAt")).map(|due| (due.0 - now.0) / 1_000);
            match due_s {
                Some(due_s) if (21..=30).contains(&due_s) => {}
                _ => return Ok(()),
            }
            anyhow::ensure!(start.elapsed().as_secs() < 60, "the mail is sent for ever");
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }

    /// Stops the server and closes the database.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.shutdown.request();
        if let Some(serving) = self.serving.take() {
            serving.await?;
        }
        self.app.close().await;
        Ok(())
    }
}
