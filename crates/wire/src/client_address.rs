//! Where a request comes from.
//!
//! The socket's peer counts, unless that peer is a listed proxy; then the address it forwarded counts. Forwarding
//! headers of anybody else prove nothing, but they tell that a proxy stands in between, so such a request never
//! passes for one from this machine.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

/// Headers that proxies add: whoever sends one of them is no direct caller.
static FORWARDING_HEADERS: [HeaderName; 8] = [
    HeaderName::from_static("forwarded"),
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("true-client-ip"),
    HeaderName::from_static("cf-connecting-ip"),
    HeaderName::from_static("via"),
];

/// The address of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress {
    /// Who is calling, as far as it is known.
    pub ip: IpAddr,
    /// Whether the address may open doors: false when a proxy that is not listed stands in between.
    pub is_certain: bool,
    /// Whether the peer is a listed proxy, whose other forwarding headers are believed too.
    pub is_proxied: bool,
}

impl ClientAddress {
    /// Whether the client is surely in one of the networks.
    pub fn is_in(&self, networks: &[IpNet]) -> bool {
        let everybody = networks.iter().any(|network| network.prefix_len() == 0);
        everybody || (self.is_certain && networks.iter().any(|network| network.contains(&self.ip)))
    }
}

/// The address of the client of a request that `peer` has sent.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> ClientAddress {
    let peer = peer.to_canonical();
    let is_proxy = |ip: &IpAddr| proxies.iter().any(|network| network.contains(ip));
    let is_forwarded = FORWARDING_HEADERS.iter().any(|name| headers.contains_key(name));
    if !is_proxy(&peer) {
        return ClientAddress { ip: peer, is_certain: !is_forwarded, is_proxied: false };
    }
    // The nearest address that is no proxy of ours is the client; what stands before it came from outside.
    let forwarded = forwarded_for(headers);
    match forwarded.iter().rev().find(|hop| !matches!(hop, Some(ip) if is_proxy(ip))) {
        Some(Some(ip)) => ClientAddress { ip: *ip, is_certain: true, is_proxied: true },
        Some(None) => ClientAddress { ip: peer, is_certain: false, is_proxied: true },
        // Every hop is a proxy of ours, so the first one is who called. Without hops it is the peer, unless it
        // forwards in a way that is not read here.
        None => match forwarded.first().copied().flatten() {
            Some(ip) => ClientAddress { ip, is_certain: true, is_proxied: true },
            None => ClientAddress { ip: peer, is_certain: !is_forwarded, is_proxied: true },
        },
    }
}

/// The hops of all `X-Forwarded-For` headers, first to last; `None` for one that is no address.
fn forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|value| value.to_str().unwrap_or("?").split(','))
        .map(|hop| hop.trim().parse::<IpAddr>().ok().map(|ip| ip.to_canonical()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(peer: &str, header: Option<(&'static str, &str)>, expected: (&str, bool)) {
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = header
            && let Ok(value) = value.parse()
        {
            headers.insert(name, value);
        }
        let proxies: Vec<IpNet> = ["10.0.0.0/8"].iter().filter_map(|text| text.parse().ok()).collect();
        let Ok(peer) = peer.parse() else { return };
        let found = client_address(peer, &headers, &proxies);
        assert_eq!((found.ip.to_string().as_str(), found.is_certain), expected, "{peer} {header:?}");
    }

    #[test]
    fn addresses() {
        let forwarded = |value| Some(("x-forwarded-for", value));
        check("127.0.0.1", None, ("127.0.0.1", true));
        check("::ffff:127.0.0.1", None, ("127.0.0.1", true));
        check("127.0.0.1", forwarded("9.9.9.9"), ("127.0.0.1", false));
        check("127.0.0.1", Some(("x-real-ip", "127.0.0.1")), ("127.0.0.1", false));
        check("127.0.0.1", Some(("forwarded", "for=127.0.0.1")), ("127.0.0.1", false));
        check("10.0.0.1", forwarded("9.9.9.9"), ("9.9.9.9", true));
        check("10.0.0.1", forwarded("127.0.0.1, 9.9.9.9, 10.0.0.2"), ("9.9.9.9", true));
        check("10.0.0.1", forwarded("127.0.0.1, nonsense"), ("10.0.0.1", false));
        check("10.0.0.1", None, ("10.0.0.1", true));
        check("10.0.0.1", Some(("x-real-ip", "9.9.9.9")), ("10.0.0.1", false));
        check("10.0.0.1", Some(("forwarded", "for=9.9.9.9")), ("10.0.0.1", false));
        check("10.0.0.1", forwarded("10.0.0.9, 10.0.0.2"), ("10.0.0.9", true));
        check("8.8.8.8", forwarded("127.0.0.1"), ("8.8.8.8", false));
    }

    #[test]
    fn an_uncertain_address_is_in_no_network_but_the_whole_world() {
        let networks = |text: &str| text.parse::<IpNet>().map(|network| vec![network]).unwrap_or_default();
        let address =
            ClientAddress { ip: IpAddr::from([127, 0, 0, 1]), is_certain: false, is_proxied: false };
        assert!(!address.is_in(&networks("127.0.0.0/8")));
        assert!(address.is_in(&networks("0.0.0.0/0")));
    }
}
