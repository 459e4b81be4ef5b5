//! Which headers are passed on, and which never are.

use http::header::{
    ACCEPT, CONNECTION, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, ETAG, EXPECT, HOST, LAST_MODIFIED,
    PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, SET_COOKIE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName};

/// Headers of requests that are always passed on.
pub(super) static REQUEST: [HeaderName; 2] = [ACCEPT, CONTENT_TYPE];
/// Headers of answers that are always passed back.
pub(super) static RESPONSE: [HeaderName; 4] = [CONTENT_TYPE, CONTENT_LANGUAGE, ETAG, LAST_MODIFIED];

/// Headers of one hop (RFC 9110, section 7.6.1).
static HOP: [HeaderName; 8] =
    [CONNECTION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, EXPECT];

/// Whether a header is about one hop only.
pub(super) fn is_of_the_hop(name: &HeaderName) -> bool {
    HOP.contains(name) || matches!(name.as_str(), "keep-alive" | "proxy-connection")
}

/// Whether the gateway decides a header by itself. A cookie of the upstream would be one of ours.
pub(super) fn is_ours_to_set(name: &HeaderName) -> bool {
    [HOST, CONTENT_LENGTH, SET_COOKIE].contains(name)
        || matches!(
            name.as_str(),
            "cache-status" | "x-request-id" | "x-parse-session-token" | "x-parse-master-key"
        )
}

/// The named headers, without those that `Connection` makes headers of the hop.
pub(super) fn picked(from: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    let hop: Vec<&str> = from
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(',').map(str::trim))
        .collect();
    let mut picked = HeaderMap::with_capacity(names.len() + 4);
    for name in names {
        if hop.iter().any(|other| name.as_str().eq_ignore_ascii_case(other)) {
            continue;
        }
        for value in from.get_all(name) {
            picked.append(name, value.clone());
        }
    }
    picked
}
