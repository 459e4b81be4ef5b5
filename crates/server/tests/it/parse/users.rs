use astrolabe_testkit::TestServer;
use serde_json::json;

#[tokio::test]
async fn names_are_one_in_every_spelling() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let taken = |name: &str, email: &str| json!({"username": name, "password": "x", "email": email});
    server.post("/users", taken("Straße", "Ann@Example.org")).send().await?.expect_status(201)?;
    for (name, email, code) in [
        ("STRASSE", "other@example.org", 202),
        ("stra\u{df}e", "other@example.org", 202),
        ("other", "ann@example.ORG", 203),
        ("strasse", "ann@example.org", 202),
    ] {
        server.post("/users", taken(name, email)).send().await?.expect_error(400, code)?;
    }
    let count = server.get("/users?count=1&limit=0").master().send().await?;
    assert_eq!(count.json["count"], 1);
    server.stop().await
}

#[tokio::test]
async fn of_racing_sign_ups_one_wins() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let body = json!({"username": "racer", "password": "x"});
    let sign_ups = (0..8).map(|_| server.post("/users", body.clone()).send());
    let mut statuses = Vec::new();
    for answer in futures_util::future::join_all(sign_ups).await {
        let answer = answer?;
        statuses.push(answer.status);
        if answer.status != 201 {
            answer.expect_error(400, 202)?;
        }
    }
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1);
    server.stop().await
}

#[tokio::test]
async fn users_are_private() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let (ann, bob) = (server.user("ann").await?, server.user("bob").await?);
    let path = format!("/users/{}", ann.id);
    for token in [None, Some(&bob.token)] {
        let with = |request: astrolabe_testkit::TestRequest| match token {
            Some(token) => request.token(token),
            None => request,
        };
        with(server.get(&path)).send().await?.expect_error(404, 101)?;
        let found = with(server.get(r#"/users?where={"username":"ann"}"#)).send().await?;
        assert_eq!(found.results().len(), 0);
        with(server.put(&path, json!({"age": 1}))).send().await?.expect_error(400, 206)?;
        with(server.delete(&path)).send().await?.expect_error(400, 206)?;
    }
    let own = server.get(&path).token(&ann.token).send().await?;
    own.expect_status(200)?;
    assert!(own.json.get("age").is_none());
    server.stop().await
}

/// A user who chose to be visible still keeps mail address and credentials to themselves.
#[tokio::test]
async fn public_users_show_no_mail_address_and_no_secret() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let body = json!({
        "username": "open", "password": "secret", "email": "open@example.org", "ACL": {"*": {"read": true}},
    });
    let open = server.post("/users", body).send().await?;
    let id = open.json["objectId"].as_str().unwrap_or_default();
    let bob = server.user("bob").await?;
    let seen = server.get(&format!("/users/{id}")).token(&bob.token).send().await?;
    seen.expect_status(200)?;
    assert_eq!(seen.json["username"], "open");
    for word in ["email", "password", "sessionToken", "_hashed_password", "_username_key", "argon2"] {
        assert!(!seen.text.contains(word), "{word} in {}", seen.text);
    }
    let own =
        server.get("/users/me").token(open.json["sessionToken"].as_str().unwrap_or_default()).send().await?;
    assert_eq!(own.json["email"], "open@example.org");
    // What cannot be seen cannot be found out by asking either.
    for query in [r#"where={"email":{"$gt":"o"}}"#, "order=email", "order=-email"] {
        server.get(&format!("/users?{query}")).token(&bob.token).send().await?.expect_error(400, 119)?;
    }
    let master = server.get(&format!("/users/{id}")).master().send().await?;
    assert!(!master.text.contains("argon2") && !master.text.contains("_key"), "{}", master.text);
    server.stop().await
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    let log_in = json!({"username": "ann", "password": "secret"});
    let second = server.post("/login", log_in.clone()).send().await?;
    let second = second.json["sessionToken"].as_str().unwrap_or_default().to_owned();
    let path = format!("/users/{}", ann.id);
    let changed = server.put(&path, json!({"password": "other"})).token(&ann.token).send().await?;
    changed.expect_status(200)?;
    let new = changed.json["sessionToken"].as_str().unwrap_or_default();
    assert!(new.starts_with("r:") && new != ann.token);
    for dead in [&ann.token, &second] {
        server.get("/users/me").token(dead).send().await?.expect_error(400, 209)?;
    }
    server.get("/users/me").token(new).send().await?.expect_status(200)?;
    server.post("/login", log_in).send().await?.expect_error(404, 101)?;
    server.stop().await
}

#[tokio::test]
async fn a_deleted_user_is_gone_with_all_sessions() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    server.delete(&format!("/users/{}", ann.id)).token(&ann.token).send().await?.expect_status(200)?;
    server.get("/users/me").token(&ann.token).send().await?.expect_error(400, 209)?;
    let sessions = server.get("/sessions?count=1").master().send().await?;
    assert_eq!(sessions.json["count"], 0);
    server.user("ann").await?;
    server.stop().await
}

/// An administrator locks a user out by emptying its access list.
#[tokio::test]
async fn a_locked_out_user_cannot_log_in() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    let path = format!("/users/{}", ann.id);
    // Users themselves cannot do that, not even by mistake.
    server.put(&path, json!({"ACL": {}})).token(&ann.token).send().await?.expect_status(200)?;
    server.get("/users/me").token(&ann.token).send().await?.expect_status(200)?;
    server.put(&path, json!({"ACL": {}})).master().send().await?.expect_status(200)?;
    let log_in = json!({"username": "ann", "password": "secret"});
    server.post("/login", log_in).send().await?.expect_error(404, 101)?;
    server.stop().await
}

#[tokio::test]
async fn secrets_are_not_in_the_database_file() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    server.post("/users", json!({"username": "bob", "password": "hunter2-hunter2"})).send().await?;
    let bytes = server.stored_bytes().await?;
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("bob"), "what is searched is not what is stored");
    for secret in ["hunter2-hunter2", ann.token.as_str(), astrolabe_testkit::MASTER_KEY] {
        assert!(!holds(secret), "{secret} is stored");
    }
    server.stop().await
}

/// However an address is sent, it is checked and unique.
#[tokio::test]
async fn addresses_cannot_slip_past_the_rules() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = json!({"username": "ann", "password": "x", "email": "ann@example.org"});
    server.post("/users", ann).send().await?.expect_status(201)?;
    let slip = |address: &str| {
        let op = json!({"__op": "SetOnInsert", "amount": address});
        server.post("/users", json!({"username": "eve", "password": "x", "email": op}))
    };
    slip("ANN@example.org").send().await?.expect_error(400, 203)?;
    slip("nonsense").send().await?.expect_error(400, 125)?;
    let long = json!({"username": "u".repeat(600), "password": "x"});
    server.post("/users", long).send().await?.expect_error(400, 142)?;
    server.stop().await
}

#[tokio::test]
async fn a_refused_sign_up_makes_no_fields() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    server.user("ann").await?;
    let again = json!({"username": "Ann", "password": "x", "junk": 1});
    server.post("/users", again).send().await?.expect_error(400, 202)?;
    let class = server.get("/schemas/_User").master().send().await?;
    assert!(class.json["fields"].get("junk").is_none(), "{}", class.text);
    server.stop().await
}

/// A log-in that began before a password change must not outlive it.
#[tokio::test]
async fn old_passwords_open_no_session_after_a_change() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    let path = format!("/users/{}", ann.id);
    let old = json!({"username": "ann", "password": "secret"});
    for round in 0..10 {
        let next = json!({"password": format!("next-{round}")});
        let log_ins = (0..4).map(|_| server.post("/login", old.clone()).send());
        let (answers, changed) =
            tokio::join!(futures_util::future::join_all(log_ins), server.put(&path, next).master().send(),);
        changed?.expect_status(200)?;
        for answer in answers {
            let answer = answer?;
            let Some(token) = answer.json["sessionToken"].as_str() else { continue };
            server.get("/users/me").token(token).send().await?.expect_error(400, 209)?;
        }
        server.put(&path, json!({"password": "secret"})).master().send().await?.expect_status(200)?;
    }
    server.stop().await
}

#[tokio::test]
async fn numbers_are_passwords_too() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let user = json!({"username": "1234", "password": "12345678"});
    server.post("/users", user).send().await?.expect_status(201)?;
    server.get("/login?username=1234&password=12345678").send().await?.expect_status(200)?;
    server.stop().await
}

#[tokio::test]
async fn chosen_ids_cannot_look_like_principals() -> anyhow::Result<()> {
    let server = TestServer::builder().settings(|s| s.allow_custom_object_id = true).start().await?;
    for id in ["*", "role:admin", "a b", "ä", "\u{7f}", &"a".repeat(65)] {
        let body = json!({"objectId": id, "username": "eve", "password": "x"});
        server.post("/users", body).send().await?.expect_error(400, 105)?;
    }
    let body = json!({"objectId": "chosen_1-x", "username": "eve", "password": "x"});
    server.post("/users", body).send().await?.expect_status(201)?;
    server.stop().await
}

/// Emptying a user's access list keeps it from logging in. Sessions that are open stay, and show nothing.
#[tokio::test]
async fn an_emptied_access_list_closes_log_in_but_ends_no_session() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    let path = format!("/users/{}", ann.id);
    server.put(&path, json!({"ACL": {}})).master().send().await?.expect_status(200)?;
    let log_in = json!({"username": "ann", "password": "secret"});
    for way in ["/login", "/verifyPassword"] {
        server.post(way, log_in.clone()).send().await?.expect_error(404, 101)?;
        let by_master = server.post(way, log_in.clone()).master().send().await?;
        by_master.expect_status(200)?;
        assert_eq!(by_master.json["ACL"], json!({}));
    }
    server.get("/users/me").token(&ann.token).send().await?.expect_error(400, 209)?;
    server.get("/sessions/me").token(&ann.token).send().await?.expect_status(200)?;
    // An access list of somebody else is none of an administrator's locks.
    server.put(&path, json!({"ACL": {"*": {}, "bob": {"read": true}}})).master().send().await?;
    let told = server.post("/login", log_in).send().await?;
    told.expect_status(200)?;
    let members: Vec<_> = told.json.as_object().into_iter().flat_map(|map| map.keys()).collect();
    assert_eq!(members, ["objectId", "sessionToken"]);
    server.stop().await
}
