//! The cache and the rate limiter for the server side of a site.

use astrolabe_testkit::{Answer, MASTER_KEY, TestServer};
use reqwest::Method;
use serde_json::{Value, json};

const KEY: &str = "s1te-key-that-is-long";

async fn server() -> TestServer {
    let toml = "[site]\nkey = \"${SITE_KEY}\"\n";
    TestServer::builder().edge(toml, &[("SITE_KEY", KEY)]).unwrap().start().await.unwrap()
}

async fn post(server: &TestServer, path: &str, body: Value) -> Answer {
    let request = server.plain(Method::POST, &format!("/astrolabe/v1/{path}"));
    request.header("x-astrolabe-site-key", KEY).json(&body).send().await.unwrap()
}

async fn data(server: &TestServer, path: &str, body: Value) -> Value {
    let answer = post(server, path, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json["data"].clone()
}

#[tokio::test]
async fn values_are_kept_for_their_time() {
    let server = server().await;
    let get = async |key: &str| data(&server, "cache/get", json!({"key": key})).await;
    let missing = json!({"found": false, "value": null});
    assert_eq!(get("a").await, missing);
    for value in [json!({"a": [1, "x", null]}), json!(null), json!("text"), json!(1.5)] {
        data(&server, "cache/set", json!({"key": "a", "value": value, "ttl_ms": 60_000})).await;
        assert_eq!(get("a").await, json!({"found": true, "value": value}));
    }
    server.clock.advance_seconds(60);
    assert_eq!(get("a").await, missing);

    assert_eq!(
        data(&server, "cache/increment", json!({"key": "n", "ttl_ms": 1000})).await,
        json!({"value": 1})
    );
    let body = json!({"key": "n", "by": 41, "ttl_ms": 1000});
    assert_eq!(data(&server, "cache/increment", body).await, json!({"value": 42}));
    assert_eq!(get("n").await["value"], 42);
    for key in ["list:1", "list:2", "other"] {
        data(&server, "cache/set", json!({"key": key, "value": 1, "ttl_ms": 60_000})).await;
    }
    assert_eq!(data(&server, "cache/delete", json!({"key": "other"})).await, json!({"removed": 1}));
    assert_eq!(data(&server, "cache/delete-prefix", json!({"prefix": "list:"})).await, json!({"removed": 2}));
    assert_eq!(get("list:1").await, missing);
}

#[tokio::test]
async fn rates_are_limited() {
    let server = server().await;
    let rate = async |key: &str| {
        let answer =
            data(&server, "rate-limit", json!({"key": key, "requests": 2, "window_ms": 60_000})).await;
        (answer["allowed"].clone(), answer["remaining"].clone())
    };
    assert_eq!(rate("a").await, (json!(true), json!(1)));
    assert_eq!(rate("a").await, (json!(true), json!(0)));
    assert_eq!(rate("a").await, (json!(false), json!(0)));
    assert_eq!(rate("b").await, (json!(true), json!(1)));
    server.clock.advance_seconds(60);
    assert_eq!(rate("a").await, (json!(true), json!(1)));
}

#[tokio::test]
async fn only_the_site_and_the_master_key_are_let_in() {
    let server = server().await;
    let user = server.user("ann").await.unwrap();
    let call =
        |path: &str| server.plain(Method::POST, &format!("/astrolabe/v1/{path}")).json(&json!({"key": "a"}));
    for path in ["cache/get", "cache/set", "rate-limit", "nothing", ""] {
        for (name, value) in [
            ("x-other", "x"),
            ("x-astrolabe-site-key", "wrong"),
            ("x-astrolabe-site-key", ""),
            ("x-parse-master-key", "wrong"),
            ("x-parse-session-token", user.token.as_str()),
        ] {
            let answer = call(path).header(name, value).send().await.unwrap();
            assert_eq!((answer.status, &answer.json["code"]), (403, &json!("unauthorized")), "{path} {name}");
        }
    }
    let answer = call("cache/get").header("x-parse-master-key", MASTER_KEY).send().await.unwrap();
    assert_eq!(answer.status, 200);
    // The master key counts only from where it may be used.
    let proxied =
        call("cache/get").header("x-parse-master-key", MASTER_KEY).header("x-forwarded-for", "9.9.9.9");
    assert_eq!(proxied.send().await.unwrap().status, 403);
    let other =
        call("cache/get").header("x-astrolabe-site-key", KEY).header("x-parse-application-id", "other");
    assert_eq!(other.send().await.unwrap().status, 403);
    // Without a key of the site, none opens.
    let closed = TestServer::start().await.unwrap();
    let request = closed.plain(Method::POST, "/astrolabe/v1/cache/get").header("x-astrolabe-site-key", "");
    assert_eq!(request.json(&json!({"key": "a"})).send().await.unwrap().status, 403);
}

#[tokio::test]
async fn bad_input_is_refused() {
    let server = server().await;
    let long = "k".repeat(1_025);
    let large = "x".repeat(1024 * 1024);
    for (path, body, status, code) in [
        ("cache/get", json!({}), 400, "malformed_body"),
        ("cache/get", json!([]), 400, "malformed_body"),
        ("cache/get", json!({"key": 1}), 400, "malformed_body"),
        ("cache/get", json!({"key": "a", "more": 1}), 400, "malformed_body"),
        ("cache/get", json!({"key": long}), 400, "invalid_value"),
        ("cache/get", json!({"key": "a\u{0}"}), 400, "invalid_value"),
        ("cache/set", json!({"key": "a", "value": 1}), 400, "malformed_body"),
        ("cache/set", json!({"key": "a", "value": 1, "ttl_ms": 0}), 400, "invalid_value"),
        ("cache/set", json!({"key": "a", "value": 1, "ttl_ms": -1}), 400, "malformed_body"),
        ("cache/set", json!({"key": "a", "value": 1, "ttl_ms": 2_592_000_001_u64}), 400, "invalid_value"),
        ("cache/set", json!({"key": "a", "value": large, "ttl_ms": 1}), 400, "invalid_value"),
        ("cache/set", json!({"key": "a", "value": large.repeat(3), "ttl_ms": 1}), 413, "body_too_large"),
        ("rate-limit", json!({"key": "a", "requests": 1, "window_ms": 0}), 400, "invalid_value"),
        ("cache/nothing", json!({}), 404, "not_found"),
    ] {
        let answer = post(&server, path, body).await;
        assert_eq!((answer.status, &answer.json["code"]), (status, &json!(code)), "{path}: {}", answer.text);
    }
    data(&server, "cache/set", json!({"key": "text", "value": "x", "ttl_ms": 1000})).await;
    let answer = post(&server, "cache/increment", json!({"key": "text", "ttl_ms": 1000})).await;
    assert_eq!((answer.status, &answer.json["code"]), (400, &json!("invalid_value")));
    let request = server.plain(Method::GET, "/astrolabe/v1/cache/get").header("x-astrolabe-site-key", KEY);
    let answer = request.send().await.unwrap();
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
}
