use astrolabe_core::app::{KeywordDenylist, PathPatterns, RateLimit, RequestComplexity};
use astrolabe_core::ports::Clock as _;
use astrolabe_testkit::TestServer;
use serde_json::{Value, json};

fn limits(list: &[Value]) -> Vec<RateLimit> {
    list.iter().filter_map(|limit| RateLimit::from_json(limit.as_object()?).ok()).collect()
}

fn limit(more: Value) -> Value {
    let mut limit = json!({"requestTimeWindow": 10_000, "requestCount": 2, "includeInternalRequests": true});
    if let (Some(limit), Some(more)) = (limit.as_object_mut(), more.as_object()) {
        limit.extend(more.clone());
    }
    limit
}

async fn limited(list: &[Value]) -> anyhow::Result<TestServer> {
    let rules = limits(list);
    assert_eq!(rules.len(), list.len());
    TestServer::builder().settings(|s| s.rate_limits = rules).start().await
}

#[tokio::test]
async fn too_many_requests_are_refused_for_a_while() -> anyhow::Result<()> {
    let server =
        limited(&[limit(json!({"requestPath": "/classes/:name", "requestMethods": ["GET"]}))]).await?;
    let find = || server.get("/classes/Todo").send();
    find().await?.expect_status(200)?;
    find().await?.expect_status(200)?;
    find().await?.expect_error(429, 100)?;
    let refused = find().await?;
    assert_eq!(refused.json, json!({"code": 100, "error": "Too many requests."}));
    server.get("/classes/Todo").master().send().await?.expect_status(200)?;
    server.post("/classes/Todo", json!({})).send().await?.expect_status(201)?;
    server.get("/classes/Todo/nothing").send().await?.expect_error(404, 101)?;
    let body = json!({"_method": "GET"});
    server.post("/classes/Todo", body).send().await?.expect_error(429, 100)?;
    server.clock.advance_seconds(10);
    find().await?.expect_status(200)?;
    server.stop().await
}

#[tokio::test]
async fn callers_are_told_apart_as_the_zone_says() -> anyhow::Result<()> {
    for (zone, anns_second, bobs) in
        [("ip", 429, 429), ("user", 429, 200), ("session", 200, 200), ("global", 429, 429)]
    {
        let path = "/classes/Todo";
        let server = limited(&[limit(json!({"requestPath": path, "requestCount": 1, "zone": zone}))]).await?;
        let (ann, bob) = (server.user("ann").await?, server.user("bob").await?);
        let login = json!({"username": "ann", "password": "secret"});
        let again = server.post("/login", login).send().await?;
        let second = again.json["sessionToken"].as_str().unwrap_or_default().to_owned();
        for (token, status) in
            [(&ann.token, 200), (&ann.token, 429), (&second, anns_second), (&bob.token, bobs)]
        {
            let answer = server.get(path).token(token).send().await?;
            assert_eq!(answer.status, status, "{zone} {}", answer.text);
        }
        server.stop().await?;
    }
    Ok(())
}

#[tokio::test]
async fn this_machine_is_not_counted_unless_that_is_said() -> anyhow::Result<()> {
    let rule = limit(json!({"requestPath": "/classes/Todo", "includeInternalRequests": false}));
    let rules = limits(&[rule]);
    let server =
        TestServer::builder().settings(|s| s.rate_limits = rules).trust_proxy("127.0.0.0/8").start().await?;
    for _ in 0..4 {
        server.get("/classes/Todo").send().await?.expect_status(200)?;
    }
    for (address, statuses) in [("9.9.9.9", [200, 200, 429]), ("8.8.8.8", [200, 200, 429])] {
        for status in statuses {
            let request = server.get("/classes/Todo").header("X-Forwarded-For", address);
            request.send().await?.expect_status(status)?;
        }
    }
    server.stop().await
}

/// The headers are those of Parse Server 9.10, which has them from express-rate-limit.
#[tokio::test]
async fn answers_say_what_a_limit_leaves() -> anyhow::Result<()> {
    let server = limited(&[limit(json!({"requestPath": "/classes/Todo"}))]).await?;
    let reset = server.clock.now().0 / 1_000 + 10;
    let mut left = Vec::new();
    for (waited, status) in [(0, 200), (4, 200), (0, 429)] {
        server.clock.advance_seconds(waited);
        let answer = server.get("/classes/Todo").send().await?;
        answer.expect_status(status)?;
        assert_eq!(answer.header("x-ratelimit-limit"), Some("2"));
        let ends: i64 = answer.header("x-ratelimit-reset").unwrap_or_default().parse()?;
        assert!((reset..=reset + 1).contains(&ends), "{ends} {reset}");
        left.push(answer.header("x-ratelimit-remaining").unwrap_or_default().to_owned());
        assert_eq!(answer.header("retry-after"), (status == 429).then_some("6"));
    }
    assert_eq!(left, ["1", "0", "0"]);
    let free = server.get("/classes/Other").send().await?;
    assert_eq!(free.header("x-ratelimit-limit"), None);
    server.stop().await
}

#[tokio::test]
async fn requests_of_a_batch_count_one_by_one() -> anyhow::Result<()> {
    let message = "Slower, please.";
    let rule = limit(json!({"requestPath": "/classes/:name", "errorResponseMessage": message}));
    let server = limited(&[rule]).await?;
    let batch = |requests: usize| {
        let one = json!({"method": "POST", "path": "/parse/classes/Todo", "body": {"a": 1}});
        server.post("/batch", json!({"requests": vec![one; requests]})).send()
    };
    let refused = batch(3).await?;
    refused.expect_error(429, 100)?;
    assert_eq!(refused.json["error"], message);
    server.clock.advance_seconds(10);
    batch(2).await?.expect_status(200)?;
    batch(1).await?.expect_error(429, 100)?;
    let made = server.get("/classes/Todo?count=1&limit=0").master().send().await?;
    assert_eq!(made.json["count"], 2);
    server.stop().await
}

#[tokio::test]
async fn clients_use_only_the_routes_of_the_list() -> anyhow::Result<()> {
    let routes = ["classes/To.*", "batch", "users"].map(str::to_owned).to_vec();
    let routes = PathPatterns::parse_whole(routes).map_err(anyhow::Error::msg)?;
    let server = TestServer::builder().settings(|s| s.route_allow_list = Some(routes)).start().await?;
    server.get("/classes/Todo").send().await?.expect_status(200)?;
    for path in ["/classes/Note", "/login", "/users/me", "/config", "/classes/", "/nothing"] {
        server.get(path).send().await?.expect_error(400, 119)?;
        assert_ne!(server.get(path).master().send().await?.json["code"], 119, "{path}");
    }
    for (path, status) in [("/parse/classes/Todo", 200), ("/parse/classes/Note", 400)] {
        let requests = json!([{"method": "GET", "path": path}]);
        let answer = server.post("/batch", json!({"requests": requests})).send().await?;
        assert_eq!(answer.status, status, "{path} {}", answer.text);
    }
    server.stop().await?;
    let none = PathPatterns::parse_whole(Vec::new()).map_err(anyhow::Error::msg)?;
    let server = TestServer::builder().settings(|s| s.route_allow_list = Some(none)).start().await?;
    server.get("/classes/Todo").send().await?.expect_error(400, 119)?;
    server.stop().await
}

#[tokio::test]
async fn forbidden_keywords_are_not_stored() -> anyhow::Result<()> {
    let list = json!([{"key": "_bsontype", "value": "Code"}, {"key": "^secret$"}, {"value": "evil"}]);
    let list = list.as_array().cloned().unwrap_or_default();
    let denylist = KeywordDenylist::from_json(&list).map_err(anyhow::Error::msg)?;
    let server = TestServer::builder().settings(|s| s.keyword_denylist = denylist).start().await?;
    let id = server.object("Todo", json!({"a": 1})).await?;
    let path = format!("/classes/Todo/{id}");
    for (body, keyword) in [
        (json!({"a": {"_bsontype": "Code"}}), &list[0]),
        (json!({"secret": 1}), &list[1]),
        (json!({"deep": [{"secret": {}}]}), &list[1]),
        (json!({"a": {"b": "so evil"}}), &list[2]),
        (json!({"list": {"__op": "Add", "objects": ["evil"]}}), &list[2]),
    ] {
        for request in [server.post("/classes/Todo", body.clone()), server.put(&path, body.clone()).master()]
        {
            let answer = request.send().await?;
            answer.expect_error(400, 105)?;
            assert_eq!(answer.json["error"], format!("Prohibited keyword in request data: {keyword}."));
        }
    }
    server.post("/classes/Todo", json!({"secrets": "good"})).send().await?.expect_status(201)?;
    assert_eq!(server.get("/classes/Todo?count=1&limit=0").send().await?.json["count"], 2);
    server.stop().await
}

#[tokio::test]
async fn clients_ask_for_no_more_than_the_settings_allow() -> anyhow::Result<()> {
    let bounds = RequestComplexity {
        include_depth: Some(1),
        include_count: Some(2),
        query_depth: Some(1),
        subquery_depth: Some(1),
        subquery_limit: Some(1),
        batch_requests: Some(2),
        refuses_regex: true,
    };
    let server = TestServer::builder().settings(|s| s.request_complexity = bounds).start().await?;
    for name in ["a", "b"] {
        server.object("Todo", json!({"name": name})).await?;
    }
    let inner = json!({"name": {"$select": {"query": {"className": "Todo", "where": {}}, "key": "name"}}});
    let found = server.get("/classes/Todo").query(&[("where", &inner.to_string())]).send().await?;
    assert_eq!(found.results().len(), 1, "{}", found.text);
    let deeper =
        json!({"name": {"$select": {"query": {"className": "Todo", "where": inner}, "key": "name"}}});
    for (name, value) in [
        ("include", "a.b".to_owned()),
        ("include", "a,b,c".to_owned()),
        ("where", json!({"$or": [{"$and": [{"a": 1}]}]}).to_string()),
        ("where", json!({"name": {"$regex": "a"}}).to_string()),
        ("where", deeper.to_string()),
    ] {
        let query = [(name, value.as_str())];
        server.get("/classes/Todo").query(&query).send().await?.expect_error(400, 102)?;
        server.get("/classes/Todo").query(&query).master().send().await?.expect_status(200)?;
    }
    let one = json!({"method": "GET", "path": "/parse/classes/Todo"});
    for (requests, status) in [(2, 200), (3, 400)] {
        let body = json!({"requests": vec![one.clone(); requests]});
        server.post("/batch", body).send().await?.expect_status(status)?;
    }
    server.stop().await
}
