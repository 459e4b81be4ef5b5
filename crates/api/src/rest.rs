//! The Parse REST endpoints on objects and classes.
//!
//! Source: Parse REST protocol, "Endpoints".

mod aggregate_params;
mod aggregate_routes;
mod batch;
mod condition;
mod config_routes;
mod dashboard_routes;
mod find_params;
mod idempotency;
mod object_routes;
mod purge_routes;
mod schema_routes;
mod server_info;
mod transaction;

use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_wire::parse::{Failure, health};
use axum::routing::{MethodRouter, any, delete, get, post};
use axum::{Router, middleware};

/// Classes that have a path of their own beside `/classes`.
const ALIASES: [(&str, &str); 4] = [
    ("/users", "_User"),
    ("/sessions", "_Session"),
    ("/roles", "_Role"),
    ("/installations", "_Installation"),
];

/// All endpoints, relative to the mount. `more` are those of other slices; a batch reaches them too.
pub fn routes(more: Router) -> Router {
    let mut router = recorded_first(more)
        .route("/classes/{class}", get(object_routes::find).post(object_routes::create))
        .route(
            "/classes/{class}/{id}",
            get(object_routes::get).put(object_routes::update).delete(object_routes::delete),
        );
    for (path, class) in ALIASES {
        router = router
            .route(path, object_routes::collection_of(class))
            .route(&format!("{path}/{{id}}"), object_routes::item_of(class));
    }
    let router = router.fallback(unknown_endpoint).method_not_allowed_fallback(unknown_endpoint);
    let batch: MethodRouter = post(batch::run).with_state(batch::BatchRoutes::new(router.clone()));
    router.route("/batch", batch.fallback(unknown_endpoint)).route("/health", any(async || health()))
}

/// The endpoints that do not keep the id of a request together with what they store.
fn recorded_first(more: Router) -> Router {
    Router::new()
        .route("/schemas", get(schema_routes::list).post(schema_routes::create))
        .route(
            "/schemas/{class}",
            get(schema_routes::get)
                .post(schema_routes::create_named)
                .put(schema_routes::update)
                .delete(schema_routes::delete),
        )
        .route("/aggregate/{class}", get(aggregate_routes::aggregate))
        .route("/purge/{class}", delete(purge_routes::purge))
        .route("/serverInfo", get(server_info::show))
        .route("/config", get(config_routes::show).put(config_routes::change))
        .merge(dashboard_routes::routes())
        .merge(more)
        .route_layer(middleware::from_fn(idempotency::record_first))
}

async fn unknown_endpoint() -> Failure {
    Failure(Error::new(ErrorCode::EndpointNotFound, "There is no such endpoint."))
}
