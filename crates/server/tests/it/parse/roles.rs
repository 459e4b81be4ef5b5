use astrolabe_testkit::{TestServer, User};
use serde_json::{Value, json};

fn relate(op: &str, class: &str, ids: &[&str]) -> Value {
    let pointer = |id: &&str| json!({"__type": "Pointer", "className": class, "objectId": id});
    json!({"__op": op, "objects": ids.iter().map(pointer).collect::<Vec<_>>()})
}

/// A role that anybody may see, with these members and child roles.
async fn role(server: &TestServer, name: &str, users: &[&str], roles: &[&str]) -> anyhow::Result<String> {
    let acl = json!({"*": {"read": true}});
    let mut body = json!({"name": name, "ACL": acl});
    if !users.is_empty() {
        body["users"] = relate("AddRelation", "_User", users);
    }
    if !roles.is_empty() {
        body["roles"] = relate("AddRelation", "_Role", roles);
    }
    server.object("_Role", body).await
}

/// An object that only a role may see and change.
async fn object_of(server: &TestServer, role: &str) -> anyhow::Result<String> {
    let acl = json!({format!("role:{role}"): {"read": true, "write": true}});
    let id = server.object("Note", json!({"text": role, "ACL": acl})).await?;
    Ok(format!("/classes/Note/{id}"))
}

async fn sees(server: &TestServer, user: &User, path: &str) -> anyhow::Result<bool> {
    let answer = server.get(path).token(&user.token).send().await?;
    if answer.status != 200 {
        answer.expect_error(404, 101)?;
    }
    Ok(answer.status == 200)
}

#[tokio::test]
async fn a_role_opens_what_names_it() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let (ann, bob) = (server.user("ann").await?, server.user("bob").await?);
    role(&server, "Editors", &[&ann.id], &[]).await?;
    let path = object_of(&server, "Editors").await?;
    let id = path.rsplit('/').next().unwrap_or_default();
    let note = json!({"__type": "Pointer", "className": "Note", "objectId": id});
    let holder = server.object("Holder", json!({ "note": note })).await?;
    for (token, allowed) in [(Some(&ann.token), true), (Some(&bob.token), false), (None, false)] {
        let with = |request: astrolabe_testkit::TestRequest| match token {
            Some(token) => request.token(token),
            None => request,
        };
        let status = if allowed { 200 } else { 404 };
        with(server.get(&path)).send().await?.expect_status(status)?;
        let found = with(server.get("/classes/Note?count=1")).send().await?;
        assert_eq!(found.results().len(), usize::from(allowed));
        assert_eq!(found.json["count"], u64::from(allowed));
        let held = with(server.get(&format!("/classes/Holder/{holder}?include=note"))).send().await?;
        assert_eq!(held.json["note"]["text"] == "Editors", allowed, "{}", held.text);
        with(server.put(&path, json!({"text": "Editors"}))).send().await?.expect_status(status)?;
    }
    server.delete(&path).token(&bob.token).send().await?.expect_error(404, 101)?;
    server.delete(&path).token(&ann.token).send().await?.expect_status(200)?;
    server.stop().await
}

#[tokio::test]
async fn a_child_role_has_the_rights_of_its_parents() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let (ann, bob, eve) = (server.user("ann").await?, server.user("bob").await?, server.user("eve").await?);
    let owners = role(&server, "Owners", &[&ann.id], &[]).await?;
    let admins = role(&server, "Admins", &[], &[&owners]).await?;
    role(&server, "Editors", &[&bob.id], &[&admins]).await?;
    let paths = [
        object_of(&server, "Owners").await?,
        object_of(&server, "Admins").await?,
        object_of(&server, "Editors").await?,
    ];
    for (user, expected) in
        [(&ann, [true, true, true]), (&bob, [false, false, true]), (&eve, [false, false, false])]
    {
        for (path, expected) in paths.iter().zip(expected) {
            assert_eq!(sees(&server, user, path).await?, expected, "{user:?} {path}");
        }
    }
    server.stop().await
}

#[tokio::test]
async fn roles_in_a_circle_share_their_rights() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    let one = role(&server, "One", &[&ann.id], &[]).await?;
    let two = role(&server, "Two", &[], &[&one]).await?;
    let body = json!({"roles": relate("AddRelation", "_Role", &[&one, &two])});
    server.put(&format!("/roles/{one}"), body).master().send().await?.expect_status(200)?;
    for name in ["One", "Two"] {
        let path = object_of(&server, name).await?;
        assert!(sees(&server, &ann, &path).await?, "{name}");
    }
    server.stop().await
}

#[tokio::test]
async fn a_change_of_roles_counts_at_once() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    let child = role(&server, "Child", &[], &[]).await?;
    let parent = role(&server, "Parent", &[], &[&child]).await?;
    let path = object_of(&server, "Parent").await?;
    let member = |op: &str| json!({"users": relate(op, "_User", &[&ann.id])});
    let is_child = |op: &str| json!({"roles": relate(op, "_Role", &[&child])});
    let (child, parent) = (format!("/roles/{child}"), format!("/roles/{parent}"));
    assert!(!sees(&server, &ann, &path).await?);
    for (role, body, expected) in [
        (&child, member("AddRelation"), true),
        (&child, member("RemoveRelation"), false),
        (&parent, member("AddRelation"), true),
        (&parent, member("RemoveRelation"), false),
        (&child, member("AddRelation"), true),
        (&parent, is_child("RemoveRelation"), false),
        (&parent, is_child("AddRelation"), true),
    ] {
        server.put(role, body.clone()).master().send().await?.expect_status(200)?;
        assert_eq!(sees(&server, &ann, &path).await?, expected, "{role} {body}");
    }
    server.delete(&parent).master().send().await?.expect_status(200)?;
    assert!(!sees(&server, &ann, &path).await?, "the role is gone");
    role(&server, "Parent", &[], &[]).await?;
    assert!(!sees(&server, &ann, &path).await?, "a new role of that name has its own members");
    server.stop().await
}

#[tokio::test]
async fn class_level_permissions_name_roles() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let (ann, bob) = (server.user("ann").await?, server.user("bob").await?);
    role(&server, "Site editors", &[&ann.id], &[]).await?;
    let editors = || json!({"role:Site editors": true});
    let permissions = json!({
        "find": editors(), "get": editors(), "count": editors(), "create": editors(), "update": editors(),
        "delete": editors(), "addField": editors(),
    });
    let body = json!({"classLevelPermissions": permissions});
    server.post("/schemas/Page", body).master().send().await?.expect_status(200)?;
    let made = server.post("/classes/Page", json!({"text": "a"})).token(&ann.token).send().await?;
    made.expect_status(201)?;
    let path = format!("/classes/Page/{}", made.json["objectId"].as_str().unwrap_or_default());
    let requests = || {
        [
            server.get("/classes/Page"),
            server.get("/classes/Page?count=1"),
            server.get(&path),
            server.put(&path, json!({"text": "b"})),
            server.delete(&path),
        ]
    };
    server.post("/classes/Page", json!({})).token(&bob.token).send().await?.expect_error(400, 119)?;
    for request in requests() {
        request.token(&bob.token).send().await?.expect_error(400, 119)?;
    }
    for request in requests() {
        request.token(&ann.token).send().await?.expect_status(200)?;
    }
    server.stop().await
}

/// Who may change the members of a role is a matter of the role's own access list.
#[tokio::test]
async fn members_do_not_make_themselves_members() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let (ann, bob) = (server.user("ann").await?, server.user("bob").await?);
    let body = json!({
        "name": "Admins",
        "ACL": {"*": {"read": true}, "role:Admins": {"write": true}},
        "users": relate("AddRelation", "_User", &[&ann.id]),
    });
    let path = format!("/roles/{}", server.object("_Role", body).await?);
    let secret = object_of(&server, "Admins").await?;
    let join = || json!({"users": relate("AddRelation", "_User", &[&bob.id])});
    server.put(&path, join()).token(&bob.token).send().await?.expect_error(404, 101)?;
    server.put(&path, join()).send().await?.expect_error(404, 101)?;
    assert!(!sees(&server, &bob, &secret).await?);
    server.put(&path, join()).token(&ann.token).send().await?.expect_status(200)?;
    assert!(sees(&server, &bob, &secret).await?);
    server.stop().await
}

/// What a log-in shows of the user follows the same rights as the requests after it.
#[tokio::test]
async fn roles_count_when_a_user_looks_at_itself() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let (ann, bob) = (server.user("ann").await?, server.user("bob").await?);
    role(&server, "Staff", &[&ann.id], &[]).await?;
    let body = json!({"classLevelPermissions": {"get": {"role:Staff": true}, "create": {"*": true}}});
    server.put("/schemas/_User", body).master().send().await?.expect_status(200)?;
    for (user, status) in [(&ann, 200), (&bob, 400)] {
        server.get("/users/me").token(&user.token).send().await?.expect_status(status)?;
    }
    let log_in = |name: &str| json!({"username": name, "password": "secret"});
    server.post("/login", log_in("ann")).send().await?.expect_status(200)?;
    server.stop().await
}

#[tokio::test]
async fn a_role_that_is_renamed_or_gone_gives_its_members_nothing() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    let id = role(&server, "editors", &[&ann.id], &[]).await?;
    let path = object_of(&server, "editors").await?;
    assert!(sees(&server, &ann, &path).await?);
    let rename = |name: &str| server.put(&format!("/roles/{id}"), json!({"name": name})).master().send();
    rename("writers").await?.expect_status(200)?;
    assert!(!sees(&server, &ann, &path).await?);
    rename("editors").await?.expect_status(200)?;
    assert!(sees(&server, &ann, &path).await?);
    server.delete(&format!("/roles/{id}")).master().send().await?.expect_status(200)?;
    assert!(!sees(&server, &ann, &path).await?);
    // A new role of the name is another role.
    role(&server, "editors", &[], &[]).await?;
    assert!(!sees(&server, &ann, &path).await?);
    server.stop().await
}

#[tokio::test]
async fn users_are_told_their_own_roles_even_hidden_ones() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let (ann, bob) = (server.user("ann").await?, server.user("bob").await?);
    let owners = role(&server, "Owners", &[&ann.id], &[]).await?;
    let admins = json!({"name": "Admins", "ACL": {}, "roles": relate("AddRelation", "_Role", &[&owners])});
    server.object("_Role", admins).await?;
    let told = async |user: &User| -> anyhow::Result<Value> {
        let answer = server.get("/roles/me").token(&user.token).send().await?;
        let mut roles: Vec<_> = answer.json["roles"].as_array().unwrap_or(&Vec::new()).clone();
        roles.sort_by_key(ToString::to_string);
        Ok(roles.into())
    };
    assert_eq!(told(&ann).await?, json!(["Admins", "Owners"]));
    assert_eq!(told(&bob).await?, json!([]));
    server.get("/roles/me").send().await?.expect_error(400, 209)?;
    server.stop().await
}
