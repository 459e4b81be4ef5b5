//! Permissions by the users that a row names: every operation, every kind of caller, every way to a row.

use astrolabe_testkit::{Answer, TestRequest, TestServer, User};
use serde_json::{Value, json};

struct World {
    server: TestServer,
    ann: User,
    bob: User,
    /// Owned by ann, with bob as a helper.
    doc: String,
}

fn pointer(class: &str, id: &str) -> Value {
    json!({"__type": "Pointer", "className": class, "objectId": id})
}

async fn world(rules: Value) -> anyhow::Result<World> {
    let server = TestServer::start().await?;
    let (ann, bob) = (server.user("ann").await?, server.user("bob").await?);
    let fields = json!({
        "owner": {"type": "Pointer", "targetClass": "_User"}, "helpers": {"type": "Array"}, "text": {"type": "String"},
        "members": {"type": "Relation", "targetClass": "Note"},
    });
    let mut permissions = json!({"ACL": {"*": {"read": true, "write": true}}});
    for operation in ["find", "get", "count", "create", "update", "delete", "addField"] {
        permissions[operation] = json!({});
    }
    for (key, value) in rules.as_object().into_iter().flatten() {
        permissions[key] = value.clone();
    }
    let body = json!({"fields": fields, "classLevelPermissions": permissions});
    let made = server.post("/schemas/Doc", body).master().send().await?;
    made.expect_status(200)?;
    assert_eq!(made.json["classLevelPermissions"]["find"], permissions["find"], "round trip");
    let note = server.object("Note", json!({"text": "n"})).await?;
    let doc = json!({
        "text": "a", "owner": pointer("_User", &ann.id), "helpers": [pointer("_User", &bob.id), "x"],
        "members": {"__op": "AddRelation", "objects": [pointer("Note", &note)]},
    });
    let doc = server.object("Doc", doc).await?;
    server.object("Doc", json!({"text": "of nobody"})).await?;
    server.object("Holder", json!({"doc": pointer("Doc", &doc), "list": [pointer("Doc", &doc)]})).await?;
    Ok(World { server, ann, bob, doc })
}

impl World {
    async fn as_caller(&self, request: TestRequest, who: &str) -> anyhow::Result<Answer> {
        let request = match who {
            "ann" => request.token(&self.ann.token),
            "bob" => request.token(&self.bob.token),
            "master" => request.master(),
            _ => request,
        };
        request.send().await
    }

    async fn status(&self, request: TestRequest, who: &str) -> anyhow::Result<i64> {
        let answer = self.as_caller(request, who).await?;
        Ok(answer.json["code"].as_i64().unwrap_or(0))
    }
}

#[tokio::test]
async fn rows_are_those_that_name_the_caller() -> anyhow::Result<()> {
    let all = |field: &str| {
        let by = json!({"pointerFields": [field]});
        json!({"find": by, "get": by, "count": by, "update": by, "delete": by, "create": by, "addField": by})
    };
    for (rules, reader, stranger) in [
        (all("owner"), "ann", "bob"),
        (all("helpers"), "bob", "ann"),
        (json!({"readUserFields": ["owner"], "writeUserFields": ["owner"]}), "ann", "bob"),
    ] {
        let world = world(rules).await?;
        let (server, path) = (&world.server, format!("/classes/Doc/{}", world.doc));
        for (who, rows) in [("anybody", 0), (stranger, 0), (reader, 1), ("master", 2)] {
            let sees = rows > 0;
            let found = world.as_caller(server.get("/classes/Doc?count=1"), who).await?;
            assert_eq!((found.results().len(), &found.json["count"]), (rows, &json!(rows)), "{who} finds");
            let got = world.status(server.get(&path), who).await?;
            assert_eq!(got, if sees { 0 } else { 101 }, "{who} gets");
            let held = world.as_caller(server.get("/classes/Holder?include=doc,list"), who).await?;
            assert_eq!(held.results()[0]["doc"]["text"], json!(sees.then_some("a")), "{who} includes");
            for (conditions, wanted) in [
                (
                    json!({"doc": {"$inQuery": {"className": "Doc", "where": {"text": "a"}}}}),
                    usize::from(sees),
                ),
                (json!({"doc": {"$notInQuery": {"className": "Doc", "where": {}}}}), usize::from(!sees)),
            ] {
                let conditions = conditions.to_string();
                let found = server.get("/classes/Holder").query(&[("where", &conditions)]);
                assert_eq!(world.as_caller(found, who).await?.results().len(), wanted, "{who} {conditions}");
            }
            let related =
                json!({"$relatedTo": {"object": pointer("Doc", &world.doc), "key": "members"}}).to_string();
            let related =
                world.as_caller(server.get("/classes/Note").query(&[("where", &related)]), who).await?;
            assert_eq!(
                related.json["results"].as_array().map_or(0, Vec::len),
                usize::from(sees),
                "{who} related"
            );
            let created =
                world.status(server.post("/classes/Doc", json!({"text": "b", "ACL": {}})), who).await?;
            assert_eq!(created, if who == "master" { 0 } else { 119 }, "{who} creates");
            if who == "master" {
                continue;
            }
            let refused = if sees { 0 } else { 101 };
            let change = || json!({"text": "a"});
            assert_eq!(world.status(server.put(&path, change()), who).await?, refused, "{who} updates");
            let grown = world.status(server.put(&path, json!({"fresh": 1})), who).await?;
            assert_eq!(grown, refused, "{who} adds a field");
            let batch = |transaction: bool| {
                let request = json!({"method": "PUT", "path": format!("/parse{path}"), "body": change()});
                server.post("/batch", json!({"requests": [request], "transaction": transaction}))
            };
            let answer = world.as_caller(batch(false), who).await?;
            assert_eq!(answer.json[0]["error"]["code"].as_i64().unwrap_or(0), refused, "{who} in a batch");
            assert_eq!(world.status(batch(true), who).await?, refused, "{who} in a transaction");
        }
        assert_eq!(world.status(server.delete(&path), stranger).await?, 101, "a stranger deletes");
        assert_eq!(world.status(server.delete(&path), reader).await?, 0, "the owner deletes");
        world.server.stop().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_new_field_needs_a_row_that_names_the_caller() -> anyhow::Result<()> {
    let open = json!({"*": true});
    let world = world(json!({
        "find": open, "get": open, "create": open, "update": open, "addField": {"pointerFields": ["owner"]},
    }))
    .await?;
    let (server, path) = (&world.server, format!("/classes/Doc/{}", world.doc));
    for (who, code) in [("anybody", 101), ("bob", 101), ("ann", 0)] {
        assert_eq!(world.status(server.put(&path, json!({"text": "a"})), who).await?, 0, "{who} updates");
        assert_eq!(world.status(server.put(&path, json!({"more": 1})), who).await?, code, "{who} adds");
        let created = world.status(server.post("/classes/Doc", json!({"other": 1})), who).await?;
        assert_eq!(created, 119, "{who} creates with a new field");
    }
    world.server.stop().await
}

#[tokio::test]
async fn a_field_that_is_gone_names_nobody() -> anyhow::Result<()> {
    let world = world(json!({"find": {"pointerFields": ["owner"]}})).await?;
    let server = &world.server;
    for fields in [json!({"owner": {"__op": "Delete"}}), json!({"owner": {"type": "String"}})] {
        server.put("/schemas/Doc", json!({"fields": fields})).master().send().await?.expect_status(200)?;
        assert!(world.as_caller(server.get("/classes/Doc"), "ann").await?.results().is_empty());
    }
    world.server.stop().await
}

#[tokio::test]
async fn new_rows_get_the_access_list_of_the_class() -> anyhow::Result<()> {
    let rights = json!({"read": true, "write": true});
    let world = world(json!({
        "create": {"*": true}, "get": {"*": true}, "ACL": {"currentUser": rights, "role:Staff": {"read": true}},
    }))
    .await?;
    let server = &world.server;
    let own = json!({"*": {"read": true}});
    let staff = json!({"role:Staff": {"read": true}});
    let mut of_ann = staff.clone();
    of_ann[&world.ann.id] = rights;
    for (who, sent, told, stored) in [
        ("ann", json!({}), &of_ann, &of_ann),
        ("anybody", json!({}), &staff, &staff),
        ("master", json!({"ACL": null}), &staff, &staff),
        ("ann", json!({"ACL": own}), &Value::Null, &own),
    ] {
        let made = world.as_caller(server.post("/classes/Doc", sent), who).await?;
        assert_eq!(&made.json["ACL"], told, "{who}");
        let path = format!("/classes/Doc/{}", made.json["objectId"].as_str().unwrap_or_default());
        assert_eq!(&server.get(&path).master().send().await?.json["ACL"], stored, "{who}");
    }
    world.server.stop().await
}
