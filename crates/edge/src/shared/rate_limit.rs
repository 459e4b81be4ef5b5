//! How often something may happen within a time.

use std::sync::Arc;

use astrolabe_core::ports::Counters;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::cache::CacheError;
use super::keys::stored_key;

static LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
static REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
static RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// At most so often within a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateRule {
    /// How often.
    pub requests: u64,
    /// Within which time; it begins with the first request.
    pub window_ms: u64,
}

/// What a rule says of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Whether the request may go on.
    pub is_allowed: bool,
    /// How many requests the rule allows.
    pub limit: u64,
    /// How many are left.
    pub remaining: u64,
    /// Until the window ends.
    pub resets_in_ms: u64,
}

/// Counts requests.
#[derive(Clone)]
pub struct RateLimiter {
    counters: Arc<dyn Counters>,
}

impl RateLimiter {
    /// A limiter that stands on a port.
    pub fn new(counters: Arc<dyn Counters>) -> Self {
        RateLimiter { counters }
    }

    /// Counts one request of a key of an app.
    pub async fn check(&self, app_id: &str, key: &str, rule: RateRule) -> Result<Allowance, CacheError> {
        Ok(self.count(&stored_key(app_id, "rate", key)?, rule).await)
    }

    /// Counts one request of a key that is the caller's own affair.
    pub(crate) async fn count(&self, key: &str, rule: RateRule) -> Allowance {
        let counted = self.counters.add(key, 1, rule.window_ms).await;
        Allowance {
            is_allowed: counted.count <= rule.requests,
            limit: rule.requests,
            remaining: rule.requests.saturating_sub(counted.count),
            resets_in_ms: counted.ends_in_ms,
        }
    }
}

impl Allowance {
    /// Seconds until the window ends, rounded up.
    pub fn resets_in_s(&self) -> u64 {
        self.resets_in_ms.div_ceil(1_000)
    }

    /// Adds `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`, and `Retry-After` to a refusal.
    pub fn add_headers(&self, headers: &mut HeaderMap) {
        headers.insert(&LIMIT, HeaderValue::from(self.limit));
        headers.insert(&REMAINING, HeaderValue::from(self.remaining));
        headers.insert(&RESET, HeaderValue::from(self.resets_in_s()));
        if !self.is_allowed {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(self.resets_in_s()));
        }
    }
}
