use astrolabe_testkit::TestServer;
use reqwest::Method;
use serde_json::json;

/// Requests that must be refused with a 4xx. Texts and codes are compared in `conformance/wire`; the point here is
/// that nothing of them is stored: no object, no class, no field.
#[tokio::test]
async fn bad_writes_change_nothing() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let id = server.object("Kept", json!({"text": "a", "n": 1, "l": [1], "o": {"a": 1}})).await?;
    let before = (
        server.get("/schemas").master().send().await?.text,
        server.get("/classes/Kept").master().send().await?.text,
    );
    let bodies = [
        json!({"n": "text"}),
        json!({"text": 5}),
        json!({"l": {}}),
        json!({"o": []}),
        json!({"fresh": 1, "n": "x"}),
        json!({"a b": 1}),
        json!({"": 1}),
        json!({"_rperm": ["*"]}),
        json!({"__proto__": {"a": 1}}),
        json!({"o": {"__proto__": 1}}),
        json!({"o": {"constructor": 1}}),
        json!({"o": {"$gt": 1}}),
        json!({"o": {"a.b": 1}}),
        json!({"text": "a\0b"}),
        json!({"o": {"a\0": 1}}),
        json!({"l": ["\0"]}),
        json!({"fresh": {"__op": "Explode"}}),
        json!({"n": {"__op": "Increment", "amount": "1"}}),
        json!({"l": {"__op": "Add", "objects": 1}}),
        json!({"text": {"__op": "Add", "objects": [1]}}),
        json!({"fresh": {"__type": "Date", "iso": "never"}}),
        json!({"fresh": {"__type": "Nothing"}}),
        json!({"fresh": {"__type": "Pointer", "className": "a b", "objectId": "x"}}),
        json!({"fresh": {"__type": "GeoPoint", "latitude": 91, "longitude": 0}}),
        json!({"fresh": {"__type": "Bytes", "base64": "*"}}),
        json!({"ACL": "all"}),
        json!({"ACL": {"*": {"admin": true}}}),
        json!({"ACL": {"*unresolved": {"read": true}}}),
        json!({"o.$a": 1}),
        json!({"o..a": 1}),
        json!({"x".repeat(200): 1}),
        json!({"length": 1}),
        json!({"className": "x"}),
        json!({"l": {"__op": "AddRelation", "objects": []}, "fresh": {"__op": 1}}),
    ];
    for body in &bodies {
        for request in [
            server.post("/classes/Kept", body.clone()),
            server.put(&format!("/classes/Kept/{id}"), body.clone()),
            server.put("/classes/Kept/missing", body.clone()),
            server.post("/classes/Unborn", body.clone()),
        ] {
            let answer = request.send().await?;
            // Some are only wrong for a class that gives the field another type.
            let fits_elsewhere = answer.status == 201;
            assert!(
                fits_elsewhere || (400..500).contains(&answer.status),
                "{body}: {} {}",
                answer.status,
                answer.text
            );
            assert!(answer.json["error"].is_string() || fits_elsewhere, "{body}: {}", answer.text);
        }
    }
    let unborn = server.get("/schemas/Unborn").master().send().await?;
    let made = unborn.json["fields"].as_object().cloned().unwrap_or_default();
    for field in ["a b", "_rperm", "__proto__", "length"] {
        assert!(!made.contains_key(field), "{field}");
    }
    assert_eq!(server.get("/classes/Kept").master().send().await?.text, before.1);
    let kept = |text: &str| {
        let all: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        all["results"].as_array().and_then(|r| r.iter().find(|class| class["className"] == "Kept").cloned())
    };
    assert_eq!(kept(&server.get("/schemas").master().send().await?.text), kept(&before.0));
    server.stop().await
}

#[tokio::test]
async fn bodies_that_are_no_json_objects_are_refused() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let deep = format!("{{\"o\":{}1{}}}", "{\"a\":".repeat(50_000), "}".repeat(50_000));
    let bodies: Vec<Vec<u8>> = vec![
        b"{".to_vec(),
        b"{\"a\":".to_vec(),
        b"[]".to_vec(),
        b"1".to_vec(),
        b"null".to_vec(),
        b"{\"a\":1e999}".to_vec(),
        b"{\"a\":\"\\ud800\"}".to_vec(),
        b"{\"a\":\"\xff\"}".to_vec(),
        b"{'a':1}".to_vec(),
        b"\0".to_vec(),
        b"{\"a\":NaN}".to_vec(),
        deep.into_bytes(),
    ];
    for body in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        for path in ["/classes/Todo", "/users", "/login", "/batch", "/schemas/Todo"] {
            let answer = server
                .request(Method::POST, path)
                .master()
                .raw("application/json", body.clone())
                .send()
                .await?;
            assert_eq!(answer.status, 400, "{path} {shown}: {}", answer.text);
            assert!(answer.json["error"].is_string(), "{path} {shown}");
        }
    }
    server.get("/schemas/Todo").master().send().await?.expect_error(400, 103)?;
    server.stop().await
}

/// What `curl -d` sends without a thought.
#[tokio::test]
async fn json_is_read_as_json_whatever_it_is_called() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    for content_type in ["application/x-www-form-urlencoded", "text/plain", "application/json", "nonsense"] {
        let request = server.request(Method::POST, "/classes/Todo");
        let answer = request.raw(content_type, r#" {"text": "a=b&c"}"#).send().await?;
        assert_eq!(answer.status, 201, "{content_type}: {}", answer.text);
    }
    let form = server.request(Method::POST, "/classes/Todo");
    form.raw("application/x-www-form-urlencoded", "text=a").send().await?.expect_status(201)?;
    server.stop().await
}

#[tokio::test]
async fn oversized_bodies_are_refused() -> anyhow::Result<()> {
    let server = TestServer::builder().settings(|s| s.max_body_bytes = 10_000).start().await?;
    for (size, status) in [(9_000, 201), (11_000, 413), (30_000, 413)] {
        let answer = server.post("/classes/Todo", json!({"text": "x".repeat(size)})).send().await?;
        assert_eq!(answer.status, status, "{size}");
    }
    let count = server.get("/classes/Todo?count=1&limit=0").send().await?;
    assert_eq!(count.json["count"], 1);
    server.stop().await
}

#[tokio::test]
async fn queries_have_bounds() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    server.object("Todo", json!({"n": 1})).await?;
    let find = |params: serde_json::Value| {
        let mut body = params;
        body["_method"] = "GET".into();
        server.post("/classes/Todo", body)
    };
    let many: serde_json::Map<_, _> = (0..600).map(|n| (format!("f{n}"), json!(n))).collect();
    for params in [
        json!({"where": many}),
        json!({"where": {"n": {"$in": vec![1; 10_001]}}}),
        json!({"include": "a.b.c.d.e.f.g.h.i.j.k.l"}),
        json!({"order": vec!["n"; 30].join(",")}),
        json!({"limit": -1}),
        json!({"skip": 1.5}),
        json!({"limit": "many"}),
        json!({"wher": {}}),
        json!({"where": {"n": {"$regex": "(x"}}}),
        json!({"where": {"n": {"$regex": "x".repeat(2_000)}}}),
        json!({"where": {"n": {"$regex": "(\\w{100}){100}"}}}),
        json!({"where": {"n": {"$text": {"$search": {"$term": "x".repeat(2_000)}}}}}),
        json!({"where": {"n": {"$maxDistance": 1}}}),
        json!({"where": {"n": {"$geoWithin": {"$polygon": vec![json!([0, 0]); 1_001]}}}}),
        json!({"order": "$score"}),
        json!({"where": {"$or": vec![json!({"n": 1}); 300]}}),
        json!({"where": {"$or": [{"n": 1}, 1]}}),
        json!({"where": (0..30).fold(json!({}), |inner, _| json!({"$nor": [inner]}))}),
        json!({"explain": true}),
    ] {
        let answer = find(params.clone()).send().await?;
        assert_eq!((answer.status, answer.json["code"].as_i64()), (400, Some(102)), "{}", answer.text);
    }
    let requests: Vec<_> =
        (0..1_001).map(|_| json!({"method": "GET", "path": "/parse/classes/Todo"})).collect();
    server.post("/batch", json!({"requests": requests})).send().await?.expect_error(400, 107)?;
    server.stop().await
}

fn nested(levels: usize) -> serde_json::Value {
    (0..levels).fold(json!(1), |inner, _| json!({"a": inner}))
}

/// What can be stored can be read back: a value never grows past what the parser takes.
#[tokio::test]
async fn depth_has_a_bound_however_it_is_reached() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let id = server.object("Deep", json!({"o": nested(100)})).await?;
    let path = format!("/classes/Deep/{id}");
    let key = format!("o{}", ".a".repeat(99));
    server.post("/classes/Deep", json!({"o": nested(101)})).send().await?.expect_error(400, 107)?;
    let mut grown = json!({"o.k": {"__op": "Increment", "amount": 1}});
    grown[&key] = nested(20);
    server.put(&path, grown).send().await?.expect_error(400, 107)?;
    let list = json!({"l": {"__op": "Add", "objects": [nested(100)]}});
    server.put(&path, list).send().await?.expect_error(400, 107)?;
    let read = server.get(&path).send().await?;
    assert_eq!((read.status, &read.json["o"], read.json.get("l")), (200, &nested(100), None));
    server.put(&path, json!({"o.k": {"__op": "Increment", "amount": 1}})).send().await?.expect_status(200)?;
    server.stop().await
}

/// Large arrays cost time in proportion to their size.
#[tokio::test]
async fn large_arrays_are_no_weapon() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let many: Vec<u32> = (0..20_000).collect();
    let op = json!({"a": {"__op": "AddUnique", "objects": many}});
    let made = server.post("/classes/Large", op.clone()).send().await?;
    made.expect_status(201)?;
    let path = format!("/classes/Large/{}", made.json["objectId"].as_str().unwrap_or_default());
    server.put(&path, op).send().await?.expect_status(200)?;
    let wanted: Vec<u32> = (30_000..40_000).collect();
    let body = json!({"_method": "GET", "where": {"a": {"$in": wanted}}, "count": 1, "limit": 0});
    let found = server.post("/classes/Large", body).send().await?;
    assert_eq!(found.json["count"], 0);
    server.stop().await
}

#[tokio::test]
async fn answers_have_a_bound() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let big = server.object("Big", json!({"text": "x".repeat(1_000_000)})).await?;
    let pointer = json!({"__type": "Pointer", "className": "Big", "objectId": big});
    let bomb = server.object("Bomb", json!({"items": vec![pointer; 70]})).await?;
    server.get(&format!("/classes/Bomb/{bomb}")).send().await?.expect_status(200)?;
    server.get(&format!("/classes/Bomb/{bomb}?include=items")).send().await?.expect_error(400, 102)?;
    let get = json!({"method": "GET", "path": format!("/parse/classes/Big/{big}")});
    let batch = server.post("/batch", json!({"requests": vec![get; 70]})).send().await?;
    let answers = batch.json.as_array().cloned().unwrap_or_default();
    let refused = answers.iter().filter(|answer| answer["error"]["code"] == 102).count();
    assert_eq!(answers.len(), 70);
    assert!((3..10).contains(&refused), "{refused}");
    server.stop().await
}
