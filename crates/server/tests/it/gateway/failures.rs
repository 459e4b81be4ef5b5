//! Upstreams that fail, are slow or are away.

use std::net::TcpListener;

use astrolabe_testkit::Answer;
use reqwest::Method;
use serde_json::json;

use super::public;
use super::upstream::Upstream;

fn check(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.json["code"].as_str()), (status, Some(code)), "{}", answer.text);
    let members: Vec<_> = answer.json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["error", "code"]);
    assert!(!answer.text.contains("upstream says"), "{}", answer.text);
}

#[tokio::test]
async fn what_statuses_mean() {
    let upstream = Upstream::start().await;
    for (status, answered, code) in [
        (401, 502, "upstream_refused"),
        (403, 502, "upstream_refused"),
        (407, 502, "upstream_refused"),
        (429, 503, "upstream_busy"),
        (500, 502, "upstream_failed"),
        (503, 502, "upstream_failed"),
        (302, 502, "upstream_redirected"),
    ] {
        let server = public(&upstream, &format!("/status/{status}"), "").await;
        check(&server.plain(Method::GET, "/api/x").send().await.unwrap(), answered, code);
    }
    for status in [201, 204, 400, 404, 409, 410, 422] {
        let server = public(&upstream, &format!("/status/{status}"), "").await;
        let answer = server.plain(Method::GET, "/api/x").send().await.unwrap();
        assert_eq!(answer.status, status);
    }
}

#[tokio::test]
async fn idempotent_requests_are_tried_again() {
    let upstream = Upstream::start().await;
    let more = "methods = [\"GET\", \"POST\", \"PUT\", \"DELETE\"]\nretries = 2";
    let server = public(&upstream, "/echo", more).await;
    for (method, status, failures, expected, requests) in [
        (Method::GET, 503, 2, 200, 3),
        (Method::GET, 503, 3, 502, 3),
        (Method::GET, 500, 1, 502, 1),
        (Method::DELETE, 502, 1, 200, 2),
        (Method::PUT, 504, 1, 200, 2),
        (Method::POST, 503, 1, 502, 1),
    ] {
        upstream.control.fail(status, failures);
        let before = upstream.control.count();
        let answer = server.plain(method.clone(), "/api/x").send().await.unwrap();
        assert_eq!(
            (answer.status, upstream.control.count() - before),
            (expected, requests),
            "{method} {status}"
        );
        upstream.control.fail(0, 0);
    }
    // A body that has been sent on is gone.
    upstream.control.fail(503, 1);
    let before = upstream.control.count();
    let answer = server.plain(Method::PUT, "/api/x").raw("text/plain", "x").send().await.unwrap();
    assert_eq!((answer.status, upstream.control.count() - before), (502, 1));
}

#[tokio::test]
async fn slow_and_absent_upstreams() {
    let upstream = Upstream::start().await;
    let server = public(&upstream, "/wait", "timeout = \"50ms\"").await;
    check(&server.plain(Method::GET, "/api/x").send().await.unwrap(), 504, "upstream_timeout");
    // An answer that stops in the middle does not look whole.
    let server = public(&upstream, "/slow", "timeout = \"50ms\"").await;
    let answer = reqwest::get(format!("{}/api/x", server.origin())).await.unwrap();
    assert!(answer.text().await.is_err());

    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut absent = Upstream::start().await;
    absent.origin = format!("http://{nobody}");
    let server = public(&absent, "/echo", "").await;
    check(&server.plain(Method::GET, "/api/x").send().await.unwrap(), 502, "upstream_unreachable");
}

#[tokio::test]
async fn an_upstream_that_always_fails_is_left_alone() {
    let upstream = Upstream::start().await;
    let server = public(&upstream, "/echo", "breaker = { failures = 3, open = \"1m\" }").await;
    let get = async || server.plain(Method::GET, "/api/x").send().await.unwrap();
    upstream.control.fail(500, 4);
    for _ in 0..3 {
        check(&get().await, 502, "upstream_failed");
    }
    let answer = get().await;
    check(&answer, 503, "upstream_circuit_open");
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((59..=60).contains(&seconds), "{seconds}");
    assert_eq!(upstream.control.count(), 3);
    server.clock.advance_seconds(61);
    check(&get().await, 502, "upstream_failed");
    check(&get().await, 503, "upstream_circuit_open");
    server.clock.advance_seconds(61);
    assert_eq!(get().await.status, 200);
    assert_eq!(get().await.status, 200);
    assert_eq!(upstream.control.count(), 6);
}

#[tokio::test]
async fn mistakes_of_callers_do_not_open_the_circuit() {
    let upstream = Upstream::start().await;
    let server = public(&upstream, "/status/404", "breaker = { failures = 1, open = \"1m\" }").await;
    for _ in 0..3 {
        assert_eq!(server.plain(Method::GET, "/api/x").send().await.unwrap().status, 404);
    }
    assert_eq!(json!(upstream.control.count()), json!(3));
}
