//! Answers that are kept, and requests that share one call.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use astrolabe_testkit::TestServer;
use futures_util::future::join_all;
use reqwest::Method;

use super::upstream::Upstream;
use super::{public, server};

async fn text(server: &TestServer, path: &str) -> (String, Option<String>) {
    let answer = server.plain(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text);
    let status = answer.header("cache-status").map(str::to_owned);
    (answer.text, status)
}

#[tokio::test]
async fn answers_are_fresh_for_their_time() {
    let upstream = Upstream::start().await;
    let server =
        public(&upstream, "/number", "query = [\"q\", \"r\"]\ncache = { ttl = \"1m\", key_query = [\"q\"] }")
            .await;
    let hit = Some("astrolabe; hit".to_owned());
    let miss = Some("astrolabe; fwd=miss".to_owned());
    assert_eq!(text(&server, "/api/x").await, ("1".into(), miss.clone()));
    assert_eq!(text(&server, "/api/x").await, ("1".into(), hit.clone()));
    assert_eq!(text(&server, "/api/x?q=1").await, ("2".into(), miss.clone()));
    assert_eq!(text(&server, "/api/x?q=1&r=2&s=3").await, ("2".into(), hit));
    server.clock.advance_seconds(30);
    let answer = server.plain(Method::GET, "/api/x").send().await.unwrap();
    assert_eq!((answer.text.as_str(), answer.header("age")), ("1", Some("30")));
    server.clock.advance_seconds(30);
    assert_eq!(text(&server, "/api/x").await, ("3".into(), miss));
}

#[tokio::test]
async fn the_upstream_is_heard() {
    let upstream = Upstream::start().await;
    for (header, options, is_kept) in [
        ("cache-control/no-store", "", false),
        ("cache-control/private", "", false),
        ("vary/cookie", "", false),
        ("vary/accept", "", true),
        ("cache-control/max-age=10", "", true),
        ("cache-control/no-store", ", ignore_no_store = true", true),
    ] {
        let cache = format!("cache = {{ ttl = \"1m\"{options} }}");
        let server = public(&upstream, &format!("/with/{header}"), &cache).await;
        let (first, second) = (text(&server, "/api/x").await.0, text(&server, "/api/x").await.0);
        assert_eq!(first == second, is_kept, "{header}{options}");
        server.clock.advance_seconds(20);
        let is_short = header.contains("max-age");
        assert_eq!(first == text(&server, "/api/x").await.0, is_kept && !is_short, "{header}{options}");
    }
}

#[tokio::test]
async fn callers_have_their_own_answers_where_the_route_says_so() {
    let upstream = Upstream::start().await;
    let server = server(&upstream, "/api/x", "/number", "cache = { ttl = \"1m\", per_caller = true }").await;
    let (ann, bob) = (server.user("ann").await.unwrap(), server.user("bob").await.unwrap());
    let get = async |token: &str| server.plain(Method::GET, "/api/x").token(token).send().await.unwrap().text;
    assert_eq!((get(&ann.token).await, get(&bob.token).await), ("1".into(), "2".into()));
    assert_eq!((get(&ann.token).await, get(&bob.token).await), ("1".into(), "2".into()));
    // What is kept is still only for those who may call.
    assert_eq!(server.plain(Method::GET, "/api/x").send().await.unwrap().status, 401);
}

#[tokio::test]
async fn a_hundred_callers_make_one_request() {
    let upstream = Upstream::start().await;
    let server = public(&upstream, "/wait", "cache = { ttl = \"1m\" }").await;
    let url = format!("{}/api/x", server.origin());
    let client = reqwest::Client::new();
    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(client.get(&url).send())).collect();
    let deadline = Instant::now() + Duration::from_secs(30);
    while upstream.control.count() == 0 {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    upstream.control.is_open.store(true, Ordering::SeqCst);
    upstream.control.go.notify_waiters();
    for answer in join_all(calls).await {
        let answer = answer.unwrap().unwrap();
        assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, "1"));
    }
    assert_eq!(upstream.control.count(), 1);
}

#[tokio::test]
async fn what_is_for_one_caller_is_not_shared_in_flight() {
    let upstream = Upstream::start().await;
    let server = public(&upstream, "/with/cache-control/private", "cache = { ttl = \"1m\" }").await;
    let calls = (0..20).map(|_| async { text(&server, "/api/x").await.0 });
    let mut numbers = join_all(calls).await;
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 20);
}

#[tokio::test]
async fn old_answers_stand_in_for_failures() {
    let upstream = Upstream::start().await;
    let server = public(&upstream, "/number", "cache = { ttl = \"10s\", stale_if_error = \"1m\" }").await;
    assert_eq!(text(&server, "/api/x").await.0, "1");
    server.clock.advance_seconds(11);
    upstream.control.fail(500, 2);
    let (old, status) = text(&server, "/api/x").await;
    assert_eq!((old.as_str(), status.as_deref()), ("1", Some("astrolabe; hit; detail=stale-if-error")));
    server.clock.advance_seconds(60);
    assert_eq!(server.plain(Method::GET, "/api/x").send().await.unwrap().status, 502);
    assert_eq!(text(&server, "/api/x").await.0, "4");
}

#[tokio::test]
async fn answers_that_are_too_large_to_keep_are_refused() {
    let upstream = Upstream::start().await;
    let server = public(&upstream, "/large/3", "cache = { ttl = \"10s\", answer_max = \"100kb\" }").await;
    let answer = server.plain(Method::GET, "/api/x").send().await.unwrap();
    assert_eq!((answer.status, answer.json["code"].as_str()), (502, Some("upstream_answer_too_large")));
}
