//! `/aggregate/:class`: pipelines, and the distinct values of a field. For the master key, and for those whom the class
//! lets aggregate its objects.

use astrolabe_core::objects::AggregateRequest;
use astrolabe_wire::parse::{Failure, ParseCall, PathParams, json_bytes};
use axum::response::Response;
use http::StatusCode;

use super::aggregate_params::aggregate_params;

pub(super) async fn aggregate(
    call: ParseCall,
    PathParams(class): PathParams<String>,
) -> Result<Response, Failure> {
    let context = call.context.clone();
    let objects = &context.app.objects;
    if !objects.opens_aggregates(&class) {
        call.require_master()?;
    }
    let (conditions, kind) = aggregate_params(&call.json_params())?;
    let request = AggregateRequest { class_name: &class, conditions, kind };
    let mut body = br#"{"results":["#.to_vec();
    body.extend_from_slice(&objects.aggregate(&context.scope, request).await?);
    body.extend_from_slice(b"]}");
    Ok(json_bytes(StatusCode::OK, body))
}
