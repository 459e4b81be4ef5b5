use astrolabe_testkit::TestServer;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn probes_and_health_need_no_keys() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    for (path, body) in [
        ("/healthz", json!({"data": {"status": "ok"}})),
        ("/readyz", json!({"data": {"status": "ready"}})),
        ("/parse/health", json!({"status": "ok"})),
    ] {
        let answer = reqwest::get(format!("{}{path}", server.origin())).await?;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.json::<serde_json::Value>().await?, body, "{path}");
    }
    server.stop().await
}

#[tokio::test]
async fn unknown_paths_answer_json() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let outside = reqwest::get(format!("{}/nothing", server.origin())).await?;
    assert_eq!(outside.status(), 404);
    assert_eq!(outside.json::<serde_json::Value>().await?["code"], "not_found");
    for (method, path) in [
        (Method::GET, "/nothing"),
        (Method::PATCH, "/classes/Todo"),
        (Method::DELETE, "/login"),
        (Method::POST, "/classes/Todo/x"),
        (Method::GET, "/classes"),
    ] {
        server.request(method, path).send().await?.expect_error(404, 108)?;
    }
    server.stop().await
}

#[tokio::test]
async fn every_answer_carries_a_request_id_of_the_server() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let mut seen = std::collections::HashSet::new();
    for _ in 0..3 {
        let answer = server.get("/classes/Todo").header("X-Request-Id", "mine").send().await?;
        let id = answer.header("x-request-id").unwrap_or_default().to_owned();
        assert!(id.len() == 16 && id != "mine" && seen.insert(id));
    }
    server.stop().await
}
