//! Secrets reach the upstream and nobody else.

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::json;
use sha2::Sha256;

use super::public;
use super::upstream::Upstream;
use crate::program::Folder;

const SECRETS: [&str; 2] = ["s3cret-token", "k3y-of-the-site"];

const ADD: &str = "add = [{ header = \"authorization\", value = \"Bearer ${API_TOKEN}\" }, \
                   { query = \"key\", value = \"${API_KEY}\" }]\n";

#[tokio::test]
async fn secrets_are_added_as_header_and_query() {
    let upstream = Upstream::start().await;
    let server = public(&upstream, "/echo", &format!("query = [\"q\"]\n{ADD}")).await;
    // The client's own are not taken for them.
    let request = server.plain(Method::GET, "/api/x?q=1&key=mine").header("authorization", "Bearer mine");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.json["headers"]["authorization"], "Bearer s3cret-token");
    assert_eq!(answer.json["query"], "q=1&key=k3y-of-the-site");
}

#[tokio::test]
async fn requests_are_signed() {
    let upstream = Upstream::start().await;
    let sign = "methods = [\"POST\"]\n[gateway.route.sign]\nheader = \"x-signature\"\nsecret = \"${API_KEY}\"\n\
                prefix = \"v1=\"\ntimestamp_header = \"x-timestamp\"\n\
                message = \"{timestamp}.{method}.{path}.{query}.{body}\"\n";
    let server = public(&upstream, "/echo?a=1", sign).await;
    let answer = server.plain(Method::POST, "/api/x").raw("text/plain", "hello").send().await.unwrap();
    assert_eq!(answer.json["body"], "hello");
    let headers = &answer.json["headers"];
    let mut mac = Hmac::<Sha256>::new_from_slice(b"k3y-of-the-site").unwrap();
    let timestamp = headers["x-timestamp"].as_str().unwrap();
    mac.update(format!("{timestamp}.POST./echo.a=1.hello").as_bytes());
    let digest: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(headers["x-signature"], json!(format!("v1={digest}")));
    assert!(timestamp.parse::<i64>().unwrap() >= 1_893_456_000);
}

#[tokio::test]
async fn an_upstream_that_repeats_secrets_is_not_passed_back() {
    let upstream = Upstream::start().await;
    for (status, expected) in [(400, 502), (404, 502), (401, 502), (500, 502)] {
        let server = public(&upstream, "/echo", ADD).await;
        // It answers with the headers that it was sent.
        upstream.control.fail(status, 1);
        let answer = server.plain(Method::GET, "/api/x").send().await.unwrap();
        assert_eq!(answer.status, expected, "{status}");
        assert!(SECRETS.iter().all(|secret| !answer.text.contains(secret)), "{}", answer.text);
    }
    let server =
        public(&upstream, "/with/x-back/s3cret-token", &format!("response_headers = [\"x-back\"]\n{ADD}"))
            .await;
    let answer = server.plain(Method::GET, "/api/x").send().await.unwrap();
    assert_eq!((answer.status, answer.header("x-back")), (200, None));
}

#[tokio::test]
async fn secrets_are_for_the_host_that_the_route_names() {
    let (upstream, other) = (Upstream::start().await, Upstream::start().await);
    let target = format!("/to/{}", format!("{}/echo", other.origin).replace(':', "%3A").replace('/', "%2F"));
    let server = public(&upstream, &target, &format!("redirects = 1\n{ADD}")).await;
    let answer = server.plain(Method::GET, "/api/x").send().await.unwrap();
    assert_eq!((answer.status, other.control.count()), (200, 1), "{}", answer.text);
    assert!(SECRETS.iter().all(|secret| !answer.text.contains(secret)), "{}", answer.text);
}

/// The whole program, with everything in its log.
#[tokio::test]
async fn no_log_and_no_error_holds_a_secret() {
    let upstream = Upstream::start().await;
    let folder = Folder::new();
    let route = |path: &str, target: &str| {
        format!(
            "[[gateway.route]]\npath = \"{path}\"\nupstream = \"{target}\"\naccess = \"public\"\nretries = 1\n\
             allow_addresses = [\"127.0.0.1\"]\n{ADD}\
             sign = {{ header = \"x-sig\", secret = \"${{API_KEY}}\", message = \"{{path}}\" }}\n"
        )
    };
    let origin = &upstream.origin;
    let toml = [
        route("/api/fails", &format!("{origin}/status/500")),
        route("/api/away", "http://127.0.0.1:1/${API_TOKEN}"),
        route("/api/refused", "https://10.0.0.1/${API_TOKEN}"),
        route("/api/works", &format!("{origin}/status/200")),
    ];
    folder.write("astrolabe.toml", &toml.concat());
    let environment =
        [("API_TOKEN", SECRETS[0]), ("API_KEY", SECRETS[1]), ("ASTROLABE_SITE_KEY", "s1te-key-that-is-long")];
    let args =
        ["start", "--listen", "127.0.0.1:0", "--log-level", "trace", "--app-id", "a", "--master-key", "m"];
    let server = folder.start_with_log_file(&args, &environment);
    for (path, status) in [("fails", 502), ("away", 502), ("refused", 502), ("works", 200)] {
        let answer = reqwest::get(format!("{}/api/{path}", server.url)).await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path}");
        let text = answer.text().await.unwrap();
        assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{text}");
    }
    assert_eq!(server.terminate().code, Some(0));
    let log = folder.read("log");
    assert!(log.contains("the gateway could not answer"), "{log}");
    assert!(
        SECRETS.iter().all(|secret| !log.contains(secret)) && !log.contains("s1te-key"),
        "a secret is in the log"
    );
}

/// A configuration with mistakes is told with its lines, and without its secrets.
#[test]
fn mistakes_stop_the_start_with_their_lines() {
    let folder = Folder::new();
    let toml = format!(
        "[[gateway.route]]\npath = \"/parse/x\"\nupstream = \"https://a.example/${{API_TOKEN}}/{{b}}\"\n\n\
         [[gateway.route]]\npath = \"/api/y\"\nupstream = \"http://a.example/\"\ntimeout = \"soon\"\n{ADD}"
    );
    folder.write("astrolabe.toml", &toml);
    let ended = folder.run_with(&["start"], &[("API_TOKEN", SECRETS[0]), ("API_KEY", SECRETS[1])]);
    assert_eq!(ended.code, Some(2));
    for line in [
        "astrolabe.toml:2: gateway.route.path: must not lie below `/parse`",
        "astrolabe.toml:7: gateway.route.upstream: must be `https://…`",
        "astrolabe.toml:8: gateway.route.timeout: must be a duration",
    ] {
        assert!(ended.stderr.contains(line), "{line}\n{}", ended.stderr);
    }
    assert!(SECRETS.iter().all(|secret| !ended.stderr.contains(secret)), "{}", ended.stderr);
}
