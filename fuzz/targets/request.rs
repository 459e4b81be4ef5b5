//! Whole requests to a whole server. Two bytes of the input choose path, method and key, the rest is the body. No answer
//! blames the server, and every one is JSON.

#![no_main]

use std::sync::LazyLock;

use astrolabe_testkit::TestServer;
use libfuzzer_sys::fuzz_target;
use reqwest::Method;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
static SERVER: LazyLock<TestServer> =
    LazyLock::new(|| RUNTIME.block_on(TestServer::start()).expect("a server"));

const PATHS: &[&str] = &[
    "/classes/Todo", "/classes/Todo/x", "/schemas", "/schemas/Todo", "/batch", "/users", "/users/me", "/login", "/sessions",
    "/roles", "/logout", "/purge/Todo",
];

fuzz_target!(|data: &[u8]| {
    let [head, flags, body @ ..] = data else { return };
    let methods = [Method::POST, Method::POST, Method::PUT, Method::GET, Method::DELETE];
    let method = methods[usize::from(*flags) % methods.len()].clone();
    let path = PATHS[usize::from(*head) % PATHS.len()];
    let mut request = SERVER.request(method.clone(), path);
    if flags & 0x80 != 0 {
        request = request.master();
    }
    let answer = RUNTIME.block_on(request.raw("application/json", body).send()).expect("an answer");
    assert!(answer.status < 500, "{method} {path}: {} {}", answer.status, answer.text);
    assert!(serde_json::from_str::<serde_json::Value>(&answer.text).is_ok(), "{method} {path}: {}", answer.text);
});
