use astrolabe_testkit::TestServer;
use serde_json::json;

const YEAR_S: i64 = 365 * 24 * 60 * 60;

#[tokio::test]
async fn sessions_end_after_their_time() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    server.clock.advance_seconds(YEAR_S - 60);
    server.get("/users/me").token(&ann.token).send().await?.expect_status(200)?;
    server.clock.advance_seconds(120);
    let answer = server.get("/classes/Todo").token(&ann.token).send().await?;
    answer.expect_error(400, 209)?;
    assert_eq!(answer.json["error"], "Session token is expired.");
    // The next log-in sweeps the user's expired sessions.
    server
        .post("/login", json!({"username": "ann", "password": "secret"}))
        .send()
        .await?
        .expect_status(200)?;
    let sessions = server.get("/sessions?count=1").master().send().await?;
    assert_eq!(sessions.json["count"], 1);
    server.stop().await
}

#[tokio::test]
async fn everybody_sees_and_ends_their_own_sessions_only() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let (ann, bob) = (server.user("ann").await?, server.user("bob").await?);
    let own = server.get("/sessions").token(&ann.token).send().await?;
    assert_eq!(own.results().len(), 1);
    assert_eq!(own.results()[0]["user"]["objectId"], ann.id.as_str());
    let session = own.results()[0]["objectId"].as_str().unwrap_or_default().to_owned();
    let path = format!("/sessions/{session}");
    server.get(&path).token(&bob.token).send().await?.expect_error(404, 101)?;
    server.put(&path, json!({"note": 1})).token(&bob.token).send().await?.expect_error(404, 101)?;
    server.delete(&path).token(&bob.token).send().await?.expect_error(404, 101)?;
    server.get("/sessions").send().await?.expect_error(400, 209)?;
    server.delete(&path).token(&ann.token).send().await?.expect_status(200)?;
    server.get("/users/me").token(&ann.token).send().await?.expect_error(400, 209)?;
    server.stop().await
}

/// A token is told to whoever presents it or has just received it, and to nobody else.
#[tokio::test]
async fn tokens_are_never_shown_in_rows() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    for path in ["/sessions", "/sessions?keys=sessionToken", "/classes/_Session", "/sessions?include=user"] {
        let own = server.get(path).token(&ann.token).send().await?;
        assert_eq!(own.results().len(), 1, "{path}");
        assert!(!own.text.contains("sessionToken"), "{path}: {}", own.text);
        let master = server.get(path).master().send().await?;
        assert!(!master.text.contains("sessionToken"), "{path}: {}", master.text);
    }
    let me = server.get("/sessions/me").token(&ann.token).send().await?;
    assert_eq!(me.json["sessionToken"], ann.token.as_str());
    let by_token = format!(r#"/sessions?where={{"sessionToken":"{}"}}"#, ann.token);
    assert_eq!(server.get(&by_token).master().send().await?.results().len(), 1);
    for guess in [r#"{"$gt":"0"}"#, r#"{"$ne":"x"}"#, r#"{"$exists":true}"#, r#"{"$regex":"^r"}"#] {
        let path = format!(r#"/sessions?where={{"sessionToken":{guess}}}"#);
        server.get(&path).token(&ann.token).send().await?.expect_error(400, 102)?;
    }
    let nested = format!(r#"/sessions?where={{"$or":[{{"$and":[{{"sessionToken":"{}"}}]}}]}}"#, ann.token);
    assert_eq!(server.get(&nested).token(&ann.token).send().await?.results().len(), 1);
    for operator in ["$or", "$and", "$nor"] {
        let path = format!(r#"/sessions?where={{"{operator}":[{{"sessionToken":{{"$gt":"r:"}}}}]}}"#);
        server.get(&path).token(&ann.token).send().await?.expect_error(400, 102)?;
        server.get(&path).master().send().await?.expect_error(400, 102)?;
    }
    server.get("/sessions?order=sessionToken").token(&ann.token).send().await?.expect_error(400, 102)?;
    server.stop().await
}

#[tokio::test]
async fn one_session_for_each_installation() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    server.user("ann").await?;
    let log_in = || {
        server
            .post("/login", json!({"username": "ann", "password": "secret"}))
            .header("X-Parse-Installation-Id", "phone")
    };
    let first = log_in().send().await?;
    let second = log_in().send().await?;
    let token = |answer: &astrolabe_testkit::Answer| {
        answer.json["sessionToken"].as_str().unwrap_or_default().to_owned()
    };
    server.get("/users/me").token(&token(&first)).send().await?.expect_error(400, 209)?;
    server.get("/users/me").token(&token(&second)).send().await?.expect_status(200)?;
    server.stop().await
}

#[tokio::test]
async fn log_out_ends_the_session_at_once() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    server.post("/logout", json!({})).token(&ann.token).send().await?.expect_status(200)?;
    server.get("/users/me").token(&ann.token).send().await?.expect_error(400, 209)?;
    server.post("/logout", json!({})).token(&ann.token).send().await?.expect_error(400, 209)?;
    server.post("/logout", json!({})).send().await?.expect_status(200)?;
    server.stop().await
}

#[tokio::test]
async fn nobody_makes_a_session_for_somebody_else() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let (ann, bob) = (server.user("ann").await?, server.user("bob").await?);
    let for_ann = json!({
        "user": {"__type": "Pointer", "className": "_User", "objectId": ann.id}, "sessionToken": "r:mine",
    });
    let made = server.post("/sessions", for_ann.clone()).token(&bob.token).send().await?;
    made.expect_status(201)?;
    let token = made.json["sessionToken"].as_str().unwrap_or_default();
    assert_ne!(token, "r:mine");
    let me = server.get("/users/me").token(token).send().await?;
    assert_eq!(me.json["objectId"], bob.id.as_str());
    server.post("/classes/_Session", for_ann).send().await?.expect_error(400, 209)?;
    server.stop().await
}

#[tokio::test]
async fn sessions_tell_truly_how_they_were_made() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    let forged = json!({"createdWith.action": "login", "createdWith": {"action": "login"}});
    let made = server.post("/sessions", forged).token(&ann.token).send().await?;
    made.expect_status(201)?;
    let path = format!("/sessions/{}", made.json["objectId"].as_str().unwrap_or_default());
    let read = server.get(&path).token(&ann.token).send().await?;
    assert_eq!(read.json["createdWith"], json!({"action": "create"}));
    let update = json!({"createdWith.action": "login"});
    server.put(&path, update).token(&ann.token).send().await?.expect_error(400, 105)?;
    server.stop().await
}

#[tokio::test]
async fn installation_ids_are_bounded() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    server.user("ann").await?;
    for id in ["a\0b", &"i".repeat(300)] {
        let body = json!({
            "_ApplicationId": astrolabe_testkit::APP_ID, "_JavaScriptKey": astrolabe_testkit::JAVASCRIPT_KEY,
            "_InstallationId": id, "username": "ann", "password": "secret",
        });
        server.bare(reqwest::Method::POST, "/login").json(&body).send().await?.expect_error(400, 107)?;
    }
    server.stop().await
}

#[tokio::test]
async fn a_session_in_use_lives_on_with_one_write_each_half_of_its_life() -> anyhow::Result<()> {
    let builder = TestServer::builder().settings(|settings| {
        settings.session_length_s = 1_000;
        settings.extend_sessions_on_use = true;
    });
    let server = builder.start().await?;
    let ann = server.user("ann").await?;
    let expiry = async || -> anyhow::Result<serde_json::Value> {
        let session = server.get("/sessions/me").token(&ann.token).send().await?;
        session.expect_status(200)?;
        Ok(session.json["expiresAt"]["iso"].clone())
    };
    let use_it = async || -> anyhow::Result<()> {
        server.get("/users/me").token(&ann.token).send().await?.expect_status(200)
    };
    let first = expiry().await?;
    server.clock.advance_seconds(400);
    use_it().await?;
    assert_eq!(expiry().await?, first, "the first half brings no write");
    server.clock.advance_seconds(200);
    use_it().await?;
    let second = expiry().await?;
    assert_ne!(second, first);
    server.clock.advance_seconds(450);
    use_it().await?;
    assert_eq!(expiry().await?, second);
    server.clock.advance_seconds(1_001);
    server.get("/users/me").token(&ann.token).send().await?.expect_error(400, 209)?;
    server.stop().await
}

#[tokio::test]
async fn an_old_sdk_trades_its_token_for_a_session() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    server.post("/upgradeToRevocableSession", json!({})).send().await?.expect_error(404, 101)?;
    let made = server.post("/upgradeToRevocableSession", json!({})).token(&ann.token).send().await?;
    made.expect_status(200)?;
    assert_eq!(made.json["createdWith"], json!({"action": "upgrade"}));
    let token = made.json["sessionToken"].as_str().unwrap_or_default();
    assert_ne!(token, ann.token);
    for token in [token, &ann.token] {
        server.get("/users/me").token(token).send().await?.expect_status(200)?;
    }
    server.stop().await
}

#[tokio::test]
async fn a_session_tells_that_an_administrator_opened_it() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let ann = server.user("ann").await?;
    let made = server.post("/loginAs", json!({"userId": ann.id})).master().send().await?;
    let token = made.json["sessionToken"].as_str().unwrap_or_default();
    let session = server.get("/sessions/me").token(token).send().await?;
    assert_eq!(session.json["createdWith"], json!({"action": "login", "authProvider": "masterkey"}));
    server.stop().await
}

#[tokio::test]
async fn what_a_session_says_of_itself_stays() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let (ann, bob) = (server.user("ann").await?, server.user("bob").await?);
    let session = server.get("/sessions/me").token(&ann.token).send().await?;
    let path = format!("/sessions/{}", session.json["objectId"].as_str().unwrap_or_default());
    let user = |id: &str| json!({"user": {"__type": "Pointer", "className": "_User", "objectId": id}});
    server.put(&path, user(&ann.id)).token(&ann.token).send().await?.expect_status(200)?;
    for body in [
        user(&bob.id),
        json!({"installationId": "x"}),
        json!({"sessionToken": "r:x"}),
        json!({"expiresAt": {"__type": "Date", "iso": "2099-01-01T00:00:00.000Z"}}),
        json!({"createdWith": {"action": "signup"}}),
        json!({"ACL": {"*": {"read": true}}}),
    ] {
        server.put(&path, body).token(&ann.token).send().await?.expect_error(400, 105)?;
    }
    for body in [json!({"installationId": "x"}), json!({"sessionToken": "r:x"})] {
        server.put(&path, body).master().send().await?.expect_error(400, 105)?;
    }
    server.stop().await
}
