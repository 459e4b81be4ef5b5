//! What dashboards ask of a server beside objects and schemas: Cloud Code, webhooks, push, GraphQL, logs. Of what this
//! version does not have there is none, so lists are empty; and what would make one is refused in clear words.

use std::future::Ready;

use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_wire::parse::routes::{any, get};
use astrolabe_wire::parse::{Answer, Endpoint, ParseCall, Routes, json_value};
use serde_json::json;

/// Adds all of them, for the master key only.
pub(super) fn routes(routes: Routes) -> Routes {
    let hooks = "Webhooks are not available yet.";
    let jobs = "Background jobs are not available yet.";
    let push = "Push notifications are not available yet.";
    routes
        .route("/hooks/functions", or_refuse(get(empty_list), hooks))
        .route("/hooks/functions/{name}", refuse(hooks))
        .route("/hooks/triggers", or_refuse(get(empty_list), hooks))
        .route("/hooks/triggers/{class}", refuse(hooks))
        .route("/hooks/triggers/{class}/{trigger}", refuse(hooks))
        .route("/cloud_code/jobs", or_refuse(get(empty_list), jobs))
        .route("/cloud_code/jobs/data", or_refuse(get(no_jobs), jobs))
        .route("/cloud_code/jobs/{id}", refuse(jobs))
        .route("/jobs", refuse(jobs))
        .route("/jobs/{name}", refuse(jobs))
        .route("/push", refuse(push))
        .route("/push_audiences", or_refuse(get(no_results), push))
        .route("/push_audiences/{id}", refuse(push))
        .route("/graphql-config", or_refuse(get(no_settings), "GraphQL is not available yet."))
        // Logs go to standard error and are not kept here.
        .route("/scriptlog", or_refuse(get(empty_list), "Logs can only be read."))
        .route("/security", refuse("The security check is not available yet."))
}

async fn empty_list(call: ParseCall) -> Result<Answer> {
    for_master(&call, &json!([]))
}

async fn no_results(call: ParseCall) -> Result<Answer> {
    for_master(&call, &json!({ "results": [] }))
}

async fn no_settings(call: ParseCall) -> Result<Answer> {
    for_master(&call, &json!({}))
}

async fn no_jobs(call: ParseCall) -> Result<Answer> {
    for_master(&call, &json!({ "in_use": [], "jobs": [] }))
}

fn for_master(call: &ParseCall, answer: &serde_json::Value) -> Result<Answer> {
    call.require_master()?;
    Ok(json_value(answer))
}

/// Every method is refused.
fn refuse(reason: &'static str) -> Endpoint {
    any(refusing(reason))
}

/// Methods other than those of `endpoint` are refused.
fn or_refuse(endpoint: Endpoint, reason: &'static str) -> Endpoint {
    endpoint.or(refusing(reason))
}

fn refusing(reason: &'static str) -> impl Fn(ParseCall) -> Ready<Result<Answer>> {
    move |call| std::future::ready(refusal(&call, reason))
}

fn refusal(call: &ParseCall, reason: &'static str) -> Result<Answer> {
    call.require_master()?;
    Err(Error::new(ErrorCode::CommandUnavailable, reason))
}
