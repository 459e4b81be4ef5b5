//! The access list that a class gives to new objects: to them alone, and beside what the class's own rules say.

use astrolabe_testkit::TestServer;
use serde_json::{Value, json};

async fn server_with_default(class: &str, acl: Value) -> anyhow::Result<TestServer> {
    let server = TestServer::start().await?;
    let open = json!({"*": true});
    let permissions =
        json!({"get": open, "find": open, "count": open, "create": open, "update": open, "ACL": acl});
    let body = json!({"classLevelPermissions": permissions});
    server.put(&format!("/schemas/{class}"), body).master().send().await?.expect_status(200)?;
    Ok(server)
}

#[tokio::test]
async fn a_device_that_registers_again_keeps_its_list() -> anyhow::Result<()> {
    let server = server_with_default("_Installation", json!({"role:Staff": {"read": true}})).await?;
    let device = json!({"deviceType": "ios", "installationId": "abc-1"});
    let made = server.post("/installations", device.clone()).send().await?;
    made.expect_status(201)?;
    assert_eq!(made.json["ACL"], json!({"role:Staff": {"read": true}}));
    let path = format!("/installations/{}", made.json["objectId"].as_str().unwrap_or_default());
    let own = json!({"*": {"read": true, "write": true}});
    server.put(&path, json!({"ACL": own})).master().send().await?.expect_status(200)?;
    let again = server.post("/installations", device).send().await?;
    again.expect_status(200)?;
    assert!(again.json.get("ACL").is_none(), "{}", again.text);
    assert_eq!(server.get(&path).master().send().await?.json["ACL"], own);
    server.stop().await
}

#[tokio::test]
async fn a_new_user_gets_the_list_of_the_class_and_its_own_rights() -> anyhow::Result<()> {
    let rights = json!({"read": true, "write": true});
    let default = json!({"currentUser": rights, "role:Staff": {"read": true}});
    let server = server_with_default("_User", default).await?;
    let ann = |name: &str| json!({"username": name, "password": "secret"});
    for (name, sent, is_told) in
        [("ann", Value::Null, true), ("bob", json!({"*": {"read": true}}), false), ("cid", json!({}), false)]
    {
        let mut body = ann(name);
        body["ACL"] = sent.clone();
        let made = server.post("/users", body).send().await?;
        made.expect_status(201)?;
        let id = made.json["objectId"].as_str().unwrap_or_default();
        let mut stored = if is_told { json!({"role:Staff": {"read": true}}) } else { sent };
        stored[id] = rights.clone();
        let told = if is_told { stored.clone() } else { Value::Null };
        assert_eq!(made.json["ACL"], told, "{name}");
        let read = server.get(&format!("/users/{id}")).master().send().await?;
        assert_eq!(read.json["ACL"], stored, "{name}");
    }
    server.stop().await
}
