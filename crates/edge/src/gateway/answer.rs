//! One request of a client, from its head to the answer: access, rate, cache, call.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{HeaderValue, Method, header};

use super::Service;
use super::body::{Bounded, read_whole};
use super::cached::{Kept, Wishes, key};
use super::call::Payload;
use super::caller::GatewayCaller;
use super::endpoint::Endpoint;
use super::failure::Failure;
use super::headers;
use super::mapping::mapped;
use super::request::{Outgoing, passed_query};
use super::route::{CacheRule, Part};
use crate::shared::Landed;

/// Bytes of an answer that is mapped.
const MAPPED_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A client's request that a route takes.
pub(super) struct Incoming<'r> {
    pub parts: &'r Parts,
    pub body: Body,
    /// Parameters of the path, as they stand there.
    pub parameters: Vec<(&'r str, &'r str)>,
    /// What tells the caller from others.
    pub caller_key: String,
}

impl Service {
    /// Refuses the wrong method and a body that says that it is too large.
    pub(super) fn check(endpoint: &Endpoint, parts: &Parts) -> Result<(), Failure> {
        if !endpoint.route.methods.contains(&parts.method) {
            return Err(Failure::Method(endpoint.allow.clone()));
        }
        let length =
            parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if length.is_some_and(|length| length > endpoint.route.body_max as u64) {
            return Err(Failure::BodyTooLarge);
        }
        Ok(())
    }

    /// Who is calling, if the route is for them.
    pub(super) async fn caller(&self, endpoint: &Endpoint, parts: &Parts) -> Result<GatewayCaller, Failure> {
        GatewayCaller::find(&endpoint.route, &*self.apps, &parts.headers).await
    }

    /// Answers a request that is admitted.
    pub(super) async fn answer(
        self: &Arc<Self>,
        endpoint: &Arc<Endpoint>,
        incoming: Incoming<'_>,
    ) -> Result<Response, Failure> {
        let route = &endpoint.route;
        let Incoming { parts, body, parameters, caller_key } = incoming;
        let parameter =
            |name: &str| parameters.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let query = passed_query(route, parts.uri.query().unwrap_or_default());
        let passed = headers::picked(&parts.headers, &route.request_headers);
        let outgoing = Outgoing::new(route, parts.method.clone(), &parameter, &query, passed)?;
        match &route.cache {
            Some(rule) if matches!(parts.method, Method::GET | Method::HEAD) => {
                let caller = rule.per_caller.then_some(caller_key);
                let key = cache_key(endpoint, rule, &outgoing, &query, caller);
                self.from_cache(endpoint, key, outgoing).await
            }
            _ => {
                let payload = payload(endpoint, &parts.headers, body).await?;
                let response = self.call(endpoint, outgoing, payload).await?;
                finished(endpoint, response).await
            }
        }
    }

    async fn from_cache(
        self: &Arc<Self>,
        endpoint: &Arc<Endpoint>,
        key: String,
        outgoing: Outgoing,
    ) -> Result<Response, Failure> {
        let kept = self.cache.get(&key).await.and_then(|bytes| Kept::from_bytes(&bytes));
        let now_ms = self.clock.now().0;
        if let Some(kept) = kept.as_ref().filter(|kept| kept.is_fresh(now_ms)) {
            return Ok(kept.response(now_ms, "astrolabe; hit"));
        }
        let outgoing = Arc::new(outgoing);
        let fetch = || {
            let (service, endpoint, key) = (Arc::clone(self), Arc::clone(endpoint), key.clone());
            let outgoing = Arc::clone(&outgoing);
            async move { service.fetch(&endpoint, &key, &outgoing).await }
        };
        let mut landed = self.flights.run(key.clone(), fetch).await.ok_or(Failure::Failed)?;
        if matches!(&landed, Landed::Shared(Ok(kept)) if !kept.is_for_all()) {
            // It is for whoever asked first.
            landed = Landed::Own(fetch().await);
        }
        let (Landed::Own(outcome) | Landed::Shared(outcome)) = landed;
        match (outcome, kept) {
            (Ok(fetched), _) => Ok(fetched.response(self.clock.now().0, "astrolabe; fwd=miss")),
            // The cache forgets what is too old even for this.
            (Err(failure), Some(kept)) if failure.is_of_upstream() => {
                Ok(kept.response(now_ms, "astrolabe; hit; detail=stale-if-error"))
            }
            (Err(failure), _) => Err(failure),
        }
    }

    /// Calls the upstream for the cache.
    async fn fetch(&self, endpoint: &Endpoint, key: &str, outgoing: &Outgoing) -> Result<Arc<Kept>, Failure> {
        let Some(rule) = &endpoint.route.cache else { return Err(Failure::Failed) };
        let response = self.call(endpoint, outgoing.clone(), Payload::Whole(Bytes::new())).await?;
        let wishes = response.extensions().get::<Wishes>().cloned().unwrap_or_default();
        let response = finished(endpoint, response).await?;
        let (parts, body) = response.into_parts();
        let body =
            read_whole(body, rule.answer_max, endpoint.route.timeout).await.ok_or(Failure::AnswerTooLarge)?;
        let kept = Kept::new(parts.status, &parts.headers, body, &wishes, rule, self.clock.now().0);
        if let Some(ttl_ms) = kept.kept_ms(rule) {
            self.cache.set(key, kept.to_bytes(), ttl_ms).await;
        }
        Ok(Arc::new(kept))
    }
}

/// Everything that makes another answer.
fn cache_key(
    endpoint: &Endpoint,
    rule: &CacheRule,
    outgoing: &Outgoing,
    query: &str,
    caller: Option<String>,
) -> String {
    let route = &endpoint.route;
    let of_key = |pair: &&str| {
        let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
        rule.key_query.iter().any(|known| super::template::encoded(known).to_string() == name)
    };
    let pairs = query.split('&').filter(of_key);
    let values = rule.key_headers.iter().flat_map(|name| {
        let values = outgoing.headers.get_all(name).iter().map(HeaderValue::as_bytes);
        std::iter::once(name.as_str().as_bytes()).chain(values)
    });
    let caller = caller.unwrap_or_default();
    let head = [outgoing.method.as_str(), &outgoing.base, &caller];
    let parts =
        head.into_iter().chain(pairs).map(str::as_bytes).chain(std::iter::once(&b""[..])).chain(values);
    key(&route.path, parts)
}

/// The body that is sent along: on its way, unless it has to be known first.
async fn payload(endpoint: &Endpoint, headers: &http::HeaderMap, body: Body) -> Result<Payload, Failure> {
    let route = &endpoint.route;
    let is_signed = route.signature.as_ref().is_some_and(|signature| signature.message.contains(&Part::Body));
    if http_body::Body::is_end_stream(&body) {
        return Ok(Payload::Whole(Bytes::new()));
    }
    if is_signed {
        let bytes = read_whole(body, route.body_max, route.timeout).await;
        return bytes.map(Payload::Whole).ok_or(Failure::BodyTooLarge);
    }
    let length = headers.get(CONTENT_LENGTH).cloned();
    Ok(Payload::Streamed(Bounded::new(body, route.body_max as u64, route.timeout).into_body(), length))
}

/// Maps an answer, where the route says so.
async fn finished(endpoint: &Endpoint, mut response: http::Response<Body>) -> Result<Response, Failure> {
    response.extensions_mut().remove::<Wishes>();
    let Some(members) = endpoint.route.map.as_ref().filter(|_| response.status().is_success()) else {
        return Ok(response);
    };
    let (mut parts, body) = response.into_parts();
    let body =
        read_whole(body, MAPPED_BYTES_MAX, endpoint.route.timeout).await.ok_or(Failure::AnswerTooLarge)?;
    let body = mapped(&body, members).ok_or(Failure::AnswerInvalid)?;
    parts.headers.remove(header::ETAG);
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    parts.headers.insert(header::CONTENT_TYPE, json);
    Ok(Response::from_parts(parts, Body::from(body)))
}
