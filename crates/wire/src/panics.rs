//! A panic while a request is answered is a defect of the server: logged, and answered with a plain 500.

use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use http::StatusCode;

use crate::own_answer;

/// Middleware: keeps the panic of one request from ending its connection.
pub async fn contain(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("a request panicked");
            own_answer::error(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal server error.")
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    #[test]
    fn a_panic_is_a_500() {
        async fn defect() -> &'static str {
            panic!("defect")
        }
        let router: Router = Router::new().route("/", get(defect)).layer(from_fn(contain));
        let request = Request::new(Body::empty());
        let status = router.oneshot(request).now_or_never().and_then(Result::ok).map(|r| r.status());
        assert_eq!(status, Some(StatusCode::INTERNAL_SERVER_ERROR));
    }
}
