//! The contents page of the server: which path is answered by which slice.

use std::sync::Arc;

use astrolabe_core::app::{AppSettings, Apps};
use astrolabe_wire::around::{Around, around};
use astrolabe_wire::own_answer;
use astrolabe_wire::parse::{BodyBudget, ParseGate, gate};
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use ipnet::IpNet;
use tower::Layer;

use crate::lifecycle::Shutdown;
use crate::probes;
use crate::state::State;

/// Where the Parse API is.
pub const PARSE_MOUNT: &str = "/parse";

/// The bytes of large bodies that are held at the same time. JSON takes several times as much once it is read.
const BODY_BUDGET_BYTES: usize = 96 * 1024 * 1024;

/// What the router needs beside the state.
pub struct RouterParts {
    /// The apps of this server.
    pub apps: Arc<dyn Apps>,
    /// Settings that hold until an app is known.
    pub defaults: AppSettings,
    /// Peers whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Readiness ends with it.
    pub shutdown: Shutdown,
}

/// Every path of the server.
pub fn router(state: &State, parts: RouterParts) -> Router {
    let outermost =
        Around { ids: Arc::clone(&state.ids), trusted_proxies: parts.trusted_proxies.clone().into() };
    Router::new()
        .nest_service(PARSE_MOUNT, parse(state, &parts))
        .route("/healthz", get(probes::live))
        .route("/readyz", get(probes::ready).with_state(parts.shutdown))
        .fallback(own_answer::unknown_path)
        .layer(from_fn_with_state(outermost, around))
}

/// The Parse API behind its gate, which stands outside of the routes because it may change method and path.
fn parse(state: &State, parts: &RouterParts) -> Router {
    let routes = astrolabe_api::rest::routes(astrolabe_auth::routes::parse::routes(state.auth.clone()));
    let parse_gate = ParseGate {
        apps: Arc::clone(&parts.apps),
        defaults: Arc::new(parts.defaults.clone()),
        mount: PARSE_MOUNT,
        body_budget: BodyBudget::new(BODY_BUDGET_BYTES),
    };
    Router::new().fallback_service(from_fn_with_state(parse_gate, gate).layer(routes))
}
