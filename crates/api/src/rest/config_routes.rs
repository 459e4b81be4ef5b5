//! `/config`: the parameters that an app gives its clients.

use astrolabe_core::error::Result;
use astrolabe_core::value::Json;
use astrolabe_wire::parse::{Answer, ParseCall, json_value};

use crate::config::{change_config, read_config};

pub(super) async fn show(call: ParseCall) -> Result<Answer> {
    let config = read_config(&call.app().objects, call.scope()).await?;
    Ok(json_value(&Json::Object(config)))
}

pub(super) async fn change(call: ParseCall) -> Result<Answer> {
    call.require_master()?;
    call.require_writer()?;
    let context = call.context;
    change_config(&context.app.objects, &context.scope, call.body).await?;
    Ok(json_value(&serde_json::json!({ "result": true })))
}
