//! Whole requests around the JSON.

use std::fmt;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use reqwest::Method;
use serde_json::{Value, json};

use super::shapes;

/// A request. `{id}` in the path stands for an object that is there.
#[derive(Debug, Clone)]
pub struct FuzzRequest {
    pub method: Method,
    pub path: String,
    pub master: bool,
    pub content_type: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl fmt::Display for FuzzRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FuzzRequest { method, path, master, content_type, headers, body } = self;
        let body = String::from_utf8_lossy(body);
        write!(f, "{method} {path} master={master} {content_type} {headers:?}\n{body}")
    }
}

fn request(method: Method, path: impl Into<String>, master: bool, body: &Value) -> FuzzRequest {
    let body = body.to_string().into_bytes();
    let content_type = "application/json";
    FuzzRequest { method, path: path.into(), master, content_type, headers: Vec::new(), body }
}

/// Creates and changes.
pub fn write() -> impl Strategy<Value = FuzzRequest> {
    let target = prop_oneof![
        4 => Just((Method::POST, "/classes/Fuzz")),
        3 => Just((Method::PUT, "/classes/Fuzz/{id}")),
        1 => Just((Method::POST, "/classes/Other")),
        1 => Just((Method::PUT, "/classes/Fuzz/missing")),
    ];
    (target, any::<bool>(), shapes::fields())
        .prop_map(|((method, path), master, body)| request(method, path, master, &body))
}

/// Queries, with every parameter.
pub fn query() -> impl Strategy<Value = FuzzRequest> {
    let parameters = vec![
        "order",
        "keys",
        "excludeKeys",
        "include",
        "includeAll",
        "limit",
        "skip",
        "count",
        "distinct",
        "hint",
        "explain",
        "readPreference",
        "x",
    ];
    let fitting = prop_oneof![
        shapes::path().prop_map(Value::from),
        (shapes::path(), shapes::path()).prop_map(|(a, b)| Value::from(format!("{a},-{b}"))),
        any::<i32>().prop_map(Value::from),
        shapes::value(),
    ];
    let path =
        select(vec!["/classes/Fuzz", "/classes/Fuzz", "/classes/Fuzz/{id}", "/users", "/sessions", "/roles"]);
    let parameter = (select(parameters), fitting);
    (path, any::<bool>(), option::weighted(0.9, shapes::conditions()), vec(parameter, 0..3)).prop_map(
        |(path, master, conditions, parameters)| {
            let mut body = json!({"_method": "GET"});
            if let Some(conditions) = conditions {
                body["where"] = conditions;
            }
            for (name, value) in parameters {
                body[name] = value;
            }
            request(Method::POST, path, master, &body)
        },
    )
}

/// Classes that are made, changed and removed.
pub fn schema() -> impl Strategy<Value = FuzzRequest> {
    let target = prop_oneof![
        Just((Method::POST, "/schemas/Made")),
        Just((Method::PUT, "/schemas/Made")),
        Just((Method::PUT, "/schemas/Fuzz")),
        Just((Method::POST, "/schemas")),
        Just((Method::DELETE, "/schemas/Made")),
        Just((Method::PUT, "/schemas/_User")),
    ];
    (target, shapes::schema()).prop_map(|((method, path), body)| request(method, path, true, &body))
}

/// Batches of anything, with and without a transaction.
pub fn batch() -> impl Strategy<Value = FuzzRequest> {
    let path = prop_oneof![
        4 => select(vec!["/parse/classes/Fuzz", "/parse/classes/Other", "/parse/users", "/parse/batch", "/classes/Fuzz"])
            .prop_map(str::to_owned),
        1 => shapes::text(),
    ];
    let method = prop_oneof![4 => select(vec!["POST", "PUT", "GET", "DELETE"]).prop_map(Value::from), 1 => shapes::value()];
    let member =
        (method, path, prop_oneof![4 => shapes::fields(), 1 => shapes::conditions(), 1 => shapes::value()])
            .prop_map(|(method, path, body)| json!({"method": method, "path": path, "body": body}));
    let member = prop_oneof![8 => member, 1 => shapes::value()];
    let requests = prop_oneof![8 => vec(member, 0..4).prop_map(Value::from), 1 => shapes::value()];
    let transaction = prop_oneof![Just(json!(true)), Just(json!(false)), shapes::value()];
    (any::<bool>(), requests, transaction).prop_map(|(master, requests, transaction)| {
        request(Method::POST, "/batch", master, &json!({"requests": requests, "transaction": transaction}))
    })
}

/// Sign-ups, log-ins and the like.
pub fn account() -> impl Strategy<Value = FuzzRequest> {
    let paths = [
        "/users",
        "/login",
        "/logout",
        "/verifyPassword",
        "/loginAs",
        "/sessions",
        "/roles",
        "/upgradeToRevocableSession",
    ];
    let names = [
        "username",
        "password",
        "email",
        "authData",
        "userId",
        "name",
        "roles",
        "users",
        "sessionToken",
        "user",
        "ACL",
    ];
    let member = (
        select(names.to_vec()),
        prop_oneof![3 => shapes::text().prop_map(Value::from), 1 => shapes::value(), 1 => shapes::operation()],
    );
    (select(paths.to_vec()), any::<bool>(), vec(member, 0..5)).prop_map(|(path, master, members)| {
        let body = Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
        request(Method::POST, path, master, &body)
    })
}

/// What can happen to bytes.
#[derive(Debug, Clone)]
enum Damage {
    Cut(Index),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
    Repeat(Index, usize),
    Flip(Index, u8),
}

impl Damage {
    fn apply(&self, body: &mut Vec<u8>) {
        let place = |index: &Index| index.index(body.len() + 1);
        match self {
            Damage::Cut(index) => body.truncate(index.index(body.len() + 1)),
            Damage::Remove(index, count) => {
                let start = place(index);
                body.drain(start..(start + count).min(body.len()));
            }
            Damage::Insert(index, bytes) => {
                let start = place(index);
                body.splice(start..start, bytes.iter().copied());
            }
            Damage::Repeat(index, times) => {
                let start = place(index);
                let piece = body[start..(start + 4).min(body.len())].repeat(*times);
                body.splice(start..start, piece);
            }
            Damage::Flip(index, bits) if !body.is_empty() => {
                let start = index.index(body.len());
                body[start] ^= bits;
            }
            Damage::Flip(..) => {}
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let tokens: Vec<&[u8]> = vec![
        b"{", b"}", b"[", b"]", b"\"", b",", b":", b"\\u0000", b"\\ud800", b"\xff", b"1e999", b"null", b"\0",
    ];
    prop_oneof![
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), 1..9_usize).prop_map(|(index, count)| Damage::Remove(index, count)),
        (any::<Index>(), select(tokens)).prop_map(|(index, token)| Damage::Insert(index, token.to_vec())),
        (any::<Index>(), 1..200_usize).prop_map(|(index, times)| Damage::Repeat(index, times)),
        (any::<Index>(), 1..=255_u8).prop_map(|(index, bits)| Damage::Flip(index, bits)),
    ]
}

/// The same with damaged bytes, odd headers, members of the envelope and other content types.
pub fn damaged(requests: impl Strategy<Value = FuzzRequest>) -> impl Strategy<Value = FuzzRequest> {
    let names = [
        "X-Parse-Session-Token",
        "X-Parse-Installation-Id",
        "X-Parse-Client-Version",
        "X-Parse-Cloud-Context",
        "X-Parse-Request-Id",
        "X-HTTP-Method-Override",
        "Authorization",
        "X-Forwarded-For",
        "Origin",
        "If-None-Match",
    ];
    let header = (select(names.to_vec()), "[ -~]{0,24}");
    let content_type = prop_oneof![
        6 => Just("application/json"),
        1 => Just("text/plain"),
        1 => Just("application/x-www-form-urlencoded"),
        1 => Just("multipart/form-data; boundary=x"),
        1 => Just("application/json; charset=utf-16"),
    ];
    (requests, vec(damage(), 0..3), vec(header, 0..2), content_type).prop_map(
        |(mut request, damages, headers, content_type)| {
            damages.iter().for_each(|damage| damage.apply(&mut request.body));
            FuzzRequest { headers, content_type, ..request }
        },
    )
}
