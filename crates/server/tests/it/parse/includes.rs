use astrolabe_testkit::TestServer;
use serde_json::{Value, json};

fn pointer(class: &str, id: &str) -> Value {
    json!({"__type": "Pointer", "className": class, "objectId": id})
}

#[tokio::test]
async fn pointers_are_followed_as_far_as_asked() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let land = server.object("Land", json!({"name": "France"})).await?;
    let city = server.object("City", json!({"name": "Paris", "land": pointer("Land", &land)})).await?;
    let gone = server.object("City", json!({"name": "Atlantis"})).await?;
    let list = json!([pointer("City", &city), 1, pointer("City", &gone), {"a": 1}]);
    let trip = json!({"from": pointer("City", &city), "lost": pointer("City", &gone), "stops": list});
    let trip = server.object("Trip", trip).await?;
    server.delete(&format!("/classes/City/{gone}")).master().send().await?;
    let path = format!("/classes/Trip/{trip}");

    let plain = server.get(&path).send().await?;
    assert_eq!(plain.json["from"], pointer("City", &city));
    let one = server.get(&format!("{path}?include=from")).send().await?;
    assert_eq!((&one.json["from"]["name"], &one.json["from"]["__type"]), (&json!("Paris"), &json!("Object")));
    assert_eq!(one.json["from"]["land"], pointer("Land", &land));
    let deep = server.get(&format!("{path}?include=from.land")).send().await?;
    assert_eq!(deep.json["from"]["land"]["name"], "France");
    // What a pointer leads to no longer exists: nothing is shown of it.
    let lost = server.get(&format!("{path}?include=lost,stops.land")).send().await?;
    assert!(lost.json.get("lost").is_none(), "{}", lost.text);
    let stops = lost.json["stops"].as_array().cloned().unwrap_or_default();
    assert_eq!((stops.len(), &stops[0]["land"]["name"], &stops[2]), (3, &json!("France"), &json!({"a": 1})));
    let keys = server.get(&format!("{path}?keys=from.name")).send().await?;
    assert_eq!(keys.json["from"]["name"], "Paris");
    assert!(keys.json["from"].get("land").is_none() && keys.json.get("stops").is_none(), "{}", keys.text);
    let all = server.get("/classes/Trip?includeAll=true").send().await?;
    assert_eq!(all.results()[0]["from"]["name"], "Paris");
    server.stop().await
}

#[tokio::test]
async fn includes_show_nothing_that_a_get_would_not() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let (ann, bob) = (server.user("ann").await?, server.user("bob").await?);
    let secret =
        server.object("Secret", json!({"text": "x", "ACL": {ann.id.clone(): {"read": true}}})).await?;
    let note = json!({"secret": pointer("Secret", &secret), "owner": pointer("_User", &ann.id)});
    let note = server.object("Note", note).await?;
    let path = format!("/classes/Note/{note}?include=secret,owner");
    let for_ann = server.get(&path).token(&ann.token).send().await?;
    assert_eq!(
        (&for_ann.json["secret"]["text"], &for_ann.json["owner"]["username"]),
        (&json!("x"), &json!("ann"))
    );
    let for_bob = server.get(&path).token(&bob.token).send().await?;
    for_bob.expect_status(200)?;
    assert!(for_bob.json.get("secret").is_none() && for_bob.json.get("owner").is_none(), "{}", for_bob.text);
    let close = json!({"classLevelPermissions": {"get": {}, "find": {"*": true}}});
    server.put("/schemas/Secret", close).master().send().await?.expect_status(200)?;
    server.get(&path).token(&ann.token).send().await?.expect_error(400, 119)?;
    server.stop().await
}

#[tokio::test]
async fn a_pointer_into_a_class_that_nobody_may_read_spoils_no_answer() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    let sessions = server.get("/sessions").master().send().await?;
    let session = sessions.results()[0]["objectId"].as_str().unwrap_or_default().to_owned();
    server.put("/config", json!({"params": {"a": 1}})).master().send().await?.expect_status(200)?;
    server.object("Note", json!({"text": "fine"})).await?;
    let targets = [("_Session", session.as_str()), ("_GlobalConfig", "1"), ("_JobStatus", "a")];
    for (class, id) in targets {
        let note = json!({"list": [pointer(class, id)]});
        server.post("/classes/Note", note).send().await?.expect_status(201)?;
    }
    for path in
        ["/classes/Note?include=list&order=createdAt", "/classes/Note?includeAll=true&order=createdAt"]
    {
        let found = server.get(path).send().await?;
        found.expect_status(200)?;
        assert_eq!(found.results().len(), 4, "{}", found.text);
        assert_eq!(found.results()[0]["text"], "fine");
        assert!(!found.text.contains("createdWith") && !found.text.contains("params"), "{}", found.text);
    }
    let own = server.get("/classes/Note?include=list").token(&ann.token).send().await?;
    assert!(own.text.contains("createdWith"), "one's own session can be included: {}", own.text);
    let all = server.get("/classes/Note?include=list").master().send().await?;
    assert!(all.text.contains("params"), "{}", all.text);
    server.stop().await
}
