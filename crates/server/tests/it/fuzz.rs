//! Requests that nobody would send, against a whole server: structured JSON with anything in any place, and damaged
//! bytes. Whatever comes, the server answers with a result or with an error of its table that blames the client, and
//! what it accepts it can read back and take again.

mod requests;
mod shapes;

use astrolabe_core::error::ErrorCode;
use astrolabe_testkit::{Answer, TestServer};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use requests::FuzzRequest;

/// How many requests each test sends; `make fuzz` sets more.
const CASES: &str = "ASTROLABE_FUZZ_CASES";
const CASES_DEFAULT: u32 = 300;
/// Nested values are made by calls as deep as they are.
const STACK_BYTES: usize = 32 * 1024 * 1024;

/// One of each type, so that values and conditions meet every column.
const FIELDS: [(&str, &str); 11] = [
    ("s", "String"),
    ("n", "Number"),
    ("b", "Boolean"),
    ("d", "Date"),
    ("p", "Pointer"),
    ("a", "Array"),
    ("o", "Object"),
    ("g", "GeoPoint"),
    ("f", "File"),
    ("y", "Bytes"),
    ("r", "Relation"),
];

struct Fuzzed {
    runtime: Runtime,
    server: TestServer,
    /// An object of the class `Fuzz`.
    id: String,
}

impl Fuzzed {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let (server, id) = runtime.block_on(async {
            let server = TestServer::start().await.unwrap();
            let field = |(name, kind): &(&str, &str)| {
                let target = ["Pointer", "Relation"].contains(kind).then_some("Fuzz");
                ((*name).to_owned(), json!({"type": kind, "targetClass": target}))
            };
            let mut fields: serde_json::Map<_, _> = FIELDS.iter().map(field).collect();
            for definition in fields.values_mut().filter_map(Value::as_object_mut) {
                definition.retain(|_, value| !value.is_null());
            }
            let schema = server.post("/schemas/Fuzz", json!({"className": "Fuzz", "fields": fields}));
            schema.master().send().await.unwrap().expect_status(200).unwrap();
            let id = server.object("Fuzz", json!({"n": 1, "a": [1], "o": {"k": 1}})).await.unwrap();
            (server, id)
        });
        Fuzzed { runtime, server, id }
    }

    /// Sends requests of a strategy, and shows the smallest one that gets an unfair answer.
    fn run(&self, requests: impl Fn() -> BoxedStrategy<FuzzRequest> + Send) {
        std::thread::scope(|scope| {
            let with_room = std::thread::Builder::new().stack_size(STACK_BYTES);
            let running = with_room.spawn_scoped(scope, move || self.run_here(requests())).unwrap();
            if let Err(panic) = running.join() {
                std::panic::resume_unwind(panic);
            }
        });
    }

    fn run_here(&self, requests: BoxedStrategy<FuzzRequest>) {
        let cases = std::env::var(CASES).ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES_DEFAULT);
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let outcome =
            TestRunner::new(config).run(&requests, |request| self.runtime.block_on(self.check(&request)));
        if let Err(TestError::Fail(reason, request)) = outcome {
            panic!("{reason}\n{request}");
        }
        self.runtime.block_on(async {
            self.server.get("/classes/Fuzz").master().send().await.unwrap().expect_status(200).unwrap();
        });
    }

    async fn check(&self, request: &FuzzRequest) -> Result<(), TestCaseError> {
        let path = request.path.replace("{id}", &self.id);
        let mut sent = self.server.request(request.method.clone(), &path);
        if request.master {
            sent = sent.master();
        }
        for (name, value) in &request.headers {
            sent = sent.header(name, value);
        }
        let answer = sent.raw(request.content_type, request.body.clone()).send().await;
        let answer = answer.map_err(|error| TestCaseError::fail(format!("no answer: {error}")))?;
        is_fair(&answer)?;
        if answer.status == 201 && path.starts_with("/classes/") {
            self.is_stable(&path, &answer).await?;
        }
        Ok(())
    }

    /// What was stored reads the same after it was written back as it was read.
    async fn is_stable(&self, path: &str, created: &Answer) -> Result<(), TestCaseError> {
        let path = format!("{path}/{}", created.json["objectId"].as_str().unwrap_or_default());
        let read = async || {
            let answer = self.server.get(&path).master().send().await.unwrap();
            prop_assert_eq!(answer.status, 200, "{}", answer.text);
            let mut object = answer.json.as_object().cloned().unwrap_or_default();
            object.retain(|key, value| {
                !["objectId", "createdAt", "updatedAt"].contains(&key.as_str())
                    && value["__type"] != "Relation"
            });
            Ok(object)
        };
        let before = read().await?;
        let again = self.server.put(&path, Value::Object(before.clone())).master().send().await.unwrap();
        prop_assert_eq!(again.status, 200, "written back: {}", again.text);
        prop_assert_eq!(read().await?, before);
        Ok(())
    }
}

/// Every answer is JSON; an error is one of the table and never the server's fault.
fn is_fair(answer: &Answer) -> Result<(), TestCaseError> {
    prop_assert!(answer.status < 500, "{} {}", answer.status, answer.text);
    prop_assert!(serde_json::from_str::<Value>(&answer.text).is_ok(), "{} {}", answer.status, answer.text);
    let members = answer.json.as_array().cloned().unwrap_or_default();
    for error in members.iter().map(|member| &member["error"]).filter(|error| error.is_object()) {
        prop_assert!(is_of_the_table(400, &error["code"]), "{}", answer.text);
    }
    if answer.status >= 400 {
        prop_assert!(answer.json["error"].is_string(), "{} {}", answer.status, answer.text);
        prop_assert!(answer.text.len() < 4_000, "{} bytes", answer.text.len());
        prop_assert!(
            is_of_the_table(answer.status, &answer.json["code"]),
            "{} {}",
            answer.status,
            answer.text
        );
    }
    Ok(())
}

fn is_of_the_table(status: u16, number: &Value) -> bool {
    let known = |code: &&ErrorCode| {
        (code.http_status() == status || status == 400)
            && code.parse_number().map(i64::from) == number.as_i64()
    };
    // The number 1 is that of failures, too, and the server of these tests is never asked for mail.
    ErrorCode::ALL
        .iter()
        .filter(|code| code.http_status() < 500 && **code != ErrorCode::MailNotConfigured)
        .any(|code| known(&code))
}

#[test]
fn writes() {
    Fuzzed::start().run(|| requests::write().boxed());
}

#[test]
fn queries() {
    Fuzzed::start().run(|| requests::query().boxed());
}

#[test]
fn schemas() {
    Fuzzed::start().run(|| requests::schema().boxed());
}

#[test]
fn batches() {
    Fuzzed::start().run(|| requests::batch().boxed());
}

#[test]
fn accounts() {
    Fuzzed::start().run(|| requests::account().boxed());
}

#[test]
fn damaged_bytes_and_headers() {
    let any = || {
        prop_oneof![
            requests::write(),
            requests::query(),
            requests::schema(),
            requests::batch(),
            requests::account()
        ]
    };
    Fuzzed::start().run(|| requests::damaged(any()).boxed());
}

/// Answers that must not pass.
#[test]
fn the_check_can_fail() {
    for (status, text) in [
        (500, r#"{"code":1,"error":"Internal server error."}"#),
        (503, r#"{"code":1,"error":"x"}"#),
        (400, r#"{"code":99999,"error":"x"}"#),
        (400, r#"{"code":102}"#),
        (400, "not JSON"),
        (200, r#"[{"error":{"code":1,"error":"x"}}]"#),
    ] {
        let json = serde_json::from_str(text).unwrap_or_default();
        let answer = Answer { status, headers: Default::default(), json, text: text.to_owned() };
        assert!(is_fair(&answer).is_err(), "{status} {text}");
    }
}
