//! A server on a disk without room and on a damaged database: what clients and the log are told, and that it goes on.

use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};

use crate::program::{Folder, Running};

const ARGS: &[&str] = &["start", "--data", "data", "--listen", "127.0.0.1:0", "--log-level", "error"];
const DECLARED: &[&str] = &["--app-id", "shop", "--rest-key", "rest", "--master-key", "master"];

fn declared() -> Vec<&'static str> {
    [ARGS, DECLARED].concat()
}

/// Status and body of a request with the REST key.
async fn send(url: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = reqwest::Client::new()
        .request(method, format!("{url}/parse{path}"))
        .header("X-Parse-Application-Id", "shop")
        .header("X-Parse-REST-API-Key", "rest")
        .header("X-Parse-Master-Key", "master");
    let answer = request.json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn create(url: &str, text: &str) -> (u16, Value) {
    send(url, Method::POST, "/classes/Todo", json!({"text": text})).await
}

/// Bounds the size of every file that the server writes, as a disk without room would.
fn limit_files(server: &Running, bytes: &str) {
    let limited = Command::new("prlimit")
        .args(["--pid", &server.id().to_string(), &format!("--fsize={bytes}:unlimited")])
        .status()
        .unwrap();
    assert!(limited.success());
}

#[tokio::test]
async fn a_disk_without_room_refuses_writes_until_there_is_room() {
    let folder = Folder::new();
    let server = folder.start_with_file_limit(&declared());
    assert_eq!(create(&server.url, "before").await.0, 201);
    limit_files(&server, "4096");
    for _ in 0..3 {
        let (status, answer) = create(&server.url, "lost").await;
        assert_eq!((status, &answer["code"]), (503, &json!(1)), "{answer}");
        let user = json!({"username": "ann", "password": "secret"});
        assert_eq!(send(&server.url, Method::POST, "/users", user).await.0, 503);
        let (status, found) = send(&server.url, Method::GET, "/classes/Todo", json!({})).await;
        assert_eq!((status, found["results"].as_array().unwrap().len()), (200, 1));
    }
    limit_files(&server, "unlimited");
    assert_eq!(create(&server.url, "after").await.0, 201);
    let ended = server.terminate();
    assert_eq!(ended.code, Some(0));
    assert!(ended.stderr.contains("a database request failed"), "{}", ended.stderr);
    assert!(ended.stderr.contains("disk I/O error"), "{}", ended.stderr);

    let server = folder.start(&declared());
    let (_, found) = send(&server.url, Method::GET, "/classes/Todo", json!({})).await;
    let texts: Vec<_> = found["results"].as_array().unwrap().iter().map(|object| &object["text"]).collect();
    assert_eq!(texts, ["before", "after"]);
}

/// A database that is damaged keeps its app away, and the others and the server alone.
#[tokio::test]
async fn a_damaged_database_is_named_and_replaced_without_a_restart() {
    let folder = Folder::new();
    let created = folder.run(&["app", "create", "--id", "shop", "--data", "data", "--json"]);
    let keys: Value = serde_json::from_str(&created.stdout).unwrap();
    let [rest, master] = ["restKey", "masterKey"].map(|key| keys[key].as_str().unwrap());
    let send = async |url: &str, method: Method| {
        let request = reqwest::Client::new()
            .request(method, format!("{url}/parse/classes/Todo"))
            .header("X-Parse-Application-Id", "shop")
            .header("X-Parse-REST-API-Key", rest)
            .header("X-Parse-Master-Key", master);
        let answer = request.json(&json!({})).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let server = folder.start(ARGS);
    assert_eq!(send(&server.url, Method::POST).await.0, 201);
    server.terminate();
    let database = folder.path().join("data/apps/shop/data.db");
    let backup = std::fs::read(&database).unwrap();
    std::fs::write(&database, "not a database ".repeat(1_000)).unwrap();

    let server = folder.start(ARGS);
    let (status, answer) = send(&server.url, Method::POST).await;
    assert_eq!((status, &answer["code"]), (503, &json!(1)), "{answer}");
    std::fs::write(&database, backup).unwrap();
    let (status, found) = send(&server.url, Method::GET).await;
    assert_eq!((status, found["results"].as_array().unwrap().len()), (200, 1));
    let ended = server.terminate();
    assert!(ended.stderr.contains("the file is damaged: file is not a database"), "{}", ended.stderr);
}

#[test]
fn a_declared_app_that_cannot_be_opened_stops_the_start() {
    let folder = Folder::new();
    folder.start(&declared()).terminate();
    let database = folder.path().join("data/apps/shop/data.db");
    std::fs::write(&database, "not a database ".repeat(1_000)).unwrap();
    let ended = folder.run(&declared());
    assert_eq!(ended.code, Some(1));
    for words in ["the app shop cannot be opened", "the file is damaged"] {
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
    std::fs::remove_file(&database).unwrap();
    std::fs::create_dir(&database).unwrap();
    let ended = folder.run(&declared());
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("unable to open database file"), "{}", ended.stderr);
}
