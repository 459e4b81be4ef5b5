//! The gateway: paths of ours that are answered by other people's APIs, with secrets that callers never see.
//!
//! Routes are written in the configuration and checked at start. It holds no rules about users or objects, and passes
//! bodies through without gathering them, unless a route maps or keeps answers.

mod addresses;
mod answer;
mod body;
mod breaker;
mod cached;
mod call;
mod caller;
mod client;
mod config;
mod endpoint;
mod failure;
mod file;
mod headers;
mod mapping;
mod request;
mod route;
mod secret;
mod template;

use std::collections::HashMap;
use std::sync::Arc;

use astrolabe_core::app::Apps;
use astrolabe_core::ports::{Cache, Clock, Counters};
use astrolabe_wire::around::Answered;
use astrolabe_wire::client_address::ClientAddress;
use axum::body::Body;
use bytes::Bytes;
use http::Request;

use crate::shared::{Allowance, Flights, RateLimiter};
use addresses::AllowedAddresses;
use answer::Incoming;
use cached::Kept;
use caller::GatewayCaller;
use client::{UpstreamClient, tls_config};
use endpoint::Endpoint;

pub(crate) use caller::app_of;
pub use config::{ReadContext, RouteMistake, read};
pub use failure::Failure;
pub use route::Route;

/// What the gateway needs.
pub struct GatewayParts {
    /// The routes.
    pub routes: Vec<Route>,
    /// The apps of this server.
    pub apps: Arc<dyn Apps>,
    /// Where answers are kept.
    pub cache: Arc<dyn Cache>,
    /// Where requests are counted.
    pub counters: Arc<dyn Counters>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What addresses of callers are hashed with.
    pub address_key: [u8; 32],
}

/// The gateway.
pub struct Gateway {
    paths: matchit::Router<Arc<Endpoint>>,
    service: Arc<Service>,
}

/// What all routes share.
struct Service {
    apps: Arc<dyn Apps>,
    cache: Arc<dyn Cache>,
    clock: Arc<dyn Clock>,
    limiter: RateLimiter,
    flights: Flights<String, Result<Arc<Kept>, Failure>>,
    address_key: [u8; 32],
}

/// A route that takes a path.
pub struct Found<'g> {
    endpoint: &'g Arc<Endpoint>,
    parameters: Vec<(&'g str, String)>,
}

impl Gateway {
    /// Puts the routes together. Of two routes with one path, the first has it; the configuration has no such two.
    pub fn new(parts: GatewayParts) -> Self {
        let mut paths = matchit::Router::new();
        let mut clients: HashMap<AllowedAddresses, UpstreamClient> = HashMap::new();
        let tls = (!parts.routes.is_empty()).then(tls_config);
        for route in parts.routes {
            let Some(tls) = &tls else { break };
            let allowed = AllowedAddresses::public_and(&route.allow_addresses);
            let client =
                clients.entry(allowed.clone()).or_insert_with(|| UpstreamClient::new(allowed, tls.clone()));
            let path = route.path.clone();
            if let Err(error) = paths.insert(path, Arc::new(Endpoint::new(route, client.clone()))) {
                tracing::error!(%error, "a route of the gateway cannot be reached");
            }
        }
        let service = Service {
            apps: parts.apps,
            cache: parts.cache,
            clock: parts.clock,
            limiter: RateLimiter::new(parts.counters),
            flights: Flights::default(),
            address_key: parts.address_key,
        };
        Gateway { paths, service: Arc::new(service) }
    }

    /// The route that takes a path.
    pub fn find(&self, path: &str) -> Option<Found<'_>> {
        let found = self.paths.at(path).ok()?;
        // Names live as long as the routes, values only as long as the path.
        let names = found.value.route.parameter_names();
        let parameters = names.filter_map(|name| Some((name, found.params.get(name)?.to_owned())));
        Some(Found { parameters: parameters.collect(), endpoint: found.value })
    }

    /// Answers a request that a route takes.
    pub async fn answer<B>(&self, found: Found<'_>, request: Request<B>, client: ClientAddress) -> Answered
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let Found { endpoint, parameters } = found;
        let (parts, body) = request.into_parts();
        let caller = match Service::check(endpoint, &parts) {
            Ok(()) => self.service.caller(endpoint, &parts).await,
            Err(failure) => Err(failure),
        };
        let caller = match caller {
            Ok(caller) => caller,
            Err(failure) => return Answered::from(failure.response()),
        };
        let (caller_key, app) = (caller.key(client, &self.service.address_key), app_id(&caller));
        let allowance = self.count(endpoint, &caller_key).await;
        let mut response = match &allowance {
            Some(allowance) if !allowance.is_allowed => Failure::RateLimited.response(),
            _ => {
                let parameters = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let incoming = Incoming { parts: &parts, body: Body::new(body), parameters, caller_key };
                let answer = self.service.answer(endpoint, incoming).await;
                answer.unwrap_or_else(|failure| failure.response())
            }
        };
        if let Some(allowance) = allowance {
            allowance.add_headers(response.headers_mut());
        }
        Answered { response, app }
    }

    async fn count(&self, endpoint: &Endpoint, caller_key: &str) -> Option<Allowance> {
        let rule = endpoint.route.rate_limit?;
        let key = format!("gateway-rate:{}:{caller_key}", endpoint.route.path);
        Some(self.service.limiter.count(&key, rule).await)
    }
}

fn app_id(caller: &GatewayCaller) -> Option<Arc<str>> {
    caller.app.as_ref().map(|app| Arc::clone(&app.id))
}
