//! Calls from pages of other trusted origins: browsers ask first, and want to read in the answer that they may.

use astrolabe_wire::hosted::HostedAnswer;
use http::{StatusCode, header};

use super::answer::With;
use super::call::Call;
use super::origins::is_trusted;
use super::refusal::Refusal;

/// The header that tells a new token to clients without cookies.
const EXPOSED: &str = "set-auth-token, x-retry-after";

/// The answer to a browser that asks whether it may call.
pub(super) fn preflight(call: &Call<'_>) -> HostedAnswer {
    if foreign_origin(call).is_none() {
        return Refusal::bare(StatusCode::NOT_FOUND).into_answer();
    }
    let answer = HostedAnswer { status: StatusCode::NO_CONTENT, headers: Vec::new(), body: Vec::new() }
        .with(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST")
        .with(header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type, authorization")
        .with(header::ACCESS_CONTROL_MAX_AGE, "600");
    opened(call, answer)
}

/// The same answer, which a page of a trusted origin may read. The site itself needs no leave.
pub(super) fn opened(call: &Call<'_>, answer: HostedAnswer) -> HostedAnswer {
    match foreign_origin(call) {
        None => answer,
        Some(origin) => answer
            .with(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin)
            .with(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true")
            .with(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED)
            .with(header::VARY, "Origin"),
    }
}

/// The origin of the calling page, where it is trusted and another one than the site's.
fn foreign_origin<'c>(call: &'c Call<'_>) -> Option<&'c str> {
    let origin = call.hosted.header(header::ORIGIN)?;
    (origin != call.origin() && is_trusted(call, origin)).then_some(origin)
}
