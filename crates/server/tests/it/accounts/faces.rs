use astrolabe_testkit::TestServer;
use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD};

#[tokio::test]
async fn a_log_in_on_one_face_is_one_on_the_other() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let mut browser = Browser::of(&server);
    let made = browser.sign_up("ann@example.com").await?;
    let token = made["token"].as_str().unwrap_or_default();
    assert!(token.starts_with("r:") && token.len() == 34, "{token}");

    let me = server.get("/users/me").token(token).send().await?;
    me.expect_status(200)?;
    assert_eq!(me.json["objectId"], made["user"]["id"]);
    assert_eq!((&me.json["name"], &me.json["email"]), (&json!("Ann"), &json!("ann@example.com")));

    // The address is a name on the Parse face as well; the user name is nobody's business.
    assert_ne!(me.json["username"], me.json["email"]);
    let body = json!({ "username": "ann@example.com", "password": PASSWORD });
    let parse = server.post("/login", body).send().await?;
    parse.expect_status(200)?;
    let parse_token = parse.json["sessionToken"].as_str().unwrap_or_default();
    let bearer = format!("Bearer {parse_token}");
    let session =
        server.accounts(Method::GET, "/get-session").header("authorization", &bearer).send().await?;
    assert_eq!(session.json["user"]["id"], made["user"]["id"]);
    assert_eq!(session.json["session"]["token"], parse_token);
    server.stop().await
}

#[tokio::test]
async fn a_user_of_the_parse_face_signs_in_here() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let body = json!({ "username": "bob", "password": PASSWORD, "email": "Bob@Example.org" });
    server.post("/users", body).send().await?.expect_status(201)?;
    let mut browser = Browser::of(&server);
    browser.sign_in("bob@example.org").await?;
    let session = browser.session().await?;
    // Without a name of its own the user name takes its place.
    assert_eq!((&session["user"]["name"], &session["user"]["image"]), (&json!("bob"), &Value::Null));
    server.stop().await
}

#[tokio::test]
async fn a_log_out_on_either_face_ends_the_session_on_both() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let mut browser = Browser::of(&server);
    browser.sign_up("ann@example.com").await?;

    let token = browser.sign_in("ann@example.com").await?;
    browser.post("/sign-out", json!({})).await?.expect_status(200)?;
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
    server.get("/users/me").token(&token).send().await?.expect_error(400, 209)?;

    let token = browser.sign_in("ann@example.com").await?;
    server.post("/logout", json!({})).token(&token).send().await?.expect_status(200)?;
    assert_eq!(browser.session().await?, Value::Null);
    // The cookie that opened nothing any more is taken back.
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
    server.stop().await
}

#[tokio::test]
async fn a_changed_user_is_seen_at_once() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let mut browser = Browser::of(&server);
    let made = browser.sign_up("ann@example.com").await?;
    assert_eq!(browser.session().await?["user"]["name"], "Ann");
    let path = format!("/users/{}", made["user"]["id"].as_str().unwrap_or_default());
    server
        .put(&path, json!({ "name": "Anna", "emailVerified": true }))
        .master()
        .send()
        .await?
        .expect_status(200)?;
    let user = browser.session().await?["user"].clone();
    assert_eq!((&user["name"], &user["emailVerified"]), (&json!("Anna"), &json!(true)));
    // Locked out by an administrator.
    server.put(&path, json!({ "ACL": {} })).master().send().await?.expect_status(200)?;
    assert_eq!(browser.session().await?, Value::Null);
    server.delete(&path).master().send().await?.expect_status(200)?;
    assert_eq!(browser.session().await?, Value::Null);
    server.stop().await
}

#[tokio::test]
async fn a_new_log_in_takes_the_place_of_the_session_before() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let mut browser = Browser::of(&server);
    browser.sign_up("ann@example.com").await?;
    let first = browser.sign_in("ann@example.com").await?;
    let second = browser.sign_in("ann@example.com").await?;
    assert_ne!(first, second);
    server.get("/users/me").token(&first).send().await?.expect_error(400, 209)?;
    server.get("/users/me").token(&second).send().await?.expect_status(200)?;
    server.stop().await
}
