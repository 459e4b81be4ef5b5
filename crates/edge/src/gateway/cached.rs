//! Answers that are kept: what may be kept and for how long, and how it lies in the cache.

use astrolabe_core::ports::CachedBytes;
use axum::body::Body;
use bytes::Bytes;
use http::header::{AGE, CACHE_CONTROL, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::route::CacheRule;

static CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// What the upstream wants of those who keep its answer (RFC 9111).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    must_not_be_kept: bool,
    max_age_ms: Option<u64>,
    vary: Vec<String>,
}

impl Wishes {
    /// Reads the headers of an answer.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut wishes = Wishes::default();
        let (mut private_age, mut shared_age) = (None, None);
        for word in words(headers, &CACHE_CONTROL) {
            let (name, value) = word.split_once('=').unwrap_or((&word, ""));
            let seconds = || value.trim_matches('"').parse::<u64>().ok();
            match name {
                "no-store" | "private" | "no-cache" => wishes.must_not_be_kept = true,
                "max-age" => private_age = seconds(),
                "s-maxage" => shared_age = seconds(),
                _ => {}
            }
        }
        wishes.max_age_ms = shared_age.or(private_age).map(|seconds| seconds.saturating_mul(1_000));
        wishes.vary = words(headers, &VARY).filter(|name| name != "accept-encoding").collect();
        wishes
    }

    /// How long an answer may be kept as fresh; `None` when not at all.
    fn fresh_ms(&self, rule: &CacheRule) -> Option<u64> {
        if rule.ignore_no_store {
            return Some(rule.ttl_ms);
        }
        let is_told_apart = |name: &String| rule.key_headers.iter().any(|known| known.as_str() == name);
        if self.must_not_be_kept || !self.vary.iter().all(is_told_apart) {
            return None;
        }
        let fresh_ms = self.max_age_ms.map_or(rule.ttl_ms, |ms| ms.min(rule.ttl_ms));
        (fresh_ms > 0).then_some(fresh_ms)
    }
}

fn words(headers: &HeaderMap, name: &HeaderName) -> impl Iterator<Item = String> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(|word| word.trim().to_ascii_lowercase())
        .filter(|word| !word.is_empty())
}

/// An answer in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    head: Head,
    body: Bytes,
}

/// What lies before the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    status: u16,
    headers: Vec<(String, String)>,
    at_ms: i64,
    /// For how long it is fresh; `None` when it is for nobody but who asked for it.
    fresh_ms: Option<u64>,
}

impl Kept {
    /// An answer that has just come.
    pub(super) fn new(
        status: StatusCode,
        headers: &HeaderMap,
        body: Bytes,
        wishes: &Wishes,
        rule: &CacheRule,
        now_ms: i64,
    ) -> Self {
        let texts = headers
            .iter()
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        let fresh_ms = wishes.fresh_ms(rule).filter(|_| status == StatusCode::OK);
        Kept {
            head: Head { status: status.as_u16(), headers: texts.collect(), at_ms: now_ms, fresh_ms },
            body,
        }
    }

    /// Whether others may have it.
    pub(super) fn is_for_all(&self) -> bool {
        self.head.fresh_ms.is_some()
    }

    /// Whether it may be given out as it is.
    pub(super) fn is_fresh(&self, now_ms: i64) -> bool {
        let age_ms = u64::try_from(now_ms - self.head.at_ms).unwrap_or_default();
        self.head.fresh_ms.is_some_and(|fresh_ms| age_ms < fresh_ms)
    }

    /// How long it is kept; `None` when it is not.
    pub(super) fn kept_ms(&self, rule: &CacheRule) -> Option<u64> {
        self.head.fresh_ms.map(|fresh_ms| fresh_ms.saturating_add(rule.stale_if_error_ms))
    }

    /// As it lies in the cache: the length of the head, the head, the body.
    pub(super) fn to_bytes(&self) -> CachedBytes {
        // Writing JSON into memory cannot fail.
        let head = serde_json::to_vec(&self.head).unwrap_or_default();
        let mut bytes = Vec::with_capacity(4 + head.len() + self.body.len());
        bytes.extend_from_slice(&u32::try_from(head.len()).unwrap_or_default().to_le_bytes());
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(&self.body);
        bytes.into()
    }

    /// Reads it; `None` for what is no answer.
    pub(super) fn from_bytes(bytes: &CachedBytes) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (head, body) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        Some(Kept { head: serde_json::from_slice(head).ok()?, body: Bytes::copy_from_slice(body) })
    }

    /// The response. `status` says what the cache did, by RFC 9211.
    pub(super) fn response(&self, now_ms: i64, status: &'static str) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.status_mut() = StatusCode::from_u16(self.head.status).unwrap_or(StatusCode::OK);
        for (name, value) in &self.head.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::from_str(value))
            {
                response.headers_mut().append(name, value);
            }
        }
        let age_s = u64::try_from(now_ms - self.head.at_ms).unwrap_or_default() / 1_000;
        response.headers_mut().insert(AGE, HeaderValue::from(age_s));
        response.headers_mut().insert(&CACHE_STATUS, HeaderValue::from_static(status));
        response
    }
}

/// The key of an answer. Parts are told apart by their lengths, and the whole is hashed: keys may hold what callers said.
pub(super) fn key<'p>(path: &str, parts: impl Iterator<Item = &'p [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    format!("gateway:{path}:{}", hex::encode(hash.finalize()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule() -> CacheRule {
        CacheRule {
            ttl_ms: 60_000,
            stale_if_error_ms: 0,
            key_query: Vec::new(),
            key_headers: vec![http::header::ACCEPT_LANGUAGE],
            per_caller: false,
            ignore_no_store: false,
            answer_max: 1024,
        }
    }

    #[test]
    fn wishes_of_the_upstream() {
        for (cache_control, vary, expected) in [
            ("", "", Some(60_000)),
            ("public", "", Some(60_000)),
            ("max-age=10", "", Some(10_000)),
            ("max-age=100", "", Some(60_000)),
            ("max-age=100, s-maxage=5", "", Some(5_000)),
            ("max-age=0", "", None),
            ("no-store", "", None),
            ("Private", "", None),
            ("public, NO-CACHE", "", None),
            ("", "accept-encoding", Some(60_000)),
            ("", "Accept-Language, Accept-Encoding", Some(60_000)),
            ("", "cookie", None),
            ("", "*", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache_control));
            headers.insert(VARY, HeaderValue::from_static(vary));
            assert_eq!(Wishes::of(&headers).fresh_ms(&rule()), expected, "{cache_control} {vary}");
            let stubborn = CacheRule { ignore_no_store: true, ..rule() };
            assert_eq!(Wishes::of(&headers).fresh_ms(&stubborn), Some(60_000));
        }
    }

    #[test]
    fn parts_of_a_key_do_not_run_into_each_other() {
        let of = |parts: &[&str]| key("/x", parts.iter().map(|part| part.as_bytes()));
        assert_ne!(of(&["a", "b"]), of(&["ab", ""]));
        assert_ne!(of(&["a"]), of(&["a", ""]));
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
    }

    #[test]
    fn what_was_kept_is_read() {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("text/plain"));
        let body = Bytes::from_static(b"hello");
        let kept = Kept::new(StatusCode::OK, &headers, body, &Wishes::default(), &rule(), 7);
        assert_eq!(Kept::from_bytes(&kept.to_bytes()), Some(kept));
    }

    proptest! {
        #[test]
        fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = Kept::from_bytes(&CachedBytes::from(bytes));
        }
    }
}
