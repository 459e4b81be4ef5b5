//! Mistakes in routes, each with its line, and what defaults mean.

use http::Method;
use proptest::prelude::*;
use toml::de::DeTable;

use super::*;
use crate::gateway::route::Addition;

const GOOD: &str = "[[gateway.route]]\npath = \"/api/x/{id}\"\nupstream = \"https://a.example/{id}\"\n";

fn read_text(text: &str) -> Result<Vec<Route>, Vec<RouteMistake>> {
    let context = ReadContext {
        expand: &|text| match text {
            text if text.contains("${MISSING}") => Err(vec!["MISSING".to_owned()]),
            text => Ok(text.replace("${TOKEN}", "s3cret-token")),
        },
        millis: &|text| text.strip_suffix('s')?.parse::<u64>().ok()?.checked_mul(1_000),
        bytes: &|text| text.parse().ok(),
    };
    let (document, _) = DeTable::parse_recoverable(text);
    match document.get_ref().get("gateway") {
        Some(gateway) => read(gateway, &context),
        None => Ok(Vec::new()),
    }
}

/// The line, key and problem of the first mistake.
fn mistake(text: &str) -> (usize, String, String) {
    let mistakes = read_text(text).expect_err(text);
    let RouteMistake { offset, key, problem } = mistakes[0].clone();
    (text[..offset].matches('\n').count() + 1, key, problem)
}

#[test]
fn a_short_route_is_closed_by_default() {
    let routes = read_text(GOOD).unwrap();
    assert_eq!(routes.len(), 1);
    let route = &routes[0];
    assert_eq!(route.access, Access::SignedIn);
    assert_eq!(route.methods, [Method::GET, Method::HEAD]);
    assert!(route.query.is_empty() && route.allow_addresses.is_empty() && route.cache.is_none());
    assert_eq!((route.retries, route.redirects), (0, 0));
}

#[test]
fn mistakes_have_their_line_and_no_secret() {
    for (more, line, key, problem) in [
        ("timeout = \"soon\"", 4, "gateway.route.timeout", "must be a duration"),
        ("\n\nretries = 9", 6, "gateway.route.retries", "from 0 to 5"),
        ("methods = [\"TRACE\"]", 4, "gateway.route.methods", "must be a list"),
        ("methods = []", 4, "gateway.route.methods", "must be a list"),
        ("access = \"all\"", 4, "gateway.route.access", "`public`"),
        ("access = \"public\"\nroles = [\"a\"]", 5, "gateway.route.roles", "signed-in"),
        ("roles = []", 4, "gateway.route.roles", "at least one"),
        ("tiemout = \"1s\"", 4, "gateway.route", "unknown field `tiemout`"),
        ("timeout = 5", 4, "gateway.route", "expected a string"),
        ("request_headers = [\"host\"]", 4, "gateway.route.request_headers", "more than one hop"),
        (
            "request_headers = [\"Transfer-Encoding\"]",
            4,
            "gateway.route.request_headers",
            "more than one hop",
        ),
        ("response_headers = [\"set-cookie\"]", 4, "gateway.route.response_headers", "more than one hop"),
        ("allow_addresses = [\"localhost\"]", 4, "gateway.route.allow_addresses", "networks"),
        ("add = [{ header = \"x-key\", value = \"${MISSING}\" }]", 4, "gateway.route.add.value", "`MISSING`"),
        (
            "add = [{ header = \"x-key\", query = \"k\", value = \"s3cret-token\" }]",
            4,
            "gateway.route.add",
            "either",
        ),
        (
            "add = [{ header = \"x-key\", value = \"${TOKEN}\\n\" }]",
            4,
            "gateway.route.add.value",
            "not shown",
        ),
        ("add = [{ header = \"accept\", value = \"${TOKEN}\" }]", 4, "gateway.route.add.header", "passed on"),
        (
            "query = [\"k\"]\nadd = [{ query = \"k\", value = \"${TOKEN}\" }]",
            5,
            "gateway.route.add.query",
            "passed on",
        ),
        ("add = [{ header = \"x-key\", value = 12345678 }]", 4, "gateway.route", "expected a string"),
        ("cache = { ttl = \"60s\", key_query = [\"q\"] }", 4, "gateway.route.cache.key_query", "`q`"),
        ("request_headers = [\"cookie\"]\ncache = { ttl = \"60s\" }", 5, "gateway.route.cache", "per_caller"),
        ("rate_limit = { requests = 0, window = \"60s\" }", 4, "gateway.route.rate_limit.requests", "from 1"),
        ("quota = { requests = 1, window = \"0s\" }", 4, "gateway.route.quota.window", "duration"),
        ("breaker = { failures = 0, open = \"1s\" }", 4, "gateway.route.breaker.failures", "from 1"),
        ("map = { city = \"city\" }", 4, "gateway.route.map", "pointers"),
        (
            "sign = { header = \"x-sig\", secret = \"${TOKEN}\", message = \"{nonce}\" }",
            4,
            "gateway.route.sign.message",
            "{timestamp}",
        ),
        (
            "sign = { header = \"x-sig\", secret = \"${TOKEN}\", message = \"x\", encoding = \"b32\" }",
            4,
            "gateway.route.sign.encoding",
            "base64",
        ),
    ] {
        let found = mistake(&format!("{GOOD}{more}\n"));
        assert_eq!((found.0, found.1.as_str()), (line, key), "{more}: {}", found.2);
        assert!(found.2.contains(problem), "{more}: {}", found.2);
        assert!(!found.2.contains("s3cret") && !found.2.contains("12345678"), "{}", found.2);
    }
}

#[test]
fn mistakes_in_paths_and_addresses() {
    for (path, upstream, key) in [
        ("api/x", "https://a.example", "path"),
        ("/parse/x", "https://a.example", "path"),
        ("/api/auth/x", "https://a.example", "path"),
        ("/astrolabe/v1/x", "https://a.example", "path"),
        ("/{id}", "https://a.example", "path"),
        ("/a//b", "https://a.example", "path"),
        ("/a/{b", "https://a.example", "path"),
        ("/a/{b}/{b}", "https://a.example", "path"),
        ("/a/{*b}/c", "https://a.example", "path"),
        ("/a/x{b}", "https://a.example", "path"),
        ("/a/../b", "https://a.example", "path"),
        ("/a/{b}", "https://a.example/{c}", "upstream"),
        ("/a/{b}", "https://{b}.example/", "upstream"),
        ("/a", "a.example", "upstream"),
        ("/a", "http://a.example/?key=${TOKEN}", "upstream"),
        ("/a", "https://a.example/${MISSING}", "upstream"),
    ] {
        let text = format!("[[gateway.route]]\npath = \"{path}\"\nupstream = \"{upstream}\"\n");
        let found = mistake(&text);
        let line = if key == "path" { 2 } else { 3 };
        assert_eq!(
            (found.0, found.1),
            (line, format!("gateway.route.{key}")),
            "{path} {upstream}: {}",
            found.2
        );
        assert!(!found.2.contains("s3cret"), "{}", found.2);
    }
    let twice = mistake(&format!("{GOOD}{GOOD}"));
    assert_eq!((twice.0, twice.2.as_str()), (5, "is also that of another route"));
    assert_eq!(mistake("[gateway]\nroutes = 1\n").1, "gateway.routes");
    assert_eq!(mistake("gateway = 1\n").1, "gateway");
}

#[test]
fn debug_output_shows_no_secret() {
    let more = "add = [{ header = \"authorization\", value = \"Bearer ${TOKEN}\" }, { query = \"k\", value = \"${TOKEN}\" }]\n\
                sign = { header = \"x-sig\", secret = \"${TOKEN}\", message = \"{body}\" }\n";
    let text = format!(
        "{}{more}",
        GOOD.replace("/{id}\"\n", "/${TOKEN}/{id}\"\n").replacen("${TOKEN}/{id}", "{id}", 1)
    );
    let routes = read_text(&text).unwrap();
    assert!(
        matches!(&routes[0].additions[0], Addition::Header(_, secret) if secret.expose() == "Bearer s3cret-token")
    );
    let shown = format!("{routes:?}");
    assert!(!shown.contains("s3cret"), "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn reading_never_panics(key in "[a-z_]{1,16}", value in "\\PC{0,24}", path in "[a-z/{}*.]{0,16}") {
        let _ = read_text(&format!("{GOOD}{key} = {value}\n"));
        let _ = read_text(&format!("[[gateway.route]]\npath = \"{path}\"\nupstream = \"https://a.example/{path}\"\n"));
    }
}
