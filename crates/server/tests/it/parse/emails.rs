//! E-mail addresses of users: verification and forgotten passwords, with the mails that go with them. The answers are
//! those that Parse Server 9.10 gave.

use anyhow::{Context as _, ensure};
use astrolabe_core::access::Scope;
use astrolabe_core::app::AppSettings;
use astrolabe_core::query::{Filter, Pattern};
use astrolabe_core::schema::MAIL;
use astrolabe_testkit::{Answer, SinkTls, SmtpSink, TestServer};
use serde_json::{Value, json};

use crate::mail::config;

const BASE: &str = "https://shop.example/parse";

/// A server that sends to a sink.
pub(super) async fn start(change: impl FnOnce(&mut AppSettings)) -> anyhow::Result<(TestServer, SmtpSink)> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let settings = |settings: &mut AppSettings| {
        settings.public_url = Some(BASE.to_owned());
        settings.app_name = Some("Shop".to_owned());
        change(settings);
    };
    let server = TestServer::builder().settings(settings).mail(config(&sink)).start().await?;
    Ok((server, sink))
}

/// The path below the mount, and the token, of the link in the next mail.
pub(super) async fn next_link(sink: &SmtpSink) -> anyhow::Result<(String, String)> {
    let link = sink.next().await?.link()?;
    let path = link.strip_prefix(BASE).with_context(|| format!("{link} leads elsewhere"))?.to_owned();
    let token = path.split("token=").nth(1).context("no token")?.to_owned();
    Ok((path, token))
}

async fn sign_up(server: &TestServer, name: &str) -> anyhow::Result<Answer> {
    let email = format!("{name}@example.org");
    server.post("/users", json!({"username": name, "password": "secret", "email": email})).send().await
}

async fn log_in(server: &TestServer, name: &str, password: &str) -> anyhow::Result<Answer> {
    server.post("/login", json!({"username": name, "password": password})).send().await
}

async fn user(server: &TestServer, id: &Value) -> anyhow::Result<Value> {
    let id = id.as_str().context("no id")?;
    Ok(server.get(&format!("/users/{id}")).master().send().await?.json)
}

#[tokio::test]
async fn a_new_address_is_verified_by_its_link() -> anyhow::Result<()> {
    let (server, sink) = start(|settings| settings.emails.verify = true).await?;
    let made = sign_up(&server, "ann").await?;
    made.expect_status(201)?;
    ensure!(made.json["sessionToken"].is_string(), "{}", made.text);
    let mail = sink.next().await?;
    assert_eq!(
        (mail.to.as_slice(), mail.subject().as_str()),
        (&["ann@example.org".to_owned()][..], "Confirm your e-mail address for Shop")
    );
    let path = mail.link()?.strip_prefix(BASE).context("another host")?.to_owned();
    ensure!(path.starts_with("/apps/test-app/verify_email?token="), "{path}");
    assert_eq!(user(&server, &made.json["objectId"]).await?["emailVerified"], false);
    let visit = server.bare(reqwest::Method::GET, &path).send().await?;
    ensure!(visit.status == 200 && visit.text.contains("confirmed"), "{}", visit.text);
    assert_eq!(user(&server, &made.json["objectId"]).await?["emailVerified"], true);
    // Once.
    let again = server.bare(reqwest::Method::GET, &path).send().await?;
    ensure!(again.text.contains("does not count"), "{}", again.text);
    // Another address has to be verified again.
    let path = format!("/users/{}", made.json["objectId"].as_str().context("no id")?);
    let token = made.json["sessionToken"].as_str().context("no token")?;
    server.put(&path, json!({"email": "ann2@example.org"})).token(token).send().await?.expect_status(200)?;
    assert_eq!(user(&server, &made.json["objectId"]).await?["emailVerified"], false);
    assert_eq!(sink.next().await?.to, ["ann2@example.org"]);
    // Nobody says so of their own address.
    let refused = server.put(&path, json!({"emailVerified": true})).token(token).send().await?;
    refused.expect_error(400, 119)?;
    server.stop().await
}

#[tokio::test]
async fn nobody_logs_in_before_that_where_the_app_wants_it() -> anyhow::Result<()> {
    let (server, sink) = start(|settings| {
        settings.emails.verify = true;
        settings.emails.prevent_log_in = true;
    })
    .await?;
    let made = sign_up(&server, "ann").await?;
    made.expect_status(201)?;
    ensure!(made.json.get("sessionToken").is_none(), "{}", made.text);
    let (path, _) = next_link(&sink).await?;
    let refused = log_in(&server, "ann", "secret").await?;
    refused.expect_error(400, 205)?;
    assert_eq!(refused.json["error"], "User email is not verified.");
    // Who does not know the password learns nothing of it.
    log_in(&server, "ann", "wrong").await?.expect_error(404, 101)?;
    let body = json!({"username": "ann", "password": "secret"});
    server.post("/verifyPassword", body.clone()).send().await?.expect_error(400, 205)?;
    server.post("/login", body.clone()).master().send().await?.expect_error(400, 205)?;
    let mut ignoring = body;
    ignoring["ignoreEmailVerification"] = json!(true);
    server.post("/login", ignoring.clone()).send().await?.expect_error(400, 205)?;
    server.post("/login", ignoring).master().send().await?.expect_status(200)?;
    server.bare(reqwest::Method::GET, &path).send().await?.expect_status(200)?;
    log_in(&server, "ann", "secret").await?.expect_status(200)?;
    server.stop().await
}

#[tokio::test]
async fn a_sign_up_that_has_to_wait_says_so_where_the_app_wants_it() -> anyhow::Result<()> {
    let (server, sink) = start(|settings| {
        settings.emails.verify = true;
        settings.emails.prevent_log_in = true;
        settings.emails.prevent_sign_up = true;
    })
    .await?;
    sign_up(&server, "ann").await?.expect_error(400, 205)?;
    // The user is there all the same, and can verify the address.
    let (path, _) = next_link(&sink).await?;
    server.bare(reqwest::Method::GET, &path).send().await?.expect_status(200)?;
    log_in(&server, "ann", "secret").await?.expect_status(200)?;
    server.stop().await
}

#[tokio::test]
async fn links_of_verification_age_and_can_be_asked_for_again() -> anyhow::Result<()> {
    let (server, sink) = start(|settings| {
        settings.emails.verify = true;
        settings.emails.token_validity_s = Some(3_600);
    })
    .await?;
    sign_up(&server, "ann").await?.expect_status(201)?;
    let (old, _) = next_link(&sink).await?;
    server.clock.advance_seconds(3_601);
    let late = server.bare(reqwest::Method::GET, &old).send().await?;
    ensure!(late.text.contains("does not count"), "{}", late.text);
    let again =
        async |email: &str| server.post("/verificationEmailRequest", json!({"email": email})).send().await;
    assert_eq!(again("ANN@example.org").await?.json, json!({}));
    let (new, _) = next_link(&sink).await?;
    ensure!(new != old);
    ensure!(server.bare(reqwest::Method::GET, &new).send().await?.text.contains("confirmed"));
    // Unknown and verified addresses answer alike, and nothing is sent.
    for email in ["nobody@example.org", "ann@example.org", "no address"] {
        let answer = again(email).await?;
        assert_eq!((answer.status, &answer.json), (200, &json!({})), "{email}");
    }
    nothing_is_sent(&server, &sink).await?;
    server.stop().await
}

#[tokio::test]
async fn a_link_that_still_counts_is_sent_again_where_the_app_wants_it() -> anyhow::Result<()> {
    let (server, sink) = start(|settings| {
        settings.emails.verify = true;
        settings.emails.token_validity_s = Some(3_600);
        settings.emails.reuse_token = true;
        settings.password_reset.validity_s = Some(3_600);
        settings.password_reset.reuse_token = true;
    })
    .await?;
    sign_up(&server, "ann").await?.expect_status(201)?;
    let first = next_link(&sink).await?;
    let ask = async |path: &str| server.post(path, json!({"email": "ann@example.org"})).send().await;
    ask("/verificationEmailRequest").await?.expect_status(200)?;
    assert_eq!(next_link(&sink).await?, first);
    ask("/requestPasswordReset").await?.expect_status(200)?;
    let reset = next_link(&sink).await?;
    ask("/requestPasswordReset").await?.expect_status(200)?;
    assert_eq!(next_link(&sink).await?, reset);
    server.clock.advance_seconds(3_601);
    ask("/requestPasswordReset").await?.expect_status(200)?;
    ensure!(next_link(&sink).await? != reset);
    // By the token of the old link too, as SDKs do.
    server.clock.advance_seconds(3_601);
    server.stop().await
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_once() -> anyhow::Result<()> {
    let (server, sink) = start(|settings| {
        settings.password_policy.pattern = Pattern::parse("^.{6,}$", "").ok();
        settings.password_reset.validity_s = Some(3_600);
    })
    .await?;
    let made = sign_up(&server, "ann").await?;
    let session = made.json["sessionToken"].as_str().context("no token")?.to_owned();
    let ask = async || server.post("/requestPasswordReset", json!({"email": "Ann@Example.org"})).send().await;
    assert_eq!(ask().await?.json, json!({}));
    let (_, token) = next_link(&sink).await?;
    let post = async |token: &str, password: &str| {
        let form = format!("token={token}&new_password={password}");
        let request = server.bare(reqwest::Method::POST, "/apps/test-app/request_password_reset");
        let request = request.header("X-Requested-With", "XMLHttpRequest");
        request.raw("application/x-www-form-urlencoded", form).send().await
    };
    let refused = async |token: &str, password: &str, text: &str| -> anyhow::Result<()> {
        let answer = post(token, password).await?;
        answer.expect_error(400, -1)?;
        ensure!(answer.json["error"] == text, "{}", answer.text);
        Ok(())
    };
    refused(&token, "short", "Password does not meet the Password Policy requirements.").await?;
    let invalid = "Failed to reset password: username / email / token is invalid";
    refused("wrong", "long enough", invalid).await?;
    server.get("/users/me").token(&session).send().await?.expect_status(200)?;
    let done = post(&token, "long%20enough").await?;
    assert_eq!((done.status, &done.json), (200, &json!("Password successfully reset")));
    // The sessions have ended, the old password is gone, the link has been used.
    server.get("/users/me").token(&session).send().await?.expect_error(400, 209)?;
    log_in(&server, "ann", "secret").await?.expect_error(404, 101)?;
    log_in(&server, "ann", "long enough").await?.expect_status(200)?;
    refused(&token, "another one", invalid).await?;
    // A link that is too old says so, and its token asks for another.
    ask().await?.expect_status(200)?;
    let (_, token) = next_link(&sink).await?;
    server.clock.advance_seconds(3_601);
    refused(&token, "another one", "The password reset link has expired").await?;
    server.post("/requestPasswordReset", json!({"token": token})).send().await?.expect_status(200)?;
    let (_, token) = next_link(&sink).await?;
    // A change of the address makes links to the old one worthless.
    let id = made.json["objectId"].as_str().context("no id")?;
    let change = json!({"email": "new@example.org"});
    server.put(&format!("/users/{id}"), change).master().send().await?.expect_status(200)?;
    refused(&token, "another one", invalid).await?;
    server.stop().await
}

#[tokio::test]
async fn two_uses_of_one_link_at_once_replace_one_password() -> anyhow::Result<()> {
    let (server, sink) = start(|_| ()).await?;
    sign_up(&server, "ann").await?.expect_status(201)?;
    server
        .post("/requestPasswordReset", json!({"email": "ann@example.org"}))
        .send()
        .await?
        .expect_status(200)?;
    let (_, token) = next_link(&sink).await?;
    let attempts = (0..8).map(|number| {
        let form = format!("token={token}&new_password=password{number}");
        let request = server.bare(reqwest::Method::POST, "/apps/test-app/request_password_reset");
        request
            .header("X-Requested-With", "XMLHttpRequest")
            .raw("application/x-www-form-urlencoded", form)
            .send()
    });
    let answers = futures_util::future::try_join_all(attempts).await?;
    let worked: Vec<_> = (0..8).filter(|number| answers[*number].status == 200).collect();
    assert_eq!(worked.len(), 1, "{answers:?}");
    log_in(&server, "ann", &format!("password{}", worked[0])).await?.expect_status(200)?;
    server.stop().await
}

#[tokio::test]
async fn who_asks_for_a_new_password_learns_of_no_account() -> anyhow::Result<()> {
    let (server, sink) = start(|_| ()).await?;
    for email in ["nobody@example.org", "no address", "a@example.org\r\nBcc: b@example.org"] {
        let answer = server.post("/requestPasswordReset", json!({"email": email})).send().await?;
        assert_eq!((answer.status, &answer.json), (200, &json!({})), "{email}");
    }
    nothing_is_sent(&server, &sink).await?;
    let cases = [
        (json!({}), 204),
        (json!({"email": ""}), 204),
        (json!({"email": 7}), 125),
        (json!({"token": 7}), 162),
        (json!({"token": "x"}), 125),
    ];
    for (body, code) in cases {
        server.post("/requestPasswordReset", body).send().await?.expect_error(400, code)?;
    }
    server.stop().await?;
    // Unless the app wants it otherwise.
    let (server, _sink) = start(|settings| {
        settings.password_reset.hide_unknown = false;
        settings.emails.hide_unknown = false;
        settings.emails.verify = true;
    })
    .await?;
    let body = json!({"email": "nobody@example.org"});
    server.post("/requestPasswordReset", body.clone()).send().await?.expect_error(404, 101)?;
    let refused = server.post("/verificationEmailRequest", body).send().await?;
    refused.expect_error(400, 205)?;
    assert_eq!(refused.json["error"], "No user found with email nobody@example.org");
    server.stop().await
}

#[tokio::test]
async fn a_user_whose_name_is_an_address_gets_mail_there() -> anyhow::Result<()> {
    let (server, sink) = start(|_| ()).await?;
    let user = json!({"username": "ann@example.org", "password": "secret"});
    server.post("/users", user).send().await?.expect_status(201)?;
    server
        .post("/requestPasswordReset", json!({"email": "ann@example.org"}))
        .send()
        .await?
        .expect_status(200)?;
    assert_eq!(sink.next().await?.to, ["ann@example.org"]);
    server.stop().await
}

#[tokio::test]
async fn tokens_of_links_are_not_in_the_database() -> anyhow::Result<()> {
    let (server, sink) = start(|settings| settings.emails.verify = true).await?;
    sign_up(&server, "ann").await?.expect_status(201)?;
    let (_, verify) = next_link(&sink).await?;
    server
        .post("/requestPasswordReset", json!({"email": "ann@example.org"}))
        .send()
        .await?
        .expect_status(200)?;
    let (_, reset) = next_link(&sink).await?;
    let stored = server.stored_bytes().await?;
    for token in [&verify, &reset] {
        ensure!(token.len() == 40 && !stored.windows(40).any(|bytes| bytes == token.as_bytes()), "{token}");
    }
    // Nor does any key show what is stored instead.
    let all = server.get("/users").master().send().await?;
    for field in ["_perishable", "_email_verify", "nonce"] {
        ensure!(!all.text.contains(field), "{}", all.text);
    }
    server.stop().await
}

/// Whoever asks for a mail could otherwise make its link lead to a host of its own, by the `Host` header.
#[tokio::test]
async fn links_never_follow_the_host_that_was_asked() -> anyhow::Result<()> {
    let (server, sink) = start(|_| ()).await?;
    sign_up(&server, "ann").await?.expect_status(201)?;
    let asking = server.post("/requestPasswordReset", json!({"email": "ann@example.org"}));
    asking.header("Host", "evil.example").header("X-Forwarded-Host", "evil.example").send().await?;
    ensure!(sink.next().await?.link()?.starts_with(BASE));
    server.stop().await?;
    let (server, sink) = start(|settings| settings.public_url = None).await?;
    let refused = server.post("/requestPasswordReset", json!({"email": "ann@example.org"})).send().await?;
    refused.expect_error(400, 1)?;
    assert_eq!(sink.unread(), 0);
    server.stop().await
}

#[tokio::test]
async fn a_server_without_mail_says_so() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    for path in ["/requestPasswordReset", "/verificationEmailRequest"] {
        server.post(path, json!({"email": "ann@example.org"})).send().await?.expect_error(400, 1)?;
    }
    server.stop().await
}

/// Nothing waits, and what was asked for after everything else is the first to arrive.
async fn nothing_is_sent(server: &TestServer, sink: &SmtpSink) -> anyhow::Result<()> {
    let waiting = server.app.objects.find_objects(&Scope::server(), MAIL, Filter::all(), 10).await?;
    assert_eq!(waiting.len(), 0);
    let user = json!({"username": "last", "password": "secret", "email": "last@example.org"});
    server.post("/users", user).send().await?.expect_status(201)?;
    server.post("/requestPasswordReset", json!({"email": "last@example.org"})).send().await?;
    assert_eq!(sink.next().await?.to, ["last@example.org"]);
    Ok(())
}
