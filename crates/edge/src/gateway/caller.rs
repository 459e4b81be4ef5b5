//! Who is calling, and whether the route is for them.

use std::net::IpAddr;
use std::sync::Arc;

use astrolabe_core::access::UserCaller;
use astrolabe_core::app::{App, Apps, HostName};
use astrolabe_core::error::Result;
use astrolabe_wire::client_address::ClientAddress;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, header};
use sha2::Sha256;

use super::failure::Failure;
use super::route::{Access, Route};

/// Who is calling.
pub(super) struct GatewayCaller {
    /// The app; public routes do without one.
    pub app: Option<Arc<App>>,
    /// The user of the session.
    pub user: Option<Arc<UserCaller>>,
}

/// The app of a request: the one whose id it bears, else the one of the host name.
pub(crate) async fn app_of(apps: &dyn Apps, headers: &HeaderMap) -> Result<Option<Arc<App>>> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(id) = text("x-parse-application-id") {
        return apps.by_id(id).await;
    }
    // A name that no app can have, such as an address of version 6, still chooses the only app.
    let host = text(header::HOST.as_str()).unwrap_or_default();
    let host = HostName::of_header(host).or_else(|| HostName::parse("unnamed"));
    match host {
        Some(host) => apps.by_host(&host).await,
        None => Ok(None),
    }
}

impl GatewayCaller {
    /// Looks the caller up where the route depends on it, and refuses those it is not for.
    pub(super) async fn find(route: &Route, apps: &dyn Apps, headers: &HeaderMap) -> Result<Self, Failure> {
        let is_counted =
            route.rate_limit.is_some() || route.cache.as_ref().is_some_and(|cache| cache.per_caller);
        let token = headers.get("x-parse-session-token").and_then(|value| value.to_str().ok());
        let mut caller = GatewayCaller { app: None, user: None };
        if route.access.needs_user() || (is_counted && token.is_some()) {
            caller.app = app_of(apps, headers).await.map_err(|_| Failure::Unavailable)?;
            caller.user = match (&caller.app, token) {
                (Some(app), Some(token)) => Some(resolve(app, token).await?),
                _ => None,
            };
        }
        caller.check(&route.access)?;
        Ok(caller)
    }

    fn check(&self, access: &Access) -> Result<(), Failure> {
        match (access, &self.user) {
            (Access::Public, _) | (Access::SignedIn, Some(_)) => Ok(()),
            (_, None) => Err(Failure::SessionMissing),
            (Access::Roles(roles), Some(user)) => {
                let has_one = user.role_names().any(|name| roles.iter().any(|role| role == name));
                if has_one { Ok(()) } else { Err(Failure::RoleMissing) }
            }
        }
    }

    /// What tells callers apart: the user, else the address, which is not told.
    pub(super) fn key(&self, client: ClientAddress, address_key: &[u8; 32]) -> String {
        match (&self.app, &self.user) {
            (Some(app), Some(user)) => format!("user:{}/{}", app.id, user.user_id),
            _ => format!("address:{}", hashed(client.ip, address_key)),
        }
    }
}

async fn resolve(app: &App, token: &str) -> Result<Arc<UserCaller>, Failure> {
    let found = app.callers.resolve(app, token).await;
    found.map_err(|error| match error.code.http_status() {
        status if status >= 500 => Failure::Unavailable,
        _ => Failure::SessionInvalid,
    })
}

/// An address as counters know it. Somebody with an IPv6 network has 2^64 addresses, which count as one.
fn hashed(ip: IpAddr, key: &[u8; 32]) -> String {
    let bytes = match ip.to_canonical() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets()[..8].to_vec(),
    };
    // A key of 32 bytes always fits.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(&bytes);
    hex::encode(&mac.finalize().into_bytes()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_counts_as_one_caller() {
        let key = |text: &str| hashed(text.parse().unwrap(), &[1; 32]);
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:2"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("9.9.9.9"), key("::ffff:9.9.9.9"));
        assert_ne!(key("9.9.9.9"), key("9.9.9.8"));
        assert_ne!(key("9.9.9.9"), hashed("9.9.9.9".parse().unwrap(), &[2; 32]));
    }
}
