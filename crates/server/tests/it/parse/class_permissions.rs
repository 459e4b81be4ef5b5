use astrolabe_testkit::TestServer;
use serde_json::json;

#[tokio::test]
async fn clients_make_no_classes_unless_the_app_allows_it() -> anyhow::Result<()> {
    let server = TestServer::builder().settings(|s| s.allow_client_class_creation = false).start().await?;
    let ann = server.user("ann").await?;
    server.post("/classes/Todo", json!({"a": 1})).token(&ann.token).send().await?.expect_error(400, 119)?;
    server.get("/classes/Todo").send().await?.expect_error(400, 119)?;
    server.get("/schemas/Todo").master().send().await?.expect_error(400, 103)?;
    server.object("Todo", json!({"a": 1})).await?;
    server.get("/classes/Todo").send().await?.expect_status(200)?;
    server.stop().await
}

#[tokio::test]
async fn operations_follow_the_class() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let (ann, bob) = (server.user("ann").await?, server.user("bob").await?);
    let permissions = json!({
        "find": {"requiresAuthentication": true},
        "get": {"*": true},
        "count": {},
        "create": {ann.id.clone(): true},
        "update": {"role:nobody": true},
        "delete": {},
        "addField": {},
    });
    let body = json!({"fields": {"text": {"type": "String"}}, "classLevelPermissions": permissions});
    server.post("/schemas/Page", body).master().send().await?.expect_status(200)?;
    let page = || json!({"text": "a"});
    let made = server.post("/classes/Page", page()).token(&ann.token).send().await?;
    made.expect_status(201)?;
    let path = format!("/classes/Page/{}", made.json["objectId"].as_str().unwrap_or_default());
    server.post("/classes/Page", page()).token(&bob.token).send().await?.expect_error(400, 119)?;
    server
        .post("/classes/Page", json!({"more": 1}))
        .token(&ann.token)
        .send()
        .await?
        .expect_error(400, 119)?;
    server.get("/classes/Page").send().await?.expect_error(404, 101)?;
    server.get("/classes/Page").token(&bob.token).send().await?.expect_status(200)?;
    server.get("/classes/Page?count=1").token(&bob.token).send().await?.expect_error(400, 119)?;
    server.get(&path).send().await?.expect_status(200)?;
    server.put(&path, page()).token(&ann.token).send().await?.expect_error(400, 119)?;
    server.delete(&path).token(&ann.token).send().await?.expect_error(400, 119)?;
    server.delete(&path).master().send().await?.expect_status(200)?;
    server.stop().await
}

#[tokio::test]
async fn permissions_that_cannot_be_kept_are_refused() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    for (permissions, code) in [
        (json!({"find": {"*": false}}), 107),
        (json!({"find": true}), 107),
        (json!({"find": {"a b!": true}}), 107),
        (json!({"fly": {"*": true}}), 107),
        (json!({"find": {"pointerFields": ["owner"]}}), 107),
        (json!({"find": {"pointerFields": "owner"}}), 107),
        (json!({"readUserFields": ["owner"]}), 107),
        (json!({"writeUserFields": {}}), 107),
        (json!({"protectedFields": {"*": ["text"]}}), 107),
        (json!({"protectedFields": {"*": ["objectId"]}}), 107),
        (json!({"protectedFields": {"a b!": []}}), 107),
        (json!({"ACL": {"*": {"fly": true}}}), 107),
        (json!({"readUserFields": (0..17).map(|n| format!("f{n}")).collect::<Vec<_>>()}), 107),
        (json!([]), 107),
    ] {
        let body = json!({"classLevelPermissions": permissions});
        server.post("/schemas/Page", body).master().send().await?.expect_error(400, code)?;
        server.get("/schemas/Page").master().send().await?.expect_error(400, 103)?;
    }
    server.stop().await
}

/// Permissions that name a removed field could be shown, but not sent back.
#[tokio::test]
async fn a_removed_field_leaves_the_permissions() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let permissions = json!({
        "find": {"pointerFields": ["owner", "editor"]}, "get": {"pointerFields": ["owner"]}, "count": {"*": true},
        "readUserFields": ["owner"], "writeUserFields": ["editor", "owner"],
        "protectedFields": {"*": ["owner", "text"], "userField:owner": [], "userField:editor": ["owner"]},
    });
    let user = json!({"type": "Pointer", "targetClass": "_User"});
    let fields = json!({"owner": user, "editor": user, "text": {"type": "String"}});
    let body = json!({"fields": fields, "classLevelPermissions": permissions});
    server.post("/schemas/Page", body).master().send().await?.expect_status(200)?;
    let drop_owner = json!({"fields": {"owner": {"__op": "Delete"}}});
    server.put("/schemas/Page", drop_owner).master().send().await?.expect_status(200)?;

    let shown = server.get("/schemas/Page").master().send().await?;
    let left = &shown.json["classLevelPermissions"];
    assert_eq!(left["find"], json!({"pointerFields": ["editor"]}));
    assert_eq!(left["get"], json!({"pointerFields": []}));
    assert_eq!((&left["readUserFields"], &left["writeUserFields"]), (&json!([]), &json!(["editor"])));
    assert_eq!(left["protectedFields"], json!({"*": ["text"], "userField:editor": []}));
    let sent_back = json!({"classLevelPermissions": left});
    let again = server.put("/schemas/Page", sent_back).master().send().await?;
    again.expect_status(200)?;
    assert_eq!(again.json, shown.json);
    // A rule that is left without a field opens the class to nobody.
    let ann = server.user("ann").await?;
    let page = server.post("/classes/Page", json!({"text": "a"})).master().send().await?;
    let path = format!("/classes/Page/{}", page.json["objectId"].as_str().unwrap_or_default());
    server.get(&path).token(&ann.token).send().await?.expect_error(400, 119)?;
    server.stop().await
}

#[tokio::test]
async fn internal_classes_are_closed_to_clients() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    for class in ["_GlobalConfig", "_JobStatus", "_PushStatus", "_Hooks", "_JobSchedule", "_Idempotency"] {
        let path = format!("/classes/{class}");
        server.get(&path).token(&ann.token).send().await?.expect_error(400, 119)?;
        server.post(&path, json!({"a": 1})).token(&ann.token).send().await?.expect_error(400, 119)?;
    }
    server.stop().await
}

#[tokio::test]
async fn installations_are_not_for_clients_to_list() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let body = json!({"deviceType": "ios", "installationId": "phone"});
    let made = server.post("/installations", body).send().await?;
    made.expect_status(201)?;
    let path = format!("/installations/{}", made.json["objectId"].as_str().unwrap_or_default());
    for request in [
        server.get("/installations"),
        server.get("/classes/_Installation?count=1&limit=0"),
        server.delete(&path),
        server.delete(&path.replace("/installations", "/classes/_Installation")),
    ] {
        request.send().await?.expect_error(400, 119)?;
    }
    server.get("/installations").master().send().await?.expect_status(200)?;
    server.stop().await
}

#[tokio::test]
async fn roles_need_a_name_and_an_access_list() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    for (body, code) in [
        (json!({"ACL": {}}), 111),
        (json!({"name": "editors"}), 111),
        (json!({"name": "", "ACL": {}}), 139),
        (json!({"name": "role:x", "ACL": {}}), 139),
        (json!({"name": 5, "ACL": {}}), 139),
    ] {
        server.post("/roles", body).master().send().await?.expect_error(400, code)?;
    }
    let editors = || json!({"name": "Site editors", "ACL": {"*": {"read": true}}});
    server.post("/roles", editors()).master().send().await?.expect_status(201)?;
    server.post("/roles", editors()).master().send().await?.expect_error(400, 137)?;
    server.stop().await
}

/// SDKs get an object by a query for its id.
#[tokio::test]
async fn a_query_for_one_id_is_a_get() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    for (class, open, get, find) in [("Shown", "get", 200, 400), ("Listed", "find", 400, 200)] {
        let body = json!({"classLevelPermissions": {open: {"*": true}}});
        server.post(&format!("/schemas/{class}"), body).master().send().await?.expect_status(200)?;
        let id = server.object(class, json!({})).await?;
        let path = format!("/classes/{class}");
        for (conditions, status) in [
            (json!({"objectId": id}), get),
            (json!({"objectId": {"$eq": id}}), find),
            (json!({"objectId": id, "createdAt": {"$exists": true}}), find),
            (json!({}), find),
        ] {
            let conditions = conditions.to_string();
            let answer = server.get(&path).query(&[("where", &conditions)]).send().await?;
            answer.expect_status(status)?;
            assert_eq!(answer.results().len(), usize::from(status == 200), "{class} {conditions}");
        }
    }
    server.stop().await
}
