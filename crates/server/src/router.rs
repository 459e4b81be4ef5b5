//! The contents page of the server: which path is answered by which slice.

use std::net::SocketAddr;
use std::sync::Arc;

use astrolabe_auth::routes::better_auth::{self, BetterAuth};
use astrolabe_core::app::{AppSettings, Apps};
use astrolabe_mail::Destination;
use astrolabe_wire::access_log::AccessLog;
use astrolabe_wire::around::{Answered, Around};
use astrolabe_wire::hosted::HostedGate;
use astrolabe_wire::own_answer;
use astrolabe_wire::parse::{BodyBudget, PagesGate, ParseGate, Routes};
use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::get;
use http::Request;
use hyper::body::Incoming;
use ipnet::IpNet;
use tower::ServiceExt;

use crate::edge::{ASTROLABE_MOUNT, Edge, EdgeParts};
use crate::http::Service;
use crate::outbox_page::{self, OUTBOX_PATH};
use crate::probes::{self, Readiness};
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
    /// Where the access log goes.
    pub access_log: AccessLog,
    /// When the server can take requests.
    pub readiness: Readiness,
    /// The gateway, and what it shares with the site.
    pub edge: EdgeParts,
}

/// Every path of the server. Clones share everything.
#[derive(Clone)]
pub struct SiteRouter {
    paths: Arc<Paths>,
}

struct Paths {
    around: Around,
    parse: ParseGate,
    accounts: HostedGate,
    pages: PagesGate,
    edge: Edge,
    others: Router,
}

/// Puts the paths together.
pub fn router(state: &State, parts: RouterParts) -> SiteRouter {
    let around = Around {
        ids: Arc::clone(&state.ids),
        trusted_proxies: parts.trusted_proxies,
        access_log: parts.access_log,
    };
    let (defaults, body_budget) = (Arc::new(parts.defaults), BodyBudget::new(BODY_BUDGET_BYTES));
    let accounts = HostedGate {
        apps: Arc::clone(&parts.apps),
        defaults: Arc::clone(&defaults),
        body_bytes_max: better_auth::BODY_BYTES_MAX,
        body_budget: body_budget.clone(),
        face: Arc::new(BetterAuth::new(state.auth.clone())),
    };
    let pages = PagesGate {
        apps: Arc::clone(&parts.apps),
        defaults: Arc::clone(&defaults),
        body_budget: body_budget.clone(),
        mount: PARSE_MOUNT,
        handler: astrolabe_auth::pages::handler(&state.auth),
    };
    let edge = parts.edge.build(Arc::clone(&parts.apps), Arc::clone(&state.clock));
    let parse = ParseGate {
        apps: parts.apps,
        defaults,
        mount: PARSE_MOUNT,
        body_budget,
        routes: astrolabe_api::rest::routes(astrolabe_auth::routes::parse::routes(
            Routes::default(),
            &state.auth,
        )),
    };
    let outbox = match state.mail.destination() {
        Destination::Outbox(outbox) => {
            Router::new().route(OUTBOX_PATH, get(outbox_page::show).with_state(outbox.clone()))
        }
        _ => Router::new(),
    };
    let others = outbox
        .route("/healthz", get(probes::live))
        .route("/readyz", get(probes::ready).with_state(parts.readiness))
        .fallback(own_answer::unknown_path);
    SiteRouter { paths: Arc::new(Paths { around, parse, pages, accounts, edge, others }) }
}

impl Service for SiteRouter {
    async fn answer(self, request: Request<Incoming>, peer: SocketAddr) -> Response {
        let Paths { around, parse, pages, accounts, edge, others } = &*self.paths;
        // What answers is large and would be copied into everything around it.
        let inside = async |request: Request<Incoming>, client| {
            let uri = request.uri().clone();
            if let Some(path) = below(PARSE_MOUNT, uri.path()) {
                return match PagesGate::page_path(path) {
                    Some(page) => Box::pin(pages.answer(request, &page, client)).await,
                    None => Box::pin(parse.answer(request, path, client)).await,
                };
            }
            if let Some(path) = below(better_auth::MOUNT, uri.path()) {
                return Box::pin(accounts.answer(request, path, client)).await;
            }
            if let Some(path) = below(ASTROLABE_MOUNT, uri.path()) {
                return Box::pin(edge.shared.answer(request, path, client)).await;
            }
            match edge.gateway.find(uri.path()) {
                Some(found) => Box::pin(edge.gateway.answer(found, request, client)).await,
                None => Box::pin(answered_by(others.clone(), request)).await,
            }
        };
        around.answer(request, peer, inside).await
    }
}

/// The rest of a path after a mount; `None` for a path that is not below it.
fn below<'p>(mount: &str, path: &'p str) -> Option<&'p str> {
    let rest = path.strip_prefix(mount)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

async fn answered_by(router: Router, request: Request<Incoming>) -> Answered {
    let Ok(response) = router.oneshot(request.map(Body::new)).await;
    response.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_end_at_a_slash() {
        for (path, expected) in [
            ("/parse", Some("")),
            ("/parse/", Some("")),
            ("/parse/classes/Todo", Some("classes/Todo")),
            ("/parse//classes", Some("/classes")),
            ("/parser", None),
            ("/", None),
        ] {
            assert_eq!(below(PARSE_MOUNT, path), expected, "{path}");
        }
    }
}
