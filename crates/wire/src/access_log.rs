//! The access log: one line for each request. Paths only, since query strings may hold passwords.

use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use crate::client_address::ClientAddress;

/// The app a response belongs to, left in its extensions for the log.
#[derive(Debug, Clone)]
pub struct LoggedApp(pub std::sync::Arc<str>);

/// Middleware: writes the line when the response is ready.
pub async fn record(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let client = request.extensions().get::<ClientAddress>().map(|address| address.ip.to_string());
    let response = next.run(request).await;
    let app = response.extensions().get::<LoggedApp>();
    tracing::info!(
        target: "astrolabe::access",
        {
            http.method = %method,
            http.path = %path,
            http.status = response.status().as_u16(),
            duration_ms = started.elapsed().as_secs_f64() * 1_000.0,
            client.address = client.as_deref().unwrap_or("unknown"),
            app.id = app.map_or("", |app| &app.0),
        },
        "answered {method} {path}",
    );
    response
}
