use serde_json::{Value, json};

use crate::program::Folder;

pub async fn call(
    url: &str,
    app: &Value,
    method: reqwest::Method,
    path: &str,
    body: Option<Value>,
) -> (u16, Value) {
    let request = reqwest::Client::new()
        .request(method, format!("{url}/parse{path}"))
        .header("X-Parse-Application-Id", app["id"].as_str().unwrap_or_default())
        .header("X-Parse-REST-API-Key", app["restKey"].as_str().unwrap_or_default());
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

pub fn create(folder: &Folder, id: &str) -> Value {
    let ended = folder.run(&["app", "create", "--id", id, "--data", "data", "--json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap()
}

#[tokio::test]
async fn apps_share_a_folder_and_nothing_else() {
    let folder = Folder::new();
    let (one, two) = (create(&folder, "one"), create(&folder, "two"));
    let server = folder.start(&["start", "--data", "data", "--listen", "127.0.0.1:0"]);
    let user = json!({"username": "ann", "password": "secret"});
    let post = reqwest::Method::POST;
    let (status, signed_up) = call(&server.url, &one, post.clone(), "/users", Some(user.clone())).await;
    assert_eq!(status, 201, "{signed_up}");
    let token = signed_up["sessionToken"].as_str().unwrap().to_owned();
    // The same name is free in the other app, and the key and token of one open nothing in the other.
    assert_eq!(call(&server.url, &two, post.clone(), "/users", Some(user)).await.0, 201);
    let crossed = json!({"id": "two", "restKey": one["restKey"]});
    assert_eq!(call(&server.url, &crossed, reqwest::Method::GET, "/users", None).await.0, 403);
    let me = reqwest::Client::new()
        .get(format!("{}/parse/users/me", server.url))
        .header("X-Parse-Application-Id", "two")
        .header("X-Parse-REST-API-Key", two["restKey"].as_str().unwrap())
        .header("X-Parse-Session-Token", &token);
    assert_eq!(me.send().await.unwrap().status(), 400);
    // An app made while the server runs is there on its first request.
    let three = create(&folder, "three");
    assert_eq!(call(&server.url, &three, reqwest::Method::GET, "/users", None).await.0, 200);
    assert_eq!(server.terminate().code, Some(0));
}
