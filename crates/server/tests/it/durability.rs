//! Acknowledged writes survive the end of the process, however it comes: a server is killed in the middle of concurrent
//! writes again and again, on the same data folder.

mod client;
mod sign_ups;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::program::Folder;
use client::Client;
use sign_ups::SignUps;

/// How often the server is killed; `make soak` sets more.
const ROUNDS: &str = "ASTROLABE_KILL_ROUNDS";
const ROUNDS_DEFAULT: u32 = 5;
const CLIENTS: usize = 6;
/// Acknowledged writes after which the server is killed; each round waits for another number of them.
const ACKNOWLEDGED: u32 = 60;
/// For a server that hangs; it answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(60);

const ARGS: &[&str] = &[
    "start",
    "--data",
    "data",
    "--listen",
    "127.0.0.1:0",
    "--app-id",
    "kept",
    "--rest-key",
    "rest",
    "--master-key",
    "master",
    "--log-level",
    "error",
];

/// A request of a client.
fn request(http: &reqwest::Client, method: Method, url: &str, path: &str) -> RequestBuilder {
    http.request(method, format!("{url}/parse{path}"))
        .timeout(PATIENCE)
        .header("X-Parse-Application-Id", "kept")
        .header("X-Parse-REST-API-Key", "rest")
}

/// A request with the master key.
fn master_request(http: &reqwest::Client, method: Method, url: &str, path: &str) -> RequestBuilder {
    request(http, method, url, path).header("X-Parse-Master-Key", "master")
}

/// What SQLite's own checks say.
fn check_clean(database: &Path) {
    let connection = rusqlite::Connection::open(database).unwrap();
    let check: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    let foreign = connection.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap();
    assert!(!foreign, "a reference leads nowhere");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_writes_survive_sigkill() {
    let folder = Folder::new();
    let rounds = std::env::var(ROUNDS).ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS_DEFAULT);
    let mut clients: Vec<Client> = (0..CLIENTS).map(Client::new).collect();
    let mut sign_ups = SignUps::default();
    for round in 0..rounds {
        let acknowledged = Arc::new(Semaphore::new(0));
        let server = folder.start(ARGS);
        let mut writing = JoinSet::new();
        for mut client in clients.drain(..) {
            let (url, acknowledged) = (server.url.clone(), Arc::clone(&acknowledged));
            writing.spawn(async move {
                client.write_until_the_end(&url, round, &acknowledged).await;
                client
            });
        }
        let url = server.url.clone();
        let signing_up = tokio::spawn(async move {
            sign_ups.sign_up_until_the_end(&url).await;
            sign_ups
        });
        let _enough = acknowledged.acquire_many(ACKNOWLEDGED + round * 37 % 200).await.unwrap();
        server.kill();
        clients = writing.join_all().await;
        sign_ups = signing_up.await.unwrap();

        let server = folder.start(ARGS);
        for client in &mut clients {
            client.check(&server.url).await;
        }
        sign_ups.check(&server.url).await;
        assert_eq!(server.terminate().code, Some(0));
        check_clean(&folder.path().join("data/apps/kept/data.db"));
    }
}
