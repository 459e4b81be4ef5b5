use astrolabe_testkit::TestServer;
use serde_json::json;

#[tokio::test]
async fn atomic_operations_tell_the_new_value() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let id = server.object("Thing", json!({"n": 1, "l": [1, "x"], "o": {"a": {"b": 1}}, "t": "x"})).await?;
    let path = format!("/classes/Thing/{id}");
    for (body, told) in [
        (json!({"n": {"__op": "Increment", "amount": 2.5}}), json!({"n": 3.5})),
        (json!({"m": {"__op": "Increment", "amount": -1}}), json!({"m": -1})),
        (json!({"l": {"__op": "Add", "objects": ["x", null]}}), json!({"l": [1, "x", "x", null]})),
        (json!({"l": {"__op": "AddUnique", "objects": ["x", "y"]}}), json!({"l": [1, "x", "x", null, "y"]})),
        (json!({"l": {"__op": "Remove", "objects": ["x", 7]}}), json!({"l": [1, null, "y"]})),
        (json!({"o.a.b": {"__op": "Increment", "amount": 1}}), json!({"o": {"a": {"b": 2}}})),
        (json!({"o.c": "new", "o.a.b": {"__op": "Delete"}}), json!({})),
        (json!({"t": {"__op": "Delete"}}), json!({})),
        (json!({"t": "y"}), json!({})),
        (json!({}), json!({})),
    ] {
        let mut answer = server.put(&path, body.clone()).send().await?;
        answer.expect_status(200)?;
        let members = answer.json.as_object_mut().map(|map| map.remove("updatedAt"));
        assert!(members.flatten().is_some(), "{body}");
        assert_eq!(answer.json, told, "{body}");
    }
    let read = server.get(&path).send().await?;
    assert_eq!(read.json["o"], json!({"a": {}, "c": "new"}));
    server.stop().await
}

/// A field and dotted keys of it in one body are one change, in whatever order they stand.
#[tokio::test]
async fn dotted_keys_change_the_value_that_is_sent_with_them() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let add_two = || json!({"__op": "Increment", "amount": 2});
    for (body, made, changed) in [
        (json!({"o": {"x": 1}, "o.a": 2}), json!({"x": 1, "a": 2}), json!({"x": 1, "a": 2})),
        (json!({"o.a": 2, "o": {"x": 1}}), json!({"x": 1, "a": 2}), json!({"x": 1, "a": 2})),
        (json!({"o": {"n": {"m": 1}}, "o.n.m": add_two()}), json!({"n": {"m": 3}}), json!({"n": {"m": 3}})),
        (
            json!({"o": {"x": 1, "y": 1}, "o.x": {"__op": "Delete"}, "o.b": 1}),
            json!({"y": 1, "b": 1}),
            json!({"y": 1, "b": 1}),
        ),
        (json!({"o": {"__op": "Delete"}, "o.q": 2}), json!({"q": 2}), json!({"q": 2})),
        (json!({"o": null, "o.q": 2}), json!({"q": 2}), json!({"q": 2})),
        (json!({"o.q": 2}), json!({"q": 2}), json!({"z": 1, "q": 2})),
    ] {
        let id = server.object("Made", body.clone()).await?;
        let read = server.get(&format!("/classes/Made/{id}")).send().await?;
        assert_eq!(read.json["o"], made, "POST {body}");

        let id = server.object("Changed", json!({"o": {"z": 1}})).await?;
        let path = format!("/classes/Changed/{id}");
        server.put(&path, body.clone()).send().await?.expect_status(200)?;
        assert_eq!(server.get(&path).send().await?.json["o"], changed, "PUT {body}");
    }
    let id = server.object("Changed", json!({"o": {"z": 1}})).await?;
    let path = format!("/classes/Changed/{id}");
    for body in [
        json!({"o": "text", "o.a": 1}),
        json!({"o": add_two(), "o.a": 1}),
        json!({"o": {"__op": "Batch", "ops": []}, "o.a": 1}),
        json!({"o": {"a": 1}, "o.a.b": 1}),
    ] {
        server.put(&path, body.clone()).send().await?.expect_error(400, 111)?;
        server.post("/classes/Changed", body).send().await?.expect_error(400, 111)?;
    }
    assert_eq!(server.get(&path).send().await?.json["o"], json!({"z": 1}));
    server.stop().await
}

/// It is about new objects only, also inside an object.
#[tokio::test]
async fn set_on_insert_does_not_change_what_is_there() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let once = |amount: i64| json!({"__op": "SetOnInsert", "amount": amount});
    let id = server.object("Thing", json!({"n": once(1), "o.n": once(1)})).await?;
    let path = format!("/classes/Thing/{id}");
    let body = json!({"n": once(2), "o.n": once(2), "o.new": once(2), "other.n": once(2)});
    server.put(&path, body).send().await?.expect_status(200)?;
    let read = server.get(&path).send().await?;
    assert_eq!((&read.json["n"], &read.json["o"]), (&json!(1), &json!({"n": 1})));
    assert!(read.json["other"].is_null());
    server.stop().await
}

/// 200 changes of one object at the same time, over several connections: single ones, in batches and in transactions.
#[tokio::test]
async fn changes_of_one_object_add_up() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let id = server
        .object(
            "Counter",
            json!({"n": 0, "all": [], "who": [], "rest": (0..200).collect::<Vec<_>>(), "deep": {"n": 0}}),
        )
        .await?;
    let path = format!("/classes/Counter/{id}");
    let mut members = Vec::new();
    for at in 0..4 {
        members.push(server.object("Member", json!({"at": at})).await?);
    }
    let change = |at: usize| {
        json!({
            "n": {"__op": "Increment", "amount": 1}, "deep.n": {"__op": "Increment", "amount": 1},
            "all": {"__op": "Add", "objects": [at]}, "who": {"__op": "AddUnique", "objects": [at % 50]},
            "rest": {"__op": "Remove", "objects": [at]},
            "members": {"__op": "AddRelation", "objects": [
                {"__type": "Pointer", "className": "Member", "objectId": members[at / 4 % 4]},
            ]},
        })
    };
    let writes = (0..200).step_by(4).flat_map(|at| {
        let item = |at| json!({"method": "PUT", "path": format!("/parse{path}"), "body": change(at)});
        let batch = json!({"requests": [item(at + 2)]});
        let transaction = json!({"transaction": true, "requests": [item(at + 3)]});
        [
            server.put(&path, change(at)).send(),
            server.put(&path, change(at + 1)).send(),
            server.post("/batch", batch).send(),
            server.post("/batch", transaction).send(),
        ]
    });
    for answer in futures_util::future::join_all(writes).await {
        answer?.expect_status(200)?;
    }
    let read = server.get(&path).send().await?;
    let len = |name: &str| read.json[name].as_array().map(Vec::len);
    assert_eq!((&read.json["n"], &read.json["deep"]["n"]), (&json!(200), &json!(200)));
    assert_eq!((len("all"), len("who"), len("rest")), (Some(200), Some(50), Some(0)));
    let owner = json!({"__type": "Pointer", "className": "Counter", "objectId": id});
    let related = json!({"$relatedTo": {"object": owner, "key": "members"}}).to_string();
    let related = server.get("/classes/Member").query(&[("where", &related)]).send().await?;
    assert_eq!(related.results().len(), 4);
    server.stop().await
}

/// Every type comes back as it was sent.
#[tokio::test]
async fn values_round_trip() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let sent = json!({
        "text": "quotes \" ' ` ; -- \\ \u{1F642} \u{7f}", "empty": "", "number": -1.5, "big": 1e300, "small": 5e-324,
        "whole": 9007199254740991_i64, "yes": true, "no": false,
        "at": {"__type": "Date", "iso": "9999-12-31T23:59:59.999Z"},
        "bytes": {"__type": "Bytes", "base64": "AAEC/w=="},
        "to": {"__type": "Pointer", "className": "Other", "objectId": "abc"},
        "place": {"__type": "GeoPoint", "latitude": -90, "longitude": 180},
        "area": {"__type": "Polygon", "coordinates": [[0, 0], [0, 1], [1, 1], [0, 0]]},
        "file": {"__type": "File", "name": "a.txt", "url": "http://example.org/a.txt"},
        "list": [1, "x", null, {"a": [true]}, {"__type": "Date", "iso": "2020-01-01T00:00:00.000Z"}],
        "object": {"a": {"b": null}, "": 1, "__type2": "x"},
    });
    let id = server.object("Everything", sent.clone()).await?;
    let mut read = server.get(&format!("/classes/Everything/{id}")).send().await?;
    if let Some(map) = read.json.as_object_mut() {
        map.retain(|key, _| !["objectId", "createdAt", "updatedAt"].contains(&key.as_str()));
    }
    assert_eq!(read.json, sent);
    server.stop().await
}
