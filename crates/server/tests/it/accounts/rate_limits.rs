use astrolabe_testkit::TestServer;
use serde_json::json;

use super::browser::Browser;

/// The statuses of wrong log-ins one after the other.
async fn tries(browser: &mut Browser<'_>, count: usize) -> anyhow::Result<Vec<u16>> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        let body = json!({ "email": "ann@example.com", "password": "wrong-orchid" });
        statuses.push(browser.post("/sign-in/email", body).await?.status);
    }
    Ok(statuses)
}

#[tokio::test]
async fn one_address_tries_three_times_in_ten_seconds() -> anyhow::Result<()> {
    let server = TestServer::builder().trust_proxy("127.0.0.0/8").start().await?;
    let mut visitor = Browser::of(&server).with("x-forwarded-for", "9.9.9.9");
    assert_eq!(tries(&mut visitor, 5).await?, [401, 401, 401, 429, 429]);
    let refused = visitor.post("/sign-in/email", json!({})).await?;
    assert_eq!(refused.json, json!({ "message": "Too many requests. Please try again later." }));
    assert_eq!(refused.header("x-retry-after"), Some("10"));
    // Another address, another path: counted apart.
    assert_eq!(tries(&mut Browser::of(&server).with("x-forwarded-for", "9.9.9.8"), 1).await?, [401]);
    visitor.get("/get-session").await?.expect_status(200)?;
    server.clock.advance_seconds(10);
    assert_eq!(tries(&mut visitor, 4).await?, [401, 401, 401, 429]);
    server.stop().await
}

#[tokio::test]
async fn made_up_addresses_of_whoever_is_no_proxy_count_for_nothing() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let mut statuses = Vec::new();
    for last in 1..=5 {
        let mut visitor = Browser::of(&server).with("x-forwarded-for", &format!("9.9.9.{last}"));
        statuses.extend(tries(&mut visitor, 1).await?);
    }
    assert_eq!(statuses, [401, 401, 401, 429, 429]);
    server.stop().await
}

#[tokio::test]
async fn the_site_on_this_machine_asks_for_all_its_visitors() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let mut site = Browser::of(&server);
    for _ in 0..120 {
        site.get("/get-session").await?.expect_status(200)?;
    }
    server.stop().await
}

#[tokio::test]
async fn everything_has_a_limit_and_unknown_paths_share_one() -> anyhow::Result<()> {
    let server = TestServer::builder().trust_proxy("127.0.0.0/8").start().await?;
    let mut visitor = Browser::of(&server).with("x-forwarded-for", "9.9.9.9");
    for count in 0..100 {
        visitor.get(&format!("/nothing/{count}")).await?.expect_status(404)?;
    }
    visitor.get("/nothing/else").await?.expect_status(429)?;
    server.stop().await
}
