use astrolabe_testkit::TestServer;
use serde_json::json;

#[tokio::test]
async fn a_class_lives_from_its_making_to_its_end() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let body = json!({"className": "Book", "fields": {
        "title": {"type": "String", "required": true},
        "pages": {"type": "Number", "defaultValue": 10},
        "author": {"type": "Pointer", "targetClass": "Author"},
    }});
    server.post("/schemas", body).master().send().await?.expect_status(200)?;
    let made = server.post("/classes/Book", json!({"title": "A"})).send().await?;
    made.expect_status(201)?;
    assert_eq!(made.json["pages"], 10);
    for body in
        [json!({}), json!({"title": ""}), json!({"title": null}), json!({"title": {"__op": "Delete"}})]
    {
        server.post("/classes/Book", body).send().await?.expect_error(400, 142)?;
    }
    let path = format!("/classes/Book/{}", made.json["objectId"].as_str().unwrap_or_default());
    server.put(&path, json!({"title": null})).send().await?.expect_error(400, 142)?;
    let change = json!({"fields": {"pages": {"__op": "Delete"}, "isbn": {"type": "String"}}});
    let changed = server.put("/schemas/Book", change).master().send().await?;
    assert!(changed.json["fields"].get("pages").is_none() && changed.json["fields"].get("isbn").is_some());
    let read = server.get(&path).send().await?;
    assert!(read.json.get("pages").is_none(), "{}", read.text);
    server.delete("/schemas/Book").master().send().await?.expect_error(400, 255)?;
    server.delete(&path).send().await?.expect_status(200)?;
    server.delete("/schemas/Book").master().send().await?.expect_status(200)?;
    server.get("/schemas/Book").master().send().await?.expect_error(400, 103)?;
    server.stop().await
}

/// SQLite takes names that differ in case only for one; reserved words and long names are no trouble either.
#[tokio::test]
async fn names_never_collide() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let long = "a".repeat(100);
    for class in ["Todo", "todo", "TODO", "order", "Select", "rowid", "sqlite_master", long.as_str()] {
        let body = json!({"group": class, "Group": 1, "GROUP": true, "order": 2, "rowid": "x"});
        let id = server.object(class, body).await?;
        let read = server.get(&format!("/classes/{class}/{id}")).send().await?;
        assert_eq!((&read.json["group"], &read.json["Group"]), (&json!(class), &json!(1)), "{class}");
        let found = server.get(&format!(r#"/classes/{class}?where={{"GROUP":true,"order":2}}&order=rowid"#));
        assert_eq!(found.send().await?.results().len(), 1, "{class}");
    }
    server.stop().await
}

#[tokio::test]
async fn racing_writes_agree_on_the_class_they_make() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let writes = (0..12).map(|n| server.post("/classes/Fresh", json!({"n": n, "text": "x"})).send());
    for answer in futures_util::future::join_all(writes).await {
        answer?.expect_status(201)?;
    }
    let mixed = (0..6).map(|n| {
        let value = if n % 2 == 0 { json!(1) } else { json!("text") };
        server.post("/classes/Fresh", json!({"disputed": value})).send()
    });
    let mut statuses = Vec::new();
    for answer in futures_util::future::join_all(mixed).await {
        statuses.push(answer?.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 3, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 3, "{statuses:?}");
    server.stop().await
}
