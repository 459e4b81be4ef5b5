//! Request ids: every request gets one, every log line of the request carries it, and the client is told.

use std::sync::Arc;

use astrolabe_core::ports::Ids;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use tracing::Instrument;

/// The header that tells the client.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the current request, in its extensions.
#[derive(Debug, Clone)]
pub struct RequestId(pub Arc<str>);

/// Middleware: makes the id, opens the log span and adds the response header. Ids of clients are not taken over,
/// so that nobody can make log lines of one request look like those of another.
pub async fn assign(State(ids): State<Arc<dyn Ids>>, mut request: Request, next: Next) -> Response {
    let id: Arc<str> = ids.object_id(16).into();
    let span = tracing::info_span!("request", request.id = %id);
    let header = HeaderValue::from_str(&id).ok();
    request.extensions_mut().insert(RequestId(id));
    let mut response = next.run(request).instrument(span).await;
    if let Some(header) = header {
        response.headers_mut().insert(X_REQUEST_ID, header);
    }
    response
}
