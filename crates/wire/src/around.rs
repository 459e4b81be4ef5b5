//! What happens around every request, whatever answers it: an id, the client's address, a line in the access log, and
//! a net for panics.
//!
//! One middleware, since each costs every request a copy of the services below it.

use std::sync::Arc;

use astrolabe_core::ports::Ids;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;
use tracing::Instrument;

use crate::access_log::AccessLine;
use crate::request_id::{RequestId, X_REQUEST_ID};
use crate::{client_address, panics};

/// What it needs.
#[derive(Clone)]
pub struct Around {
    /// Makes request ids.
    pub ids: Arc<dyn Ids>,
    /// Peers whose forwarding headers are believed.
    pub trusted_proxies: Arc<[IpNet]>,
}

/// The middleware. Later ones find a [`RequestId`] and a [`client_address::ClientAddress`] in the request's extensions.
pub async fn around(State(around): State<Around>, mut request: Request, next: Next) -> Response {
    let id = RequestId::new(&*around.ids);
    let client = client_address::of_request(&request, &around.trusted_proxies);
    let line = AccessLine::begin(&request, client);
    let span = tracing::info_span!("request", request.id = &*id.0);
    let header = id.header();
    request.extensions_mut().insert(id);
    client.map(|client| request.extensions_mut().insert(client));
    let mut response = panics::contain(next.run(request)).instrument(span.clone()).await;
    span.in_scope(|| line.end(&response));
    if let Some(header) = header {
        response.headers_mut().insert(X_REQUEST_ID, header);
    }
    response
}
