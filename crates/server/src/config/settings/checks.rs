//! Checks of single settings that need more than their kind. An error ends a sentence about the value.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use astrolabe_core::app::{HostName, SECRET_LEN_MIN, ServerSecret, is_valid_app_id};
use astrolabe_store::PostgresServer;
use tracing_subscriber::EnvFilter;

use crate::config::PostgresAddress;
use crate::config::draft::DatabaseUrl;

/// `127.0.0.1:1337`, `[::1]:1337` or `localhost:1337`.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    let address = match text.strip_prefix("localhost:") {
        Some(port) => port.parse().ok().map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        None => text.parse().ok(),
    };
    address.ok_or_else(|| "must be an address and a port such as `127.0.0.1:1337` or `[::]:1337`".into())
}

/// Parse Server's `host`.
pub(super) fn host(text: &str) -> Result<IpAddr, String> {
    match text {
        "localhost" => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        text => text.parse().map_err(|_| "must be an address such as `127.0.0.1` or `0.0.0.0`".into()),
    }
}

/// The address under which clients reach the Parse API.
pub(super) fn url(text: &str) -> Result<String, String> {
    const ALLOWED: &str = "must be an address such as `https://example.org/parse`, without `?` and `#`";
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(ALLOWED)?;
    let host = rest.split('/').next().unwrap_or_default();
    if host.is_empty() || rest.contains(['?', '#', '@']) || rest.contains(char::is_whitespace) {
        return Err(ALLOWED.into());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// Astrolabe answers the Parse API under one path.
pub(super) fn mount_path(text: &str) -> Result<(), String> {
    match text.trim_end_matches('/') {
        "/parse" => Ok(()),
        _ => Err(
            "must be `/parse`: other paths are not available in this version yet, so let the proxy in front \
                  rewrite the path"
                .into(),
        ),
    }
}

/// Origins of browsers; `*` among them means every origin, an empty list.
pub(super) fn origins(origins: Vec<String>) -> Result<Vec<String>, String> {
    if origins.iter().any(|origin| origin == "*") {
        return Ok(Vec::new());
    }
    match origins.iter().find(|origin| !is_origin(origin)) {
        Some(wrong) => {
            Err(format!("must hold origins such as `https://example.org`, or `*`; `{wrong}` is neither"))
        }
        None => Ok(origins),
    }
}

/// The origin of a site.
pub(super) fn origin(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/').to_ascii_lowercase();
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    if is_web && is_origin(&text) && !text.contains('*') {
        return Ok(text);
    }
    Err("must be an origin such as `https://shop.example`, without a path".into())
}

/// Origins of sites and apps, with `*` and `?` for any text. A pattern for every site would be none.
pub(super) fn origin_patterns(patterns: Vec<String>) -> Result<Vec<String>, String> {
    let is_pattern = |text: &String| {
        let host = text.split_once("://").map_or(text.as_str(), |(_, host)| host);
        let says_little =
            !host.is_empty() && host.chars().all(|letter| matches!(letter, '*' | '?' | '.' | ':'));
        !text.contains(char::is_whitespace) && !says_little && (text.contains("://") || text.contains('.'))
    };
    match patterns.iter().find(|text| !is_pattern(text)) {
        Some(wrong) => Err(format!(
            "must hold origins such as `https://shop.example` or `https://*.shop.example`; `{wrong}` is none"
        )),
        None => Ok(patterns),
    }
}

/// The beginning of names of cookies.
pub(super) fn cookie_prefix(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match (1..=64).contains(&text.len()) && text.bytes().all(fits) {
        true => Ok(text.to_owned()),
        false => Err("must be 1 to 64 letters, digits, `-`, `_` or `.`".into()),
    }
}

/// The domain of cookies.
pub(super) fn cookie_domain(text: &str) -> Result<String, String> {
    let name = HostName::parse(text.trim_start_matches('.')).filter(|name| name.as_str().contains('.'));
    name.map(|name| name.as_str().to_owned())
        .ok_or_else(|| "must be a host name such as `shop.example`".into())
}

fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    !scheme.is_empty() && !host.is_empty() && !host.contains(['/', '?', '#', '@', ' '])
}

/// Names of request headers.
pub(super) fn headers(names: Vec<String>) -> Result<Vec<String>, String> {
    let is_token = |name: &String| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
    };
    match names.iter().find(|name| !is_token(name)) {
        Some(wrong) => Err(format!("must hold names of headers; `{wrong}` is none")),
        None => Ok(names),
    }
}

/// The secret of a server.
pub(super) fn secret(text: &str) -> Result<ServerSecret, String> {
    ServerSecret::of(text)
        .ok_or_else(|| format!("must have at least {SECRET_LEN_MIN} characters (the value is not shown)"))
}

/// The address of a page, which may have a query.
pub(super) fn page_url(text: &str) -> Result<String, String> {
    let parsed = url::Url::parse(text).ok();
    match parsed.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
        Some(url) => Ok(url.to_string()),
        None => Err("must be an address such as `https://example.org/page`".to_owned()),
    }
}

/// An application id.
pub(super) fn app_id(text: &str) -> Result<String, String> {
    if is_valid_app_id(text) {
        return Ok(text.to_owned());
    }
    Err("must be 1 to 64 letters, digits, `_` or `-`, since it is also the name of a folder".into())
}

/// A name for people.
pub(super) fn name(text: &str) -> Result<String, String> {
    const CHARS_MAX: usize = 200;
    if text.chars().count() > CHARS_MAX || text.chars().any(char::is_control) {
        return Err(format!("must be one line of at most {CHARS_MAX} characters"));
    }
    Ok(text.trim().to_owned())
}

/// A level, in Astrolabe's or Parse Server's words, or a list of `target=level`.
pub(super) fn log_level(text: &str) -> Result<String, String> {
    let level = match text {
        "verbose" => "debug",
        "silly" => "trace",
        text => text,
    };
    let single_word = level.chars().all(char::is_alphanumeric);
    let known = ["off", "error", "warn", "info", "debug", "trace"].contains(&level);
    if (single_word && !known) || EnvFilter::try_new(level).is_err() {
        return Err("must be `error`, `warn`, `info`, `debug` or `trace`, or a list such as \
                    `info,astrolabe_store=debug`"
            .into());
    }
    Ok(level.to_owned())
}

/// A database address. PostgreSQL's is read further by whoever connects; here it has to be one.
pub(super) fn database_url(text: &str) -> Result<DatabaseUrl, String> {
    match text.split_once(':') {
        Some(("sqlite", path)) if !path.trim_start_matches("//").is_empty() => {
            Ok(DatabaseUrl::Sqlite(PathBuf::from(path.strip_prefix("//").unwrap_or(path))))
        }
        Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => postgres(text),
        Some(("mongodb" | "mongodb+srv", _)) => {
            Err("Astrolabe does not use MongoDB; leave it out, or use `sqlite:PATH` or `postgres://…`".into())
        }
        _ => Err("must be `sqlite:PATH` or `postgres://…` (the value is not shown)".into()),
    }
}

/// Names of hosts, without ports.
pub(super) fn hosts(names: &[String]) -> Result<Vec<HostName>, String> {
    let host = |name: &String| {
        HostName::parse(name)
            .ok_or_else(|| format!("must hold names such as `shop.example`, without ports; {name:?} is none"))
    };
    names.iter().map(host).collect()
}

/// A schema of PostgreSQL; those that begin with `pg_` are its own.
pub(super) fn schema_name(text: &str) -> Result<String, String> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
    if (1..=63).contains(&text.len()) && text.chars().all(allowed) && !text.starts_with("pg_") {
        return Ok(text.to_owned());
    }
    Err("must be 1 to 63 letters, digits, `_` or `-`, and not begin with `pg_`".into())
}

fn postgres(address: &str) -> Result<DatabaseUrl, String> {
    PostgresServer::check_address(address)
        .map(|()| DatabaseUrl::Postgres(PostgresAddress::new(address)))
        .map_err(|problem| format!("is no address of PostgreSQL: {problem} (the value is not shown)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(listen("localhost:80").unwrap().to_string(), "127.0.0.1:80");
        assert_eq!(listen("[::1]:0").unwrap().to_string(), "[::1]:0");
        assert!(listen("1337").is_err() && listen("localhost:http").is_err());
        assert_eq!(url("https://a.example/parse/").unwrap(), "https://a.example/parse");
        assert!(url("a.example").is_err() && url("https:///parse").is_err() && url("http://a?b").is_err());
    }

    #[test]
    fn databases() {
        let file = |path: &str| Ok(DatabaseUrl::Sqlite(PathBuf::from(path)));
        assert_eq!(database_url("sqlite:a/b.db"), file("a/b.db"));
        assert_eq!(database_url("sqlite:///var/a.db"), file("/var/a.db"));
        for address in [
            "postgres://u:pw@h/db",
            "postgresql://u@127.0.0.1:5433/db?sslmode=disable",
            "postgres://u@h/db?sslmode=verify-full&sslrootcert=ca.pem",
        ] {
            assert_eq!(database_url(address), Ok(DatabaseUrl::Postgres(PostgresAddress::new(address))));
        }
        for wrong in [
            "sqlite:",
            "a.db",
            "mongodb://h/db",
            "postgres:db",
            "postgres://h:port/db",
            "postgres://h/db?sslmode=always",
        ] {
            let problem = database_url(wrong).unwrap_err();
            assert!(!problem.contains("//h"), "{problem}");
        }
        assert_eq!(hosts(&["Shop.example".into()]).unwrap()[0].as_str(), "shop.example");
        assert!(hosts(&["shop.example:80".into()]).is_err());
        assert_eq!(schema_name("my-app_1").as_deref(), Ok("my-app_1"));
        for wrong in ["", "pg_x", "a b", "a\"", &"x".repeat(64)] {
            assert!(schema_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn origins_and_levels() {
        assert_eq!(origins(vec!["https://a".into(), "*".into()]), Ok(vec![]));
        assert!(origins(vec!["https://a/".into()]).is_err());
        assert_eq!(log_level("verbose").unwrap(), "debug");
        assert!(log_level("info,astrolabe_store=debug").is_ok());
        assert!(log_level("loud").is_err());
    }
}
