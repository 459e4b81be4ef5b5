//! Requests of a test and their answers.

use anyhow::ensure;
use reqwest::RequestBuilder;
use serde_json::Value;

use crate::server::MASTER_KEY;

/// A request under construction.
pub struct TestRequest {
    builder: RequestBuilder,
}

/// An answer that has been read.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body as JSON; null when it is none.
    pub json: Value,
    /// The body as it came.
    pub text: String,
}

impl TestRequest {
    pub(crate) fn new(builder: RequestBuilder) -> Self {
        TestRequest { builder }
    }

    /// Adds a header.
    pub fn header(self, name: &str, value: &str) -> Self {
        TestRequest { builder: self.builder.header(name, value) }
    }

    /// Presents the master key.
    pub fn master(self) -> Self {
        self.header("X-Parse-Master-Key", MASTER_KEY)
    }

    /// Presents a session token.
    pub fn token(self, token: &str) -> Self {
        self.header("X-Parse-Session-Token", token)
    }

    /// Sends JSON.
    pub fn json(self, body: &Value) -> Self {
        TestRequest { builder: self.builder.json(body) }
    }

    /// Sends bytes as they are.
    pub fn raw(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        TestRequest { builder: self.builder.header("Content-Type", content_type).body(body.into()) }
    }

    /// Adds query parameters.
    pub fn query(self, pairs: &[(&str, &str)]) -> Self {
        TestRequest { builder: self.builder.query(pairs) }
    }

    /// Sends the request and reads the answer.
    pub async fn send(self) -> anyhow::Result<Answer> {
        let response = self.builder.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Answer { status, headers, json, text })
    }
}

impl Answer {
    /// Fails with the whole answer when the status is another.
    pub fn expect_status(&self, status: u16) -> anyhow::Result<()> {
        ensure!(self.status == status, "expected status {status}, got {}: {}", self.status, self.text);
        Ok(())
    }

    /// Fails with the whole answer when status or Parse error number are others.
    pub fn expect_error(&self, status: u16, code: i64) -> anyhow::Result<()> {
        let found = (self.status, self.json["code"].as_i64());
        ensure!(
            found == (status, Some(code)),
            "expected {status} with code {code}, got {}: {}",
            self.status,
            self.text
        );
        Ok(())
    }

    /// The `results` of a query.
    pub fn results(&self) -> &[Value] {
        self.json["results"].as_array().map_or(&[], Vec::as_slice)
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
