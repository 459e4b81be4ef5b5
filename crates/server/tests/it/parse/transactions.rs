use astrolabe_testkit::{Answer, TestRequest, TestServer};
use serde_json::{Value, json};

fn request(method: &str, path: &str, body: Value) -> Value {
    json!({"method": method, "path": format!("/parse{path}"), "body": body})
}

fn create(class: &str, body: Value) -> Value {
    request("POST", &format!("/classes/{class}"), body)
}

fn transaction(server: &TestServer, requests: &[Value]) -> TestRequest {
    server.post("/batch", json!({"transaction": true, "requests": requests}))
}

/// Refused with this error because of the request at this place.
fn expect_refusal(answer: &Answer, status: u16, code: i64, index: u64) -> anyhow::Result<()> {
    answer.expect_error(status, code)?;
    assert!(answer.json["error"].is_string(), "{}", answer.text);
    assert_eq!(answer.json["index"], index, "{}", answer.text);
    Ok(())
}

/// What the class holds: values of `n`, ordered.
async fn kept(server: &TestServer, class: &str) -> anyhow::Result<Vec<Value>> {
    let answer = server.get(&format!("/classes/{class}?order=n")).master().send().await?;
    Ok(answer.results().iter().map(|object| object["n"].clone()).collect())
}

/// The same requests in a transaction and outside of one have answers of the same form.
#[tokio::test]
async fn all_is_kept_and_answered_in_order() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let mut answers = Vec::new();
    for (class, is_transaction) in [("One", true), ("Two", false)] {
        let path = |id: &str| format!("/classes/{class}/{id}");
        let changed = server.object(class, json!({"n": 1, "list": [1]})).await?;
        let gone = server.object(class, json!({"n": 2})).await?;
        let change = json!({
            "n": {"__op": "Increment", "amount": 10}, "list": {"__op": "Add", "objects": [2]}, "more": true,
        });
        let requests = [
            create(class, json!({"n": 3, "counted": {"__op": "Increment", "amount": 1}})),
            request("PUT", &path(&changed), change),
            request("DELETE", &path(&gone), json!({})),
            request("POST", "/users", json!({"username": class, "password": "secret"})),
            create(class, json!({"n": 4})),
        ];
        let body = json!({"transaction": is_transaction, "requests": requests});
        let answer = server.post("/batch", body).send().await?;
        answer.expect_status(200)?;
        assert_eq!(kept(&server, class).await?, [3, 4, 11]);
        let mut json = answer.json;
        let token = json[3]["success"]["sessionToken"].as_str().unwrap_or_default().to_owned();
        server.get("/users/me").token(&token).send().await?.expect_status(200)?;
        for item in json.as_array_mut().into_iter().flatten() {
            let success = item["success"].as_object_mut().into_iter().flatten();
            let varies = ["objectId", "createdAt", "updatedAt", "sessionToken"];
            success
                .filter(|(key, _)| varies.contains(&key.as_str()))
                .for_each(|(_, value)| *value = json!(0));
        }
        answers.push(json);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0][1]["success"], json!({"updatedAt": 0, "n": 11, "list": [1, 2]}));
    assert_eq!(answers[0][2]["success"], json!({}));
    let nothing = transaction(&server, &[]).send().await?;
    nothing.expect_status(200)?;
    assert_eq!(nothing.json, json!([]));
    server.stop().await
}

#[tokio::test]
async fn one_refusal_drops_all() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    let changed = server.object("Note", json!({"n": 1, "list": [], "object": {"text": "a"}})).await?;
    let gone = server.object("Note", json!({"n": 2})).await?;
    let private = server.object("Note", json!({"n": 3, "ACL": {}})).await?;
    let path = |id: &str| format!("/classes/Note/{id}");
    let role = || json!({"name": "Editors", "ACL": {}});
    server.object("_Role", role()).await?;
    let user = |name: &str| json!({"username": name, "password": "secret"});
    let cases = [
        (create("Note", json!({"n": "text"})), 400, 111),
        (create("Note", json!({"a b": 1})), 400, 105),
        (create("Note", json!({"ACL": 1})), 400, 123),
        (create("_JobStatus", json!({})), 400, 119),
        (request("PUT", &path("nobody"), json!({"n": 5})), 404, 101),
        (request("PUT", &path(&private), json!({"n": 5})), 404, 101),
        (request("DELETE", &path(&private), json!({})), 404, 101),
        (request("PUT", &path(&gone), json!({"n": 5})), 404, 101),
        // Refused by the database, in the middle of the job.
        (
            request("PUT", &path(&changed), json!({"object.text": {"__op": "Increment", "amount": 1}})),
            400,
            111,
        ),
        (request("POST", "/users", user("Ann")), 400, 202),
        (request("POST", "/roles", role()), 400, 137),
        (request("PUT", &format!("/users/{}", ann.id), json!({"email": "a@b"})), 400, 206),
        (request("POST", "/users", json!({"username": "bob"})), 400, 201),
        // What no transaction can hold.
        (request("GET", "/classes/Note", json!({})), 400, 107),
        (request("POST", "/classes/Note/abc", json!({})), 400, 107),
        (request("POST", "/login", user("ann")), 400, 107),
        (request("PUT", "/users/me", json!({})), 400, 107),
        (request("DELETE", "/schemas/Note", json!({})), 400, 107),
        (request("POST", "/nowhere", json!({})), 400, 107),
    ];
    for (refused, status, code) in cases {
        let requests = [
            create("Note", json!({"n": 10})),
            request("PUT", &path(&changed), json!({"n": 11})),
            request("DELETE", &path(&gone), json!({})),
            request("POST", "/users", user("eve")),
            refused.clone(),
            create("Note", json!({"n": 12})),
        ];
        let answer = transaction(&server, &requests).send().await?;
        expect_refusal(&answer, status, code, 4).map_err(|error| error.context(refused.to_string()))?;
        assert_eq!(kept(&server, "Note").await?, [1, 2, 3], "{refused}");
        let users = server.get("/users?count=1").master().send().await?;
        assert_eq!(users.json["count"], 1, "{refused}");
    }
    let alone = transaction(&server, &[request("POST", "/roles", role())]).master().send().await?;
    expect_refusal(&alone, 400, 137, 0)?;
    server.stop().await
}

#[tokio::test]
async fn requests_that_contradict_each_other_drop_all() -> anyhow::Result<()> {
    let server = TestServer::builder().settings(|s| s.allow_custom_object_id = true).start().await?;
    let user = |name: &str| request("POST", "/users", json!({"username": name, "password": "secret"}));
    let own = |id: &str, n: i64| create("Note", json!({"objectId": id, "n": n}));
    let own_path = "/classes/Note/first";
    server.object("Note", json!({"objectId": "kept", "n": 0})).await?;
    for (requests, status, code, index) in [
        (vec![user("ann"), user("bob"), user("ANN")], 400, 202, 2),
        (vec![own("first", 1), own("first", 2)], 400, 137, 1),
        (
            vec![
                own("first", 1),
                request("DELETE", own_path, json!({})),
                request("PUT", own_path, json!({"n": 3})),
            ],
            404,
            101,
            2,
        ),
    ] {
        let answer = transaction(&server, &requests).send().await?;
        expect_refusal(&answer, status, code, index)?;
        assert_eq!(kept(&server, "Note").await?, [0]);
    }
    let requests =
        [own("first", 1), request("PUT", own_path, json!({"n": {"__op": "Increment", "amount": 6}}))];
    let answer = transaction(&server, &requests).send().await?;
    answer.expect_status(200)?;
    assert_eq!(answer.json[1]["success"]["n"], 7);
    server.stop().await
}

#[tokio::test]
async fn rights_are_those_of_the_caller() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    let acl = json!({ann.id.clone(): {"read": true, "write": true}});
    let owned = server.object("Note", json!({"n": 1, "ACL": acl})).await?;
    let requests =
        [create("Note", json!({"n": 2})), request("PUT", &format!("/classes/Note/{owned}"), json!({"n": 3}))];
    expect_refusal(&transaction(&server, &requests).send().await?, 404, 101, 1)?;
    assert_eq!(kept(&server, "Note").await?, [1]);
    transaction(&server, &requests).token(&ann.token).send().await?.expect_status(200)?;
    assert_eq!(kept(&server, "Note").await?, [2, 3]);
    let body = json!({"classLevelPermissions": {"create": {}}});
    server.post("/schemas/Closed", body).master().send().await?.expect_status(200)?;
    let requests = [create("Note", json!({"n": 4})), create("Closed", json!({}))];
    let refused = transaction(&server, &requests).token(&ann.token).send().await?;
    expect_refusal(&refused, 400, 119, 1)?;
    assert_eq!(refused.json["error"], "Permission denied");
    assert_eq!(kept(&server, "Note").await?, [2, 3]);
    server.stop().await
}

/// Only `true` asks for a transaction, and nothing else can be mistaken for it.
#[tokio::test]
async fn the_flag_is_a_boolean() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    for (flag, status) in
        [(json!("true"), 400), (json!(1), 400), (json!({}), 400), (json!(null), 200), (json!(false), 200)]
    {
        let body = json!({"transaction": flag, "requests": [create("Note", json!({"n": 1}))]});
        server.post("/batch", body).send().await?.expect_status(status)?;
    }
    assert_eq!(kept(&server, "Note").await?, [1, 1]);
    server.stop().await
}

/// Transactions that fail between other writes take nothing of them along.
#[tokio::test]
async fn other_writers_are_not_disturbed() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    server.object("Note", json!({"n": 0})).await?;
    let add = || json!({"n": {"__op": "Increment", "amount": 1}});
    let counter = format!("/classes/Counter/{}", server.object("Counter", json!({"n": 0})).await?);
    let fails = [
        request("PUT", &counter, add()),
        create("Note", json!({"n": 1})),
        request("DELETE", "/classes/Note/nobody", json!({})),
    ];
    let keeps = [request("PUT", &counter, add()), request("PUT", &counter, add())];
    let writers = (0..20).map(async |_| {
        let (failed, kept, single) = tokio::join!(
            transaction(&server, &fails).send(),
            transaction(&server, &keeps).send(),
            server.put(&counter, add()).send(),
        );
        expect_refusal(&failed?, 404, 101, 2)?;
        kept?.expect_status(200)?;
        single?.expect_status(200)
    });
    for written in futures_util::future::join_all(writers).await {
        written?;
    }
    assert_eq!(server.get(&counter).send().await?.json["n"], 60);
    assert_eq!(kept(&server, "Note").await?, [0]);
    server.stop().await
}
