use astrolabe_testkit::TestServer;
use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD, set_cookies};

#[tokio::test]
async fn over_tls_cookies_are_secure() -> anyhow::Result<()> {
    let server = TestServer::builder().trust_proxy("127.0.0.0/8").start().await?;
    let mut browser = Browser::of(&server)
        .with("x-forwarded-proto", "https")
        .with("x-forwarded-host", "shop.example")
        .with("x-forwarded-for", "9.9.9.9")
        .with("origin", "https://shop.example");
    let body = json!({ "name": "Ann", "email": "ann@example.com", "password": PASSWORD });
    let answer = browser.post("/sign-up/email", body).await?;
    answer.expect_status(200)?;
    let cookies = set_cookies(&answer);
    assert!(cookies[0].starts_with("__Secure-better-auth.session_token="), "{cookies:?}");
    assert!(cookies[0].ends_with("; Max-Age=604800; Path=/; HttpOnly; Secure; SameSite=Lax"), "{cookies:?}");
    assert_eq!(browser.session().await?["session"]["ipAddress"], "9.9.9.9");
    // The same cookie without the prefix could come from a page that is not secure.
    for (name, _) in &mut browser.cookies {
        *name = name.replace("__Secure-", "");
    }
    assert_eq!(browser.session().await?, Value::Null);
    server.stop().await
}

#[tokio::test]
async fn who_is_no_listed_proxy_says_nothing_of_tls() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let mut browser =
        Browser::of(&server).with("x-forwarded-proto", "https").with("x-forwarded-host", "evil.example");
    browser.sign_up("ann@example.com").await?;
    assert_eq!(browser.cookies[0].0, "better-auth.session_token");
    let mut foreign =
        Browser::of(&server).with("x-forwarded-host", "evil.example").with("origin", "http://evil.example");
    let body = json!({ "email": "ann@example.com", "password": PASSWORD });
    let answer = foreign.post("/sign-in/email", body).await?;
    assert_eq!((answer.status, &answer.json["code"]), (403, &json!("INVALID_ORIGIN")));
    server.stop().await
}

#[tokio::test]
async fn the_address_of_the_site_counts_where_it_is_set() -> anyhow::Result<()> {
    let server = TestServer::builder()
        .settings(|settings| {
            settings.cookie_accounts.url = Some("https://shop.example".to_owned());
            settings.cookie_accounts.cookie_prefix = "shop".to_owned();
            settings.cookie_accounts.cookie_domain = Some("shop.example".to_owned());
        })
        .start()
        .await?;
    let mut foreign = Browser::of(&server).with("origin", "https://evil.example");
    let body = json!({ "name": "Ann", "email": "ann@example.com", "password": PASSWORD });
    assert_eq!(foreign.post("/sign-up/email", body.clone()).await?.json["code"], "INVALID_ORIGIN");
    let mut site = Browser::of(&server).with("origin", "https://shop.example");
    let answer = site.post("/sign-up/email", body).await?;
    answer.expect_status(200)?;
    let cookies = set_cookies(&answer);
    assert!(cookies[0].starts_with("__Secure-shop.session_token="), "{cookies:?}");
    assert!(cookies[0].contains("; Domain=shop.example; Path=/"), "{cookies:?}");
    server.stop().await
}

#[tokio::test]
async fn pages_of_trusted_origins_may_read_answers_and_others_may_not() -> anyhow::Result<()> {
    let trusted = |settings: &mut astrolabe_core::app::AppSettings| {
        settings.cookie_accounts.trusted_origins = vec!["https://app.example".to_owned()];
    };
    let server = TestServer::builder().settings(trusted).start().await?;
    for (origin, expected) in
        [("https://app.example", Some("https://app.example")), ("https://evil.example", None)]
    {
        let mut browser = Browser::of(&server).with("origin", origin);
        let answer = browser.get("/get-session").await?;
        assert_eq!(answer.header("access-control-allow-origin"), expected);
        assert_eq!(answer.header("access-control-allow-credentials"), expected.map(|_| "true"));
        let asked = server
            .accounts(reqwest::Method::OPTIONS, "/sign-in/email")
            .header("origin", origin)
            .send()
            .await?;
        assert_eq!(asked.status, if expected.is_some() { 204 } else { 404 });
        assert_eq!(asked.header("access-control-allow-origin"), expected);
    }
    server.stop().await
}
