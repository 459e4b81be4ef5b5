//! `/usage`: what the app has used and what it may use. Master key only. Parse Server has no such endpoint.

use astrolabe_core::error::Result;
use astrolabe_wire::parse::{Answer, ParseCall, json_value};

pub(super) async fn show(call: ParseCall) -> Result<Answer> {
    call.require_master()?;
    let app = call.app();
    app.meter.set_storage_bytes(app.objects.store().storage_bytes().await?);
    Ok(json_value(&app.meter.usage().to_json(&app.meter.limits())))
}
