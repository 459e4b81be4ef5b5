//! A thousand apps in one process: all of them serve, and threads, open files and memory stay within bounds.
//!
//! How long opening takes is measured by `make bench-apps`; a test on a busy machine would only guess.

use std::fs;

use astrolabe_server::apps::{DataFolder, NewApp};
use astrolabe_server::lifecycle::{SystemClock, SystemIds};
use futures_util::stream::{self, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};

use crate::program::{Folder, Running};

const APPS: usize = 1_000;
const CLIENTS: usize = 8;

/// Twice what a release build may take, since this one is not optimised.
const KIB_PER_APP_MAX: u64 = 800;
/// Threads of the runtime, for files, passwords and reads, and writers that wait.
const THREADS_MAX: u64 = 160;
/// Three for each of 256 readers and 64 writers, and sockets.
const OPEN_FILES_MAX: usize = 1_100;

#[tokio::test]
async fn a_thousand_apps_are_open_at_the_same_time() {
    let folder = Folder::new();
    let data = DataFolder::open(&folder.path().join("data")).unwrap();
    let make = |number| data.create(&format!("app-{number}"), "x", &SystemClock, &SystemIds).unwrap();
    let apps: Vec<NewApp> = (0..APPS).map(make).collect();
    // Nobody reads the log, which must not fill its pipe.
    let args = ["start", "--data", "data", "--listen", "127.0.0.1:0", "--log-level", "error"];
    let server = folder.start(&args);
    let client = reqwest::Client::new();
    assert_eq!(send(&client, &server, &apps[0], Method::GET, None).await.0, 200);
    let memory_before = status(&server, "smaps_rollup", "Pss:");

    let answers = on_all(&client, &server, &apps, Method::GET, None).await;
    assert!(answers.iter().all(|(status, body)| (*status, body) == (200, &json!({"results": []}))));
    let memory = status(&server, "smaps_rollup", "Pss:") - memory_before;
    assert!(memory / (APPS as u64) < KIB_PER_APP_MAX, "{memory} KiB");

    let role = json!({"name": "admins", "ACL": {"*": {"read": true}}});
    let answers = on_all(&client, &server, &apps, Method::POST, Some(role)).await;
    assert!(answers.iter().all(|(status, _)| *status == 201), "{answers:?}");
    let threads = status(&server, "status", "Threads:");
    let open_files = fs::read_dir(format!("/proc/{}/fd", server.id())).unwrap().count();
    assert!(threads < THREADS_MAX, "{threads} threads");
    assert!(open_files < OPEN_FILES_MAX, "{open_files} open files");

    // Each has its own role and nobody else's.
    let answers = on_all(&client, &server, &apps, Method::GET, None).await;
    assert!(answers.iter().all(|(_, body)| body["results"].as_array().map(Vec::len) == Some(1)));
    assert_eq!(server.terminate().code, Some(0));
}

async fn on_all(
    client: &reqwest::Client,
    server: &Running,
    apps: &[NewApp],
    method: Method,
    body: Option<Value>,
) -> Vec<(u16, Value)> {
    let requests = apps.iter().map(|app| send(client, server, app, method.clone(), body.clone()));
    stream::iter(requests).buffered(CLIENTS).collect().await
}

async fn send(
    client: &reqwest::Client,
    server: &Running,
    app: &NewApp,
    method: Method,
    body: Option<Value>,
) -> (u16, Value) {
    let request = client
        .request(method, format!("{}/parse/roles", server.url))
        .header("X-Parse-Application-Id", &app.record.id)
        .header("X-Parse-Master-Key", &app.master_key);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// A number that the kernel keeps of the process.
fn status(server: &Running, file: &str, name: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{}/{file}", server.id())).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
