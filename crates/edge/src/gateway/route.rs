//! A route of the gateway, checked. Secrets in it are never shown.

use std::time::Duration;

use http::{HeaderName, Method};
use ipnet::IpNet;

use super::breaker::BreakerRule;
use super::secret::Secret;
use super::template::UpstreamTemplate;
use crate::shared::RateRule;

/// A path of ours, and what answers it.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// The path, with parameters as `matchit` has them.
    pub path: String,
    /// The address behind it.
    pub upstream: UpstreamTemplate,
    /// The methods it takes.
    pub methods: Vec<Method>,
    /// Who may call.
    pub access: Access,
    /// Query parameters that are passed on.
    pub query: Vec<String>,
    /// Headers of the request that are passed on.
    pub request_headers: Vec<HeaderName>,
    /// Headers of the answer that are passed back.
    pub response_headers: Vec<HeaderName>,
    /// Bytes of a request's body.
    pub body_max: usize,
    /// Bytes of an answer's body.
    pub answer_max: u64,
    /// How long an answer may take to begin, and each part of it to arrive.
    pub timeout: Duration,
    /// How often a request is tried again.
    pub retries: u32,
    /// How many redirections are followed.
    pub redirects: u32,
    /// Networks beside the public Internet that may be called.
    pub allow_addresses: Vec<IpNet>,
    /// What is added to requests.
    pub additions: Vec<Addition>,
    /// How requests are signed.
    pub signature: Option<Signature>,
    /// How answers are kept.
    pub cache: Option<CacheRule>,
    /// How often a caller may call.
    pub rate_limit: Option<RateRule>,
    /// How often the upstream may be called.
    pub quota: Option<Quota>,
    /// When the upstream is left alone.
    pub breaker: BreakerRule,
    /// Members of the answer, each with the JSON pointer of where it is in the upstream's.
    pub map: Option<Vec<(String, String)>>,
}

/// Who may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Users that are signed in.
    SignedIn,
    /// Users that have one of the roles.
    Roles(Vec<String>),
}

/// Something that is added to requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addition {
    /// A header.
    Header(HeaderName, Secret),
    /// A query parameter.
    Query(String, Secret),
}

/// An HMAC-SHA256 over parts of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The header that has it.
    pub header: HeaderName,
    /// What stands before it in the header.
    pub prefix: String,
    /// The key.
    pub key: Secret,
    /// What is signed.
    pub message: Vec<Part>,
    /// Base64 rather than hexadecimal digits.
    pub is_base64: bool,
    /// A header that has the time, in seconds since 1970.
    pub timestamp_header: Option<HeaderName>,
}

/// A part of what is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A text.
    Text(String),
    /// The time, in seconds since 1970.
    Timestamp,
    /// The method.
    Method,
    /// The path at the upstream.
    Path,
    /// The query at the upstream.
    Query,
    /// The body, which is held in memory for it.
    Body,
}

/// How answers are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheRule {
    /// How long an answer is fresh.
    pub ttl_ms: u64,
    /// How long afterwards it stands in when the upstream fails.
    pub stale_if_error_ms: u64,
    /// Query parameters that make another answer.
    pub key_query: Vec<String>,
    /// Headers that make another answer.
    pub key_headers: Vec<HeaderName>,
    /// Every caller has answers of its own.
    pub per_caller: bool,
    /// Keep what the upstream wants not to be kept.
    pub ignore_no_store: bool,
    /// Bytes of an answer that is kept; larger ones are refused.
    pub answer_max: usize,
}

/// How often an upstream may be called, over all routes with the quota's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// The name.
    pub name: String,
    /// How often within which time.
    pub rule: RateRule,
}

impl Route {
    /// Names of the parameters of the path.
    pub(super) fn parameter_names(&self) -> impl Iterator<Item = &str> {
        let segments =
            self.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
        segments.map(|name| name.strip_prefix('*').unwrap_or(name))
    }

    /// Whether a method may be tried again without harm (RFC 9110, section 9.2.2).
    pub(super) fn may_retry(&self, method: &Method) -> bool {
        self.retries > 0 && (method.is_idempotent() || method.is_safe())
    }

    /// Whether an answer contains one of the route's secrets.
    pub(super) fn betrayed_by(&self, text: &[u8]) -> bool {
        let holds = |secret: &Secret| {
            // What is shorter is in every text by chance.
            let secret = secret.expose().as_bytes();
            secret.len() >= 6 && text.windows(secret.len()).any(|window| window == secret)
        };
        let added = self.additions.iter().any(|addition| match addition {
            Addition::Header(_, secret) => {
                holds(secret)
                    || secret.expose().split_once(' ').is_some_and(|(_, token)| holds(&Secret::new(token)))
            }
            Addition::Query(_, secret) => holds(secret),
        });
        added || self.signature.as_ref().is_some_and(|signature| holds(&signature.key))
    }
}
