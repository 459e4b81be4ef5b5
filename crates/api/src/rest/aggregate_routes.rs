//! `/aggregate/:class`: pipelines, and the distinct values of a field. For the master key, and for those whom the class
//! lets aggregate its objects.

use astrolabe_core::error::Result;
use astrolabe_core::objects::AggregateRequest;
use astrolabe_wire::parse::{Answer, ParseCall, PathParams, json_bytes};
use http::StatusCode;

use super::aggregate_params::aggregate_params;
use super::find_params::{asks_for_plan, hint};
use super::object_routes::explained;

pub(super) async fn aggregate(call: ParseCall, PathParams(class): PathParams<String>) -> Result<Answer> {
    let context = call.context.clone();
    let objects = &context.app.objects;
    if !objects.opens_aggregates(&class) {
        call.require_master()?;
    }
    let params = call.json_params();
    let (conditions, kind) = aggregate_params(&params)?;
    let request = AggregateRequest { class_name: &class, conditions, kind, hint: hint(&params) };
    if asks_for_plan(&params)? {
        return Ok(explained(objects.explain_aggregate(&context.scope, request).await?));
    }
    let mut body = br#"{"results":["#.to_vec();
    body.extend_from_slice(&objects.aggregate(&context.scope, request).await?);
    body.extend_from_slice(b"]}");
    Ok(json_bytes(StatusCode::OK, body))
}
