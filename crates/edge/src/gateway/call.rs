//! One call of the upstream: quota, breaker, attempts, redirections, and what its status means for the caller.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::header::{LOCATION, RETRY_AFTER};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;

use super::Service;
use super::body::read_whole;
use super::endpoint::Endpoint;
use super::failure::Failure;
use super::headers;
use super::request::Outgoing;

/// The pause before the second attempt; it doubles from attempt to attempt.
const BACK_OFF: Duration = Duration::from_millis(50);
/// Bytes of an answer that tells of a mistake of the caller's.
const REFUSAL_BYTES_MAX: usize = 64 * 1024;

/// What is sent along.
pub(super) enum Payload {
    /// Bytes that can be sent again.
    Whole(Bytes),
    /// A body on its way.
    Streamed(Body, Option<HeaderValue>),
}

impl Service {
    /// Calls the upstream of a route. The answer is one that may be passed back: neither of our credentials nor of its
    /// failure.
    pub(super) async fn call(
        &self,
        endpoint: &Endpoint,
        outgoing: Outgoing,
        payload: Payload,
    ) -> Result<Response<Body>, Failure> {
        endpoint.breaker.admit(self.clock.now()).map_err(Failure::CircuitOpen)?;
        let outcome = self.within_time(endpoint, outgoing, payload).await;
        match &outcome {
            Err(Failure::Unreachable | Failure::Failed | Failure::Timeout) => {
                endpoint.breaker.failed(self.clock.now())
            }
            // Nothing was heard of the upstream.
            Err(Failure::Body | Failure::BodyTooLarge | Failure::QuotaExceeded(_)) => {}
            _ => endpoint.breaker.succeeded(),
        }
        if let Err(failure) = &outcome {
            tracing::warn!(
                route = endpoint.route.path,
                failure = failure.code(),
                "the gateway could not answer"
            );
        }
        outcome
    }

    async fn within_time(
        &self,
        endpoint: &Endpoint,
        outgoing: Outgoing,
        payload: Payload,
    ) -> Result<Response<Body>, Failure> {
        let patience = endpoint.route.timeout;
        let calling = self.attempts(endpoint, outgoing, payload);
        let response = tokio::time::timeout(patience, calling).await.map_err(|_| Failure::Timeout)??;
        judge(endpoint, response).await
    }

    async fn attempts(
        &self,
        endpoint: &Endpoint,
        outgoing: Outgoing,
        payload: Payload,
    ) -> Result<Response<Incoming>, Failure> {
        let (body, mut streamed) = match payload {
            Payload::Whole(bytes) => (bytes, None),
            Payload::Streamed(body, length) => (Bytes::new(), Some((body, length))),
        };
        let can_retry = streamed.is_none() && endpoint.route.may_retry(&outgoing.method);
        let attempts_max = if can_retry { endpoint.route.retries + 1 } else { 1 };
        let mut pause = BACK_OFF;
        for attempt in 1.. {
            self.count_quota(endpoint).await?;
            let outcome = self.attempt(endpoint, &outgoing, &body, streamed.take()).await;
            let is_worth_another = match &outcome {
                Ok(response) => is_passing(response.status()),
                Err(failure) => *failure == Failure::Unreachable,
            };
            if attempt >= attempts_max || !is_worth_another {
                return outcome;
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(Failure::Unreachable)
    }

    async fn count_quota(&self, endpoint: &Endpoint) -> Result<(), Failure> {
        let Some(quota) = &endpoint.route.quota else { return Ok(()) };
        let allowance = self.limiter.count(&format!("gateway-quota:{}", quota.name), quota.rule).await;
        if allowance.is_allowed {
            Ok(())
        } else {
            Err(Failure::QuotaExceeded(Duration::from_millis(allowance.resets_in_ms)))
        }
    }

    /// One attempt, with the redirections that the route follows.
    async fn attempt(
        &self,
        endpoint: &Endpoint,
        outgoing: &Outgoing,
        body: &Bytes,
        mut streamed: Option<(Body, Option<HeaderValue>)>,
    ) -> Result<Response<Incoming>, Failure> {
        let route = &endpoint.route;
        let signed = outgoing.headers_at(route, self.clock.now(), body)?;
        let (mut uri, mut is_at_home) = (outgoing.uri.clone(), true);
        for redirects in 0.. {
            // Secrets are for the host that the route names.
            let headers = if is_at_home { &signed } else { &outgoing.headers };
            let mut request = Request::new(Body::from(body.clone()));
            if let Some((body, length)) = streamed.take() {
                *request.body_mut() = body;
                request.headers_mut().extend(length.map(|length| (http::header::CONTENT_LENGTH, length)));
            }
            *request.method_mut() = outgoing.method.clone();
            *request.uri_mut() = uri.clone();
            request.headers_mut().extend(headers.clone());
            let response = endpoint.client.send(request).await?;
            if !is_redirection(response.status()) {
                return Ok(response);
            }
            let may_follow = redirects < route.redirects && is_followed(&outgoing.method);
            let next = response.headers().get(LOCATION).and_then(|to| target(&uri, to));
            uri = next.filter(|_| may_follow).ok_or(Failure::Redirected)?;
            is_at_home &=
                uri.authority() == outgoing.uri.authority() && uri.scheme() == outgoing.uri.scheme();
        }
        Err(Failure::Redirected)
    }
}

/// What the status of the upstream means. Its failures, and what it thinks of our credentials, are not for callers.
async fn judge(endpoint: &Endpoint, response: Response<Incoming>) -> Result<Response<Body>, Failure> {
    let route = &endpoint.route;
    match response.status() {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            return Err(Failure::Refused);
        }
        StatusCode::TOO_MANY_REQUESTS => return Err(Failure::Busy(retry_after(&response))),
        status if status.is_server_error() || status.is_informational() => return Err(Failure::Failed),
        _ => {}
    }
    let (status, is_refusal) = (response.status(), response.status().is_client_error());
    let (parts, body) = response.into_parts();
    let mut picked = headers::picked(&parts.headers, &route.response_headers);
    // The upstream may repeat what it was sent.
    let betrayed: Vec<_> = picked
        .iter()
        .filter(|(_, value)| route.betrayed_by(value.as_bytes()))
        .map(|(name, _)| name.clone())
        .collect();
    for name in betrayed {
        picked.remove(name);
    }
    let body = if is_refusal {
        let body = read_whole(body, REFUSAL_BYTES_MAX, route.timeout).await.ok_or(Failure::AnswerTooLarge)?;
        if route.betrayed_by(&body) {
            return Err(Failure::Refused);
        }
        Body::from(body)
    } else {
        super::body::Bounded::new(body, route.answer_max, route.timeout).into_body()
    };
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    *answer.headers_mut() = picked;
    // What the cache has to know; it is taken out before the answer leaves.
    answer.extensions_mut().insert(super::cached::Wishes::of(&parts.headers));
    Ok(answer)
}

fn is_passing(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT)
}

fn is_redirection(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Only reading is repeated elsewhere.
fn is_followed(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

fn retry_after(response: &Response<Incoming>) -> Option<Duration> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

/// Where a redirection leads: an address, or a path of the same host. Never from encryption to none.
fn target(from: &Uri, location: &HeaderValue) -> Option<Uri> {
    let location = location.to_str().ok()?;
    let to = match location {
        path if path.starts_with("//") => format!("{}:{path}", from.scheme_str()?),
        path if path.starts_with('/') => format!("{}://{}{path}", from.scheme_str()?, from.authority()?),
        address => address.to_owned(),
    };
    let to: Uri = to.split('#').next()?.parse().ok()?;
    let is_http = matches!(to.scheme_str(), Some("http" | "https")) && to.authority().is_some();
    let is_downgrade = from.scheme_str() == Some("https") && to.scheme_str() != Some("https");
    let names_user = to.authority().is_some_and(|authority| authority.as_str().contains('@'));
    (is_http && !is_downgrade && !names_user).then_some(to)
}
