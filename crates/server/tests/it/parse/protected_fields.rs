//! Fields that some callers do not see, and cannot find out either.

use astrolabe_core::app::ProtectedFieldsByClass;
use astrolabe_testkit::{TestServer, User};
use serde_json::{Value, json};

fn pointer(class: &str, id: &str) -> Value {
    json!({"__type": "Pointer", "className": class, "objectId": id})
}

/// Two rows, `a` of ann and `b` of bob, in both of which bob is a helper; bob is of the staff.
async fn world() -> anyhow::Result<(TestServer, User, User)> {
    let server = TestServer::start().await?;
    let (ann, bob) = (server.user("ann").await?, server.user("bob").await?);
    let users = json!({"__op": "AddRelation", "objects": [pointer("_User", &bob.id)]});
    let role = json!({"name": "Staff", "ACL": {}, "users": users});
    server.post("/roles", role).master().send().await?.expect_status(201)?;
    for (text, owner) in [("a", &ann), ("b", &bob)] {
        let row = json!({
            "text": text, "secret": format!("s{text}"), "code": {"n": 1},
            "owner": pointer("_User", &owner.id), "helpers": [pointer("_User", &bob.id)],
        });
        server.object("Doc", row).await?;
    }
    server.object("Doc", json!({"text": "c", "secret": "sc"})).await?;
    Ok((server, ann, bob))
}

async fn protect(server: &TestServer, rule: &Value) -> anyhow::Result<()> {
    let open = json!({"*": true});
    let permissions = json!({
        "find": open, "get": open, "count": open, "create": open, "update": open, "protectedFields": rule,
    });
    let body = json!({"classLevelPermissions": permissions});
    let shown = server.put("/schemas/Doc", body).master().send().await?;
    assert_eq!(&shown.json["classLevelPermissions"]["protectedFields"], rule);
    shown.expect_status(200)
}

#[tokio::test]
async fn hidden_is_what_every_group_of_the_caller_hides() -> anyhow::Result<()> {
    let (server, ann, bob) = world().await?;
    // Whose secrets anybody, ann and bob see.
    for (rule, anybody, of_ann, of_bob) in [
        (json!({"*": []}), "abc", "abc", "abc"),
        (json!({"*": ["secret"]}), "", "", ""),
        (json!({"*": ["secret"], "authenticated": ["code"]}), "", "abc", "abc"),
        (json!({"*": ["secret"], "role:Staff": []}), "", "", "abc"),
        (json!({"*": ["secret"], ann.id.clone(): []}), "", "abc", ""),
        (json!({"authenticated": ["secret"]}), "abc", "", ""),
        (json!({"*": ["secret"], "userField:owner": []}), "", "a", "b"),
        (json!({"*": ["secret"], "userField:helpers": []}), "", "", "ab"),
        (json!({"*": ["secret"], "userField:owner": ["secret"]}), "", "", ""),
        (json!({"*": ["secret"], "userField:owner": [], "userField:helpers": ["secret"]}), "", "a", "b"),
        (json!({"*": ["secret"], "userField:nothing": []}), "", "", ""),
        (json!({"userField:owner": ["secret"]}), "abc", "abc", "abc"),
    ] {
        protect(&server, &rule).await?;
        for (token, wanted) in [(None, anybody), (Some(&ann.token), of_ann), (Some(&bob.token), of_bob)] {
            let ask = |path: &str| match token {
                Some(token) => server.get(path).token(token),
                None => server.get(path),
            };
            let mut seen = String::new();
            for row in ask("/classes/Doc?order=text").send().await?.results() {
                seen += row["secret"].as_str().unwrap_or_default().trim_start_matches('s');
                let path =
                    format!("/classes/Doc/{}?keys=secret", row["objectId"].as_str().unwrap_or_default());
                assert_eq!(ask(&path).send().await?.json["secret"], row["secret"], "{rule}");
            }
            assert_eq!(seen, wanted, "{rule}");
            let asked = ask("/classes/Doc?where=%7B%22secret%22%3A%22sa%22%7D").send().await?;
            assert_eq!(asked.json["code"].as_i64(), (wanted != "abc").then_some(119), "{rule}");
        }
    }
    server.stop().await
}

#[tokio::test]
async fn what_is_hidden_in_any_row_cannot_be_asked_for() -> anyhow::Result<()> {
    let (server, ann, _) = world().await?;
    server.object("Holder", json!({"secret": "sa"})).await?;
    let relation = json!({"fields": {"members": {"type": "Relation", "targetClass": "_User"}}});
    server.put("/schemas/Doc", relation).master().send().await?.expect_status(200)?;
    let hidden = ["secret", "code", "members"];
    protect(&server, &json!({"*": hidden, "userField:owner": []})).await?;
    let row = server.get("/classes/Doc?order=text&limit=1").send().await?.results()[0].clone();
    let id = row["objectId"].as_str().unwrap_or_default();
    let in_query = |conditions: Value| json!({"$inQuery": {"className": "Doc", "where": conditions}});
    let select = json!({"$select": {"query": {"className": "Doc", "where": {}}, "key": "secret"}});
    let select_code = json!({"$dontSelect": {"query": {"className": "Doc", "where": {}}, "key": "code.n"}});
    let select_order = json!({"$select": {"query": {"className": "Doc", "order": "-secret"}, "key": "text"}});
    let related = json!({"object": pointer("Doc", id), "key": "members"});
    for (class, parameter, value) in [
        ("Doc", "where", json!({"secret": "sa"}).to_string()),
        ("Doc", "where", json!({"secret": {"$exists": true}}).to_string()),
        ("Doc", "where", json!({"code.n": 1}).to_string()),
        ("Doc", "where", json!({"$or": [{"text": "a"}, {"$nor": [{"secret": {"$gt": "sa"}}]}]}).to_string()),
        ("Doc", "order", "secret".to_owned()),
        ("Doc", "order", "text,-code.n".to_owned()),
        ("Holder", "where", json!({"doc": in_query(json!({"secret": "sa"}))}).to_string()),
        ("Holder", "where", json!({"secret": select}).to_string()),
        ("Holder", "where", json!({"secret": select_code}).to_string()),
        ("Holder", "where", json!({"secret": select_order}).to_string()),
        ("_User", "where", json!({"$relatedTo": related}).to_string()),
    ] {
        for more in [("limit", "1"), ("count", "1")] {
            let path = format!("/classes/{class}");
            let ask = || server.get(&path).query(&[(parameter, value.as_str()), more]);
            ask().send().await?.expect_error(400, 119)?;
            ask().token(&ann.token).send().await?.expect_error(400, 119)?;
            ask().master().send().await?.expect_status(200)?;
        }
    }
    server.stop().await
}

#[tokio::test]
async fn settings_protect_fields_too() -> anyhow::Result<()> {
    for (owners, owner_sees, other_sees) in
        [(true, (true, true), (false, false)), (false, (false, false), (false, false))]
    {
        let rule = json!({"_User": {"*": ["phone"]}});
        let rule = ProtectedFieldsByClass::from_json(rule.as_object().unwrap())?;
        let server = TestServer::builder()
            .settings(|s| (s.protected_fields, s.owners_see_protected_fields) = (rule, owners))
            .start()
            .await?;
        let bob = server.user("bob").await?;
        let body = json!({
            "username": "ann", "password": "secret", "email": "ann@example.com", "phone": "1",
            "ACL": {"*": {"read": true}},
        });
        let made = server.post("/users", body).send().await?;
        let path = format!("/users/{}", made.json["objectId"].as_str().unwrap_or_default());
        let own = made.json["sessionToken"].as_str().unwrap_or_default();
        for (token, (email, phone)) in [(own, owner_sees), (bob.token.as_str(), other_sees)] {
            let seen = server.get(&path).token(token).send().await?.json;
            assert_eq!(
                (seen.get("email").is_some(), seen.get("phone").is_some()),
                (email, phone),
                "{owners}"
            );
        }
        server.stop().await?;
    }
    Ok(())
}

#[tokio::test]
async fn answers_to_writes_are_exempt_unless_the_settings_say_otherwise() -> anyhow::Result<()> {
    for shown in [true, false] {
        let server =
            TestServer::builder().settings(|s| s.save_answers_show_protected_fields = shown).start().await?;
        let id = server.object("Doc", json!({"number": 1})).await?;
        protect(&server, &json!({"*": ["number"]})).await?;
        let change = json!({"number": {"__op": "Increment", "amount": 1}});
        let answer = server.put(&format!("/classes/Doc/{id}"), change).send().await?;
        assert_eq!(answer.json["number"], json!(shown.then_some(2)));
        server.stop().await?;
    }
    Ok(())
}
