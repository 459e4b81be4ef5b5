use astrolabe_testkit::TestServer;
use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD};

#[tokio::test]
async fn neither_tokens_nor_cookies_nor_passwords_are_stored() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let mut browser = Browser::of(&server);
    let token = browser.sign_up("ann@example.com").await?["token"].as_str().unwrap_or_default().to_owned();
    let stored = server.stored_bytes().await?;
    let holds = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("ann@example.com"));
    assert!(!holds(&token) && !holds(token.trim_start_matches("r:")) && !holds(PASSWORD));
    server.stop().await
}

#[tokio::test]
async fn other_sessions_are_shown_by_a_handle_that_only_ends_them() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let (mut laptop, mut phone, mut eve) = (Browser::of(&server), Browser::of(&server), Browser::of(&server));
    laptop.sign_up("ann@example.com").await?;
    eve.sign_up("eve@example.com").await?;
    let phone_token = phone.sign_in("ann@example.com").await?;
    let listed = laptop.get("/list-sessions").await?;
    listed.expect_status(200)?;
    assert!(!listed.text.contains(&phone_token));
    let own = laptop.session().await?["session"]["token"].clone();
    let sessions = listed.json.as_array().cloned().unwrap_or_default();
    let handle = sessions.iter().map(|session| &session["token"]).find(|token| **token != own).cloned();
    let handle = handle.and_then(|handle| handle.as_str().map(str::to_owned)).unwrap_or_default();
    assert!(sessions.len() == 2 && handle.starts_with("h:"), "{sessions:?}");
    // It opens nothing.
    server.get("/users/me").token(&handle).send().await?.expect_error(400, 209)?;
    // Neither does somebody else end the session with it, nor a made-up one.
    eve.post("/revoke-session", json!({ "token": handle })).await?.expect_status(200)?;
    let forged = format!("{}0", &handle[..handle.len() - 1]);
    let forged = if forged == handle { format!("{}1", &handle[..handle.len() - 1]) } else { forged };
    laptop.post("/revoke-session", json!({ "token": forged })).await?.expect_status(200)?;
    assert!(phone.session().await?.is_object());
    laptop.post("/revoke-session", json!({ "token": handle })).await?.expect_status(200)?;
    assert_eq!(phone.session().await?, Value::Null);
    assert!(laptop.session().await?.is_object());
    server.stop().await
}

#[tokio::test]
async fn an_account_that_is_locked_answers_like_a_wrong_password() -> anyhow::Result<()> {
    let server = TestServer::builder()
        .settings(|settings| settings.account_lockout.threshold = Some(2))
        .start()
        .await?;
    let mut browser = Browser::of(&server);
    browser.sign_up("ann@example.com").await?;
    for password in ["wrong-orchid", "wrong-orchid", "wrong-orchid", PASSWORD] {
        let body = json!({ "email": "ann@example.com", "password": password });
        let answer = browser.post("/sign-in/email", body).await?;
        assert_eq!((answer.status, &answer.json["code"]), (401, &json!("INVALID_EMAIL_OR_PASSWORD")));
    }
    server.stop().await
}
