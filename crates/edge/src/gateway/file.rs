//! `[[gateway.route]]` as it stands in the configuration file.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// A route as it is written. What each member means is told in `docs/guide/gateway.md`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteFile {
    pub path: Spanned<String>,
    pub upstream: Spanned<String>,
    pub methods: Option<Spanned<Vec<String>>>,
    pub access: Option<Spanned<String>>,
    pub roles: Option<Spanned<Vec<String>>>,
    pub query: Option<Spanned<Vec<String>>>,
    pub request_headers: Option<Spanned<Vec<String>>>,
    pub response_headers: Option<Spanned<Vec<String>>>,
    pub body_max: Option<Spanned<String>>,
    pub answer_max: Option<Spanned<String>>,
    pub timeout: Option<Spanned<String>>,
    pub retries: Option<Spanned<u32>>,
    pub redirects: Option<Spanned<u32>>,
    pub allow_addresses: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub add: Vec<Spanned<AddFile>>,
    pub sign: Option<Spanned<SignFile>>,
    pub cache: Option<Spanned<CacheFile>>,
    pub rate_limit: Option<Spanned<RateFile>>,
    pub quota: Option<Spanned<QuotaFile>>,
    pub breaker: Option<Spanned<BreakerFile>>,
    pub map: Option<Spanned<BTreeMap<String, String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddFile {
    pub header: Option<String>,
    pub query: Option<String>,
    pub value: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignFile {
    pub header: Spanned<String>,
    pub secret: Spanned<String>,
    pub message: Spanned<String>,
    #[serde(default)]
    pub prefix: String,
    pub encoding: Option<Spanned<String>>,
    pub timestamp_header: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CacheFile {
    pub ttl: Spanned<String>,
    pub stale_if_error: Option<Spanned<String>>,
    pub key_query: Option<Spanned<Vec<String>>>,
    pub key_headers: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub per_caller: bool,
    #[serde(default)]
    pub ignore_no_store: bool,
    pub answer_max: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RateFile {
    pub requests: Spanned<u64>,
    pub window: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuotaFile {
    pub name: Option<String>,
    pub requests: Spanned<u64>,
    pub window: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BreakerFile {
    pub failures: Spanned<u32>,
    pub open: Spanned<String>,
}
