//! `/purge`: a class loses its objects and stays. Master key only.

use astrolabe_core::error::Result;
use astrolabe_wire::parse::{Answer, ParseCall, PathParams, json_bytes};
use http::StatusCode;

pub(super) async fn purge(call: ParseCall, PathParams(class): PathParams<String>) -> Result<Answer> {
    call.require_master()?;
    call.require_writer()?;
    call.app().objects.purge(call.scope(), &class).await?;
    Ok(json_bytes(StatusCode::OK, b"{}".to_vec()))
}
