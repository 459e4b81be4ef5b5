//! The HTTP client for upstreams: connections are kept and used again, encryption is rustls, and only allowed addresses are
//! connected to. It follows no redirection and reads no proxy variables.

use std::error::Error as StdError;
use std::net::IpAddr;
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};

use super::addresses::{AddressRefused, AllowedAddresses, GuardedResolver};
use super::failure::Failure;

/// How long connecting may take.
const CONNECT_DEADLINE: Duration = Duration::from_secs(5);
/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(60);
/// Unused connections to one upstream.
const IDLE_MAX: usize = 32;

/// A client for all routes that allow the same addresses: a connection that one of them may use is never another's.
#[derive(Clone)]
pub(super) struct UpstreamClient {
    allowed: AllowedAddresses,
    client: Client<HttpsConnector<HttpConnector<GuardedResolver>>, Body>,
}

/// How certificates of upstreams are checked: by the authorities that the machine trusts.
pub(super) fn tls_config() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (_, unreadable) = roots.add_parsable_certificates(found.certs);
    if roots.is_empty() || unreadable > 0 || !found.errors.is_empty() {
        tracing::warn!(
            trusted = roots.len(),
            unreadable = unreadable + found.errors.len(),
            "some certificates that this machine trusts cannot be read; upstreams that need them are unreachable"
        );
    }
    ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}

impl UpstreamClient {
    /// A client without connections.
    pub(super) fn new(allowed: AllowedAddresses, tls: ClientConfig) -> Self {
        let mut connector = HttpConnector::new_with_resolver(GuardedResolver(allowed.clone()));
        connector.enforce_http(false);
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT_DEADLINE));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_MAX)
            .build(connector);
        UpstreamClient { allowed, client }
    }

    /// Sends a request. The failure tells nothing of the address, which may hold secrets.
    pub(super) async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, Failure> {
        // The connector asks the resolver for names only.
        if literal_address(request.uri()).is_some_and(|ip| !self.allowed.contain(ip)) {
            return Err(Failure::AddressRefused);
        }
        self.client.request(request).await.map_err(|error| failure_of(&error))
    }
}

fn literal_address(uri: &Uri) -> Option<IpAddr> {
    let host = uri.host()?;
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).parse().ok()
}

fn failure_of(error: &(dyn StdError + 'static)) -> Failure {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        // An `io::Error` shows its inner error's cause as its own, so the inner one is looked at as well.
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if error.is::<AddressRefused>() || inner.is_some_and(|inner| inner.is::<AddressRefused>()) {
            return Failure::AddressRefused;
        }
        if error.is::<super::body::BodyTooLarge>() {
            return Failure::BodyTooLarge;
        }
        if error.is::<super::body::BodyBroken>() {
            return Failure::Body;
        }
        cause = error.source();
    }
    Failure::Unreachable
}
