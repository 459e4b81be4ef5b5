//! Mail of the whole program: it survives kills and restarts, and the page and log of a developer.

use std::time::{Duration, Instant};

use astrolabe_testkit::{SinkTls, SmtpSink, is_postgres, postgres_address};
use reqwest::Method;
use serde_json::{Value, json};

use crate::program::{Folder, Running};

const ARGS: &[&str] =
    &["start", "--listen", "127.0.0.1:0", "--app-id", "kept", "--master-key", "m", "--data", "data"];

async fn call(server: &Running, method: Method, path: &str, body: Value) -> u16 {
    let request = reqwest::Client::new().request(method, format!("{}/parse{path}", server.url));
    let request = request.header("X-Parse-Application-Id", "kept").json(&body);
    request.send().await.unwrap().status().as_u16()
}

/// The app's data is where the test run has it, and goes with the test.
struct Place {
    folder: Folder,
    schema: String,
}

impl Place {
    fn new() -> Self {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap();
        let schema = format!("astrolabe_test_server_{}_{}_mail", now.as_secs(), now.subsec_nanos());
        Place { folder: Folder::new(), schema }
    }

    fn start(&self, sink: &SmtpSink) -> Running {
        let (url, address) = (sink.url(""), postgres_address());
        let mut env = vec![
            ("ASTROLABE_SMTP_URL", url.as_str()),
            ("ASTROLABE_MAIL_FROM", "shop@example.org"),
            ("ASTROLABE_PUBLIC_URL", "https://example.org/parse"),
            ("ASTROLABE_EMAILS_VERIFY", "true"),
            ("ASTROLABE_LOG", "error"),
        ];
        if is_postgres() {
            env.push(("ASTROLABE_DATABASE_URL", address.as_str()));
            env.push(("ASTROLABE_DATABASE_SCHEMA", &self.schema));
        }
        self.folder.start_with(ARGS, &env)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !is_postgres() {
            return;
        }
        let name = self.schema.clone();
        let removed = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let (address, handle) = (postgres_address(), tokio::runtime::Handle::current());
                let options = astrolabe_store::PostgresOptions::default();
                let server = astrolabe_store::PostgresServer::new(address.as_str(), options, handle).unwrap();
                server.remove(&name).await.unwrap();
            });
        });
        assert!(removed.join().is_ok() || std::thread::panicking());
    }
}

/// The server is killed while the mail server holds the message: taken, but not acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_between_enqueue_and_delivery_loses_nothing() {
    let place = Place::new();
    let stuck = SmtpSink::start(SinkTls::None).await.unwrap();
    stuck.hold();
    let server = place.start(&stuck);
    let mut addresses = Vec::new();
    for number in 0..12 {
        let email = format!("ann{number}@example.org");
        let user = json!({"username": format!("ann{number}"), "password": "secret", "email": email});
        assert_eq!(call(&server, Method::POST, "/users", user).await, 201);
        addresses.push(email);
    }
    stuck.held().await.unwrap();
    server.kill();
    assert_eq!(stuck.unread(), 0);

    let sink = SmtpSink::start(SinkTls::None).await.unwrap();
    let server = place.start(&sink);
    let mut arrived = Vec::new();
    for _ in &addresses {
        let mail = sink.next_within(Duration::from_secs(120)).await.unwrap();
        assert!(mail.link().unwrap().starts_with("https://example.org/parse/apps/kept/verify_email?token="));
        arrived.extend(mail.to);
    }
    arrived.sort_unstable();
    addresses.sort_unstable();
    assert_eq!(arrived, addresses);
    assert_eq!(server.terminate().code, Some(0));
    assert_eq!(sink.unread(), 0, "each was sent once");
}

#[tokio::test]
async fn a_developer_sees_mail_in_the_log_and_on_a_page() {
    let folder = Folder::new();
    let env = [("ASTROLABE_EMAILS_VERIFY", "true"), ("ASTROLABE_APP_ID", "kept")];
    let server = folder.start_with(&["dev", "--listen", "127.0.0.1:0"], &env);
    let keys: Value = serde_json::from_str(&folder.read(".astrolabe/keys.json")).unwrap();
    let user = json!({"username": "ann", "password": "secret", "email": "ann@example.org"});
    let http = reqwest::Client::new();
    let signing_up =
        http.post(format!("{}/parse/users", server.url)).header("X-Parse-Application-Id", "kept");
    let signing_up = signing_up.header("X-Parse-REST-API-Key", keys["restKey"].as_str().unwrap()).json(&user);
    assert_eq!(signing_up.send().await.unwrap().status(), 201);
    let page = format!("{}/_astrolabe/outbox", server.url);
    let start = Instant::now();
    let shown = loop {
        let shown = http.get(&page).send().await.unwrap().text().await.unwrap();
        if shown.contains("ann@example.org") {
            break shown;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{shown}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let link = format!("{}/parse/apps/kept/verify_email?token=", server.url);
    assert!(shown.contains(&link), "{shown}");
    // Another site that points its name at this machine sees nothing.
    let rebound = http.get(&page).header("Host", "evil.example").send().await.unwrap();
    assert_eq!(rebound.status(), 404);
    let ended = server.terminate();
    assert!(
        ended.stderr.contains("a mail was put into the outbox") && ended.stderr.contains(&link),
        "{}",
        ended.stderr
    );
    // The program that serves users has no such page.
    let server = folder.start(&["start", "--listen", "127.0.0.1:0", "--app-id", "a", "--master-key", "m"]);
    let gone = http.get(format!("{}/_astrolabe/outbox", server.url)).send().await.unwrap();
    assert_eq!(gone.status(), 404);
}
