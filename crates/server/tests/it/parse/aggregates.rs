use astrolabe_testkit::{Answer, TestServer, User, is_postgres};
use serde_json::{Value, json};

/// The rows of these tests: sales of two users, each seen by its owner, and one that everybody sees.
struct Sales {
    server: TestServer,
    ann: User,
    bob: User,
}

impl Sales {
    async fn start(permissions: Value) -> anyhow::Result<Self> {
        let server = TestServer::start().await?;
        let (ann, bob) = (server.user("ann").await?, server.user("bob").await?);
        for (user, price) in [(Some(&ann), 1), (Some(&ann), 2), (Some(&bob), 10), (None, 100)] {
            let mut sale = json!({"price": price, "cost": 5, "kind": "book", "lines": [price, 0]});
            if let Some(user) = user {
                let id = user.id.clone();
                sale["owner"] = json!({"__type": "Pointer", "className": "_User", "objectId": id.clone()});
                sale["ACL"] = json!({ id: {"read": true} });
            }
            server.object("Sale", sale).await?;
        }
        let body = json!({"classLevelPermissions": permissions});
        server.put("/schemas/Sale", body).master().send().await?.expect_status(200)?;
        Ok(Sales { server, ann, bob })
    }

    /// The answer to a pipeline, by a user or anybody.
    async fn run(&self, token: Option<&str>, pipeline: &Value) -> anyhow::Result<Answer> {
        let request = self.server.get("/aggregate/Sale").query(&[("pipeline", &pipeline.to_string())]);
        match token {
            Some(token) => request.token(token).send().await,
            None => request.send().await,
        }
    }

    async fn total(&self, token: Option<&str>) -> anyhow::Result<Value> {
        let pipeline = json!([{"$group": {"_id": null, "total": {"$sum": "$price"}}}]);
        let answer = self.run(token, &pipeline).await?;
        answer.expect_status(200)?;
        Ok(answer.json["results"][0]["total"].clone())
    }
}

fn permissions(aggregate: Value) -> Value {
    json!({"find": {"*": true}, "get": {"*": true}, "count": {"*": true}, "aggregate": aggregate})
}

#[tokio::test]
async fn clients_aggregate_only_where_the_class_says_so() -> anyhow::Result<()> {
    for (permissions, status, code) in [
        (json!({"find": {"*": true}, "count": {"*": true}}), 403, Value::Null),
        (permissions(json!({})), 403, Value::Null),
        (json!({"find": {}, "readUserFields": ["owner"]}), 403, Value::Null),
        (permissions(json!({"role:nobody": true})), 400, json!(119)),
        (permissions(json!({"requiresAuthentication": true})), 404, json!(101)),
    ] {
        let sales = Sales::start(permissions.clone()).await?;
        for asked in [("pipeline", r#"[{"$group":{"_id":null}}]"#), ("distinct", "price")] {
            let answer = sales.server.get("/aggregate/Sale").query(&[asked]).send().await?;
            assert_eq!((answer.status, &answer.json["code"]), (status, &code), "{permissions}");
        }
        sales.server.stop().await?;
    }
    Ok(())
}

#[tokio::test]
async fn rows_that_a_client_may_not_read_take_no_part() -> anyhow::Result<()> {
    for (aggregate, of_ann, of_bob) in [
        (json!({"*": true}), json!(103), json!(110)),
        (json!({"requiresAuthentication": true}), json!(103), json!(110)),
        (json!({"pointerFields": ["owner"]}), json!(3), json!(10)),
    ] {
        let sales = Sales::start(permissions(aggregate.clone())).await?;
        assert_eq!(sales.total(Some(&sales.ann.token)).await?, of_ann, "{aggregate}");
        assert_eq!(sales.total(Some(&sales.bob.token)).await?, of_bob, "{aggregate}");
        let everything = json!([{"$count": "rows"}]).to_string();
        let query = [("pipeline", everything.as_str())];
        let all = sales.server.get("/aggregate/Sale").query(&query).master().send().await?;
        assert_eq!(all.json["results"], json!([{"rows": 4}]));
        sales.server.stop().await?;
    }
    Ok(())
}

#[tokio::test]
async fn hidden_fields_take_no_part() -> anyhow::Result<()> {
    let mut rule = permissions(json!({"*": true}));
    rule["protectedFields"] = json!({"*": ["cost"], "userField:owner": []});
    let sales = Sales::start(rule).await?;
    let token = sales.ann.token.clone();
    let rows = sales.run(Some(&token), &json!([])).await?;
    rows.expect_status(200)?;
    assert!(rows.json["results"].as_array().is_some_and(|rows| rows.len() == 3));
    assert!(!rows.text.contains("cost"), "{}", rows.text);
    for pipeline in [
        json!([{"$match": {"cost": 5}}]),
        json!([{"$match": {"$or": [{"price": 1}, {"cost": {"$gt": 1}}]}}]),
        json!([{"$group": {"_id": "$cost"}}]),
        json!([{"$group": {"_id": {"a": "$cost"}}}]),
        json!([{"$group": {"_id": null, "a": {"$sum": "$cost"}}}]),
        json!([{"$project": {"cost": 1}}]),
        json!([{"$project": {"a": {"$add": ["$price", {"$cond": [true, "$cost", 0]}]}}}]),
        json!([{"$addFields": {"a": ["$cost"]}}]),
        json!([{"$sort": {"cost": 1}}]),
        json!([{"$unwind": "$cost"}]),
        json!([{"$unset": "cost"}]),
        json!([{"$sortByCount": "$cost"}]),
        json!([{"$limit": 1}, {"$match": {"cost": 5}}]),
        json!([{"$match": {"price": {"$inQuery": {"className": "Sale", "where": {"cost": 5}}}}}]),
    ] {
        let answer = sales.run(Some(&token), &pipeline).await?;
        assert_eq!((answer.status, &answer.json["code"]), (400, &json!(119)), "{pipeline} {}", answer.text);
    }
    let distinct = sales.server.get("/aggregate/Sale").query(&[("distinct", "cost")]);
    distinct.send().await?.expect_error(400, 119)?;
    sales.server.stop().await
}

#[tokio::test]
async fn secrets_of_users_are_no_columns() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    server.user("ann").await?;
    for class in ["_User", "_Session"] {
        let path = format!("/aggregate/{class}");
        let rows = server.get(&path).query(&[("pipeline", "[]")]).master().send().await?;
        rows.expect_status(200)?;
        for secret in ["\"password\":", "sessionToken\":", "_username_key", "$argon"] {
            assert!(!rows.text.contains(secret), "{}", rows.text);
        }
        for field in ["_hashed_password", "sessionToken", "password", "_token_hash"] {
            let group = json!([{"$group": {"_id": format!("${field}")}}]).to_string();
            let query = [("pipeline", group.as_str())];
            let answer = server.get(&path).query(&query).master().send().await?;
            let nothing = answer.json["results"] == json!([{"objectId": null}]);
            assert!(nothing || answer.status == 400, "{field}: {}", answer.text);
        }
    }
    server.stop().await
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_by_name() -> anyhow::Result<()> {
    let sales = Sales::start(permissions(json!({}))).await?;
    let long = vec![json!({"$skip": 0}); 51];
    let wide = json!([{"$project": {"a": {"$add": vec![json!(1); 400]}}}]);
    let deep = (0..40).fold(json!(1), |inner, _| json!({"$add": [inner]}));
    for (pipeline, word) in [
        (json!([{"$lookup": {}}]), "$lookup"),
        (json!([{"$match": {"$expr": {}}}]), "$expr"),
        (json!([{"$project": {"a": {"$map": {}}}}]), "$map"),
        (json!([{"$project": {"a": "$$ROOT"}}]), "$$ROOT"),
        (json!([{"$group": {"_id": null, "a": {"$stdDevPop": "$price"}}}]), "$stdDevPop"),
        (json!([{"$group": {"_id": null, "a": {"$sum": "$kind"}}}]), "$sum takes numbers"),
        (json!([{"$group": {"_id": null, "a": 5}}]), "accumulator"),
        (json!([{"$project": {"a": {"$year": "$price"}}}]), "$year takes dates"),
        (json!([{"$project": {"a": {"$divide": [1]}}}]), "$divide"),
        (json!([{"$project": {"a": 1, "b": 0}}]), "$project"),
        (json!([{"$project": {}}]), "$project"),
        (json!([{"$project": {"a.b": 1}}]), "dotted"),
        (json!([{"$sort": {"price": 2}}]), "$sort"),
        (json!([{"$limit": 0}]), "$limit"),
        (json!([{"$skip": -1}]), "$skip"),
        (json!([{"$unwind": "lines"}]), "$unwind"),
        (json!([{"$count": 1}]), "$count"),
        (json!(long), "stages"),
        (wide, "expressions"),
        (json!([{"$project": {"a": deep}}]), "levels"),
    ] {
        let text = pipeline.to_string();
        let query = [("pipeline", text.as_str())];
        let answer = sales.server.get("/aggregate/Sale").query(&query).master().send().await?;
        assert_eq!((answer.status, &answer.json["code"]), (400, &json!(102)), "{text} {}", answer.text);
        assert!(answer.json["error"].as_str().is_some_and(|error| error.contains(word)), "{}", answer.text);
    }
    sales.server.stop().await
}

#[tokio::test]
async fn plans_and_hints_are_for_the_master_key() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    server.object("Todo", json!({"n": 1, "m": 1})).await?;
    let indexes = json!({"indexes": {"by_n": {"n": 1}, "by_m": {"m": -1}}});
    server.put("/schemas/Todo", indexes).master().send().await?.expect_status(200)?;
    let find = [("where", r#"{"n":1,"m":1}"#), ("explain", "true")];
    server.get("/classes/Todo").query(&find).send().await?.expect_error(400, 102)?;
    for (hint, index) in [("\"by_n\"", "_index_of_class_1"), (r#"{"m":-1}"#, "_index_of_class_2")] {
        for (path, first) in
            [("/classes/Todo", find[0]), ("/aggregate/Todo", ("pipeline", r#"[{"$match":{"n":1,"m":1}}]"#))]
        {
            let query = [first, find[1], ("hint", hint)];
            let answer = server.get(path).query(&query).master().send().await?;
            answer.expect_status(200)?;
            // PostgreSQL takes no hints; it decides alone.
            if is_postgres() {
                assert_eq!(answer.json["results"][0]["database"], "postgres");
                assert!(answer.text.contains("Scan"), "{path} {}", answer.text);
            } else {
                assert_eq!(answer.json["results"][0]["database"], "sqlite");
                assert!(answer.text.contains(&format!("USING INDEX {index} ")), "{path} {}", answer.text);
            }
            let found = server.get(path).query(&[first, ("hint", hint)]).master().send().await?;
            assert_eq!(found.json["results"][0]["n"], 1, "{}", found.text);
            let refused = server.get(path).query(&[first, ("hint", hint)]).send().await?;
            assert!([400, 403].contains(&refused.status), "{path} {}", refused.text);
        }
    }
    for query in [[("hint", "nothing")], [("hint", "5")], [("hint", r#"{"n":-1}"#)], [("explain", "all")]] {
        server.get("/classes/Todo").query(&query).master().send().await?.expect_error(400, 102)?;
    }
    server.stop().await?;
    let server = TestServer::builder().settings(|s| s.allow_public_explain = true).start().await?;
    server.object("Todo", json!({"n": 1})).await?;
    server.get("/classes/Todo").query(&[("explain", "true")]).send().await?.expect_status(200)?;
    server.stop().await
}
