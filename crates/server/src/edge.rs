//! The edge of this server: how the gateway and what the site shares with it are put together.

use std::sync::Arc;

use astrolabe_cluster::SharedMemory;
use astrolabe_core::app::{Apps, ServerSecret};
use astrolabe_core::ports::{Cache, Clock, Counters};
use astrolabe_edge::gateway::{Gateway, GatewayParts, Route};
use astrolabe_edge::shared::{AppCache, RateLimiter, SharedRoutes, SiteKey};

use crate::config::ServerConfig;

/// Where the server's own endpoints for the site are.
pub const ASTROLABE_MOUNT: &str = "/astrolabe/v1";

/// What the edge is made from.
pub struct EdgeParts {
    /// The routes of the gateway.
    pub routes: Vec<Route>,
    /// The key of the server side of the site.
    pub site_key: Option<SiteKey>,
    /// What nodes share.
    pub memory: Arc<SharedMemory>,
    /// What addresses of callers are hashed with, the same on all nodes.
    pub address_key: [u8; 32],
}

/// The parts of the edge that answer requests.
pub struct Edge {
    /// The gateway.
    pub gateway: Gateway,
    /// The cache and the rate limiter of the site.
    pub shared: SharedRoutes,
}

impl EdgeParts {
    /// The edge of a configuration. Connects to Redis in the background, if there is one.
    pub fn new(server: &ServerConfig, secret: &ServerSecret, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let memory = match &server.redis {
            None => SharedMemory::in_process(clock),
            Some(address) => {
                SharedMemory::in_redis(clock, address, &server.redis_prefix).map_err(anyhow::Error::msg)?
            }
        };
        Ok(EdgeParts {
            routes: server.gateway.clone(),
            site_key: server.site_key.clone(),
            memory: Arc::new(memory),
            address_key: secret.derive("", "addresses of callers"),
        })
    }

    /// Puts it together.
    pub(crate) fn build(self, apps: Arc<dyn Apps>, clock: Arc<dyn Clock>) -> Edge {
        let cache: Arc<dyn Cache> = self.memory.clone();
        let counters: Arc<dyn Counters> = self.memory;
        let shared = SharedRoutes {
            apps: Arc::clone(&apps),
            site_key: self.site_key,
            cache: AppCache::new(Arc::clone(&cache)),
            limiter: RateLimiter::new(Arc::clone(&counters)),
        };
        let gateway = Gateway::new(GatewayParts {
            routes: self.routes,
            apps,
            cache,
            counters,
            clock,
            address_key: self.address_key,
        });
        Edge { gateway, shared }
    }
}
