//! Two server processes on one PostgreSQL database, as behind a load balancer. What is changed on one holds on the other,
//! and one of them is killed and comes back in the middle.

use std::time::{Duration, Instant};

use astrolabe_testkit::postgres_address;
use reqwest::Method;
use serde_json::{Value, json};

use crate::program::{Folder, Running};

/// How long a node that hangs is waited for, and some patience for a busy machine.
const WITHOUT_A_NODE: Duration = Duration::from_secs(12);

/// A schema that goes with the test.
pub struct Schema(String);

impl Schema {
    pub fn new() -> Self {
        // What a killed test leaves behind goes with what servers of other tests do.
        let now = std::time::UNIX_EPOCH.elapsed().unwrap();
        Schema(format!("astrolabe_test_server_{}_{}_nodes", now.as_secs(), now.subsec_nanos()))
    }

    pub fn start(&self, folder: &Folder) -> Node {
        self.start_with(folder, postgres_address().as_str(), &[])
    }

    /// At an address, with further variables.
    pub fn start_with(&self, folder: &Folder, address: &str, more: &[(&str, &str)]) -> Node {
        // Nobody reads what they log.
        let env = [
            ("ASTROLABE_DATABASE_URL", address),
            ("ASTROLABE_DATABASE_SCHEMA", &self.0),
            ("ASTROLABE_LOG", "error"),
        ];
        let env = [&env, more].concat();
        let args = ["--app-id", "a", "--master-key", "m", "--rest-key", "r", "--data", "data"];
        let args: Vec<_> = ["start", "--listen", "127.0.0.1:0"].into_iter().chain(args).collect();
        Node { server: folder.start_with(&args, &env), http: reqwest::Client::new() }
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let name = self.0.clone();
        let removed = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let address = postgres_address();
                let handle = tokio::runtime::Handle::current();
                let options = astrolabe_store::PostgresOptions::default();
                let server = astrolabe_store::PostgresServer::new(address.as_str(), options, handle).unwrap();
                server.remove(&name).await.unwrap();
            });
        });
        assert!(removed.join().is_ok() || std::thread::panicking());
    }
}

pub struct Node {
    pub server: Running,
    http: reqwest::Client,
}

impl Node {
    /// With a session, with an empty token as an unknown client, without one with the master key.
    pub async fn call(&self, method: Method, path: &str, token: Option<&str>, body: Value) -> (u16, Value) {
        let mut request = self.request(method.clone(), path);
        request = match token {
            Some("") => request.header("X-Parse-REST-API-Key", "r"),
            Some(token) => request.header("X-Parse-REST-API-Key", "r").header("X-Parse-Session-Token", token),
            None => request.header("X-Parse-Master-Key", "m"),
        };
        if method != Method::GET {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// A request without a key.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}/parse{path}", self.server.url);
        self.http.request(method, url).header("X-Parse-Application-Id", "a")
    }

    pub async fn get(&self, path: &str, token: Option<&str>) -> (u16, Value) {
        self.call(Method::GET, path, token, Value::Null).await
    }

    /// The answer is as expected, without waiting.
    async fn expect(&self, path: &str, token: Option<&str>, status: u16) {
        let (found, body) = self.get(path, token).await;
        assert_eq!(found, status, "{path}: {body}");
    }

    async fn sign_up(&self, name: &str) -> (String, String) {
        let body = json!({"username": name, "password": "secret"});
        let (status, user) = self.call(Method::POST, "/users", Some(""), body).await;
        assert_eq!(status, 201, "{user}");
        let text = |key: &str| user[key].as_str().unwrap().to_owned();
        (text("objectId"), text("sessionToken"))
    }
}

#[tokio::test]
async fn changes_on_one_node_hold_on_the_other() {
    let schema = Schema::new();
    let folders = [Folder::new(), Folder::new()];
    let one = schema.start(&folders[0]);
    let two = schema.start(&folders[1]);
    let (ann, token) = one.sign_up("ann").await;
    // A session of one opens the other, and a closed one does not.
    assert_eq!(two.get("/users/me", Some(&token)).await.0, 200);
    // A class made on one takes objects on the other.
    let made = one.call(Method::POST, "/classes/Note", None, json!({"text": "x"})).await;
    assert_eq!(made.0, 201, "{}", made.1);
    two.expect("/classes/Note?where={\"text\":\"x\"}", Some(&token), 200).await;
    let more = two.call(Method::POST, "/classes/Note", None, json!({"text": "y", "n": 1})).await;
    assert_eq!(more.0, 201, "{}", more.1);
    // Permissions of the class.
    let closed = json!({"classLevelPermissions": {"find": {}, "get": {}}});
    assert_eq!(one.call(Method::PUT, "/schemas/Note", None, closed).await.0, 200);
    two.expect("/classes/Note", Some(&token), 400).await;
    // A role, and its loss.
    let role = json!({
        "name": "readers", "ACL": {},
        "users": {"__op": "AddRelation", "objects": [{"__type": "Pointer", "className": "_User", "objectId": ann}]},
    });
    let (status, role) = one.call(Method::POST, "/roles", None, role).await;
    assert_eq!(status, 201, "{role}");
    let open = json!({"classLevelPermissions": {"find": {"role:readers": true}, "get": {}}});
    assert_eq!(two.call(Method::PUT, "/schemas/Note", None, open).await.0, 200);
    for node in [&one, &two] {
        node.expect("/classes/Note", Some(&token), 200).await;
    }
    // One node is killed and comes back.
    one.server.kill();
    assert_eq!(two.get("/classes/Note", Some(&token)).await.0, 200);
    let one = schema.start(&folders[0]);
    assert_eq!(one.get("/classes/Note", Some(&token)).await.0, 200);
    let path = format!("/roles/{}", role["objectId"].as_str().unwrap());
    assert_eq!(one.call(Method::DELETE, &path, None, json!({})).await.0, 200);
    for node in [&one, &two] {
        node.expect("/classes/Note", Some(&token), 400).await;
    }
    // The session ends.
    assert_eq!(two.call(Method::POST, "/logout", Some(&token), json!({})).await.0, 200);
    one.expect("/users/me", Some(&token), 400).await;
    for node in [one, two] {
        assert_eq!(node.server.terminate().code, Some(0));
    }
}

/// What one node has acknowledged holds for the next request on the other, again and again.
#[tokio::test]
async fn changes_hold_at_once() {
    let schema = Schema::new();
    let folders = [Folder::new(), Folder::new()];
    let nodes = [schema.start(&folders[0]), schema.start(&folders[1])];
    let (ann, _) = nodes[0].sign_up("ann").await;
    let role = json!({"name": "readers", "ACL": {}});
    let (status, role) = nodes[0].call(Method::POST, "/roles", None, role).await;
    assert_eq!(status, 201, "{role}");
    let role = format!("/roles/{}", role["objectId"].as_str().unwrap());
    let made = nodes[0].call(Method::POST, "/classes/Note", None, json!({"text": "x"})).await;
    assert_eq!(made.0, 201, "{}", made.1);
    let pointer = json!([{"__type": "Pointer", "className": "_User", "objectId": ann}]);
    for round in 0..30 {
        let (one, two) = (&nodes[round % 2], &nodes[(round + 1) % 2]);
        let (status, session) = one
            .call(Method::POST, "/login", Some(""), json!({"username": "ann", "password": "secret"}))
            .await;
        assert_eq!(status, 200, "{session}");
        let token = session["sessionToken"].as_str().unwrap();
        two.expect("/users/me", Some(token), 200).await;
        // A class of this round, for roles only.
        let class = format!("Round{round}");
        let closed = json!({"classLevelPermissions": {"find": {"role:readers": true}, "get": {}}});
        assert_eq!(one.call(Method::POST, &format!("/schemas/{class}"), None, closed).await.0, 200);
        let path = format!("/classes/{class}");
        two.expect(&path, Some(token), 400).await;
        let give = |op: &str| json!({"users": {"__op": op, "objects": pointer}});
        assert_eq!(one.call(Method::PUT, &role, None, give("AddRelation")).await.0, 200);
        two.expect(&path, Some(token), 200).await;
        assert_eq!(one.call(Method::PUT, &role, None, give("RemoveRelation")).await.0, 200);
        two.expect(&path, Some(token), 400).await;
        let open = json!({"classLevelPermissions": {"find": {"*": true}, "get": {}}});
        assert_eq!(one.call(Method::PUT, &format!("/schemas/{class}"), None, open).await.0, 200);
        two.expect(&path, Some(token), 200).await;
        assert_eq!(one.call(Method::POST, "/logout", Some(token), json!({})).await.0, 200);
        two.expect("/users/me", Some(token), 400).await;
    }
}

/// A node that hangs is waited for a few seconds only, and asks before it believes what it remembers.
#[tokio::test]
async fn a_node_that_was_stopped_in_the_middle_believes_nothing_old() {
    let schema = Schema::new();
    let folders = [Folder::new(), Folder::new()];
    let [one, two] = [schema.start(&folders[0]), schema.start(&folders[1])];
    let (_, token) = one.sign_up("ann").await;
    two.expect("/users/me", Some(&token), 200).await;
    two.server.signal("STOP");
    let begun = Instant::now();
    assert_eq!(one.call(Method::POST, "/logout", Some(&token), json!({})).await.0, 200);
    assert!(begun.elapsed() < WITHOUT_A_NODE, "{:?}", begun.elapsed());
    // It is waited for once.
    let begun = Instant::now();
    let made = one.call(Method::POST, "/classes/Note", None, json!({"text": "x"})).await;
    assert_eq!(made.0, 201, "{}", made.1);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    two.server.signal("CONT");
    two.expect("/users/me", Some(&token), 400).await;
    assert_eq!(two.call(Method::POST, "/classes/Note", Some(""), json!({"text": "y"})).await.0, 201);
}

/// 200 requests through both nodes, of which one may succeed.
#[tokio::test]
async fn a_code_is_redeemed_once() {
    let schema = Schema::new();
    let folders = [Folder::new(), Folder::new()];
    let nodes = [schema.start(&folders[0]), schema.start(&folders[1])];
    let (status, code) = nodes[0].call(Method::POST, "/classes/Code", None, json!({"used": false})).await;
    assert_eq!(status, 201, "{code}");
    let path = format!("/classes/Code/{}?where={{\"used\":false}}", code["objectId"].as_str().unwrap());
    let redeem = |number: usize| nodes[number % 2].call(Method::PUT, &path, None, json!({"used": true}));
    let answers = futures_util::future::join_all((0..200).map(redeem)).await;
    let redeemed = answers.iter().filter(|(status, _)| *status == 200).count();
    assert_eq!(redeemed, 1, "{:?}", answers.first());
}
