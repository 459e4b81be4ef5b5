//! What the settings of an app say of routes: which ones clients may use, and how often.

use astrolabe_core::app::{RateState, RateZone, RatedRequest};
use astrolabe_core::error::{Error, ErrorCode, Result};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName, Method};

use super::ParseContext;

const X_RATELIMIT_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const X_RATELIMIT_REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
/// In seconds since 1970.
const X_RATELIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Refuses a request whose route is not on the app's list (119), or that is one too many (100). `path` is that below the
/// mount; `within` is the method of the batch that it is part of.
pub fn check_route(
    context: &ParseContext,
    method: &Method,
    path: &str,
    within: Option<&Method>,
) -> Result<()> {
    check_allowed(context, method, path)?;
    count_request(context, method, path, within).1
}

/// The same for a request of its own, whose answer says in headers what a limit leaves, as Parse Server's does.
pub(super) fn check_own_route(
    context: &ParseContext,
    method: &Method,
    path: &str,
    headers: &mut HeaderMap,
) -> Result<()> {
    check_allowed(context, method, path)?;
    let (state, result) = count_request(context, method, path, None);
    if let Some(state) = state {
        let seconds = |ms: i64| ms.saturating_add(999).div_euclid(1_000);
        headers.insert(X_RATELIMIT_LIMIT, state.limit.into());
        headers.insert(X_RATELIMIT_REMAINING, state.remaining.into());
        headers.insert(X_RATELIMIT_RESET, seconds(state.resets_at.0).into());
        if state.is_exceeded {
            let now = context.app.objects.clock().now();
            headers.insert(RETRY_AFTER, seconds(state.resets_at.0.saturating_sub(now.0)).into());
        }
    }
    result
}

fn check_allowed(context: &ParseContext, method: &Method, path: &str) -> Result<()> {
    match &context.app.settings.route_allow_list {
        Some(routes) if !context.scope.is_privileged() && !routes.matches(path.trim_matches('/')) => {
            Err(Error::denied(
                ErrorCode::OperationForbidden,
                format!("Route not allowed by routeAllowList: {method} {}", path.trim_matches('/')),
            ))
        }
        _ => Ok(()),
    }
}

/// Counts a request, and refuses one that is one too many.
pub(super) fn count_request(
    context: &ParseContext,
    method: &Method,
    path: &str,
    within: Option<&Method>,
) -> (Option<RateState>, Result<()>) {
    let limits = &context.app.settings.rate_limits;
    if limits.is_empty() {
        return (None, Ok(()));
    }
    let methods = [method.as_str(), within.unwrap_or(method).as_str()];
    let request = RatedRequest {
        path,
        methods: &methods,
        is_privileged: context.scope.is_privileged(),
        is_from_this_machine: context.client.is_certain && context.client.ip.is_loopback(),
    };
    let now = context.app.objects.clock().now();
    context.app.rate_counters.count(limits, request, now, |zone| caller(context, zone))
}

/// Who is calling, as a zone has it. Whoever has no session is known by the address.
fn caller(context: &ParseContext, zone: RateZone) -> String {
    let known = match zone {
        RateZone::Address => None,
        RateZone::Session => context.scope.user().map(|user| format!("session {}", user.session_id)),
        RateZone::User => context.scope.user_id().map(|id| format!("user {id}")),
        RateZone::Global => Some("all".to_owned()),
    };
    known.unwrap_or_else(|| format!("address {}", context.client.ip))
}
