//! What is asked of passwords, and passwords whose hashes other servers made.

use astrolabe_core::access::Scope;
use astrolabe_core::app::{HashedKey, PasswordPolicy};
use astrolabe_core::query::{Filter, Pattern};
use astrolabe_testkit::{Answer, TestRequest, TestServer, TestServerBuilder, User};
use serde_json::json;

/// bcrypt of `secret`, cost 4.
const BCRYPT: &str = "$2b$04$YdOlXPpWG7uHHN4GU8Xb1.uS7WxbygPJGNCRyNPEiW1h7RslMB0xS";

fn with_policy(change: impl FnOnce(&mut PasswordPolicy)) -> TestServerBuilder {
    TestServer::builder().settings(|settings| change(&mut settings.password_policy))
}

fn expect(answer: &Answer, error: &str) -> anyhow::Result<()> {
    answer.expect_error(400, 142)?;
    anyhow::ensure!(answer.json["error"] == error, "{}", answer.text);
    Ok(())
}

async fn change_password(server: &TestServer, user: &mut User, password: &str) -> anyhow::Result<Answer> {
    let path = format!("/users/{}", user.id);
    let answer = server.put(&path, json!({"password": password})).token(&user.token).send().await?;
    if let Some(token) = answer.json["sessionToken"].as_str() {
        user.token = token.to_owned();
    }
    Ok(answer)
}

#[tokio::test]
async fn a_password_meets_the_pattern_and_does_not_contain_the_name() -> anyhow::Result<()> {
    let pattern = Pattern::parse("^.{6,}$", "").map_err(|error| anyhow::anyhow!(error.message))?;
    let server = with_policy(|policy| {
        policy.pattern = Some(pattern);
        policy.without_username = true;
    });
    let server = server.start().await?;
    let sign_up = |password: &str| json!({"username": "ann", "password": password});
    let answer = server.post("/users", sign_up("short")).send().await?;
    expect(&answer, "Password does not meet the Password Policy requirements.")?;
    let answer = server.post("/users", sign_up("my-ann-password")).send().await?;
    expect(&answer, "Password cannot contain your username.")?;
    let mut ann = server.user("ann").await?;
    expect(
        &change_password(&server, &mut ann, "annsecret").await?,
        "Password cannot contain your username.",
    )?;
    let path = format!("/users/{}", ann.id);
    // The administrator is held to it, too; and a new name counts, not the old one.
    let answer = server.put(&path, json!({"password": "x"})).master().send().await?;
    expect(&answer, "Password does not meet the Password Policy requirements.")?;
    let both = json!({"username": "bea", "password": "annsecret"});
    server.put(&path, both).token(&ann.token).send().await?.expect_status(200)?;
    server.stop().await
}

#[tokio::test]
async fn the_app_chooses_the_words() -> anyhow::Result<()> {
    let pattern = Pattern::parse("[0-9]", "").map_err(|error| anyhow::anyhow!(error.message))?;
    let server = with_policy(|policy| {
        policy.pattern = Some(pattern);
        policy.pattern_error = Some("Add a digit.".to_owned());
    });
    let server = server.start().await?;
    let answer = server.post("/users", json!({"username": "ann", "password": "none"})).send().await?;
    expect(&answer, "Add a digit.")?;
    server.stop().await
}

#[tokio::test]
async fn the_last_passwords_do_not_come_back() -> anyhow::Result<()> {
    let server = with_policy(|policy| policy.history = 3).start().await?;
    let mut ann = server.user("ann").await?;
    let used = "New password should not be the same as last 3 passwords.";
    expect(&change_password(&server, &mut ann, "secret").await?, used)?;
    for password in ["two", "three"] {
        change_password(&server, &mut ann, password).await?.expect_status(200)?;
        expect(&change_password(&server, &mut ann, "secret").await?, used)?;
    }
    change_password(&server, &mut ann, "four").await?.expect_status(200)?;
    for password in ["two", "three", "four"] {
        expect(&change_password(&server, &mut ann, password).await?, used)?;
    }
    change_password(&server, &mut ann, "secret").await?.expect_status(200)?;
    let own = server.get("/users/me").token(&ann.token).send().await?;
    assert!(!own.text.contains("argon2") && !own.text.contains("history"), "{}", own.text);
    server.stop().await
}

#[tokio::test]
async fn an_old_password_opens_no_session() -> anyhow::Result<()> {
    let server = with_policy(|policy| policy.max_age_days = Some(30)).start().await?;
    let mut ann = server.user("ann").await?;
    let log_in =
        |password: &str| server.post("/login", json!({"username": "ann", "password": password})).send();
    server.clock.advance_seconds(29 * 24 * 60 * 60);
    log_in("secret").await?.expect_status(200)?;
    server.clock.advance_seconds(2 * 24 * 60 * 60);
    let answer = log_in("secret").await?;
    answer.expect_error(404, 101)?;
    assert_eq!(answer.json["error"], "Your password has expired. Please reset your password.");
    let answer = log_in("wrong").await?;
    assert_eq!(answer.json["error"], "Invalid username/password.", "only who knows it is told");
    change_password(&server, &mut ann, "fresh").await?.expect_status(200)?;
    log_in("fresh").await?.expect_status(200)?;
    server.stop().await
}

const MAINTENANCE: &str = "test-maintenance-key";

async fn server_for_imports() -> anyhow::Result<TestServer> {
    let builder = TestServer::builder();
    builder.keys(|keys| keys.maintenance = Some(HashedKey::of(MAINTENANCE))).start().await
}

fn maintenance(request: TestRequest) -> TestRequest {
    request.header("X-Parse-Maintenance-Key", MAINTENANCE)
}

async fn stored_hash(server: &TestServer) -> anyhow::Result<String> {
    let user = server.app.objects.find_object(&Scope::server(), "_User", Filter::all()).await;
    let user = user.map_err(|error| anyhow::anyhow!(error.message))?;
    Ok(user.and_then(|user| user.text("_hashed_password").map(str::to_owned)).unwrap_or_default())
}

#[tokio::test]
async fn an_imported_hash_counts_and_becomes_argon2_at_the_first_log_in() -> anyhow::Result<()> {
    let server = server_for_imports().await?;
    let body = json!({"username": "ann", "_hashed_password": BCRYPT});
    let made = maintenance(server.post("/users", body)).send().await?;
    made.expect_status(201)?;
    assert!(made.json.get("sessionToken").is_none() && !made.text.contains("$2"), "{}", made.text);
    let log_in =
        |password: &str| server.post("/login", json!({"username": "ann", "password": password})).send();
    log_in("wrong").await?.expect_error(404, 101)?;
    let check = json!({"username": "ann", "password": "secret"});
    server.post("/verifyPassword", check).send().await?.expect_status(200)?;
    assert_eq!(stored_hash(&server).await?, BCRYPT);
    log_in("secret").await?.expect_status(200)?;
    assert!(stored_hash(&server).await?.starts_with("$argon2id$"));
    let again = log_in("secret").await?;
    again.expect_status(200)?;
    assert_eq!(again.json["updatedAt"], again.json["createdAt"], "an upgrade is no change of the user");
    log_in("wrong").await?.expect_error(404, 101)?;
    server.stop().await
}

#[tokio::test]
async fn a_new_hash_ends_the_sessions_of_the_old_password() -> anyhow::Result<()> {
    let server = server_for_imports().await?;
    let ann = server.user("ann").await?;
    let put = server.put(&format!("/users/{}", ann.id), json!({"_hashed_password": BCRYPT}));
    maintenance(put).send().await?.expect_status(200)?;
    server.get("/users/me").token(&ann.token).send().await?.expect_error(400, 209)?;
    server.stop().await
}

#[tokio::test]
async fn nobody_but_the_maintenance_key_brings_a_hash_and_only_a_good_one() -> anyhow::Result<()> {
    let server = server_for_imports().await?;
    let ann = server.user("ann").await?;
    let path = format!("/users/{}", ann.id);
    let body = json!({"_hashed_password": BCRYPT});
    server.put(&path, body.clone()).token(&ann.token).send().await?.expect_error(400, 105)?;
    server.put(&path, body.clone()).master().send().await?.expect_error(400, 105)?;
    maintenance(server.post("/classes/Todo", body)).send().await?.expect_error(400, 105)?;
    let costly = BCRYPT.replace("$04$", "$15$");
    for bad in [
        json!("nonsense"),
        json!(costly),
        json!(7),
        json!(null),
        json!({"__op": "Delete"}),
        json!("$argon2id$v=19$m=4194304,t=99,p=1$c2FsdHNhbHQ$aGFzaA"),
    ] {
        let put = server.put(&path, json!({"_hashed_password": bad}));
        maintenance(put).send().await?.expect_error(400, 142)?;
    }
    for both in ["a password", ""] {
        let both = json!({"username": "bob", "password": both, "_hashed_password": BCRYPT});
        for request in [server.put(&path, both.clone()), server.post("/users", both)] {
            let answer = maintenance(request).send().await?;
            anyhow::ensure!(matches!(answer.status, 400), "{}", answer.text);
        }
    }
    server.get("/users/me").token(&ann.token).send().await?.expect_status(200)?;
    server.stop().await
}

#[tokio::test]
async fn an_imported_hash_is_a_new_password_to_every_rule() -> anyhow::Result<()> {
    let builder = with_policy(|policy| (policy.history, policy.max_age_days) = (3, Some(30)));
    let builder = builder.settings(|settings| {
        settings.account_lockout.threshold = Some(1);
        settings.account_lockout.unlock_on_password_reset = true;
    });
    let server = builder.keys(|keys| keys.maintenance = Some(HashedKey::of(MAINTENANCE))).start().await?;
    let ann = json!({"username": "ann", "password": "first"});
    let made = server.post("/users", ann).send().await?;
    let path = format!("/users/{}", made.json["objectId"].as_str().unwrap_or_default());
    server.clock.advance_seconds(31 * 24 * 60 * 60);
    let log_in =
        |password: &str| server.post("/login", json!({"username": "ann", "password": password})).send();
    log_in("wrong").await?.expect_error(404, 101)?;
    let put = server.put(&path, json!({"_hashed_password": BCRYPT}));
    maintenance(put).send().await?.expect_status(200)?;
    // Neither locked nor expired any more.
    let log_in = log_in("secret").await?;
    log_in.expect_status(200)?;
    let token = log_in.json["sessionToken"].as_str().unwrap_or_default();
    for password in ["first", "secret"] {
        let put = server.put(&path, json!({"password": password})).token(token);
        expect(&put.send().await?, "New password should not be the same as last 3 passwords.")?;
    }
    server.stop().await
}

#[tokio::test]
async fn the_history_misses_no_password_of_changes_at_once() -> anyhow::Result<()> {
    let server = with_policy(|policy| policy.history = 10).start().await?;
    let ann = server.user("ann").await?;
    let path = format!("/users/{}", ann.id);
    let put = |password: &str| server.put(&path, json!({"password": password})).master().send();
    let (one, two, three) = tokio::join!(put("one"), put("two"), put("three"));
    for answer in [one?, two?, three?] {
        answer.expect_status(200)?;
    }
    for password in ["secret", "one", "two", "three"] {
        put(password).await?.expect_error(400, 142)?;
    }
    server.stop().await
}

#[tokio::test]
async fn a_transaction_changes_a_password_once_where_there_is_a_history() -> anyhow::Result<()> {
    let server = with_policy(|policy| policy.history = 3).start().await?;
    let ann = server.user("ann").await?;
    let change = |password: &str| {
        let path = format!("/parse/users/{}", ann.id);
        json!({"method": "PUT", "path": path, "body": {"password": password}})
    };
    let batch = json!({"transaction": true, "requests": [change("two"), change("three")]});
    let answer = server.post("/batch", batch).master().send().await?;
    answer.expect_error(404, 101)?;
    assert_eq!(answer.json["index"], 1, "{}", answer.text);
    let old = json!({"username": "ann", "password": "secret"});
    server.post("/login", old).send().await?.expect_status(200)?;
    server.stop().await
}
