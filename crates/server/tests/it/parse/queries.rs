use astrolabe_testkit::TestServer;
use serde_json::{Value, json};

async fn names(server: &TestServer, query: &str) -> anyhow::Result<Vec<String>> {
    let answer = server.get(&format!("/classes/Row?keys=name&{query}")).send().await?;
    answer.expect_status(200)?;
    Ok(answer.results().iter().map(|row| row["name"].as_str().unwrap_or_default().to_owned()).collect())
}

async fn rows(server: &TestServer) -> anyhow::Result<()> {
    for row in [
        json!({"name": "a", "n": 1, "tags": ["x", "y"], "o": {"k": 1}, "ok": true}),
        json!({"name": "b", "n": 2.5, "tags": ["y"], "o": {"k": "1"}, "ok": false}),
        json!({"name": "c", "n": -3, "tags": [], "text": "Z"}),
        json!({"name": "d", "text": "z"}),
        json!({"name": "e", "n": null, "text": "ä"}),
    ] {
        server.object("Row", row).await?;
    }
    Ok(())
}

#[tokio::test]
async fn conditions() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    rows(&server).await?;
    for (condition, expected) in [
        (json!({}), "abcde"),
        (json!({"n": 1}), "a"),
        (json!({"n": 1.0}), "a"),
        (json!({"n": "1"}), ""),
        (json!({"n": null}), "de"),
        (json!({"n": {"$ne": 1}}), "bcde"),
        (json!({"n": {"$ne": null}}), "abc"),
        (json!({"n": {"$gt": -3, "$lte": 2.5}}), "ab"),
        (json!({"n": {"$gte": -3, "$lt": 1}}), "c"),
        (json!({"n": {"$in": [1, -3, null]}}), "acde"),
        (json!({"n": {"$in": []}}), ""),
        (json!({"n": {"$nin": [1]}}), "bcde"),
        (json!({"n": {"$nin": [1, null]}}), "bc"),
        (json!({"n": {"$exists": true}}), "abc"),
        (json!({"n": {"$exists": false}}), "de"),
        (json!({"n": {"$gt": "a"}}), ""),
        (json!({"tags": "y"}), "ab"),
        (json!({"tags": {"$ne": "x"}}), "bcde"),
        (json!({"tags": {"$in": ["x", "q"]}}), "a"),
        (json!({"tags": ["y"]}), "b"),
        (json!({"o": {"k": 1}}), "a"),
        (json!({"o.k": 1}), "a"),
        (json!({"o.k": {"$exists": true}}), "ab"),
        (json!({"ok": {"$ne": true}}), "bcde"),
        (json!({"text": {"$gt": "Z"}}), "de"),
        (json!({"$or": [{"n": 1}, {"text": "z"}]}), "ad"),
        (json!({"$or": [{"n": 1}, {"text": "z"}], "ok": true}), "a"),
        (json!({"$and": [{"n": {"$gt": 0}}, {"$or": [{"ok": false}, {"tags": "q"}]}]}), "b"),
        (json!({"$nor": [{"n": 1}, {"text": "z"}]}), "bce"),
        (json!({"$nor": [{"n": {"$lt": 2}}]}), "bde"),
        (json!({"$nor": [{"$nor": [{"n": {"$lt": 2}}]}]}), "ac"),
        (json!({"tags": {"$all": ["y", "x"]}}), "a"),
        (json!({"tags": {"$all": ["y"]}}), "ab"),
        (json!({"tags": {"$all": []}}), ""),
        (json!({"tags": {"$all": [{"$regex": "^\\Qx\\E"}, {"$regex": "^\\Q\\E"}]}}), "a"),
        (json!({"tags": {"$containedBy": ["y", "z"]}}), "bc"),
        (json!({"$nor": [{"tags": {"$all": ["x"]}}]}), "bcde"),
        (json!({"n": {"$all": [1]}}), ""),
        (json!({"text": {"$regex": "z"}}), "d"),
        (json!({"text": {"$regex": "^\\Qz\\E", "$options": "i"}}), "cd"),
        (json!({"text": {"$regex": "^[zä]$"}}), "de"),
        (json!({"o.k": {"$regex": "^1"}}), "b"),
        (json!({"n": {"$regex": "1"}}), ""),
        (json!({"unknown": {"$regex": ""}}), ""),
        (json!({"unknown": null}), "abcde"),
        (json!({"unknown": 1}), ""),
        (json!({"unknown": {"$ne": 1}}), "abcde"),
    ] {
        let query = format!("order=name&where={condition}");
        assert_eq!(names(&server, &query).await?.concat(), expected, "{condition}");
        let count = server.get(&format!("/classes/Row?count=1&limit=0&where={condition}")).send().await?;
        assert_eq!(count.json, json!({"results": [], "count": expected.len()}), "{condition}");
    }
    server.stop().await
}

#[tokio::test]
async fn order_and_pages() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    rows(&server).await?;
    for (query, expected) in [
        ("order=n,name", "decab"),
        ("order=-n,name", "bacde"),
        ("order=text,name", "abcde"),
        ("order=-text,name", "edcab"),
        ("order=o.k,name", "cdeab"),
        ("order=createdAt", "abcde"),
        ("order=-createdAt", "edcba"),
        ("order=name&skip=1&limit=2", "bc"),
        ("order=name&skip=9", ""),
        ("limit=0", ""),
    ] {
        assert_eq!(names(&server, query).await?.concat(), expected, "{query}");
    }
    server.stop().await
}

#[tokio::test]
async fn limits_have_a_default_and_a_maximum() -> anyhow::Result<()> {
    let server = TestServer::builder()
        .settings(|settings| (settings.default_limit, settings.max_limit) = (2, Some(3)))
        .start()
        .await?;
    rows(&server).await?;
    for (query, expected) in [("", 2), ("?limit=1", 1), ("?limit=3", 3), ("?limit=1000", 3)] {
        let answer = server.get(&format!("/classes/Row{query}")).send().await?;
        assert_eq!(answer.results().len(), expected, "{query}");
    }
    server.stop().await
}

#[tokio::test]
async fn members_of_a_relation_are_shown_with_their_owner_only() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    let member = server.object("Member", json!({"name": "m"})).await?;
    let add = json!({"__op": "AddRelation", "objects": [
        {"__type": "Pointer", "className": "Member", "objectId": member},
    ]});
    let body = json!({"members": add, "ACL": {ann.id.clone(): {"read": true}}});
    let owner = server.object("Club", body).await?;
    let pointer = json!({"__type": "Pointer", "className": "Club", "objectId": owner});
    let condition: Value = json!({"$relatedTo": {"object": pointer, "key": "members"}});
    let path = format!("/classes/Member?where={condition}");
    assert_eq!(server.get(&path).token(&ann.token).send().await?.results().len(), 1);
    server.get(&path).send().await?.expect_error(404, 101)?;
    for operator in ["$or", "$and", "$nor"] {
        let nested = json!({operator: [{"$and": [condition]}]});
        let found = server.get(&format!("/classes/Member?where={nested}")).send().await?;
        found.expect_error(404, 101)?;
    }
    server.stop().await
}
