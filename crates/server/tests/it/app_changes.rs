//! Apps that are changed and deleted by commands while a server runs, and the apps beside them.

use std::time::{Duration, Instant};

use astrolabe_store::{PostgresOptions, PostgresServer};
use reqwest::Method;
use serde_json::{Value, json};

use crate::apps::{call, create};
use crate::program::{Ended, Folder, Running};

/// Three rounds of the server's upkeep.
const NOTICE_MAX: Duration = Duration::from_secs(15);

fn app(folder: &Folder, args: &[&str]) -> Ended {
    let args: Vec<&str> = ["app"].iter().chain(args).chain(&["--data", "data"]).copied().collect();
    folder.run(&args)
}

fn app_json(folder: &Folder, args: &[&str]) -> Value {
    let args: Vec<&str> = args.iter().chain(&["--json"]).copied().collect();
    let ended = app(folder, &args);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap()
}

fn start(folder: &Folder) -> Running {
    // Nobody reads the log, which must not fill its pipe.
    folder.start(&["start", "--data", "data", "--listen", "127.0.0.1:0", "--log-level", "error"])
}

/// Asks until the answer has this status, as long as the server may take to notice a change.
async fn until_status(server: &Running, app: &Value, expected: u16) {
    let since = Instant::now();
    loop {
        let (status, body) = call(&server.url, app, Method::GET, "/roles", None).await;
        if status == expected {
            return;
        }
        assert!(since.elapsed() < NOTICE_MAX, "{status} {body}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn with_master(
    server: &Running,
    app: &Value,
    method: Method,
    path: &str,
    body: &Value,
) -> (u16, Value) {
    let request = reqwest::Client::new()
        .request(method, format!("{}/parse{path}", server.url))
        .header("X-Parse-Application-Id", app["id"].as_str().unwrap())
        .header("X-Parse-Master-Key", app["masterKey"].as_str().unwrap())
        .json(body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn keys_names_and_limits_change_while_others_serve() {
    let folder = Folder::new();
    let (one, other) = (create(&folder, "one"), create(&folder, "other"));
    let server = start(&folder);
    for app in [&one, &other] {
        assert_eq!(call(&server.url, app, Method::GET, "/roles", None).await.0, 200);
    }
    assert_eq!(app_json(&folder, &["rename", "one", "The first"])["name"], "The first");
    let rotated = app_json(&folder, &["keys", "one", "--rotate", "rest,master"]);
    assert_eq!(rotated["javascriptKey"], one["javascriptKey"]);
    assert_eq!(rotated["name"], "The first");
    until_status(&server, &rotated, 200).await;
    assert_eq!(call(&server.url, &one, Method::GET, "/roles", None).await.0, 403);
    let create_role = json!({"name": "admins", "ACL": {"*": {"read": true}}});
    let crossed = json!({"id": "other", "masterKey": rotated["masterKey"]});
    assert_eq!(with_master(&server, &rotated, Method::POST, "/roles", &create_role).await.0, 201);
    assert_eq!(with_master(&server, &crossed, Method::POST, "/roles", &create_role).await.0, 403);
    // A client key that was taken away opens nothing, until there is a new one.
    app_json(&folder, &["keys", "one", "--disable", "rest"]);
    until_status(&server, &rotated, 403).await;
    let enabled = app_json(&folder, &["keys", "one", "--enable", "rest"]);
    assert_ne!(enabled["restKey"], rotated["restKey"]);
    until_status(&server, &enabled, 200).await;
    app_json(&folder, &["limits", "one", "--requests-per-minute", "1"]);
    until_status(&server, &enabled, 429).await;
    assert_eq!(call(&server.url, &other, Method::GET, "/roles", None).await.0, 200);
    assert_eq!(server.terminate().code, Some(0));
}

#[tokio::test]
async fn a_deleted_app_is_gone_and_its_neighbour_is_not() {
    let folder = Folder::new();
    let (one, other) = (create(&folder, "one"), create(&folder, "other"));
    let server = start(&folder);
    let role = json!({"name": "admins", "ACL": {"*": {"read": true}}});
    for app in [&one, &other] {
        assert_eq!(with_master(&server, app, Method::POST, "/roles", &role).await.0, 201);
    }
    let unsure = app(&folder, &["delete", "one"]);
    assert_eq!(unsure.code, Some(2));
    assert!(unsure.stderr.contains("--yes"), "{}", unsure.stderr);
    assert_eq!(call(&server.url, &one, Method::GET, "/roles", None).await.0, 200);

    let deleted = app_json(&folder, &["delete", "one", "--yes"]);
    // The id is not free while the server may still hold the old app.
    assert!(app(&folder, &["create", "--id", "one"]).stderr.contains("has just been deleted"));
    until_status(&server, &one, 403).await;
    assert_eq!(with_master(&server, &one, Method::GET, "/roles", &json!({})).await.0, 403);
    assert_eq!(open_files_below(&server, "apps/one/") + open_files_below(&server, "deleted/"), 0);
    let (status, roles) = call(&server.url, &other, Method::GET, "/roles", None).await;
    assert_eq!((status, roles["results"].as_array().map(Vec::len)), (200, Some(1)), "{roles}");
    // What was moved away is whole.
    let kept = folder.path().join(deleted["keptIn"].as_str().unwrap());
    assert!(kept.join("app.json").is_file() && kept.join("data.db").is_file());
    assert_eq!(app(&folder, &["delete", "one", "--yes"]).code, Some(1));
    assert_eq!(app(&folder, &["delete", "other", "--yes", "--purge"]).code, Some(0));
    until_status(&server, &other, 403).await;
    assert_eq!(server.terminate().code, Some(0));
    // Without a server nobody holds the old app, and a new one of its id has nothing of it.
    let again = create(&folder, "one");
    create(&folder, "other");
    let server = start(&folder);
    let (status, roles) = call(&server.url, &again, Method::GET, "/roles", None).await;
    assert_eq!((status, roles), (200, json!({"results": []})));
    assert_eq!(call(&server.url, &one, Method::GET, "/roles", None).await.0, 403);
    assert_eq!(server.terminate().code, Some(0));
}

/// How many files below a folder of the data folder the server has open.
fn open_files_below(server: &Running, folder: &str) -> usize {
    let files = std::fs::read_dir(format!("/proc/{}/fd", server.id())).unwrap();
    let targets = files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
    targets.filter(|target| target.to_string_lossy().contains(&format!("data/{folder}"))).count()
}

#[tokio::test]
async fn usage_outlives_the_server() {
    let folder = Folder::new();
    let one = create(&folder, "one");
    let role = json!({"name": "admins", "ACL": {}});
    for requests in [2, 4] {
        let server = start(&folder);
        let (status, body) = with_master(&server, &one, Method::POST, "/roles", &role).await;
        assert!(status == 201 || body["code"] == 137, "{body}");
        assert_eq!(call(&server.url, &one, Method::GET, "/nothing", None).await.0, 404);
        assert_eq!(server.terminate().code, Some(0));
        let usage = app_json(&folder, &["usage", "one"]);
        assert_eq!(usage["requests"], requests, "{usage}");
        assert_eq!(usage["objectsWritten"], 1, "{usage}");
        assert!(
            usage["storageBytes"].as_u64() > Some(10_000) && usage["bytesIn"].as_u64() > Some(20),
            "{usage}"
        );
    }
    assert!(app(&folder, &["usage"]).stdout.contains("one"));
    assert_eq!(app(&folder, &["usage", "nobody"]).code, Some(1));
}

#[test]
fn mistakes_in_changes_are_sentences() {
    let folder = Folder::new();
    create(&folder, "a");
    create(&folder, "b");
    assert_eq!(
        app_json(&folder, &["hosts", "a", "--set", "A.example,www.a.example"])["hosts"][0],
        "a.example"
    );
    for (args, code, part) in [
        (&["keys", "a", "--rotate", "other"][..], 2, "possible values"),
        (&["keys", "a", "--disable", "rest,javascript"], 1, "must keep"),
        (&["hosts", "b", "--set", "a.example"], 1, "belongs to the app `a`"),
        (&["hosts", "b", "--set", "http://b.example"], 2, "is not a host name"),
        (&["limits", "a", "--requests-per-second", "0"], 2, "from 1 to"),
        (&["limits", "a", "--storage", "many"], 2, "a size such as"),
        (&["rename", "z", "Z"], 1, "there is no app"),
    ] {
        let ended = app(&folder, args);
        assert_eq!(ended.code, Some(code), "{args:?} {}", ended.stderr);
        assert!(ended.stderr.contains(part), "{args:?} {}", ended.stderr);
    }
    let limits = app_json(&folder, &["limits", "a", "--storage", "5mb", "--body", "1kb"])["limits"].clone();
    assert_eq!((&limits["storageBytes"], &limits["bodyBytes"]), (&json!(5 << 20), &json!(1 << 10)));
    let limits = app_json(&folder, &["limits", "a", "--storage", "none"])["limits"].clone();
    assert_eq!((&limits["storageBytes"], &limits["bodyBytes"]), (&Value::Null, &json!(1 << 10)));
}

/// In PostgreSQL the schema of a deleted app gets another name, or goes.
#[tokio::test]
async fn a_deleted_app_takes_its_schema_out_of_the_way() {
    let handle = tokio::runtime::Handle::current();
    let address = astrolabe_testkit::postgres_address();
    let postgres = PostgresServer::new(address.as_str(), PostgresOptions::default(), handle).unwrap();
    let folder = Folder::new();
    let env = [("ASTROLABE_DATABASE_URL", address.as_str())];
    let number = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let ids = [format!("kept{number}"), format!("purged{number}")];
    for id in &ids {
        let made = folder.run_with(&["app", "create", "--id", id, "--data", "data", "--json"], &env);
        let keys: Value = serde_json::from_str(&made.stdout).unwrap();
        let args = ["start", "--data", "data", "--listen", "127.0.0.1:0", "--log-level", "error"];
        let server = folder.start_with(&args, &env);
        let (status, body) =
            with_master(&server, &keys, Method::POST, "/classes/Todo", &json!({"title": "x"})).await;
        assert_eq!(status, 201, "{body}");
        server.terminate();
        assert_eq!(postgres.schemas(&format!("app_{id}")).await.unwrap().len(), 1);
    }
    let delete = |id: &str, more: &[&str]| {
        let args = ["app", "delete", id, "--yes", "--json", "--data", "data"];
        let ended = folder.run_with(&[&args, more].concat(), &env);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        serde_json::from_str::<Value>(&ended.stdout).unwrap()
    };
    let kept = delete(&ids[0], &[])["keptInSchema"].as_str().unwrap().to_owned();
    assert_eq!(postgres.schemas(&kept).await.unwrap(), [kept.as_str()]);
    assert_eq!(delete(&ids[1], &["--purge"])["keptInSchema"], Value::Null);
    for id in &ids {
        assert!(postgres.schemas(&format!("app_{id}")).await.unwrap().is_empty());
    }
    postgres.remove(&kept).await.unwrap();
}
