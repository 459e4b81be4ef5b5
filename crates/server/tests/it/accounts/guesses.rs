use astrolabe_testkit::TestServer;
use serde_json::json;

use super::browser::{Browser, PASSWORD};

async fn status_from(server: &TestServer, address: &str, email: &str, password: &str) -> anyhow::Result<u16> {
    let mut browser = Browser::of(server).with("x-forwarded-for", address);
    Ok(browser.post("/sign-in/email", json!({ "email": email, "password": password })).await?.status)
}

#[tokio::test]
async fn many_addresses_together_guess_no_faster_and_the_owner_gets_in() -> anyhow::Result<()> {
    let server = TestServer::builder().trust_proxy("127.0.0.0/8").start().await?;
    let mut owner = Browser::of(&server).with("x-forwarded-for", "1.1.1.1");
    owner.sign_up("ann@example.com").await?;
    owner.sign_in("ann@example.com").await?;
    // Nobody learns by waiting which address has an account.
    for email in ["ann@example.com", "nobody@example.com"] {
        let mut statuses = Vec::new();
        for last in 1..=12 {
            statuses.push(status_from(&server, &format!("9.9.9.{last}"), email, "wrong-orchid").await?);
        }
        assert_eq!(statuses, [vec![401; 10], vec![429; 2]].concat(), "{email}");
    }
    // Even the right password has to wait, from an address that the account does not know.
    assert_eq!(status_from(&server, "9.9.9.99", "ann@example.com", PASSWORD).await?, 429);
    assert_eq!(status_from(&server, "1.1.1.1", "ann@example.com", PASSWORD).await?, 200);
    server.clock.advance_seconds(1);
    assert_eq!(status_from(&server, "9.9.9.99", "ann@example.com", PASSWORD).await?, 200);
    server.stop().await
}
