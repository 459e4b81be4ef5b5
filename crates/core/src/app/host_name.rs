//! The name of a host, as records have it and as clients send it.

/// Bytes of a host name, as DNS has it.
const LEN_MAX: usize = 253;

/// A host name in its one spelling: lower case, without a port and without a dot at the end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostName(String);

impl HostName {
    /// Reads a name alone, such as `shop.example`.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.strip_suffix('.').unwrap_or(name);
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        let is_name = name.len() <= LEN_MAX && name.split('.').all(is_label);
        is_name.then(|| HostName(name.to_ascii_lowercase()))
    }

    /// Reads what a `Host` header says, which may have a port.
    pub fn of_header(host: &str) -> Option<Self> {
        match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => HostName::parse(name),
            Some(_) => None,
            None => HostName::parse(host),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_spelling() {
        for (header, expected) in [
            ("Shop.Example", Some("shop.example")),
            ("shop.example.:8080", Some("shop.example")),
            ("localhost:", Some("localhost")),
            ("127.0.0.1:1337", Some("127.0.0.1")),
            ("xn--bcher-kva.example", Some("xn--bcher-kva.example")),
            ("", None),
            ("a..b", None),
            ("[::1]:80", None),
            ("shop.example:80a", None),
            ("shop.example/x", None),
            ("bücher.example", None),
        ] {
            let host = HostName::of_header(header);
            assert_eq!(host.as_ref().map(HostName::as_str), expected, "{header}");
        }
        assert_eq!(HostName::parse(&"a".repeat(64)), None);
    }
}
