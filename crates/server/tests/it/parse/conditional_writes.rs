//! Updates and removals with a `where`: done if it holds for the object, else refused with 412.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use astrolabe_core::events::{Listener, ObjectEvent};
use astrolabe_testkit::{Answer, TestServer};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

/// Counts the events of all classes.
#[derive(Default)]
struct Count(AtomicUsize);

impl Listener for Count {
    fn wants(&self, _: &str) -> bool {
        true
    }

    fn committed(&self, events: &[ObjectEvent]) {
        self.0.fetch_add(events.len(), Ordering::Relaxed);
    }
}

const UNUSED: &str = r#"{"used":{"$exists":false}}"#;

fn statuses(answers: Vec<anyhow::Result<Answer>>) -> anyhow::Result<(usize, usize)> {
    let answers = answers.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    let refused = answers.iter().filter(|answer| answer.status != 200);
    refused.for_each(|answer| assert_eq!(answer.json["code"], 412, "{}", answer.text));
    Ok((count(200), count(412)))
}

async fn object(server: &TestServer, path: &str) -> anyhow::Result<Value> {
    Ok(server.get(path).master().send().await?.json)
}

/// Of fifty who redeem a code at the same time one succeeds, also while the field that they set has to be made.
#[tokio::test]
async fn a_code_is_redeemed_once() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    for condition in [UNUSED, r#"{"used":{"$ne":true}}"#, r#"{"objectId":{"$exists":true},"used":null}"#] {
        let code = server.object("Code", json!({"text": "gift"})).await?;
        let path = format!("/classes/Code/{code}");
        let redeem = |by: usize| {
            let body = json!({"used": true, "by": by, "times": {"__op": "Increment", "amount": 1}});
            server.put(&path, body).query(&[("where", condition)]).send()
        };
        assert_eq!(statuses(join_all((0..50).map(redeem)).await)?, (1, 49), "{condition}");
        assert_eq!(object(&server, &path).await?["times"], 1);
        server.put(&path, json!({"used": {"__op": "Delete"}})).send().await?.expect_status(200)?;
        server
            .put(&path, json!({"used": true}))
            .query(&[("where", UNUSED)])
            .send()
            .await?
            .expect_status(200)?;
    }
    server.stop().await
}

/// A removal takes the condition from the query string or, as SDKs send it, from the body.
#[tokio::test]
async fn removals() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let id = server.object("Draft", json!({"version": 2})).await?;
    let path = format!("/classes/Draft/{id}");
    let old = r#"{"version":1}"#;
    server.delete(&path).query(&[("where", old)]).send().await?.expect_error(412, 412)?;
    let posted =
        |condition: Value| server.post(&path, json!({"_method": "DELETE", "where": condition})).send();
    posted(json!({"version": 1})).await?.expect_error(412, 412)?;
    posted(json!("{\"version\":1}")).await?.expect_error(412, 412)?;
    posted(json!(1)).await?.expect_error(400, 107)?;
    let both = server.request(Method::DELETE, &path).query(&[("where", old)]).json(&json!({"where": {}}));
    both.send().await?.expect_error(400, 102)?;
    assert_eq!(object(&server, &path).await?["version"], 2);
    posted(json!({"version": 2})).await?.expect_status(200)?;
    posted(json!({"version": 2})).await?.expect_error(404, 101)?;

    let id = server.object("Draft", json!({"version": 2})).await?;
    let remove = |_| server.delete(&format!("/classes/Draft/{id}")).query(&[("where", "{}")]).send();
    let answers = join_all((0..10).map(remove)).await.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    server.stop().await
}

/// What a query is refused for, a condition is refused for; what is not there answers 101 whatever the condition.
#[tokio::test]
async fn refusals_change_nothing() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let id = server.object("Note", json!({"n": 1})).await?;
    let user = server.user("ann").await?;
    let path = format!("/classes/Note/{id}");
    let in_query = json!({"n": {"$inQuery": {"className": "Note", "where": {}}}}).to_string();
    let in_or =
        json!({"$or": [{"n": {"$select": {"query": {"className": "Note"}, "key": "n"}}}]}).to_string();
    for (condition, status, code) in [
        ("", 400, 107),
        ("null", 400, 107),
        ("[]", 400, 107),
        ("{", 400, 107),
        (r#"{"n":{"$near":1}}"#, 400, 107),
        (r#"{"$or":1}"#, 400, 102),
        (r#"{"a b":1}"#, 400, 105),
        (in_query.as_str(), 400, 102),
        (in_or.as_str(), 400, 102),
        (r#"{"n":2}"#, 412, 412),
        (r#"{"n":"1"}"#, 412, 412),
        (r#"{"nothing":1}"#, 412, 412),
        (r#"{"objectId":"other"}"#, 412, 412),
    ] {
        let put = server.put(&path, json!({"n": 5, "fresh": 1})).query(&[("where", condition)]);
        put.send().await?.expect_error(status, code)?;
        server.delete(&path).query(&[("where", condition)]).send().await?.expect_error(status, code)?;
    }
    let kept = object(&server, &path).await?;
    assert_eq!((&kept["n"], kept.get("fresh")), (&json!(1), None));
    let schema = server.get("/schemas/Note").master().send().await?;
    assert_eq!(schema.json["fields"].get("fresh"), None, "a refused write makes no field");

    for method in [Method::PUT, Method::DELETE] {
        let gone = server.request(method, "/classes/Note/nobody").query(&[("where", r#"{"n":1}"#)]);
        gone.json(&json!({"n": 5, "fresh": 1})).send().await?.expect_error(404, 101)?;
    }
    for path in ["/classes/Note", "/users", "/roles"] {
        let create = server.post(path, json!({"n": 1})).query(&[("where", "{}")]);
        create.send().await?.expect_error(400, 102)?;
    }
    let hidden = server.put(&format!("/users/{}", user.id), json!({"n": 1})).token(&user.token);
    let hidden = hidden.query(&[("where", r#"{"_hashed_password":{"$exists":true}}"#)]);
    assert!((400..500).contains(&hidden.send().await?.status));
    server.stop().await
}

/// A condition tells nothing of a row that the caller may change but not read, nor of a class it may not get from.
#[tokio::test]
async fn conditions_hold_for_readable_rows_only() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    let acl = json!({&ann.id: {"write": true}, "*": {}});
    let blind = format!("/classes/Box/{}", server.object("Box", json!({"secret": 7, "ACL": acl})).await?);
    let acl = json!({&ann.id: {"read": true}});
    let fixed = format!("/classes/Box/{}", server.object("Box", json!({"secret": 7, "ACL": acl})).await?);
    let acl = json!({&ann.id: {"read": true, "write": true}});
    let own = format!("/classes/Box/{}", server.object("Box", json!({"secret": 7, "ACL": acl})).await?);
    for (path, condition, status) in [
        (&blind, r#"{"secret":7}"#, 412),
        (&blind, r#"{"secret":8}"#, 412),
        (&blind, "{}", 412),
        (&fixed, r#"{"secret":7}"#, 404),
        (&fixed, r#"{"secret":8}"#, 404),
        (&own, r#"{"secret":8}"#, 412),
        (&own, r#"{"secret":7}"#, 200),
    ] {
        let put = server.put(path, json!({"n": 1})).query(&[("where", condition)]).token(&ann.token);
        assert_eq!(put.send().await?.status, status, "{path} {condition}");
    }
    server.put(&blind, json!({"n": 1})).token(&ann.token).send().await?.expect_status(200)?;

    let permissions = json!({"classLevelPermissions": {"update": {"*": true}, "delete": {"*": true}}});
    server.post("/schemas/Shut", permissions).master().send().await?.expect_status(200)?;
    let shut = format!("/classes/Shut/{}", server.object("Shut", json!({"n": 1})).await?);
    for condition in [r#"{"n":1}"#, r#"{"n":2}"#] {
        let put = server.put(&shut, json!({"n": 1})).query(&[("where", condition)]);
        put.send().await?.expect_error(400, 119)?;
    }
    server.stop().await
}

/// Users and roles have paths of their own, with the same conditions.
#[tokio::test]
async fn classes_with_a_path_of_their_own() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    let role = server.object("_Role", json!({"name": "Staff", "ACL": {}})).await?;
    let sessions = server.get("/sessions").token(&ann.token).send().await?;
    let session = sessions.results()[0]["objectId"].as_str().unwrap_or_default().to_owned();
    for (path, holds, fails) in [
        (format!("/users/{}", ann.id), r#"{"username":"ann"}"#, r#"{"username":"bob"}"#),
        (format!("/roles/{role}"), r#"{"name":"Staff"}"#, r#"{"name":"Others"}"#),
        (format!("/sessions/{session}"), r#"{"createdWith.action":"signup"}"#, r#"{"createdWith":null}"#),
    ] {
        let put = |condition: &'static str| {
            let put = server.put(&path, json!({"note": 1})).query(&[("where", condition)]);
            if path.starts_with("/roles") { put.master() } else { put.token(&ann.token) }
        };
        put(fails).send().await?.expect_error(412, 412)?;
        put(holds).send().await?.expect_status(200)?;
    }
    let remove = server.delete(&format!("/users/{}", ann.id)).token(&ann.token);
    remove.query(&[("where", r#"{"note":2}"#)]).send().await?.expect_error(412, 412)?;
    server.get("/users/me").token(&ann.token).send().await?.expect_status(200)?;
    server.stop().await
}

/// In a batch a request has a `where` beside its path, or in the query string of it.
#[tokio::test]
async fn batches() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let id = server.object("Code", json!({"left": 1})).await?;
    let path = format!("/parse/classes/Code/{id}");
    let take = json!({"left": {"__op": "Increment", "amount": -1}});
    let with_member = json!({"method": "PUT", "path": path, "body": take, "where": {"left": {"$gt": 0}}});
    let encoded = format!("{path}?where=%7B%22left%22%3A%7B%22%24gt%22%3A0%7D%7D");
    let in_path = json!({"method": "PUT", "path": encoded, "body": take});
    let requests: Vec<_> = (0..50).map(|at| [&with_member, &in_path][at % 2].clone()).collect();
    let answer = server.post("/batch", json!({"requests": requests})).send().await?;
    answer.expect_status(200)?;
    let items = answer.json.as_array().cloned().unwrap_or_default();
    assert_eq!(items.iter().filter(|item| item["success"]["left"] == 0).count(), 1, "{}", answer.text);
    assert_eq!(items.iter().filter(|item| item["error"]["code"] == 412).count(), 49, "{}", answer.text);

    let twice = json!({"method": "PUT", "path": encoded, "body": take, "where": {}});
    let body = |requests: Value| json!({"requests": requests});
    server.post("/batch", body(json!([twice]))).send().await?.expect_error(400, 102)?;
    let create = json!({"method": "POST", "path": "/parse/classes/Code", "body": {}, "where": {}});
    let answer = server.post("/batch", body(json!([create]))).send().await?;
    assert_eq!(answer.json[0]["error"]["code"], 102, "{}", answer.text);
    server.stop().await
}

/// In a transaction the answer names the request whose condition does not hold, and nothing is kept.
#[tokio::test]
async fn transactions() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let code = server.object("Code", json!({"n": 1})).await?;
    let other = server.object("Code", json!({"n": 2})).await?;
    let heard = Arc::new(Count::default());
    server.app.objects.events().subscribe(heard.clone());
    let request = |method: &str, path: String, condition: Value| {
        let path = format!("/parse/classes/Code{path}");
        json!({"method": method, "path": path, "body": {"n": 5}, "where": condition})
    };
    let make = json!({"method": "POST", "path": "/parse/classes/Code", "body": {"n": 9}});
    for (refused, status, error) in [
        (request("PUT", format!("/{code}"), json!({"n": 2})), 412, 412),
        (request("DELETE", format!("/{code}"), json!({"n": 2})), 412, 412),
        // The first request of the transaction has changed it already.
        (request("PUT", format!("/{other}"), json!({"n": 2})), 412, 412),
        (request("PUT", "/nobody".to_owned(), json!({"n": 2})), 404, 101),
        (request("PUT", format!("/{code}"), json!({"n": {"$near": 1}})), 400, 107),
        (request("PUT", format!("/{code}"), json!(1)), 400, 107),
        (request("POST", String::new(), json!({})), 400, 102),
    ] {
        let first = request("PUT", format!("/{other}"), json!({"n": 2}));
        let requests = json!([first, make, refused, make]);
        let answer = server.post("/batch", json!({"transaction": true, "requests": requests})).send().await?;
        answer.expect_error(status, error)?;
        assert_eq!(answer.json["index"], 2, "{}", answer.text);
        let kept = server.get("/classes/Code?order=n").send().await?;
        let kept: Vec<_> = kept.results().iter().map(|object| object["n"].clone()).collect();
        assert_eq!(kept, [1, 2]);
    }
    assert_eq!(heard.0.load(Ordering::Relaxed), 0, "no events of what was not kept");

    let requests = json!([
        request("PUT", format!("/{code}"), json!({"n": 1})),
        request("DELETE", format!("/{other}"), json!({"n": 2})),
        request("PUT", format!("/{code}"), json!({"n": 5})),
    ]);
    let answer = server.post("/batch", json!({"transaction": true, "requests": requests})).send().await?;
    answer.expect_status(200)?;
    server.get(&format!("/classes/Code/{other}")).send().await?.expect_error(404, 101)?;
    server.stop().await
}
