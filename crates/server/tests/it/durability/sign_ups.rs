//! Sign-ups: a user and a session that are made together, and last together.

use reqwest::Method;
use serde_json::{Value, json};

use super::{master_request, request};

/// Users that sign up one after the other.
#[derive(Default)]
pub struct SignUps {
    attempts: u32,
    /// Name and session token of those that were told so, since the last check.
    acknowledged: Vec<(String, String)>,
}

impl SignUps {
    /// Signs users up until the server is gone.
    pub async fn sign_up_until_the_end(&mut self, url: &str) {
        let http = reqwest::Client::new();
        loop {
            self.attempts += 1;
            let name = format!("user{}", self.attempts);
            let body = json!({"username": name, "password": "secret"});
            let Ok(answer) = request(&http, Method::POST, url, "/users").json(&body).send().await else {
                return;
            };
            let Ok(answer) = answer.json::<Value>().await else { return };
            let token = answer["sessionToken"].as_str().unwrap_or_else(|| panic!("{answer}"));
            self.acknowledged.push((name, token.to_owned()));
        }
    }

    /// Every acknowledged session still opens its user, and there is no user without a session nor the reverse.
    pub async fn check(&mut self, url: &str) {
        let http = reqwest::Client::new();
        for (name, token) in self.acknowledged.drain(..) {
            let me = request(&http, Method::GET, url, "/users/me").header("X-Parse-Session-Token", token);
            let me: Value = me.send().await.unwrap().json().await.unwrap();
            assert_eq!(me["username"], name.as_str(), "{me}");
        }
        assert_eq!(count(url, "/users").await, count(url, "/sessions").await);
    }
}

async fn count(url: &str, path: &str) -> Value {
    let request = master_request(&reqwest::Client::new(), Method::GET, url, path)
        .query(&[("count", "1"), ("limit", "0")]);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert!(answer["count"].is_number(), "{answer}");
    answer["count"].clone()
}
