//! A panic while a request is answered is a defect of the server: logged, and answered with a plain 500.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use http::StatusCode;

use crate::around::Answered;
use crate::own_answer;

/// Keeps the panic of one request from ending its connection.
pub async fn contain(answering: impl Future<Output = Answered>) -> Answered {
    match AssertUnwindSafe(answering).catch_unwind().await {
        Ok(answered) => answered,
        Err(_) => {
            tracing::error!("a request panicked");
            own_answer::error(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal server error.").into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_500() {
        async fn defect() -> Answered {
            panic!("defect")
        }
        let status = contain(defect()).now_or_never().map(|answered| answered.response.status());
        assert_eq!(status, Some(StatusCode::INTERNAL_SERVER_ERROR));
    }
}
