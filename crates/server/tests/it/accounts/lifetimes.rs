use astrolabe_testkit::TestServer;
use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD, set_cookies};

const HOUR_S: i64 = 60 * 60;
const DAY_S: i64 = 24 * HOUR_S;

#[tokio::test]
async fn a_session_in_use_is_renewed_once_a_day() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let mut browser = Browser::of(&server);
    browser.sign_up("ann@example.com").await?;
    let ends = async |browser: &mut Browser<'_>| -> anyhow::Result<(String, usize)> {
        let answer = browser.get("/get-session").await?;
        Ok((answer.json["session"]["expiresAt"].to_string(), set_cookies(&answer).len()))
    };
    let (first, cookies) = ends(&mut browser).await?;
    assert_eq!(cookies, 0);
    server.clock.advance_seconds(23 * HOUR_S);
    assert_eq!(ends(&mut browser).await?, (first.clone(), 0));
    server.clock.advance_seconds(HOUR_S);
    let asked = browser.get("/get-session?disableRefresh=true").await?;
    assert_eq!(
        (asked.json["session"]["expiresAt"].to_string(), set_cookies(&asked).len()),
        (first.clone(), 0)
    );
    let (renewed, cookies) = ends(&mut browser).await?;
    assert!(renewed > first && cookies == 1, "{renewed} {cookies}");
    assert_eq!(ends(&mut browser).await?, (renewed, 0));
    server.clock.advance_seconds(7 * DAY_S - 1);
    assert!(browser.session().await?.is_object());
    server.stop().await
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let mut browser = Browser::of(&server);
    let token = browser.sign_up("ann@example.com").await?["token"].clone();
    server.clock.advance_seconds(7 * DAY_S);
    let answer = browser.get("/get-session").await?;
    assert_eq!((&answer.json, set_cookies(&answer).len()), (&Value::Null, 3));
    let token = token.as_str().unwrap_or_default();
    server.get("/users/me").token(token).send().await?.expect_error(400, 209)?;
    server.stop().await
}

#[tokio::test]
async fn no_renewal_goes_beyond_the_greatest_age() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let mut browser = Browser::of(&server);
    browser.sign_up("ann@example.com").await?;
    for day in 1..90 {
        server.clock.advance_seconds(DAY_S);
        assert!(browser.session().await?.is_object(), "day {day}");
    }
    server.clock.advance_seconds(DAY_S);
    assert_eq!(browser.session().await?, Value::Null);
    server.stop().await
}

#[tokio::test]
async fn who_is_not_to_be_remembered_is_not_renewed() -> anyhow::Result<()> {
    let server =
        TestServer::builder().settings(|settings| settings.extend_sessions_on_use = true).start().await?;
    let mut browser = Browser::of(&server);
    browser.sign_up("ann@example.com").await?;
    let body = json!({ "email": "ann@example.com", "password": PASSWORD, "rememberMe": false });
    let answer = browser.post("/sign-in/email", body).await?;
    let cookies = set_cookies(&answer);
    assert!(cookies.len() == 2 && cookies.iter().all(|cookie| !cookie.contains("Max-Age")), "{cookies:?}");
    let token = answer.json["token"].as_str().unwrap_or_default().to_owned();
    server.clock.advance_seconds(23 * HOUR_S);
    assert!(browser.session().await?.is_object());
    server.get("/users/me").token(&token).send().await?.expect_status(200)?;
    server.clock.advance_seconds(HOUR_S);
    assert_eq!(browser.session().await?, Value::Null);
    server.stop().await
}

#[tokio::test]
async fn what_matters_asks_for_a_fresh_session() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let mut browser = Browser::of(&server);
    browser.sign_up("ann@example.com").await?;
    server.clock.advance_seconds(DAY_S - 1);
    browser.get("/list-sessions").await?.expect_status(200)?;
    server.clock.advance_seconds(1);
    let list = browser.get("/list-sessions").await?;
    assert_eq!((list.status, &list.json["code"]), (403, &json!("SESSION_NOT_FRESH")));
    let delete = browser.post("/delete-user", json!({})).await?;
    assert_eq!((delete.status, &delete.json["code"]), (400, &json!("SESSION_EXPIRED")));
    browser.post("/delete-user", json!({ "password": PASSWORD })).await?.expect_status(200)?;
    server.stop().await
}
