//! The parameters that an app gives its clients.

use astrolabe_testkit::TestServer;
use futures_util::future::join_all;
use serde_json::json;

#[tokio::test]
async fn writers_of_different_parameters_do_not_undo_each_other() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let set = |at: usize| server.put("/config", json!({"params": {format!("p{at}"): at}})).master().send();
    for answer in join_all((0..8).map(set)).await {
        answer?.expect_status(200)?;
    }
    let config = server.get("/config").send().await?;
    for at in 0..8 {
        assert_eq!(config.json["params"][format!("p{at}")], at, "{}", config.text);
    }
    Ok(())
}

#[tokio::test]
async fn a_secret_is_seen_with_the_master_key_only() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let body = json!({"params": {"open": 1, "secret": 2}, "masterKeyOnly": {"secret": true}});
    server.put("/config", body.clone()).send().await?.expect_status(403)?;
    server.put("/config", body).master().send().await?.expect_status(200)?;
    let ann = server.user("ann").await?;
    let seen = server.get("/config").token(&ann.token).send().await?;
    assert_eq!(seen.json, json!({"params": {"open": 1}, "masterKeyOnly": {"open": false}}));
    assert_eq!(server.get("/config").master().send().await?.json["params"]["secret"], 2);
    for path in ["/classes/_GlobalConfig", "/classes/_GlobalConfig/1"] {
        server.get(path).token(&ann.token).send().await?.expect_error(400, 119)?;
    }
    Ok(())
}

#[tokio::test]
async fn bad_parameters_change_nothing() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    server.put("/config", json!({"params": {"a": 1}})).master().send().await?.expect_status(200)?;
    for (body, code) in [
        (json!({"params": {"a": 2, "b.c": 1}}), 105),
        (json!({"params": {"a": 2, "": 1}}), 105),
        (json!({"params": {"a": 2}, "masterKeyOnly": {"a": "yes"}}), 107),
        (json!({"params": {"a": 2, "b": {"__type": "Date", "iso": "x"}}}), 111),
        (json!({"params": {"a": 2, "b": {"__op": "Add", "objects": [1]}}}), 108),
        (json!({"params": {"a": 2, "b": {"x": {"__proto__": 1}}}}), 105),
        (json!({"params": [1]}), 107),
    ] {
        server.put("/config", body).master().send().await?.expect_error(400, code)?;
        assert_eq!(server.get("/config").send().await?.json["params"], json!({"a": 1}));
    }
    Ok(())
}

#[tokio::test]
async fn the_class_behind_it_is_not_listed() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let listed = server.get("/schemas").master().send().await?;
    assert!(listed.results().iter().all(|class| class["className"] != "_GlobalConfig"));
    Ok(())
}
