//! Names and ids out of the path.

use astrolabe_core::error::{Error, ErrorCode};
use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::Failure;

/// Like axum's `Path`, refusing with the protocol's error form what is not UTF-8.
pub struct PathParams<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathParams<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(params)) => Ok(PathParams(params)),
            Err(_) => Err(Failure(Error::new(ErrorCode::MalformedBody, "The path cannot be decoded."))),
        }
    }
}
