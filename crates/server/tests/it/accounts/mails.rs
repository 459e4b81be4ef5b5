//! Mails of this face, through a real mail server on loopback.

use std::time::Duration;

use astrolabe_testkit::{SinkTls, SmtpSink, TestServer};
use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD};
use crate::mail::config;

const HOUR_S: i64 = 60 * 60;
const NEW_PASSWORD: &str = "quiet-orchid-48";

async fn start(sink: &SmtpSink) -> anyhow::Result<TestServer> {
    TestServer::builder().mail(config(sink)).start().await
}

/// The path and query of the link in the next mail, below the mount, and the address that the mail went to.
async fn next_link(server: &TestServer, sink: &SmtpSink) -> anyhow::Result<(String, String)> {
    let mail = sink.next().await?;
    let link = mail.link()?;
    let base = format!("{}/api/auth", server.origin());
    let path = link.strip_prefix(&base).ok_or_else(|| anyhow::anyhow!("{link} is not below {base}"))?;
    Ok((path.to_owned(), mail.to.concat()))
}

#[tokio::test]
async fn an_address_is_verified() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let server = start(&sink).await?;
    let mut browser = Browser::of(&server);
    browser.sign_up("ann@example.com").await?;
    let ask = |email: &str| json!({ "email": email, "callbackURL": "/welcome?x=1" });
    let mismatch = browser.post("/send-verification-email", ask("bob@example.com")).await?;
    assert_eq!((mismatch.status, &mismatch.json["code"]), (400, &json!("EMAIL_MISMATCH")));
    browser.post("/send-verification-email", ask("Ann@example.com")).await?.expect_status(200)?;
    let (link, to) = next_link(&server, &sink).await?;
    assert!(link.ends_with("&callbackURL=%2Fwelcome%3Fx%3D1") && to == "ann@example.com", "{link} {to}");
    // Anybody's browser may follow it, and again.
    for _ in 0..2 {
        let answer = Browser::of(&server).get(&link).await?;
        assert_eq!((answer.status, answer.header("location")), (302, Some("/welcome?x=1")));
    }
    assert_eq!(browser.session().await?["user"]["emailVerified"], true);
    let again = browser.post("/send-verification-email", ask("ann@example.com")).await?;
    assert_eq!((again.status, &again.json["code"]), (400, &json!("EMAIL_ALREADY_VERIFIED")));
    server.stop().await
}

#[tokio::test]
async fn links_end_and_are_of_one_app_and_one_purpose() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let server = start(&sink).await?;
    let mut browser = Browser::of(&server);
    browser.sign_up("ann@example.com").await?;
    let body = json!({ "email": "ann@example.com" });
    browser.post("/send-verification-email", body.clone()).await?.expect_status(200)?;
    let (verify, _) = next_link(&server, &sink).await?;
    let token =
        verify.split_once("token=").and_then(|(_, rest)| rest.split_once('&')).map(|(token, _)| token);
    let token = token.unwrap_or_default();
    let reset =
        browser.post("/reset-password", json!({ "newPassword": NEW_PASSWORD, "token": token })).await?;
    assert_eq!((reset.status, &reset.json["code"]), (400, &json!("INVALID_TOKEN")));
    let forged = format!("/verify-email?token={}x", token);
    assert_eq!(browser.get(&forged).await?.json["code"], "INVALID_TOKEN");
    server.clock.advance_seconds(HOUR_S);
    assert_eq!(browser.get(&format!("/verify-email?token={token}")).await?.json["code"], "TOKEN_EXPIRED");
    let sent_on = browser.get(&format!("/verify-email?token={token}&callbackURL=%2Fa%23b")).await?;
    assert_eq!(sent_on.header("location"), Some("/a?error=TOKEN_EXPIRED#b"));
    let elsewhere =
        browser.get(&format!("/verify-email?token={token}&callbackURL=https%3A%2F%2Fevil.example")).await?;
    assert_eq!((elsewhere.status, &elsewhere.json["code"]), (403, &json!("INVALID_CALLBACK_URL")));
    server.stop().await
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_once() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let server = start(&sink).await?;
    let (mut browser, mut visitor) = (Browser::of(&server), Browser::of(&server));
    browser.sign_up("ann@example.com").await?;
    let body = json!({ "email": "ann@example.com", "redirectTo": "/reset" });
    let mut tokens = Vec::new();
    for _ in 0..2 {
        visitor.post("/request-password-reset", body.clone()).await?.expect_status(200)?;
        let (link, _) = next_link(&server, &sink).await?;
        let answer = visitor.get(&link).await?;
        let page = answer.header("location").unwrap_or_default().to_owned();
        let token = page.strip_prefix(&format!("{}/reset?token=", server.origin()));
        tokens.push(token.ok_or_else(|| anyhow::anyhow!("{} {page}", answer.status))?.to_owned());
    }
    let reset = |token: &str, password: &str| json!({ "newPassword": password, "token": token });
    // A password that is refused does not use the link up.
    let short = visitor.post("/reset-password", reset(&tokens[0], "short")).await?;
    assert_eq!(short.json["code"], "PASSWORD_TOO_SHORT");
    let done = visitor.post("/reset-password", reset(&tokens[0], NEW_PASSWORD)).await?;
    assert_eq!((done.status, &done.json), (200, &json!({ "status": true })));
    // Neither this link nor the other one counts any more, and nobody was signed in by it.
    for token in &tokens {
        let again = visitor.post("/reset-password", reset(token, "quiet-orchid-49")).await?;
        assert_eq!((again.status, &again.json["code"]), (400, &json!("INVALID_TOKEN")));
        let page = visitor.get(&format!("/reset-password/{token}?callbackURL=%2Freset")).await?;
        assert!(page.header("location").is_some_and(|url| url.ends_with("/reset?error=INVALID_TOKEN")));
    }
    assert_eq!(visitor.session().await?, Value::Null);
    assert_eq!(browser.session().await?, Value::Null, "sessions of the old password are over");
    let body = json!({ "email": "ann@example.com", "password": NEW_PASSWORD });
    browser.post("/sign-in/email", body).await?.expect_status(200)?;
    server.stop().await
}

#[tokio::test]
async fn of_two_who_use_a_link_at_once_one_sets_the_password() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let server = start(&sink).await?;
    Browser::of(&server).sign_up("ann@example.com").await?;
    let mut visitor = Browser::of(&server);
    visitor
        .post("/request-password-reset", json!({ "email": "ann@example.com" }))
        .await?
        .expect_status(200)?;
    let (link, _) = next_link(&server, &sink).await?;
    let token = link.trim_start_matches("/reset-password/").split('?').next().unwrap_or_default().to_owned();
    let tries = (0..6).map(|number| {
        let body = json!({ "newPassword": format!("quiet-orchid-{number}x"), "token": token });
        let server = &server;
        async move { Browser::of(server).post("/reset-password", body).await.map(|answer| answer.status) }
    });
    let mut statuses: Vec<_> =
        futures_util::future::join_all(tries).await.into_iter().collect::<anyhow::Result<_>>()?;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400, 400, 400, 400, 400]);
    server.stop().await
}

#[tokio::test]
async fn asking_for_a_mail_tells_nothing() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let server = start(&sink).await?;
    Browser::of(&server).sign_up("ann@example.com").await?;
    for path in ["/request-password-reset", "/send-verification-email"] {
        let mut answers = Vec::new();
        for email in ["ann@example.com", "nobody@example.com"] {
            let began = std::time::Instant::now();
            let answer = Browser::of(&server).post(path, json!({ "email": email })).await?;
            // The time that hides what was done is as long for both.
            assert!(began.elapsed() >= Duration::from_millis(250), "{path} {email}");
            answers.push((answer.status, answer.text));
        }
        assert_eq!(answers[0], answers[1], "{path}");
        assert_eq!(sink.next().await?.to, ["ann@example.com"]);
    }
    assert_eq!(sink.unread(), 0);
    server.stop().await
}

#[tokio::test]
async fn links_lead_to_the_site_and_nowhere_else() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let server = TestServer::builder()
        .mail(config(&sink))
        .settings(|settings| settings.cookie_accounts.url = Some("https://shop.example".to_owned()))
        .start()
        .await?;
    let mut site = Browser::of(&server).with("origin", "https://shop.example");
    site.sign_up("ann@example.com").await?;
    let mut visitor =
        Browser::of(&server).with("host", "evil.example").with("x-forwarded-host", "evil.example");
    visitor
        .post("/request-password-reset", json!({ "email": "ann@example.com" }))
        .await?
        .expect_status(200)?;
    let link = sink.next().await?.link()?;
    assert!(link.starts_with("https://shop.example/api/auth/reset-password/"), "{link}");
    let body = json!({ "email": "ann@example.com", "redirectTo": "https://evil.example/" });
    let refused = visitor.post("/request-password-reset", body).await?;
    assert_eq!((refused.status, &refused.json["code"]), (403, &json!("INVALID_REDIRECT_URL")));
    server.stop().await?;

    // Without such an address nobody but this machine itself gets a mail.
    let server = start(&sink).await?;
    let mut visitor = Browser::of(&server).with("host", "evil.example");
    let refused = visitor.post("/request-password-reset", json!({ "email": "ann@example.com" })).await?;
    assert_eq!((refused.status, &refused.json["code"]), (400, &json!("RESET_PASSWORD_DISABLED")));
    server.stop().await
}

#[tokio::test]
async fn another_address_is_agreed_to_by_the_old_one_and_proved_by_the_new_one() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let server = start(&sink).await?;
    let (mut browser, mut eve) = (Browser::of(&server), Browser::of(&server));
    browser.sign_up("ann@example.com").await?;
    eve.sign_up("eve@example.com").await?;
    browser
        .post("/send-verification-email", json!({ "email": "ann@example.com" }))
        .await?
        .expect_status(200)?;
    let (link, _) = next_link(&server, &sink).await?;
    browser.get(&link).await?.expect_status(302)?;

    // Somebody else's address: the same answer, and no mail.
    let ask = |email: &str| json!({ "newEmail": email, "callbackURL": "/account" });
    let taken = browser.post("/change-email", ask("eve@example.com")).await?;
    let free = browser.post("/change-email", ask("Anna@example.com")).await?;
    assert_eq!((taken.status, &taken.text), (free.status, &free.text));
    let (confirm, to) = next_link(&server, &sink).await?;
    assert_eq!(to, "ann@example.com");
    assert_eq!(eve.get(&confirm).await?.header("location"), Some("/account?error=INVALID_USER"));
    browser.get(&confirm).await?.expect_status(302)?;
    let (verify, to) = next_link(&server, &sink).await?;
    assert_eq!(to, "anna@example.com");
    assert_eq!(browser.session().await?["user"]["email"], "ann@example.com");
    let mut stranger = Browser::of(&server);
    assert_eq!(stranger.get(&verify).await?.header("location"), Some("/account"));
    assert!(stranger.cookies.is_empty(), "a mail that went astray lets nobody in");
    let user = browser.session().await?["user"].clone();
    assert_eq!((&user["email"], &user["emailVerified"]), (&json!("anna@example.com"), &json!(true)));
    // Used up: the address it was about is gone.
    assert_eq!(browser.get(&verify).await?.header("location"), Some("/account?error=USER_NOT_FOUND"));
    assert_eq!(sink.unread(), 0);
    server.stop().await
}

#[tokio::test]
async fn another_address_asks_for_a_fresh_session() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let server = start(&sink).await?;
    let mut browser = Browser::of(&server);
    browser.sign_up("ann@example.com").await?;
    server.clock.advance_seconds(24 * HOUR_S);
    let answer = browser.post("/change-email", json!({ "newEmail": "anna@example.com" })).await?;
    assert_eq!((answer.status, &answer.json["code"]), (403, &json!("SESSION_NOT_FRESH")));
    server.stop().await
}

#[tokio::test]
async fn a_user_who_deletes_itself_may_have_to_follow_a_link() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let server = TestServer::builder()
        .mail(config(&sink))
        .settings(|settings| settings.cookie_accounts.confirm_deletion = true)
        .start()
        .await?;
    let (mut browser, mut eve) = (Browser::of(&server), Browser::of(&server));
    browser.sign_up("ann@example.com").await?;
    eve.sign_up("eve@example.com").await?;
    let asked = browser.post("/delete-user", json!({ "password": PASSWORD, "callbackURL": "/bye" })).await?;
    assert_eq!(asked.json, json!({ "success": true, "message": "Verification email sent" }));
    assert!(browser.session().await?.is_object());
    let (link, _) = next_link(&server, &sink).await?;
    assert_eq!(eve.get(&link).await?.json["code"], "INVALID_TOKEN");
    assert_eq!(Browser::of(&server).get(&link).await?.json["code"], "FAILED_TO_GET_USER_INFO");
    assert_eq!(browser.get(&link).await?.header("location"), Some("/bye"));
    assert!(browser.cookies.is_empty());
    let count = server.get("/users?count=1&limit=0").master().send().await?;
    assert_eq!(count.json["count"], 1);
    server.stop().await
}

#[tokio::test]
async fn who_has_to_verify_first_is_not_let_in() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let server = TestServer::builder()
        .mail(config(&sink))
        .settings(|settings| {
            settings.emails.verify = true;
            settings.emails.prevent_log_in = true;
        })
        .start()
        .await?;
    let mut browser = Browser::of(&server);
    let first = browser.sign_up("ann@example.com").await?;
    assert_eq!((&first["token"], &first["user"]["email"]), (&Value::Null, &json!("ann@example.com")));
    assert!(browser.cookies.is_empty());
    let (link, _) = next_link(&server, &sink).await?;
    // Whoever signs up with an address that has an account is told the same.
    let mut second = Browser::of(&server).sign_up("ann@example.com").await?;
    let mut first = first;
    for answer in [&mut first, &mut second] {
        for name in ["id", "createdAt", "updatedAt"] {
            assert!(answer["user"][name].take().is_string());
        }
    }
    assert_eq!(first, second);
    let body = json!({ "email": "ann@example.com", "password": PASSWORD });
    let early = browser.post("/sign-in/email", body.clone()).await?;
    assert_eq!((early.status, &early.json["code"]), (403, &json!("EMAIL_NOT_VERIFIED")));
    browser.get(&link).await?.expect_status(302)?;
    browser.post("/sign-in/email", body).await?.expect_status(200)?;
    assert_eq!(sink.unread(), 0);
    server.stop().await
}
