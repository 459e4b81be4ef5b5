//! A panic while a request is answered is a defect of the server: logged, and answered with a plain 500.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use axum::response::Response;
use futures_util::FutureExt;
use http::StatusCode;

use crate::own_answer;

/// Keeps the panic of one request from ending its connection.
pub async fn contain(answering: impl Future<Output = Response>) -> Response {
    match AssertUnwindSafe(answering).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("a request panicked");
            own_answer::error(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal server error.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_500() {
        async fn defect() -> Response {
            panic!("defect")
        }
        let status = contain(defect()).now_or_never().map(|response| response.status());
        assert_eq!(status, Some(StatusCode::INTERNAL_SERVER_ERROR));
    }
}
