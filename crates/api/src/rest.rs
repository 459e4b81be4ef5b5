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
mod object_routes;
mod purge_routes;
mod schema_routes;
mod server_info;
mod transaction;
mod usage_routes;

use std::sync::Arc;

use astrolabe_wire::parse::Routes;
use astrolabe_wire::parse::routes::{delete, get, post};

/// Classes that have a path of their own beside `/classes`.
const ALIASES: [(&str, &str); 4] = [
    ("/users", "_User"),
    ("/sessions", "_Session"),
    ("/roles", "_Role"),
    ("/installations", "_Installation"),
];

/// Adds all endpoints, relative to the mount, to those of other slices; a batch reaches these too.
pub fn routes(others: Routes) -> Routes {
    let mut routes = dashboard_routes::routes(others)
        .route("/classes/{class}", object_routes::collection())
        .route("/classes/{class}/{id}", object_routes::item())
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
        .route("/usage", get(usage_routes::show))
        .route("/config", get(config_routes::show).put(config_routes::change));
    for (path, class) in ALIASES {
        routes = routes
            .route(path, object_routes::collection_of(class))
            .route(&format!("{path}/{{id}}"), object_routes::item_of(class));
    }
    let reachable = Arc::new(routes.clone());
    let batch = move |call| batch::run(Arc::clone(&reachable), call);
    routes.route("/batch", post(batch).records_itself())
}
