use astrolabe_testkit::TestServer;
use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD};

#[tokio::test]
async fn the_class_of_users_says_who_may_sign_up() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let closed = json!({ "classLevelPermissions": { "create": {}, "get": { "*": true } } });
    server.put("/schemas/_User", closed).master().send().await?.expect_status(200)?;
    let body = json!({ "name": "Ann", "email": "ann@example.com", "password": PASSWORD });
    let answer = Browser::of(&server).post("/sign-up/email", body).await?;
    assert_eq!((answer.status, &answer.json["code"]), (403, &json!("FORBIDDEN")));
    let count = server.get("/users?count=1&limit=0").master().send().await?;
    assert_eq!(count.json["count"], 0);
    server.stop().await
}

#[tokio::test]
async fn a_setting_closes_sign_up() -> anyhow::Result<()> {
    let server =
        TestServer::builder().settings(|settings| settings.cookie_accounts.sign_up = false).start().await?;
    let body = json!({ "name": "Ann", "email": "ann@example.com", "password": PASSWORD });
    let answer = Browser::of(&server).post("/sign-up/email", body).await?;
    assert_eq!((answer.status, &answer.json["code"]), (400, &json!("EMAIL_PASSWORD_SIGN_UP_DISABLED")));
    server.stop().await
}

#[tokio::test]
async fn fields_of_the_app_follow_its_permissions() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let all = json!({ "*": true });
    let fields = json!({
        "fields": {
            "plan": { "type": "String" },
            "born": { "type": "Date" },
            "secret": { "type": "String" },
            "friend": { "type": "Pointer", "targetClass": "_User" },
        },
        "classLevelPermissions": {
            "find": all, "get": all, "count": all, "create": all, "update": all, "delete": all, "addField": all,
            "protectedFields": { "*": ["secret"] },
        },
    });
    server.put("/schemas/_User", fields).master().send().await?.expect_status(200)?;
    let mut browser = Browser::of(&server);
    let user = browser.sign_up("ann@example.com").await?["user"].clone();
    assert_eq!((&user["plan"], &user["born"]), (&Value::Null, &Value::Null));
    assert!(user.get("friend").is_none() && user.get("username").is_none() && user.get("authData").is_none());
    let change = json!({ "plan": "gold", "born": "1990-05-01T00:00:00.000Z" });
    browser.post("/update-user", change).await?.expect_status(200)?;
    let user = browser.session().await?["user"].clone();
    assert_eq!((&user["plan"], &user["born"]), (&json!("gold"), &json!("1990-05-01T00:00:00.000Z")));
    // No operations, no values of another kind, no fields of the server.
    for (body, status) in [
        (json!({ "plan": { "__op": "Increment", "amount": 1 } }), 400),
        (json!({ "plan": 1 }), 400),
        (json!({ "born": "soon" }), 400),
        (json!({ "username": "eve", "ACL": {}, "authData": {}, "sessionToken": "x", "password": "y" }), 400),
        (json!({ "_hashed_password": "x" }), 400),
        (json!({ "friend": "x" }), 400),
    ] {
        browser.post("/update-user", body.clone()).await?.expect_status(status)?;
    }
    assert_eq!(browser.session().await?["user"]["plan"], "gold");
    server.stop().await
}

#[tokio::test]
async fn passwords_of_everybody_are_refused_and_so_are_those_that_the_app_does_not_want() -> anyhow::Result<()>
{
    let server = TestServer::builder()
        .settings(|settings| settings.password_policy.without_username = true)
        .start()
        .await?;
    let mut browser = Browser::of(&server);
    let sign_up = |password: &str| json!({ "name": "Ann", "email": "ann@example.com", "password": password });
    let answer = browser.post("/sign-up/email", sign_up("password1")).await?;
    assert_eq!((answer.status, &answer.json["code"]), (400, &json!("PASSWORD_COMPROMISED")));
    // Long ones are welcome, and nobody asks for letters of certain kinds.
    browser.post("/sign-up/email", sign_up(&"orchid ".repeat(12))).await?.expect_status(200)?;
    server.stop().await
}
