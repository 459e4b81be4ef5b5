//! The access log: one line for each request. Paths only, since query strings may hold passwords.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::Request;
use axum::response::Response;
use http::{Method, Uri};

use crate::client_address::ClientAddress;

/// The app a response belongs to, left in its extensions for the log.
#[derive(Debug, Clone)]
pub struct LoggedApp(pub Arc<str>);

/// A line that is written when the response is ready.
pub struct AccessLine {
    started: Instant,
    method: Method,
    uri: Uri,
    client: Option<IpAddr>,
}

impl AccessLine {
    /// Keeps what the request says, and the time.
    pub fn begin(request: &Request, client: Option<ClientAddress>) -> Self {
        AccessLine {
            started: Instant::now(),
            method: request.method().clone(),
            uri: request.uri().clone(),
            client: client.map(|client| client.ip),
        }
    }

    /// Writes the line.
    pub fn end(self, response: &Response) {
        let client = self.client.map(|ip| ip.to_string());
        let app = response.extensions().get::<LoggedApp>();
        tracing::info!(
            target: "astrolabe::access",
            {
                http.method = self.method.as_str(),
                http.path = self.uri.path(),
                http.status = response.status().as_u16(),
                duration_ms = self.started.elapsed().as_secs_f64() * 1_000.0,
                client.address = client.as_deref().unwrap_or("unknown"),
                app.id = app.map_or("", |app| &app.0),
            },
            "answered",
        );
    }
}
