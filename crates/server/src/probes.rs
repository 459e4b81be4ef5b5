//! `/healthz` and `/readyz`, for whoever watches the process.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use crate::apps::AppRegistry;
use crate::databases::Databases;
use crate::lifecycle::Shutdown;
use astrolabe_wire::own_answer;

/// The process is up and answers.
pub async fn live() -> Response {
    own_answer::data(StatusCode::OK, &json!({ "status": "ok" }))
}

/// What readiness depends on.
#[derive(Clone)]
pub struct Readiness {
    /// It ends with the wish to stop.
    pub shutdown: Shutdown,
    /// It needs the database of these apps.
    pub apps: Option<(AppRegistry, Databases)>,
}

/// The server takes requests: it is not asked to stop, and the database answers.
pub async fn ready(State(readiness): State<Readiness>) -> Response {
    let refused = |code, sentence| own_answer::error(StatusCode::SERVICE_UNAVAILABLE, code, sentence);
    if readiness.shutdown.is_requested() {
        return refused("stopping", "The server is stopping.");
    }
    if let Some((apps, databases)) = &readiness.apps
        && !database_answers(apps, databases).await
    {
        return refused("database_unavailable", "The database does not answer.");
    }
    own_answer::data(StatusCode::OK, &json!({ "status": "ready" }))
}

/// Apps share a server of databases, which can be asked without any of them, or the disk, for which one speaks for all.
async fn database_answers(apps: &AppRegistry, databases: &Databases) -> bool {
    match databases.postgres() {
        Ok(server) => server.ping().await.is_ok(),
        Err(_) => apps.database_answers().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn readiness_ends_with_the_wish_to_stop() {
        let shutdown = Shutdown::manual();
        let readiness = Readiness { shutdown: shutdown.clone(), apps: None };
        assert_eq!(ready(State(readiness.clone())).await.status(), StatusCode::OK);
        shutdown.request();
        assert_eq!(ready(State(readiness)).await.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(live().await.status(), StatusCode::OK);
    }
}
