//! Requests with an id that are not one write: they are recorded before anything is done. Single writes and
//! transactions are not among them; they are recorded with what they store.

use astrolabe_core::error::Result;
use astrolabe_wire::parse::{Failure, ParseCall};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Middleware for routes that do not record by themselves.
pub(super) async fn record_first(request: Request, next: Next) -> Response {
    let call = request.extensions().get::<ParseCall>().filter(|call| call.request_id.is_some()).cloned();
    if let Some(call) = call
        && let Err(error) = record(&call).await
    {
        return Failure(error).into_response();
    }
    next.run(request).await
}

/// Records the request of a call, if it has an id. Fails with 159 when it was recorded before.
pub(super) async fn record(call: &ParseCall) -> Result<()> {
    match &call.request_id {
        Some(request) => call.app().objects.record_request(call.scope(), request).await,
        None => Ok(()),
    }
}
