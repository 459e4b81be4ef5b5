//! A route with what it needs at work: its client and its breaker.

use super::breaker::Breaker;
use super::client::UpstreamClient;
use super::route::Route;

/// See the module.
pub(super) struct Endpoint {
    pub route: Route,
    pub client: UpstreamClient,
    pub breaker: Breaker,
    /// The methods it takes, as `Allow` lists them.
    pub allow: String,
}

impl Endpoint {
    pub(super) fn new(route: Route, client: UpstreamClient) -> Self {
        let breaker = Breaker::new(route.breaker);
        let allow = route.methods.iter().map(|method| method.as_str()).collect::<Vec<_>>().join(", ");
        Endpoint { route, client, breaker, allow }
    }
}
