//! Requests with an id are done once.

use astrolabe_core::app::{HashedKey, PathPatterns};
use astrolabe_testkit::{TestRequest, TestServer};
use futures_util::future::join_all;
use serde_json::json;

const TTL_S: i64 = 300;

async fn server_for(paths: &[&str]) -> anyhow::Result<TestServer> {
    let paths = PathPatterns::parse(paths.iter().map(|&path| path.to_owned()).collect());
    let paths = paths.map_err(anyhow::Error::msg)?;
    TestServer::builder().settings(|settings| settings.idempotent_paths = paths).start().await
}

fn with_id(request: TestRequest, id: &str) -> TestRequest {
    request.header("X-Parse-Request-Id", id)
}

async fn count(server: &TestServer, class: &str) -> anyhow::Result<u64> {
    let answer = server.get(&format!("/classes/{class}?limit=0&count=1")).master().send().await?;
    Ok(answer.json["count"].as_u64().unwrap_or(0))
}

#[tokio::test]
async fn a_repeated_write_is_refused() -> anyhow::Result<()> {
    let server = server_for(&["classes/Paid", "users", "batch", "schemas/.*", "login"]).await?;
    let add = || json!({"n": {"__op": "Increment", "amount": 1}});
    let create = || with_id(server.post("/classes/Paid", add()), "create");
    let created = create().send().await?;
    created.expect_status(201)?;
    create().send().await?.expect_error(400, 159)?;
    assert_eq!(create().send().await?.json["error"], "Duplicate request");

    let path = format!("/classes/Paid/{}", created.json["objectId"].as_str().unwrap_or_default());
    let change = || with_id(server.put(&path, add()), "change");
    change().send().await?.expect_status(200)?;
    change().send().await?.expect_error(400, 159)?;
    let mut posted = add();
    posted["_method"] = json!("PUT");
    with_id(server.post(&path, posted), "change").send().await?.expect_error(400, 159)?;
    assert_eq!(server.get(&path).send().await?.json["n"], 2);
    // A condition that the first one has made false does not hide that it was done.
    let once =
        || with_id(server.put(&path, json!({"n": 3, "new": 1})), "once").query(&[("where", r#"{"n":2}"#)]);
    once().send().await?.expect_status(200)?;
    once().send().await?.expect_error(400, 159)?;

    let ann = || with_id(server.post("/users", json!({"username": "ann", "password": "secret"})), "ann");
    ann().send().await?.expect_status(201)?;
    ann().send().await?.expect_error(400, 159)?;
    let login = || with_id(server.post("/login", json!({"username": "ann", "password": "secret"})), "login");
    login().send().await?.expect_status(200)?;
    login().send().await?.expect_error(400, 159)?;
    let schema = || with_id(server.post("/schemas/Made", json!({})), "schema").master();
    schema().send().await?.expect_status(200)?;
    schema().send().await?.expect_error(400, 159)?;
    for transaction in [false, true] {
        let requests = json!([{"method": "POST", "path": "/parse/classes/Batched", "body": add()}]);
        let body = json!({"transaction": transaction, "requests": requests});
        let batch = || with_id(server.post("/batch", body.clone()), &format!("batch {transaction}"));
        batch().send().await?.expect_status(200)?;
        batch().send().await?.expect_error(400, 159)?;
    }
    assert_eq!(count(&server, "Batched").await?, 2);
    server.stop().await
}

/// Reads, removals, other paths and requests without an id are not kept.
#[tokio::test]
async fn other_requests_are_not_recorded() -> anyhow::Result<()> {
    let server = server_for(&["classes/Paid"]).await?;
    let id = server.object("Paid", json!({})).await?;
    for _ in 0..2 {
        with_id(server.post("/classes/Free", json!({})), "x").send().await?.expect_status(201)?;
        with_id(server.get(&format!("/classes/Paid/{id}")), "x").send().await?.expect_status(200)?;
        with_id(server.post("/classes/Paid", json!({"_method": "GET"})), "x")
            .send()
            .await?
            .expect_status(200)?;
        with_id(server.post("/classes/Paid", json!({})), "").send().await?.expect_status(201)?;
    }
    with_id(server.delete(&format!("/classes/Paid/{id}")), "x").send().await?.expect_status(200)?;
    assert_eq!(count(&server, "_Idempotency").await?, 0);
    let long = with_id(server.post("/classes/Paid", json!({})), &"x".repeat(256));
    long.send().await?.expect_error(400, 162)?;

    with_id(server.post("/classes/Paid", json!({})), "x").send().await?.expect_status(201)?;
    server.get("/classes/_Idempotency").send().await?.expect_error(400, 119)?;
    assert_eq!(count(&server, "_Idempotency").await?, 1);
    server.stop().await
}

/// A key that may only read does not even leave a record.
#[tokio::test]
async fn the_read_only_key_is_not_recorded() -> anyhow::Result<()> {
    let paths = PathPatterns::parse(vec![".*".to_owned()]).map_err(anyhow::Error::msg)?;
    let server = TestServer::builder()
        .settings(|settings| settings.idempotent_paths = paths)
        .keys(|keys| keys.read_only_master = Some(HashedKey::of("look")))
        .start()
        .await?;
    for path in ["/classes/Paid", "/schemas/Paid", "/batch"] {
        let body = json!({"requests": []});
        let request = with_id(server.post(path, body), "look").header("X-Parse-Master-Key", "look");
        assert!(request.send().await?.status < 500);
    }
    assert_eq!(count(&server, "_Idempotency").await?, 0);
    server.stop().await
}

/// A write that failed leaves no record, wherever it failed, so it can be tried again.
#[tokio::test]
async fn a_failed_write_can_be_tried_again() -> anyhow::Result<()> {
    let server = server_for(&[".*"]).await?;
    let id = server.object("Note", json!({"n": 1, "object": {"text": "a"}})).await?;
    let path = format!("/classes/Note/{id}");
    server.object("_Role", json!({"name": "Staff", "ACL": {}})).await?;
    let create =
        |body: serde_json::Value| json!({"method": "POST", "path": "/parse/classes/Note", "body": body});
    let gone = json!({"method": "DELETE", "path": "/parse/classes/Note/nobody"});
    let batch = json!({"transaction": true, "requests": [create(json!({"n": 2})), gone]});
    let broken = json!({"object.text": {"__op": "Increment", "amount": 1}});
    for (refused, status, code) in [
        (server.post("/classes/Note", json!({"n": "text"})), 400, 111),
        (server.put(&path, broken), 400, 111),
        (server.put("/classes/Note/nobody", json!({})), 404, 101),
        (server.put(&path, json!({})).query(&[("where", r#"{"n":2}"#)]), 412, 412),
        (server.post("/roles", json!({"name": "Staff", "ACL": {}})), 400, 137),
        (server.post("/batch", batch), 404, 101),
    ] {
        with_id(refused, "again").send().await?.expect_error(status, code)?;
    }
    assert_eq!(count(&server, "Note").await?, 1);
    with_id(server.post("/classes/Note", json!({"n": 2})), "again").send().await?.expect_status(201)?;
    with_id(server.post("/classes/Note", json!({"n": 2})), "again").send().await?.expect_error(400, 159)?;
    server.stop().await
}

/// Of many with the same id at the same time one is done, and also when the record before them has expired.
#[tokio::test]
async fn one_of_many_wins() -> anyhow::Result<()> {
    let server = server_for(&["classes/.*"]).await?;
    for round in 1..=2 {
        let create = |at: usize| with_id(server.post("/classes/Paid", json!({"at": at})), "same").send();
        let answers = join_all((0..20).map(create)).await.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
        for refused in answers.iter().filter(|answer| answer.status != 201) {
            refused.expect_error(400, 159)?;
        }
        assert_eq!(count(&server, "Paid").await?, round);
        server.clock.advance_seconds(TTL_S);
    }
    server.stop().await
}

/// Records end with their time, and every later write takes some of them away.
#[tokio::test]
async fn expired_records_are_removed() -> anyhow::Result<()> {
    let server = server_for(&["classes/.*"]).await?;
    let create = |id: String| {
        let create = with_id(server.post("/classes/Paid", json!({})), &id);
        async move { create.send().await }
    };
    for at in 0..30 {
        create(format!("id {at}")).await?.expect_status(201)?;
    }
    server.clock.advance_seconds(TTL_S - 60);
    create("id 0".to_owned()).await?.expect_error(400, 159)?;
    server.clock.advance_seconds(60);
    create("id 29".to_owned()).await?.expect_status(201)?;
    create("id 29".to_owned()).await?.expect_error(400, 159)?;
    for at in 0..5 {
        create(format!("new {at}")).await?.expect_status(201)?;
    }
    assert_eq!(count(&server, "_Idempotency").await?, 6);
    server.stop().await
}

/// The records are a class like others to the master key; what it writes there by hand does not undo the promise.
#[tokio::test]
async fn records_made_by_hand_count() -> anyhow::Result<()> {
    let server = server_for(&["classes/Paid"]).await?;
    let far = json!({"__type": "Date", "iso": "2999-01-01T00:00:00.000Z"});
    let by_hand = || server.post("/classes/_Idempotency", json!({"reqId": "hand", "expire": far})).master();
    by_hand().send().await?.expect_status(201)?;
    by_hand().send().await?.expect_error(400, 137)?;
    for wrong in [json!({"reqId": 5}), json!({"expire": "soon"})] {
        server.post("/classes/_Idempotency", wrong).master().send().await?.expect_error(400, 111)?;
    }
    with_id(server.post("/classes/Paid", json!({})), "hand").send().await?.expect_error(400, 159)?;
    let create = || with_id(server.post("/classes/Paid", json!({})), "same").send();
    let answers =
        join_all((0..10).map(|_| create())).await.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(count(&server, "Paid").await?, 1);
    server.stop().await
}
