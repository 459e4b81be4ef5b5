//! What an app uses is counted, and its bounds are kept.

use astrolabe_core::app::AppLimits;
use astrolabe_testkit::{APP_ID, REST_KEY, TestServer};
use reqwest::Method;
use serde_json::json;

async fn limited(limits: AppLimits) -> anyhow::Result<TestServer> {
    TestServer::builder().settings(|settings| settings.limits = limits).start().await
}

#[tokio::test]
async fn the_owner_sees_what_was_used() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let body = json!({"title": "a"});
    let made = server.post("/classes/Todo", body.clone()).send().await?;
    let path = format!("/classes/Todo/{}", made.json["objectId"].as_str().unwrap_or_default());
    server.put(&path, json!({"title": "b"})).send().await?.expect_status(200)?;
    server.get("/classes/Todo/nobody").send().await?.expect_status(404)?;
    server.delete(&path).send().await?.expect_status(200)?;
    server.get("/usage").send().await?.expect_status(403)?;
    let usage = server.get("/usage").master().send().await?;
    usage.expect_status(200)?;
    let count = |name: &str| usage.json[name].as_u64().unwrap_or_default();
    assert_eq!((count("requests"), count("errors"), count("objectsWritten")), (5, 2, 3), "{}", usage.text);
    assert_eq!(count("bytesIn"), 2 * body.to_string().len() as u64);
    assert!(count("bytesOut") > 100 && count("storageBytes") > 4_096, "{}", usage.text);
    assert!(usage.json["lastUsedAt"].as_str().is_some_and(|at| at.ends_with('Z')), "{}", usage.text);
    assert!(usage.json["limits"]["requestsPerMinute"].is_null(), "{}", usage.text);
    server.stop().await
}

#[tokio::test]
async fn requests_beyond_the_rate_are_refused_until_time_has_passed() -> anyhow::Result<()> {
    let server = limited(AppLimits { requests_per_minute: Some(3), ..AppLimits::default() }).await?;
    for _ in 0..3 {
        server.get("/roles").send().await?.expect_status(200)?;
    }
    server.get("/roles").send().await?.expect_error(429, 155)?;
    server.get("/roles").master().send().await?.expect_error(429, 155)?;
    server.clock.advance_seconds(20);
    // Who has no key does not use up what others may.
    let without_key = server.bare(Method::GET, "/roles").header("X-Parse-Application-Id", APP_ID);
    without_key.send().await?.expect_status(403)?;
    server.get("/roles").send().await?.expect_status(200)?;
    server.get("/roles").send().await?.expect_error(429, 155)?;
    server.stop().await
}

#[tokio::test]
async fn a_full_app_takes_nothing_more_and_can_be_emptied() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let id = server.object("Todo", json!({"title": "a"})).await?;
    let path = format!("/classes/Todo/{id}");
    server.user("ann").await?;
    server.get("/usage").master().send().await?.expect_status(200)?;
    server.app.meter.set_limits(AppLimits { storage_bytes: Some(4_096), ..AppLimits::default() });
    server.post("/classes/Todo", json!({"title": "b"})).send().await?.expect_error(400, 140)?;
    server.put(&path, json!({"title": "c"})).send().await?.expect_error(400, 140)?;
    let transaction = json!({"transaction": true, "requests": [
        {"method": "DELETE", "path": format!("/parse{path}")},
        {"method": "POST", "path": "/parse/classes/Todo", "body": {"title": "d"}},
    ]});
    assert_eq!(server.post("/batch", transaction).send().await?.status, 400);
    assert_eq!(server.get(&path).send().await?.json["title"], "a");
    let ann = json!({"username": "ann", "password": "secret"});
    server.post("/login", ann).send().await?.expect_status(200)?;
    server.delete(&path).send().await?.expect_status(200)?;
    server.stop().await
}

#[tokio::test]
async fn bodies_of_an_app_are_bounded_however_it_is_named() -> anyhow::Result<()> {
    let server = limited(AppLimits { body_bytes: Some(200), ..AppLimits::default() }).await?;
    let title = "x".repeat(300);
    server.post("/classes/Todo", json!({"title": title})).send().await?.expect_status(413)?;
    let keys = |title: &str| json!({"_ApplicationId": APP_ID, "_JavaScriptKey": "", "title": title});
    let by_body = |title: &str| {
        let request = server.bare(Method::POST, "/classes/Todo").header("X-Parse-REST-API-Key", REST_KEY);
        request.json(&keys(title))
    };
    by_body(&title).send().await?.expect_status(413)?;
    by_body("x").send().await?.expect_status(201)?;
    server.post("/classes/Todo", json!({"title": "x"})).send().await?.expect_status(201)?;
    server.stop().await
}

#[tokio::test]
async fn requests_at_the_same_time_are_bounded() -> anyhow::Result<()> {
    let server = limited(AppLimits { concurrent_requests: Some(1), ..AppLimits::default() }).await?;
    let in_flight = server.app.meter.begin(server.app.objects.clock().now())?;
    server.get("/roles").send().await?.expect_error(429, 155)?;
    drop(in_flight);
    server.get("/roles").send().await?.expect_status(200)?;
    server.get("/roles").send().await?.expect_status(200)?;
    server.stop().await
}
