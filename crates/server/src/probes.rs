//! `/healthz` and `/readyz`, for whoever watches the process.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use crate::lifecycle::Shutdown;
use astrolabe_wire::own_answer;

/// The process is up and answers.
pub async fn live() -> Response {
    own_answer::data(StatusCode::OK, &json!({ "status": "ok" }))
}

/// The server takes requests; no longer true from the moment it is asked to stop.
pub async fn ready(State(shutdown): State<Shutdown>) -> Response {
    if shutdown.is_requested() {
        return own_answer::error(StatusCode::SERVICE_UNAVAILABLE, "stopping", "The server is stopping.");
    }
    own_answer::data(StatusCode::OK, &json!({ "status": "ready" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn readiness_ends_with_the_wish_to_stop() {
        let shutdown = Shutdown::manual();
        assert_eq!(ready(State(shutdown.clone())).await.status(), StatusCode::OK);
        shutdown.request();
        assert_eq!(ready(State(shutdown)).await.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(live().await.status(), StatusCode::OK);
    }
}
