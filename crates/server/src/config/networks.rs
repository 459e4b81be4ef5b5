//! Lists of addresses and networks, as `masterKeyIps` and `trustProxy` take them.

use std::net::IpAddr;

use ipnet::IpNet;

/// Express's names for the networks of this machine and its surroundings.
const NAMED: &[(&str, &[&str])] = &[
    ("loopback", &["127.0.0.0/8", "::1/128"]),
    ("linklocal", &["169.254.0.0/16", "fe80::/10"]),
    ("uniquelocal", &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]),
];

/// Reads one entry: an address, a network or one of the names above. `None` when it is none of them.
pub(super) fn parse(text: &str) -> Option<Vec<IpNet>> {
    if let Some((_, nets)) = NAMED.iter().find(|(name, _)| *name == text) {
        return nets.iter().map(|net| net.parse().ok()).collect();
    }
    let net = match text.parse::<IpAddr>() {
        // Parse Server reads `0.0.0.0` and `::0` as "every address of this kind".
        Ok(address) if address.is_unspecified() => IpNet::new(address, 0).ok()?,
        Ok(address) => IpNet::from(address),
        Err(_) => text.parse::<IpNet>().ok()?.trunc(),
    };
    Some(vec![net])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let nets: Vec<String> = parse(text).unwrap_or_default().iter().map(ToString::to_string).collect();
        assert_eq!(nets, expected, "{text}");
    }

    #[test]
    fn reads_addresses_networks_and_names() {
        check("10.1.2.3", &["10.1.2.3/32"]);
        check("10.1.2.3/8", &["10.0.0.0/8"]);
        check("::1", &["::1/128"]);
        check("0.0.0.0/0", &["0.0.0.0/0"]);
        check("::0", &["::/0"]);
        check("loopback", &["127.0.0.0/8", "::1/128"]);
        check("10.0.0.0/33", &[]);
        check("example.org", &[]);
    }
}
