//! A browser as far as accounts need one: it keeps cookies and says from which page it calls.

use astrolabe_testkit::{Answer, TestServer};
use reqwest::Method;
use serde_json::{Value, json};

/// A password that no list has.
pub const PASSWORD: &str = "quiet-orchid-47";

/// See the module.
pub struct Browser<'s> {
    server: &'s TestServer,
    pub cookies: Vec<(String, String)>,
    /// Headers that every request has.
    pub headers: Vec<(&'static str, String)>,
}

impl<'s> Browser<'s> {
    pub fn of(server: &'s TestServer) -> Self {
        Browser { server, cookies: Vec::new(), headers: vec![("origin", server.origin().to_owned())] }
    }

    /// The same browser behind a proxy that adds a header.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(present, _)| *present != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    pub async fn get(&mut self, path: &str) -> anyhow::Result<Answer> {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&mut self, path: &str, body: Value) -> anyhow::Result<Answer> {
        self.send(Method::POST, path, Some(body)).await
    }

    async fn send(&mut self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Answer> {
        let mut request = self.server.accounts(method, path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", &pairs.join("; "));
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await?;
        for cookie in set_cookies(&answer) {
            self.keep(&cookie);
        }
        Ok(answer)
    }

    fn keep(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        let Some((name, value)) = pair.split_once('=') else { return };
        self.cookies.retain(|(present, _)| present != name);
        if !cookie.contains("Max-Age=0") {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Signs up with [`PASSWORD`]; the answer's body.
    pub async fn sign_up(&mut self, email: &str) -> anyhow::Result<Value> {
        let body = json!({ "name": "Ann", "email": email, "password": PASSWORD });
        let answer = self.post("/sign-up/email", body).await?;
        answer.expect_status(200)?;
        Ok(answer.json)
    }

    /// Signs in with [`PASSWORD`]; the token.
    pub async fn sign_in(&mut self, email: &str) -> anyhow::Result<String> {
        let answer = self.post("/sign-in/email", json!({ "email": email, "password": PASSWORD })).await?;
        answer.expect_status(200)?;
        Ok(answer.json["token"].as_str().unwrap_or_default().to_owned())
    }

    /// What `get-session` says.
    pub async fn session(&mut self) -> anyhow::Result<Value> {
        let answer = self.get("/get-session").await?;
        answer.expect_status(200)?;
        Ok(answer.json)
    }
}

/// The cookies that an answer sets, with their attributes.
pub fn set_cookies(answer: &Answer) -> Vec<String> {
    answer
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| Some(value.to_str().ok()?.to_owned()))
        .collect()
}
