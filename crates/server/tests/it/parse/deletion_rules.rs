//! Deletion rules by the schemas API.

use astrolabe_testkit::TestServer;
use serde_json::{Value, json};

fn pointer(class: &str, id: &str) -> Value {
    json!({"__type": "Pointer", "className": class, "objectId": id})
}

/// A class `Child` with a pointer `parent` to `Parent` that has a rule.
async fn family(server: &TestServer, rule: &str) -> anyhow::Result<()> {
    server.post("/schemas", json!({"className": "Parent"})).master().send().await?.expect_status(200)?;
    let field = json!({"type": "Pointer", "targetClass": "Parent", "onDelete": rule});
    let body = json!({"className": "Child", "fields": {"parent": field}});
    let made = server.post("/schemas", body).master().send().await?;
    made.expect_status(200)?;
    assert_eq!(made.json["fields"]["parent"], field);
    Ok(())
}

async fn parent_and_child(server: &TestServer) -> anyhow::Result<(String, String)> {
    let parent = server.object("Parent", json!({})).await?;
    let child = json!({"parent": pointer("Parent", &parent), "ACL": {}});
    let made = server.post("/classes/Child", child).master().send().await?;
    made.expect_status(201)?;
    let child = made.json["objectId"].as_str().unwrap_or_default();
    Ok((format!("/classes/Parent/{parent}"), format!("/classes/Child/{child}")))
}

/// The rows that refer are private to nobody, so the rules hold against all rights.
#[tokio::test]
async fn each_rule() -> anyhow::Result<()> {
    for rule in ["cascade", "setNull", "restrict"] {
        let server = TestServer::start().await?;
        family(&server, rule).await?;
        let (parent, child) = parent_and_child(&server).await?;
        let deleted = server.delete(&parent).send().await?;
        let left = server.get(&child).master().send().await?;
        match rule {
            "cascade" => {
                deleted.expect_status(200)?;
                left.expect_error(404, 101)?;
            }
            "setNull" => {
                deleted.expect_status(200)?;
                left.expect_status(200)?;
                assert!(left.json["parent"].is_null(), "{}", left.text);
            }
            _ => {
                deleted.expect_error(409, 409)?;
                assert_eq!(
                    deleted.json["error"],
                    "Cannot delete, because an object of Child refers to it by parent."
                );
                assert!(left.json["parent"].is_object());
                server.get(&parent).send().await?.expect_status(200)?;
            }
        }
        server.stop().await?;
    }
    Ok(())
}

#[tokio::test]
async fn batches_transactions_and_purges_follow_rules() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    family(&server, "restrict").await?;
    let (parent, child) = parent_and_child(&server).await?;
    let delete = |path: &str| json!({"method": "DELETE", "path": format!("/parse{path}")});
    let wrong_order = json!({"transaction": true, "requests": [delete(&parent), delete(&child)]});
    server.post("/batch", wrong_order).master().send().await?.expect_error(409, 409)?;
    let each = server.post("/batch", json!({"requests": [delete(&parent)]})).master().send().await?;
    assert_eq!(each.json[0]["error"]["code"], 409);
    server.delete("/purge/Parent").master().send().await?.expect_error(409, 409)?;
    server.get(&parent).send().await?.expect_status(200)?;
    let right_order = json!({"transaction": true, "requests": [delete(&child), delete(&parent)]});
    server.post("/batch", right_order).master().send().await?.expect_status(200)?;
    parent_and_child(&server).await?;
    let field = json!({"type": "Pointer", "targetClass": "Parent", "onDelete": "cascade"});
    let change = json!({"fields": {"parent": field}});
    server.put("/schemas/Child", change).master().send().await?.expect_status(200)?;
    server.delete("/purge/Parent").master().send().await?.expect_status(200)?;
    let left = server.get("/classes/Child?count=1&limit=0").master().send().await?;
    assert_eq!(left.json["count"], 0);
    server.stop().await
}

/// Rules change without the values; a client that knows nothing of them leaves them alone.
#[tokio::test]
async fn rules_are_declared_and_changed() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    family(&server, "cascade").await?;
    let parent = server.object("Parent", json!({})).await?;
    let dangling = json!({"parent": pointer("Parent", "nobody")});
    server.post("/classes/Child", dangling).send().await?.expect_status(201)?;
    let change = async |options: Value| {
        let mut field = json!({"type": "Pointer", "targetClass": "Parent"});
        if let (Some(field), Some(options)) = (field.as_object_mut(), options.as_object()) {
            field.extend(options.clone());
        }
        server.put("/schemas/Child", json!({"fields": {"parent": field}})).master().send().await
    };
    for (options, shown) in [
        (json!({"required": true}), json!("cascade")),
        (json!({"required": true, "onDelete": "restrict"}), json!("restrict")),
        (json!({}), json!("restrict")),
        (json!({"onDelete": "setNull"}), json!("setNull")),
        (json!({"onDelete": null}), json!(null)),
    ] {
        let changed = change(options).await?;
        changed.expect_status(200)?;
        assert_eq!(changed.json["fields"]["parent"]["onDelete"], shown, "{}", changed.text);
    }
    change(json!({"onDelete": "delete"})).await?.expect_error(400, 102)?;
    change(json!({"onDelete": 1})).await?.expect_error(400, 102)?;
    change(json!({"onDelete": "setNull", "required": true})).await?.expect_error(400, 111)?;
    change(json!({"onDelete": "setNull"})).await?.expect_status(200)?;
    change(json!({"required": true})).await?.expect_error(400, 111)?;
    for field in [
        json!({"type": "String", "onDelete": "cascade"}),
        json!({"type": "Relation", "targetClass": "Parent", "onDelete": "cascade"}),
    ] {
        let body = json!({"fields": {"other": field}});
        server.put("/schemas/Child", body).master().send().await?.expect_error(400, 111)?;
    }
    let user = json!({"type": "Pointer", "targetClass": "_User", "onDelete": "restrict"});
    let built_in = json!({"fields": {"user": user}});
    server.put("/schemas/_Session", built_in).master().send().await?.expect_error(400, 136)?;
    server.get(&format!("/classes/Parent/{parent}")).send().await?.expect_status(200)?;
    server.stop().await
}

/// Whoever could refer to a session could otherwise keep it alive after its user has changed the password.
#[tokio::test]
async fn sessions_always_end() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let pin = |options: Value| {
        let mut field = json!({"type": "Pointer", "targetClass": "_Session"});
        if let (Some(field), Some(options)) = (field.as_object_mut(), options.as_object()) {
            field.extend(options.clone());
        }
        json!({"className": "Pin", "fields": {"session": field}})
    };
    for rule in ["cascade", "setNull", "restrict"] {
        let ruled = pin(json!({"onDelete": rule}));
        server.post("/schemas", ruled).master().send().await?.expect_error(400, 111)?;
    }
    server.post("/schemas", pin(json!({}))).master().send().await?.expect_status(200)?;
    let ruled = pin(json!({"onDelete": "restrict"}));
    server.put("/schemas/Pin", ruled).master().send().await?.expect_error(400, 111)?;

    let ann = server.user("ann").await?;
    let me = server.get("/sessions/me").token(&ann.token).send().await?;
    let session = me.json["objectId"].as_str().unwrap_or_default();
    server.object("Pin", json!({"session": pointer("_Session", session)})).await?;
    server.post("/logout", json!({})).token(&ann.token).send().await?.expect_status(200)?;
    server.get("/sessions/me").token(&ann.token).send().await?.expect_error(400, 209)?;
    server.stop().await
}
