//! What the settings of an app say of routes: which ones clients may use, and how often.

use astrolabe_core::app::{RateZone, RatedRequest};
use astrolabe_core::error::{Error, ErrorCode, Result};
use http::Method;

use super::ParseContext;

/// Refuses a request whose route is not on the app's list (119), or that is one too many (100). `path` is that below the
/// mount; `within` is the method of the batch that it is part of.
pub fn check_route(
    context: &ParseContext,
    method: &Method,
    path: &str,
    within: Option<&Method>,
) -> Result<()> {
    check_allowed(context, method, path)?;
    count_request(context, method, path, within)
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

fn count_request(context: &ParseContext, method: &Method, path: &str, within: Option<&Method>) -> Result<()> {
    let limits = &context.app.settings.rate_limits;
    if limits.is_empty() {
        return Ok(());
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
