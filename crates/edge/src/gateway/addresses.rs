//! Which addresses an upstream may have: those of the public Internet, and those that its route names.
//!
//! Checked are the addresses that are connected to, after names are resolved, so neither the notation of an address nor a
//! name that resolves differently the second time gets around it.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::Name;
use ipnet::IpNet;
use tower::Service;

/// Networks that are not the public Internet, by the registries of special-purpose addresses (IANA), and addresses at
/// which clouds tell machines their secrets.
const SPECIAL: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
];

/// The addresses that a route may use.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AllowedAddresses {
    special: Arc<[IpNet]>,
    allowed: Arc<[IpNet]>,
}

impl AllowedAddresses {
    /// The public Internet and the networks given.
    pub fn public_and(allowed: &[IpNet]) -> Self {
        let special = SPECIAL.iter().filter_map(|network| network.parse().ok());
        AllowedAddresses { special: special.collect(), allowed: allowed.into() }
    }

    /// Whether an address may be connected to.
    pub fn contain(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        let is_in = |networks: &[IpNet], ip: &IpAddr| networks.iter().any(|network| network.contains(ip));
        if is_in(&self.allowed, &ip) {
            return true;
        }
        // An address that carries another one leads to that.
        let inner = match ip {
            IpAddr::V4(_) => None,
            IpAddr::V6(ip) => carried(ip).map(IpAddr::V4),
        };
        !is_in(&self.special, &ip) && inner.is_none_or(|inner| !is_in(&self.special, &inner))
    }
}

/// The IPv4 address that NAT64 (RFC 6052) or 6to4 (RFC 3056) leads to.
fn carried(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let bytes = ip.octets();
    match ip.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, _, _] => Some(Ipv4Addr::new(bytes[12], bytes[13], bytes[14], bytes[15])),
        [0x2002, ..] => Some(Ipv4Addr::new(bytes[2], bytes[3], bytes[4], bytes[5])),
        _ => None,
    }
}

/// A name or an address that leads to where the route may not go.
#[derive(Debug)]
pub(super) struct AddressRefused;

impl fmt::Display for AddressRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the address is not allowed")
    }
}

impl std::error::Error for AddressRefused {}

/// Resolves names, and keeps what may not be connected to from the connector.
#[derive(Clone)]
pub(super) struct GuardedResolver(pub AllowedAddresses);

type Resolving = Pin<Box<dyn Future<Output = io::Result<std::vec::IntoIter<SocketAddr>>> + Send>>;

impl Service<Name> for GuardedResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Resolving;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Resolving {
        let allowed = self.0.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One bad address is a reason to trust none: a name that mixes them means no good.
            if found.iter().all(|address| allowed.contain(address.ip())) {
                Ok(found.into_iter())
            } else {
                Err(io::Error::new(io::ErrorKind::PermissionDenied, AddressRefused))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_network_is_read() {
        assert_eq!(AllowedAddresses::public_and(&[]).special.len(), SPECIAL.len());
    }

    #[test]
    fn only_public_addresses_and_named_networks() {
        let public = AllowedAddresses::public_and(&[]);
        let loopback: IpNet = "127.0.0.0/8".parse().unwrap();
        let with_loopback = AllowedAddresses::public_and(&[loopback]);
        for (text, is_public, is_allowed) in [
            ("1.1.1.1", true, true),
            ("8.8.8.8", true, true),
            ("2606:4700:4700::1111", true, true),
            ("::ffff:1.1.1.1", true, true),
            ("64:ff9b::1.1.1.1", true, true),
            ("127.0.0.1", false, true),
            ("127.255.0.9", false, true),
            ("::ffff:127.0.0.1", false, true),
            ("0.0.0.0", false, false),
            ("10.1.2.3", false, false),
            ("172.31.0.1", false, false),
            ("172.32.0.1", true, true),
            ("192.168.1.1", false, false),
            ("100.64.0.1", false, false),
            ("100.100.100.200", false, false),
            ("169.254.169.254", false, false),
            ("168.63.129.16", false, false),
            ("192.0.0.192", false, false),
            ("198.19.0.1", false, false),
            ("224.0.0.1", false, false),
            ("255.255.255.255", false, false),
            ("::", false, false),
            ("::1", false, false),
            ("::127.0.0.1", false, false),
            ("::ffff:10.0.0.1", false, false),
            ("::ffff:169.254.169.254", false, false),
            ("64:ff9b::10.0.0.1", false, false),
            ("64:ff9b::169.254.169.254", false, false),
            ("64:ff9b:1::1", false, false),
            ("2002:7f00:1::", false, false),
            ("2002:a9fe:a9fe::", false, false),
            ("2001::1", false, false),
            ("fd00:ec2::254", false, false),
            ("fe80::1", false, false),
            ("fec0::1", false, false),
            ("ff02::1", false, false),
        ] {
            let ip: IpAddr = text.parse().unwrap();
            assert_eq!((public.contain(ip), with_loopback.contain(ip)), (is_public, is_allowed), "{text}");
        }
    }

    #[tokio::test]
    async fn names_are_checked_by_what_they_resolve_to() {
        // Notations that the system's resolver takes for addresses.
        for name in ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"] {
            let Ok(name): Result<Name, _> = name.parse() else { continue };
            let answer = GuardedResolver(AllowedAddresses::public_and(&[])).call(name).await;
            assert!(answer.is_err());
        }
    }
}
