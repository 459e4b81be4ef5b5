//! The cache and the rate limiter over HTTP, for the server side of a site: `/astrolabe/v1/cache/*` and
//! `/astrolabe/v1/rate-limit`.
//!
//! Every request is a `POST` with a JSON object, and bears the key of the site or the app's master key.

use std::sync::Arc;

use astrolabe_core::app::{App, Apps, HashedKey};
use astrolabe_core::ports::CachedBytes;
use astrolabe_wire::around::Answered;
use astrolabe_wire::client_address::ClientAddress;
use astrolabe_wire::own_answer;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, Request, StatusCode, header};
use http_body::Body;
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::cache::{AppCache, CacheError, TTL_MS_MAX, VALUE_BYTES_MAX};
use super::rate_limit::{RateLimiter, RateRule};
use crate::gateway::app_of;

/// Bytes of a body: a value, its escapes, and its key.
const BODY_BYTES_MAX: usize = 2 * VALUE_BYTES_MAX + 16 * 1024;

static X_SITE_KEY: HeaderName = HeaderName::from_static("x-astrolabe-site-key");
static X_MASTER_KEY: HeaderName = HeaderName::from_static("x-parse-master-key");

/// The key of the server side of a site.
#[derive(Clone, PartialEq)]
pub struct SiteKey(HashedKey);

impl SiteKey {
    /// Keeps the hash of a key.
    pub fn new(key: &str) -> Self {
        SiteKey(HashedKey::of(key))
    }
}

/// Keys never reach a log.
impl std::fmt::Debug for SiteKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SiteKey")
    }
}

/// The endpoints.
pub struct SharedRoutes {
    /// The apps of this server.
    pub apps: Arc<dyn Apps>,
    /// The key of the site, if it has one.
    pub site_key: Option<SiteKey>,
    /// The cache.
    pub cache: AppCache,
    /// The rate limiter.
    pub limiter: RateLimiter,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfKey {
    key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfPrefix {
    prefix: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Setting {
    key: String,
    value: Box<RawValue>,
    ttl_ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Incrementing {
    key: String,
    #[serde(default = "one")]
    by: i64,
    ttl_ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rating {
    key: String,
    requests: u64,
    window_ms: u64,
}

fn one() -> i64 {
    1
}

/// An answer of refusal.
type Refusal = Box<Response>;

impl SharedRoutes {
    /// Answers a request whose path below `/astrolabe/v1/` is `path`.
    pub async fn answer<B>(&self, request: Request<B>, path: &str, client: ClientAddress) -> Answered
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        let app = match self.admit(&parts.headers, client).await {
            Ok(app) => app,
            Err(refusal) => return Answered::from(*refusal),
        };
        let response = self.call(&app.id, &parts.method, path, body).await.unwrap_or_else(|refusal| *refusal);
        Answered { response, app: Some(Arc::clone(&app.id)) }
    }

    /// The app, if the caller may use it. Nothing is told to others, not even which apps there are.
    async fn admit(&self, headers: &HeaderMap, client: ClientAddress) -> Result<Arc<App>, Refusal> {
        let refused = || refusal(StatusCode::FORBIDDEN, "unauthorized", "This needs the key of the site.");
        let app = app_of(&*self.apps, headers).await.map_err(|_| refused())?.ok_or_else(refused)?;
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let is_site = match (&self.site_key, text(&X_SITE_KEY)) {
            (Some(expected), Some(presented)) => expected.0.matches(presented),
            _ => false,
        };
        let is_master = match (&app.keys.master, text(&X_MASTER_KEY)) {
            (Some(expected), Some(presented)) => {
                expected.matches(presented) && client.is_in(&app.settings.master_key_ips)
            }
            _ => false,
        };
        if is_site || is_master { Ok(app) } else { Err(refused()) }
    }

    async fn call<B>(&self, app: &str, method: &Method, path: &str, body: B) -> Result<Response, Refusal>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let known = [
            "cache/get",
            "cache/set",
            "cache/increment",
            "cache/delete",
            "cache/delete-prefix",
            "rate-limit",
        ];
        if !known.contains(&path) {
            return Err(refusal(StatusCode::NOT_FOUND, "not_found", "There is nothing at this address."));
        }
        if method != Method::POST {
            let mut refused =
                refusal(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This takes POST.");
            refused.headers_mut().insert(header::ALLOW, http::HeaderValue::from_static("POST"));
            return Err(refused);
        }
        let body = read(body).await?;
        let data = match path {
            "rate-limit" => self.rate(app, parse(&body)?).await,
            path => self.cached(app, path, &body).await?,
        };
        let data =
            data.map_err(|error| refusal(StatusCode::BAD_REQUEST, "invalid_value", error.message()))?;
        Ok(own_answer::data(StatusCode::OK, &data))
    }

    async fn cached(&self, app: &str, path: &str, body: &[u8]) -> Result<Result<Value, CacheError>, Refusal> {
        let cache = &self.cache;
        Ok(match path {
            "cache/get" => cache.get(app, &parse::<OfKey>(body)?.key).await.map(found),
            "cache/set" => {
                let Setting { key, value, ttl_ms } = parse(body)?;
                let value = CachedBytes::from(value.get().as_bytes());
                cache.set(app, &key, value, ttl_ms).await.map(|()| json!({}))
            }
            "cache/increment" => {
                let Incrementing { key, by, ttl_ms } = parse(body)?;
                cache.increment(app, &key, by, ttl_ms).await.map(|value| json!({ "value": value }))
            }
            "cache/delete" => {
                let removed = cache.delete(app, &parse::<OfKey>(body)?.key).await;
                removed.map(|removed| json!({ "removed": u64::from(removed) }))
            }
            _ => {
                let removed = cache.delete_prefix(app, &parse::<OfPrefix>(body)?.prefix).await;
                removed.map(|removed| json!({ "removed": removed }))
            }
        })
    }

    async fn rate(&self, app: &str, rating: Rating) -> Result<Value, CacheError> {
        let Rating { key, requests, window_ms } = rating;
        if !(1..=TTL_MS_MAX).contains(&window_ms) {
            return Err(CacheError::Ttl);
        }
        let allowance = self.limiter.check(app, &key, RateRule { requests, window_ms }).await?;
        Ok(json!({
            "allowed": allowance.is_allowed,
            "limit": allowance.limit,
            "remaining": allowance.remaining,
            "resets_in_ms": allowance.resets_in_ms,
        }))
    }
}

/// The value is JSON, as it was set or counted.
fn found(value: Option<CachedBytes>) -> Value {
    match value.and_then(|value| serde_json::from_slice::<Value>(&value).ok()) {
        Some(value) => json!({ "found": true, "value": value }),
        None => json!({ "found": false, "value": null }),
    }
}

async fn read<B>(body: B) -> Result<Bytes, Refusal>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let limited = std::pin::pin!(body);
    match Limited::new(limited, BODY_BYTES_MAX).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(_) => Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large.")),
    }
}

fn parse<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Result<T, Refusal> {
    // serde's text names members and types, and quotes no more of the body than the name of a member.
    serde_json::from_slice(body).map_err(|error| {
        refusal(StatusCode::BAD_REQUEST, "malformed_body", &format!("The body is not right: {error}."))
    })
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Refusal {
    Box::new(own_answer::error(status, code, message))
}
