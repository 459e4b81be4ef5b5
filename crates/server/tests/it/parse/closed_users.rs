//! Accounts in an app that closes `get` of `_User` and `_Session`: everybody can log in all the same.

use astrolabe_testkit::TestServer;
use serde_json::{Value, json};

async fn closed_server() -> anyhow::Result<TestServer> {
    let server = TestServer::start().await?;
    for class in ["_User", "_Session"] {
        let body = json!({"classLevelPermissions": {"get": {}, "create": {"*": true}}});
        server.put(&format!("/schemas/{class}"), body).master().send().await?.expect_status(200)?;
    }
    Ok(server)
}

fn keys(json: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = json.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn who_may_not_see_itself_is_told_its_id_and_its_token() -> anyhow::Result<()> {
    let server = closed_server().await?;
    let ann = json!({"username": "ann", "password": "secret"});
    let made = server.post("/users", ann.clone()).send().await?;
    made.expect_status(201)?;
    assert_eq!(keys(&made.json), ["createdAt", "objectId", "sessionToken"]);
    let token = made.json["sessionToken"].as_str().unwrap_or_default().to_owned();
    let log_in = server.post("/login", ann.clone()).send().await?;
    let check = server.post("/verifyPassword", ann).send().await?;
    let upgraded = server.post("/upgradeToRevocableSession", json!({})).token(&token).send().await?;
    for (answer, told) in [
        (&log_in, &["objectId", "sessionToken"] as &[_]),
        (&check, &["objectId"]),
        (&upgraded, &["objectId", "sessionToken"]),
    ] {
        answer.expect_status(200)?;
        assert_eq!(keys(&answer.json), told);
    }
    assert_eq!(log_in.json["objectId"], made.json["objectId"]);
    assert_eq!(check.json["objectId"], made.json["objectId"]);
    let by_staff = json!({"userId": made.json["objectId"]});
    let by_staff = server.post("/loginAs", by_staff).master().send().await?;
    by_staff.expect_status(200)?;
    assert_eq!(by_staff.json["username"], "ann", "the master key is not bound to the class");
    for answer in [log_in, upgraded, by_staff] {
        let token = answer.json["sessionToken"].as_str().unwrap_or_default();
        // The session counts, and asking for oneself stays refused.
        server.get("/users/me").token(token).send().await?.expect_error(400, 119)?;
        server.post("/logout", json!({})).token(token).send().await?.expect_status(200)?;
        server.get("/users/me").token(token).send().await?.expect_error(400, 209)?;
    }
    server.stop().await
}
