use astrolabe_testkit::TestServer;
use serde_json::{Value, json};

/// Who may read and who may write an object with each access list: anybody, its owner, somebody else.
#[tokio::test]
async fn access_lists_decide() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let (owner, other) = (server.user("owner").await?, server.user("other").await?);
    let rights = |read: bool, write: bool| json!({"read": read, "write": write});
    let cases: Vec<(Value, [bool; 3], [bool; 3])> = vec![
        (Value::Null, [true; 3], [true; 3]),
        (json!({}), [false; 3], [false; 3]),
        (json!({"*": {"read": true}}), [true; 3], [false; 3]),
        (json!({"*": {"write": true}}), [false; 3], [true; 3]),
        (json!({owner.id.clone(): rights(true, true)}), [false, true, false], [false, true, false]),
        (json!({owner.id.clone(): rights(true, false)}), [false, true, false], [false; 3]),
        (json!({"*": {"read": true}, owner.id.clone(): {"write": true}}), [true; 3], [false, true, false]),
        (json!({"role:nobody": rights(true, true)}), [false; 3], [false; 3]),
        (json!({"*": rights(false, false)}), [false; 3], [false; 3]),
    ];
    for (acl, may_read, may_write) in cases {
        let mut body = json!({"text": "a"});
        if !acl.is_null() {
            body["ACL"] = acl.clone();
        }
        let id = server.object("Note", body).await?;
        let path = format!("/classes/Note/{id}");
        for (at, token) in [None, Some(&owner.token), Some(&other.token)].into_iter().enumerate() {
            let with = |request: astrolabe_testkit::TestRequest| match token {
                Some(token) => request.token(token),
                None => request,
            };
            let status = |allowed: bool| if allowed { 200 } else { 404 };
            let context = format!("{acl}, caller {at}");
            let get = with(server.get(&path)).send().await?;
            assert_eq!(get.status, status(may_read[at]), "get, {context}");
            let find = with(server.get(&format!(r#"/classes/Note?where={{"objectId":"{id}"}}&count=1"#)));
            let find = find.send().await?;
            assert_eq!(find.results().len(), usize::from(may_read[at]), "find, {context}");
            assert_eq!(find.json["count"], u64::from(may_read[at]), "count, {context}");
            let update = with(server.put(&path, json!({"text": "b"}))).send().await?;
            assert_eq!(update.status, status(may_write[at]), "update, {context}");
        }
        let kept = server.get(&path).master().send().await?;
        let written = may_write.contains(&true);
        assert_eq!(kept.json["text"], if written { "b" } else { "a" }, "{acl}");
        let delete = server.delete(&path).token(&other.token).send().await?;
        assert_eq!(delete.status, if may_write[2] { 200 } else { 404 }, "delete, {acl}");
    }
    server.stop().await
}

/// Taking the list away with `unset` must not open the object.
#[tokio::test]
async fn an_access_list_that_is_taken_away_leaves_the_master_key() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    for gone in [json!(null), json!({"__op": "Delete"})] {
        let body = json!({"ACL": {ann.id.clone(): {"read": true, "write": true}}});
        let id = server.object("Note", body).await?;
        let path = format!("/classes/Note/{id}");
        server.put(&path, json!({"ACL": gone})).token(&ann.token).send().await?.expect_status(200)?;
        server.get(&path).send().await?.expect_error(404, 101)?;
        server.get(&path).master().send().await?.expect_status(200)?;
    }
    server.stop().await
}
