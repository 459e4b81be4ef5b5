//! `/purge`: a class loses its objects and stays. Master key only.

use astrolabe_wire::parse::{Failure, ParseCall, PathParams, json_bytes};
use axum::response::Response;
use http::StatusCode;

pub(super) async fn purge(
    call: ParseCall,
    PathParams(class): PathParams<String>,
) -> Result<Response, Failure> {
    call.require_master()?;
    call.require_writer()?;
    call.app().objects.purge(call.scope(), &class).await?;
    Ok(json_bytes(StatusCode::OK, b"{}".to_vec()))
}
