//! Accounts lock after wrong passwords, whoever sends them how fast, and open again.

use astrolabe_testkit::{Answer, TestServer};
use serde_json::{Value, json};

const LOCKED: &str =
    "Your account is locked due to multiple failed login attempts. Please try again after 5 minute(s)";
const WRONG: &str = "Invalid username/password.";

async fn locking_server(threshold: u32) -> anyhow::Result<TestServer> {
    let builder = TestServer::builder().settings(|settings| {
        settings.account_lockout.threshold = Some(threshold);
        settings.account_lockout.unlock_on_password_reset = true;
    });
    let server = builder.start().await?;
    let ann = json!({"username": "ann", "password": "secret", "email": "ann@example.org"});
    server.post("/users", ann).send().await?.expect_status(201)?;
    Ok(server)
}

async fn log_in(server: &TestServer, password: &str) -> anyhow::Result<Answer> {
    server.post("/login", json!({"username": "ann", "password": password})).send().await
}

fn expect(answer: &Answer, error: &str) -> anyhow::Result<()> {
    answer.expect_error(404, 101)?;
    anyhow::ensure!(answer.json["error"] == error, "{}", answer.text);
    Ok(())
}

#[tokio::test]
async fn wrong_passwords_lock_an_account_on_every_way_in() -> anyhow::Result<()> {
    let server = locking_server(3).await?;
    let by_email = |password: &str| json!({"email": "ann@example.org", "password": password});
    let by_name = |password: &str| json!({"username": "ANN", "password": password});
    let mail_as_name = |password: &str| json!({"username": "ann@example.org", "password": password});
    let tries: [(&str, Value, &str); 7] = [
        ("/login", by_name("wrong"), WRONG),
        ("/login", by_email("wrong"), WRONG),
        ("/verifyPassword", mail_as_name("wrong"), WRONG),
        ("/login", by_name("wrong"), LOCKED),
        ("/login", by_name("secret"), LOCKED),
        ("/verifyPassword", by_email("secret"), LOCKED),
        ("/login", json!({"username": "nobody", "password": "wrong"}), WRONG),
    ];
    for (path, body, error) in tries {
        expect(&server.post(path, body).send().await?, error)?;
    }
    server.stop().await
}

#[tokio::test]
async fn a_lock_ends_with_its_time_and_one_more_wrong_password_brings_it_back() -> anyhow::Result<()> {
    let server = locking_server(2).await?;
    for error in [WRONG, WRONG, LOCKED] {
        expect(&log_in(&server, "wrong").await?, error)?;
    }
    server.clock.advance_seconds(299);
    expect(&log_in(&server, "secret").await?, LOCKED)?;
    server.clock.advance_seconds(2);
    expect(&log_in(&server, "wrong").await?, LOCKED)?;
    expect(&log_in(&server, "secret").await?, LOCKED)?;
    server.clock.advance_seconds(301);
    log_in(&server, "secret").await?.expect_status(200)?;
    expect(&log_in(&server, "wrong").await?, WRONG)?;
    server.stop().await
}

#[tokio::test]
async fn a_right_password_starts_the_count_again() -> anyhow::Result<()> {
    let server = locking_server(2).await?;
    for path in ["/login", "/verifyPassword"] {
        for _ in 0..3 {
            expect(&log_in(&server, "wrong").await?, WRONG)?;
            let right = json!({"username": "ann", "password": "secret"});
            server.post(path, right).send().await?.expect_status(200)?;
        }
    }
    server.stop().await
}

/// Of any number of tries at the same time no more than the threshold are told whether they were right.
#[tokio::test]
async fn simultaneous_tries_get_no_further() -> anyhow::Result<()> {
    let server = locking_server(5).await?;
    let tries = (0..100).map(|_| log_in(&server, "wrong"));
    let mut told = 0;
    for answer in futures_util::future::join_all(tries).await {
        let answer = answer?;
        answer.expect_error(404, 101)?;
        told += usize::from(answer.json["error"] == WRONG);
    }
    assert_eq!(told, 5);
    expect(&log_in(&server, "secret").await?, LOCKED)?;
    server.stop().await
}

#[tokio::test]
async fn right_passwords_at_the_same_time_lock_nobody_out() -> anyhow::Result<()> {
    let server = locking_server(1).await?;
    let tries = (0..20).map(|_| log_in(&server, "secret"));
    for answer in futures_util::future::join_all(tries).await {
        answer?.expect_status(200)?;
    }
    server.stop().await
}

#[tokio::test]
async fn an_administrator_unlocks_by_a_new_password() -> anyhow::Result<()> {
    let server = locking_server(1).await?;
    expect(&log_in(&server, "wrong").await?, WRONG)?;
    expect(&log_in(&server, "secret").await?, LOCKED)?;
    let found = server.get("/users").master().send().await?;
    let before = found.results()[0].clone();
    for name in ["_failed_login_count", "_account_lockout_expires_at"] {
        assert!(before.get(name).is_none(), "{before}");
    }
    assert_eq!(before["updatedAt"], before["createdAt"], "a lock is no change of the user");
    let path = format!("/users/{}", before["objectId"].as_str().unwrap_or_default());
    server.put(&path, json!({"password": "fresh"})).master().send().await?.expect_status(200)?;
    log_in(&server, "fresh").await?.expect_status(200)?;
    server.stop().await
}
