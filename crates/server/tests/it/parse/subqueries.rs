use astrolabe_testkit::TestServer;
use serde_json::{Value, json};

async fn names(server: &TestServer, token: Option<&str>, condition: &Value) -> anyhow::Result<String> {
    let mut request = server.get(&format!("/classes/Song?order=name&where={condition}"));
    if let Some(token) = token {
        request = request.token(token);
    }
    let answer = request.send().await?;
    answer.expect_status(200)?;
    Ok(answer.results().iter().filter_map(|row| row["name"].as_str()).collect())
}

async fn songs(server: &TestServer, ann: &str) -> anyhow::Result<()> {
    let pointer = |id: &str| json!({"__type": "Pointer", "className": "Band", "objectId": id});
    let loud = server.object("Band", json!({"name": "loud", "town": "x", "rank": 1})).await?;
    let soft = server.object("Band", json!({"name": "soft", "town": "y", "rank": 2})).await?;
    let body = json!({"name": "mine", "town": "z", "rank": 3, "ACL": {ann: {"read": true}}});
    let mine = server.object("Band", body).await?;
    for row in [
        json!({"name": "a", "band": pointer(&loud), "town": "x", "guests": [pointer(&soft)]}),
        json!({"name": "b", "band": pointer(&soft), "town": "q", "n": 2}),
        json!({"name": "c", "band": pointer(&mine), "town": "z"}),
        json!({"name": "d"}),
    ] {
        server.object("Song", row).await?;
    }
    Ok(())
}

#[tokio::test]
async fn subqueries() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    songs(&server, &ann.id).await?;
    let bands = |conditions: Value| json!({"className": "Band", "where": conditions});
    let town = |query: Value| json!({"query": query, "key": "town"});
    let inner = json!({"town": {"$select": town(bands(json!({"name": "loud"})))}});
    for (condition, anybody, by_ann) in [
        (json!({"band": {"$inQuery": bands(json!({}))}}), "ab", "abc"),
        (json!({"band": {"$inQuery": bands(json!({"name": {"$regex": "^l"}}))}}), "a", "a"),
        (json!({"band": {"$inQuery": bands(json!({"name": "mine"}))}}), "", "c"),
        (json!({"band": {"$notInQuery": bands(json!({}))}}), "cd", "d"),
        (json!({"band": {"$inQuery": bands(json!({})), "$exists": true}, "n": 2}), "b", "b"),
        (json!({"guests": {"$inQuery": bands(json!({"name": "soft"}))}}), "a", "a"),
        (json!({"town": {"$select": town(bands(json!({})))}}), "a", "ac"),
        (json!({"town": {"$dontSelect": town(bands(json!({})))}}), "bcd", "bd"),
        (
            json!({"town": {"$select": town(json!({"className": "Band", "order": "-rank", "limit": 1}))}}),
            "",
            "c",
        ),
        (json!({"town": {"$select": {"query": {"className": "Band"}, "key": "nope"}}}), "", ""),
        (json!({"band": {"$inQuery": {"className": "Unborn", "where": {}}}}), "", ""),
        (json!({"$or": [{"band": {"$inQuery": bands(json!({"name": "mine"}))}}, {"n": 2}]}), "b", "bc"),
        (json!({"$nor": [{"band": {"$inQuery": bands(json!({}))}}]}), "cd", "d"),
        (json!({"band": {"$inQuery": bands(inner)}}), "a", "a"),
    ] {
        assert_eq!(names(&server, None, &condition).await?, anybody, "{condition}");
        assert_eq!(names(&server, Some(&ann.token), &condition).await?, by_ann, "{condition}");
    }
    server.stop().await
}

#[tokio::test]
async fn subqueries_ask_for_permission() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    songs(&server, &ann.id).await?;
    let closed = json!({"classLevelPermissions": {"find": {}, "get": {"*": true}}});
    server.object("Closed", json!({"town": "x"})).await?;
    server.put("/schemas/Closed", closed).master().send().await?.expect_status(200)?;
    for (condition, code) in [
        (json!({"band": {"$inQuery": {"className": "Closed", "where": {}}}}), 119),
        (json!({"$nor": [{"t": {"$select": {"query": {"className": "Closed"}, "key": "town"}}}]}), 119),
        (json!({"band": {"$inQuery": {"className": "_User", "where": {"email": "a@b.c"}}}}), 119),
        (json!({"t": {"$select": {"query": {"className": "_Session"}, "key": "sessionToken"}}}), 209),
        (json!({"band": {"$inQuery": {"className": "Band"}}}), 102),
        (json!({"band": {"$inQuery": {"where": {}}}}), 102),
        (json!({"t": {"$select": {"query": {"className": "Band"}}}}), 102),
        (json!({"t": {"$select": {"query": {"className": "Band"}, "key": "a", "more": 1}}}), 102),
        (json!({"t": {"$dontSelect": 1}}), 102),
        (json!({"$inQuery": {"className": "Band", "where": {}}}), 105),
        (json!({"$or": vec![json!({"band": {"$inQuery": {"className": "Band", "where": {}}}}); 11]}), 102),
    ] {
        let answer = server.get(&format!("/classes/Song?where={condition}")).send().await?;
        assert_eq!((answer.status, answer.json["code"].as_i64()), (400, Some(code)), "{condition}");
    }
    let own = json!({"t": {"$select": {"query": {"className": "_Session"}, "key": "sessionToken"}}});
    assert_eq!(names(&server, Some(&ann.token), &own).await?, "");
    server.stop().await
}
