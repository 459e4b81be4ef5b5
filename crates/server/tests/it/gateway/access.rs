//! Who may call, and how often.

use astrolabe_testkit::TestServer;
use reqwest::Method;
use serde_json::json;

use super::server;
use super::upstream::Upstream;

async fn call(server: &TestServer, token: Option<&str>) -> (u16, String) {
    let mut request = server.plain(Method::GET, "/api/x");
    if let Some(token) = token {
        request = request.token(token);
    }
    let answer = request.send().await.unwrap();
    (answer.status, answer.json["code"].as_str().unwrap_or_default().to_owned())
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn public_signed_in_and_roles() {
    let upstream = Upstream::start().await;
    let passed = (200, String::new());
    let unknown = "r:00000000000000000000000000000000";

    let open = server(&upstream, "/api/x", "/echo", "access = \"public\"").await;
    assert_eq!(call(&open, None).await, passed);
    // Nobody is looked up where it makes no difference.
    assert_eq!(call(&open, Some(unknown)).await, passed);

    let before = upstream.control.count();
    let closed = server(&upstream, "/api/x", "/echo", "").await;
    assert_eq!(call(&closed, None).await, refused(401, "session_missing"));
    assert_eq!(call(&closed, Some(unknown)).await, refused(401, "invalid_session_token"));
    assert_eq!(upstream.control.count(), before);
    let user = closed.user("ann").await.unwrap();
    assert_eq!(call(&closed, Some(&user.token)).await, passed);

    let roles = server(&upstream, "/api/x", "/echo", "roles = [\"editors\", \"admins\"]").await;
    let (ann, bob) = (roles.user("ann").await.unwrap(), roles.user("bob").await.unwrap());
    let role = json!({
        "name": "admins",
        "ACL": {"*": {"read": true}},
        "users": {"__op": "AddRelation", "objects": [{"__type": "Pointer", "className": "_User", "objectId": ann.id}]},
    });
    roles.post("/roles", role).master().send().await.unwrap().expect_status(201).unwrap();
    assert_eq!(call(&roles, None).await, refused(401, "session_missing"));
    assert_eq!(call(&roles, Some(&ann.token)).await, passed);
    assert_eq!(call(&roles, Some(&bob.token)).await, refused(403, "forbidden"));
    // A session that has ended opens nothing.
    roles.post("/logout", json!({})).token(&ann.token).send().await.unwrap().expect_status(200).unwrap();
    assert_eq!(call(&roles, Some(&ann.token)).await, refused(401, "invalid_session_token"));
}

#[tokio::test]
async fn rates_are_limited_by_caller() {
    let upstream = Upstream::start().await;
    let more = "access = \"public\"\nrate_limit = { requests = 2, window = \"1m\" }";
    let server = server(&upstream, "/api/x", "/echo", more).await;
    let user = server.user("ann").await.unwrap();
    for (token, status, remaining) in [
        (None, 200, "1"),
        (None, 200, "0"),
        (None, 429, "0"),
        (Some(&user.token), 200, "1"),
        (Some(&user.token), 200, "0"),
        (Some(&user.token), 429, "0"),
    ] {
        let mut request = server.plain(Method::GET, "/api/x");
        if let Some(token) = token {
            request = request.token(token);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_eq!(
            (answer.header("ratelimit-limit"), answer.header("ratelimit-remaining")),
            (Some("2"), Some(remaining))
        );
        let reset: u64 = answer.header("ratelimit-reset").unwrap().parse().unwrap();
        assert!((1..=60).contains(&reset));
        assert_eq!(answer.header("retry-after").is_some(), status == 429);
        if status == 429 {
            assert_eq!(answer.json["code"], "rate_limited");
        }
    }
    assert_eq!(upstream.control.count(), 4);
    server.clock.advance_seconds(61);
    assert_eq!(call(&server, None).await.0, 200);
}

#[tokio::test]
async fn an_upstream_has_a_quota() {
    let upstream = Upstream::start().await;
    let more = "access = \"public\"\nquota = { requests = 2, window = \"1d\" }";
    let server = server(&upstream, "/api/x", "/echo", more).await;
    assert_eq!(call(&server, None).await.0, 200);
    assert_eq!(call(&server, None).await.0, 200);
    let answer = server.plain(Method::GET, "/api/x").send().await.unwrap();
    assert_eq!((answer.status, &answer.json["code"]), (503, &json!("upstream_quota_exceeded")));
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((86_000..=86_400).contains(&seconds), "{seconds}");
    assert_eq!(upstream.control.count(), 2);
    server.clock.advance_seconds(86_400);
    assert_eq!(call(&server, None).await.0, 200);
}
