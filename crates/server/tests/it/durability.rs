use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::program::Folder;

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

fn request(method: reqwest::Method, url: &str, path: &str) -> reqwest::RequestBuilder {
    reqwest::Client::new()
        .request(method, format!("{url}/parse{path}"))
        .header("X-Parse-Application-Id", "kept")
        .header("X-Parse-Master-Key", "master")
}

/// Writes until the server is gone and notes every id that was acknowledged.
async fn write_until_the_end(url: String, acknowledged: Arc<Mutex<Vec<String>>>, count: Arc<Semaphore>) {
    let client = reqwest::Client::new();
    loop {
        let write = client
            .post(format!("{url}/parse/classes/Kept"))
            .header("X-Parse-Application-Id", "kept")
            .header("X-Parse-Master-Key", "master")
            .json(&json!({"text": "x"}));
        let Ok(answer) = write.send().await else { return };
        let Ok(body) = answer.json::<Value>().await else { return };
        let Some(id) = body["objectId"].as_str() else { return };
        acknowledged.lock().unwrap().push(id.to_owned());
        count.add_permits(1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_writes_survive_sigkill() {
    let folder = Folder::new();
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let count = Arc::new(Semaphore::new(0));
    let server = folder.start(ARGS);
    let writers: Vec<_> = (0..8)
        .map(|_| write_until_the_end(server.url.clone(), Arc::clone(&acknowledged), Arc::clone(&count)))
        .map(tokio::spawn)
        .collect();
    let _enough = count.acquire_many(300).await.unwrap();
    let killed = Command::new("sh").arg("-c").arg(format!("kill -KILL {}", server.id())).status().unwrap();
    assert!(killed.success());
    for writer in writers {
        writer.await.unwrap();
    }
    drop(server);

    let server = folder.start(ARGS);
    let acknowledged = acknowledged.lock().unwrap().clone();
    for ids in acknowledged.chunks(200) {
        let body = json!({"_method": "GET", "where": {"objectId": {"$in": ids}}, "limit": 0, "count": 1});
        let answer =
            request(reqwest::Method::POST, &server.url, "/classes/Kept").json(&body).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["count"], ids.len(), "acknowledged writes are missing");
    }
    assert_eq!(server.terminate().code, Some(0));
}
