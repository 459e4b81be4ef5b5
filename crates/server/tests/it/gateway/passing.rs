//! What is passed on and back: paths, queries, headers, bodies and mapped answers.

use astrolabe_testkit::TestServer;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::upstream::Upstream;
use super::{public, server};

#[tokio::test]
async fn paths_and_queries() {
    let upstream = Upstream::start().await;
    let more = "access = \"public\"\nquery = [\"lang\", \"q\"]";
    let server =
        server(&upstream, "/api/info/{ip}/{*rest}", "/echo/{ip}/v1/{rest}?fixed=1&ip={ip}", more).await;
    for (path, query, status, expected) in [
        ("1.2.3.4/a/b", "", 200, json!(["/echo/1.2.3.4/v1/a/b", "fixed=1&ip=1.2.3.4"])),
        ("x/y", "lang=de&secret=1", 200, json!(["/echo/x/v1/y", "fixed=1&ip=x&lang=de"])),
        ("x/y", "q=a+b&q=%26c%3D", 200, json!(["/echo/x/v1/y", "fixed=1&ip=x&q=a%20b&q=%26c%3D"])),
        ("a%26b%3D1/y", "", 200, json!(["/echo/a%26b%3D1/v1/y", "fixed=1&ip=a%26b%3D1"])),
        ("a%5C../y", "", 400, Value::Null),
        ("x/a%2F..%2Fb", "", 400, Value::Null),
        ("x/a//b", "", 400, Value::Null),
    ] {
        let path = format!("/api/info/{path}?{query}");
        let answer = server.plain(Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        if status == 200 {
            assert_eq!(json!([answer.json["path"], answer.json["query"]]), expected, "{path}");
        } else {
            assert_eq!(answer.json["code"], "invalid_path");
        }
    }
    assert_eq!(server.plain(Method::GET, "/api/info").send().await.unwrap().status, 404);
}

async fn echoed_headers(server: &TestServer) -> Value {
    let request = server.plain(Method::GET, "/api/x");
    let request = request
        .header("cookie", "session=mine")
        .header("authorization", "Bearer mine")
        .header("x-parse-session-token", "r:mine")
        .header("x-parse-master-key", "mine")
        .header("x-forwarded-for", "9.9.9.9")
        .header("te", "trailers")
        .header("x-custom", "custom")
        .header("x-of-the-hop", "hop")
        .header("connection", "x-of-the-hop")
        .header("accept", "application/json");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!((answer.header("set-cookie"), answer.header("x-internal")), (None, None));
    assert_eq!(answer.header("etag"), Some("\"1\""));
    answer.json["headers"].clone()
}

#[tokio::test]
async fn only_named_headers_are_passed_on() {
    let upstream = Upstream::start().await;
    let server = public(&upstream, "/echo", "").await;
    let headers = echoed_headers(&server).await;
    let names: Vec<_> = headers.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["accept", "host"], "{headers}");
    assert_eq!(headers["host"], upstream.origin.trim_start_matches("http://"));

    let more = "request_headers = [\"authorization\", \"cookie\", \"x-custom\", \"x-of-the-hop\"]";
    let server = public(&upstream, "/echo", more).await;
    let headers = echoed_headers(&server).await;
    assert_eq!((&headers["authorization"], &headers["x-custom"]), (&json!("Bearer mine"), &json!("custom")));
    assert_eq!((&headers["cookie"], &headers["x-of-the-hop"]), (&json!("session=mine"), &Value::Null));
}

#[tokio::test]
async fn bodies_are_passed_on_up_to_their_bound() {
    let upstream = Upstream::start().await;
    let server = public(&upstream, "/echo", "methods = [\"POST\"]\nbody_max = \"100kb\"").await;
    let post = |bytes: usize| server.plain(Method::POST, "/api/x").raw("text/plain", vec![b'x'; bytes]);
    let answer = post(100 * 1024).send().await.unwrap();
    assert_eq!((answer.status, &answer.json["length"]), (200, &json!(100 * 1024)));
    assert_eq!(answer.json["headers"]["content-type"], "text/plain");
    let answer = post(100 * 1024 + 1).send().await.unwrap();
    assert_eq!((answer.status, &answer.json["code"]), (413, &json!("body_too_large")));
    // Without a length, the bound is found on the way.
    let mut stream = TcpStream::connect(server.origin().trim_start_matches("http://")).await.unwrap();
    let head = "POST /api/x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("8000\r\n{}\r\n", "x".repeat(0x8000));
    stream.write_all(format!("{head}{}0\r\n\r\n", chunk.repeat(4)).as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, *b"HTTP/1.1 413");
    let answer = server.plain(Method::GET, "/api/x").send().await.unwrap();
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
}

#[tokio::test]
async fn answers_are_streamed() {
    let upstream = Upstream::start().await;
    let server = public(&upstream, "/slow", "").await;
    let mut response = reqwest::get(format!("{}/api/x", server.origin())).await.unwrap();
    // The first part is here before the upstream has made the second.
    assert_eq!(response.chunk().await.unwrap().unwrap(), "first,");
    upstream.control.go.notify_one();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "second");
    assert_eq!(response.chunk().await.unwrap(), None);
}

#[tokio::test]
async fn answers_end_at_their_bound() {
    let upstream = Upstream::start().await;
    let server = public(&upstream, "/large/4", "answer_max = \"200kb\"").await;
    let answer = reqwest::get(format!("{}/api/x", server.origin())).await.unwrap();
    assert!(answer.bytes().await.is_err(), "an answer that was cut must not look whole");
    let server = public(&upstream, "/large/4", "answer_max = \"256kb\"").await;
    let answer = reqwest::get(format!("{}/api/x", server.origin())).await.unwrap();
    assert_eq!(answer.bytes().await.unwrap().len(), 256 * 1024);
}

#[tokio::test]
async fn answers_are_mapped() {
    let upstream = Upstream::start().await;
    let server =
        public(&upstream, "/echo/a", "map = { at = \"/path\", host = \"/headers/host\", no = \"/x\" }").await;
    let answer = server.plain(Method::GET, "/api/x").send().await.unwrap();
    let host = upstream.origin.trim_start_matches("http://");
    assert_eq!(answer.json, json!({"at": "/echo/a", "host": host, "no": null}));
    assert_eq!(answer.header("etag"), None);
    let server = public(&upstream, "/with/x/y", "map = { at = \"/path\" }").await;
    // A number is JSON, and has no members.
    assert_eq!(server.plain(Method::GET, "/api/x").send().await.unwrap().json, json!({"at": null}));
    let server = public(&upstream, "/slow", "map = { at = \"/path\" }").await;
    upstream.control.go.notify_one();
    let answer = server.plain(Method::GET, "/api/x").send().await.unwrap();
    assert_eq!((answer.status, &answer.json["code"]), (502, &json!("upstream_answer_invalid")));
}
