use serde_json::{Value, json};

use crate::program::Folder;

/// Everything secret that a server meets, looked for in everything that it prints.
#[tokio::test]
async fn secrets_never_reach_the_log() {
    let folder = Folder::new();
    let keys = ["master-0123456789", "rest-0123456789", "js-0123456789"];
    let server = folder.start(&[
        "start",
        "--data",
        "data",
        "--listen",
        "127.0.0.1:0",
        "--app-id",
        "quiet",
        "--master-key",
        keys[0],
        "--rest-key",
        keys[1],
        "--javascript-key",
        keys[2],
        "--log-level",
        "trace",
    ]);
    let client = reqwest::Client::new();
    let send = async |method: reqwest::Method, path: &str, body: Value| {
        let request = client
            .request(method, format!("{}/parse{path}", server.url))
            .header("X-Parse-Application-Id", "quiet")
            .header("X-Parse-REST-API-Key", keys[1])
            .json(&body);
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let (get, post) = (reqwest::Method::GET, reqwest::Method::POST);
    let user = json!({"username": "ann", "password": "pass-0123456789", "email": "ann-0123@example.org"});
    let signed_up = send(post.clone(), "/users", user).await;
    let token = signed_up["sessionToken"].as_str().unwrap().to_owned();
    send(get.clone(), "/login?username=ann&password=pass-0123456789", json!({})).await;
    send(get, "/login?username=ann&password=wrong-0123456789", json!({})).await;
    let envelope =
        json!({"_ApplicationId": "quiet", "_MasterKey": keys[0], "_SessionToken": token, "_method": "GET"});
    client.post(format!("{}/parse/schemas", server.url)).json(&envelope).send().await.unwrap();
    let denied = json!({"_ApplicationId": "quiet", "_SessionToken": token, "text": "body-0123456789"});
    client.post(format!("{}/parse/classes/Todo", server.url)).json(&denied).send().await.unwrap();

    let ended = server.terminate();
    assert_eq!(ended.code, Some(0));
    let hash = "$argon2id$";
    let secrets = ["pass-0123456789", "wrong-0123456789", "ann-0123@", "body-0123456789", &token, hash];
    for secret in secrets.into_iter().chain(keys) {
        assert!(!ended.stdout.contains(secret) && !ended.stderr.contains(secret), "{secret} was printed");
    }
    // Each request has its line, as JSON, with its id.
    let lines: Vec<Value> = ended.stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let access: Vec<_> = lines.iter().filter(|line| line["target"] == "astrolabe::access").collect();
    assert_eq!(access.len(), 5, "{}", ended.stderr);
    for line in access {
        assert!(line["request.id"].as_str().is_some_and(|id| id.len() == 16), "{line}");
        assert!(line["http.status"].is_u64() && line["duration_ms"].is_f64(), "{line}");
    }
}
