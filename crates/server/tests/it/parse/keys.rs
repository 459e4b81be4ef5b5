use astrolabe_core::app::HashedKey;
use astrolabe_testkit::{APP_ID, JAVASCRIPT_KEY, MASTER_KEY, REST_KEY, TestServer};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn an_app_opens_to_its_keys_only() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let id = ("X-Parse-Application-Id", APP_ID);
    for (headers, status) in [
        (vec![], 403),
        (vec![id], 403),
        (vec![id, ("X-Parse-REST-API-Key", REST_KEY)], 200),
        (vec![id, ("X-Parse-Javascript-Key", JAVASCRIPT_KEY)], 200),
        (vec![id, ("X-Parse-Master-Key", MASTER_KEY)], 200),
        (vec![id, ("X-Parse-REST-API-Key", JAVASCRIPT_KEY)], 403),
        (vec![id, ("X-Parse-REST-API-Key", "")], 403),
        (vec![id, ("X-Parse-Client-Key", REST_KEY)], 403),
        (vec![id, ("X-Parse-Master-Key", "wrong")], 403),
        (vec![("X-Parse-Application-Id", "other"), ("X-Parse-REST-API-Key", REST_KEY)], 403),
        (vec![("X-Parse-Application-Id", "../test-app"), ("X-Parse-REST-API-Key", REST_KEY)], 403),
    ] {
        let request =
            headers.iter().fold(server.bare(Method::GET, "/classes/Todo"), |request, (name, value)| {
                request.header(name, value)
            });
        let answer = request.send().await?;
        assert_eq!(answer.status, status, "{headers:?}");
        if status == 403 {
            assert_eq!(answer.json, json!({"error": "unauthorized"}), "{headers:?}");
        }
    }
    server.stop().await
}

/// The master key counts from listed addresses only, and forwarding headers cannot fake one.
#[tokio::test]
async fn the_master_key_is_bound_to_addresses() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    server.get("/schemas").master().send().await?.expect_status(200)?;
    for header in ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host"] {
        let answer = server.get("/schemas").master().header(header, "127.0.0.1").send().await?;
        assert_eq!((answer.status, &answer.json), (403, &json!({"error": "unauthorized"})), "{header}");
    }
    server.stop().await?;

    let behind_proxy = TestServer::builder().trust_proxy("127.0.0.0/8").start().await?;
    for (client, status) in [("127.0.0.1", 200), ("10.1.2.3", 403), ("127.0.0.1, 10.1.2.3", 403), ("x", 403)]
    {
        let answer = behind_proxy.get("/schemas").master().header("X-Forwarded-For", client).send().await?;
        assert_eq!(answer.status, status, "{client}");
    }
    behind_proxy.stop().await?;

    let elsewhere = TestServer::builder().settings(|s| s.master_key_ips = Vec::new()).start().await?;
    elsewhere.get("/schemas").master().send().await?.expect_status(403)?;
    elsewhere.stop().await
}

#[tokio::test]
async fn the_read_only_master_key_changes_nothing() -> anyhow::Result<()> {
    let server = TestServer::builder()
        .keys(|keys| keys.read_only_master = Some(HashedKey::of("look")))
        .start()
        .await?;
    let id = server.object("Note", json!({"text": "a", "ACL": {}})).await?;
    let path = format!("/classes/Note/{id}");
    let ann = server.user("ann").await?;
    let look = |request: astrolabe_testkit::TestRequest| request.header("X-Parse-Master-Key", "look");
    look(server.get(&path)).send().await?.expect_status(200)?;
    look(server.get("/schemas")).send().await?.expect_status(200)?;
    for request in [
        server.post("/classes/Note", json!({})),
        server.put(&path, json!({"text": "b"})),
        server.delete(&path),
        server.post("/schemas/New", json!({})),
        server.put("/schemas/Note", json!({"fields": {"x": {"type": "String"}}})),
        server.delete("/schemas/Note"),
        server.post("/users", json!({"username": "u", "password": "p"})),
        server.post("/login", json!({"username": "ann", "password": "secret"})),
        server.get("/login?username=ann&password=secret"),
        server.post("/loginAs", json!({"userId": ann.id})),
        server.post("/logout", json!({})).token(&ann.token),
    ] {
        look(request).send().await?.expect_error(400, 119)?;
    }
    server.get("/users/me").token(&ann.token).send().await?.expect_status(200)?;
    assert_eq!(server.get("/sessions").master().send().await?.results().len(), 1);
    assert_eq!(server.get(&path).master().send().await?.json["text"], "a");
    server.stop().await
}

#[tokio::test]
async fn master_endpoints_are_closed_to_clients() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    for request in [
        server.get("/schemas"),
        server.get("/schemas/_User"),
        server.post("/schemas/New", json!({})),
        server.put("/schemas/_User", json!({})),
        server.delete("/schemas/_User"),
        server.get("/serverInfo"),
    ] {
        let answer = request.token(&ann.token).send().await?;
        assert_eq!((answer.status, &answer.json), (403, &json!({"error": "Permission denied"})));
    }
    server
        .post("/loginAs", json!({"userId": ann.id}))
        .token(&ann.token)
        .send()
        .await?
        .expect_error(400, 119)?;
    server.stop().await
}

#[tokio::test]
async fn error_texts_tell_why_where_the_app_wants_it() -> anyhow::Result<()> {
    let server = TestServer::builder().settings(|s| s.sanitized_errors = false).start().await?;
    let answer = server.get("/schemas").send().await?;
    assert_eq!(answer.json["error"], "unauthorized: master key is required");
    server.stop().await
}
