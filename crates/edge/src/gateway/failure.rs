//! What the gateway answers when it cannot answer what the upstream said: one table from failure to status, code and
//! sentence. None of them holds anything that the upstream or the configuration said.

use std::time::Duration;

use astrolabe_wire::own_answer;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

/// Why the gateway refused or failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The path holds something that may not be sent on.
    Path,
    /// The route wants a signed-in user.
    SessionMissing,
    /// The session token is not valid.
    SessionInvalid,
    /// The user has none of the roles.
    RoleMissing,
    /// The route does not take the method. The methods that it takes.
    Method(String),
    /// The body is larger than the route allows.
    BodyTooLarge,
    /// The body did not arrive.
    Body,
    /// The caller has made too many requests.
    RateLimited,
    /// The app of the caller cannot be looked at now.
    Unavailable,
    /// No connection to the upstream.
    Unreachable,
    /// The upstream lies at an address that the route may not use.
    AddressRefused,
    /// The upstream failed.
    Failed,
    /// The upstream refused our own credentials.
    Refused,
    /// The upstream pointed elsewhere, too often or to where the route may not go.
    Redirected,
    /// The upstream's answer is too large to be mapped or kept.
    AnswerTooLarge,
    /// The upstream's answer is not what the route maps.
    AnswerInvalid,
    /// The upstream asked us to slow down.
    Busy(Option<Duration>),
    /// The upstream failed too often, so it is left alone for this time.
    CircuitOpen(Duration),
    /// The quota of the upstream is used up for this time.
    QuotaExceeded(Duration),
    /// The upstream took too long.
    Timeout,
}

impl Failure {
    /// Whether an old answer may stand in.
    pub(super) fn is_of_upstream(&self) -> bool {
        self.told().0.is_server_error()
    }

    /// Status, code and sentence.
    fn told(&self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Failure::Path => (S::BAD_REQUEST, "invalid_path", "The path holds what may not be sent on."),
            Failure::SessionMissing => (S::UNAUTHORIZED, "session_missing", "This needs a signed-in user."),
            Failure::SessionInvalid => {
                (S::UNAUTHORIZED, "invalid_session_token", "The session is unknown or has expired.")
            }
            Failure::RoleMissing => (S::FORBIDDEN, "forbidden", "This user may not do this."),
            Failure::Method(_) => {
                (S::METHOD_NOT_ALLOWED, "method_not_allowed", "This address does not take this method.")
            }
            Failure::BodyTooLarge => (S::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large."),
            Failure::Body => (S::BAD_REQUEST, "malformed_body", "The body did not arrive whole."),
            Failure::RateLimited => {
                (S::TOO_MANY_REQUESTS, "rate_limited", "Too many requests; try again later.")
            }
            Failure::Unavailable => {
                (S::SERVICE_UNAVAILABLE, "unavailable", "The server is busy; try again later.")
            }
            Failure::Unreachable => {
                (S::BAD_GATEWAY, "upstream_unreachable", "The service behind this address cannot be reached.")
            }
            Failure::AddressRefused => (
                S::BAD_GATEWAY,
                "upstream_address_refused",
                "The service behind this address may not be called.",
            ),
            Failure::Failed => (S::BAD_GATEWAY, "upstream_failed", "The service behind this address failed."),
            Failure::Refused => {
                (S::BAD_GATEWAY, "upstream_refused", "The service behind this address refused the server.")
            }
            Failure::Redirected => {
                (S::BAD_GATEWAY, "upstream_redirected", "The service behind this address pointed elsewhere.")
            }
            Failure::AnswerTooLarge => (
                S::BAD_GATEWAY,
                "upstream_answer_too_large",
                "The answer of the service behind this address is too large.",
            ),
            Failure::AnswerInvalid => (
                S::BAD_GATEWAY,
                "upstream_answer_invalid",
                "The answer of the service behind this address cannot be read.",
            ),
            Failure::Busy(_) => (
                S::SERVICE_UNAVAILABLE,
                "upstream_busy",
                "The service behind this address takes no more requests now.",
            ),
            Failure::CircuitOpen(_) => (
                S::SERVICE_UNAVAILABLE,
                "upstream_circuit_open",
                "The service behind this address failed too often and is left alone for a while.",
            ),
            Failure::QuotaExceeded(_) => (
                S::SERVICE_UNAVAILABLE,
                "upstream_quota_exceeded",
                "The quota of the service behind this address is used up.",
            ),
            Failure::Timeout => {
                (S::GATEWAY_TIMEOUT, "upstream_timeout", "The service behind this address took too long.")
            }
        }
    }

    /// The stable word, for logs.
    pub(super) fn code(&self) -> &'static str {
        self.told().1
    }

    /// The answer.
    pub(super) fn response(&self) -> Response {
        let (status, code, sentence) = self.told();
        let mut response = own_answer::error(status, code, sentence);
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self {
            Failure::Method(allowed) => {
                headers.extend(HeaderValue::from_str(allowed).ok().map(|value| (header::ALLOW, value)));
            }
            Failure::Busy(Some(time)) | Failure::CircuitOpen(time) | Failure::QuotaExceeded(time) => {
                let seconds = u64::try_from(time.as_millis().div_ceil(1_000)).unwrap_or(u64::MAX);
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            _ => {}
        }
        response
    }
}
