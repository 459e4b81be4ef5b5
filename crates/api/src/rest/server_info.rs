//! `/serverInfo`: what this server can do, for dashboards. Master key only.

use astrolabe_core::error::Result;
use astrolabe_wire::parse::{Answer, ParseCall, json_value};

/// The protocol version that clients compare with; the features are those of this server.
const PARSE_SERVER_VERSION: &str = "9.10.0";

pub(super) async fn show(call: ParseCall) -> Result<Answer> {
    call.require_master()?;
    let off = |names: &[&str]| -> serde_json::Value {
        names.iter().map(|name| ((*name).to_owned(), serde_json::Value::Bool(false))).collect()
    };
    let on = |names: &[&str]| -> serde_json::Value {
        names.iter().map(|name| ((*name).to_owned(), serde_json::Value::Bool(true))).collect()
    };
    let writes = ["create", "read", "update", "delete"];
    Ok(json_value(&serde_json::json!({
        "features": {
            "globalConfig": on(&writes),
            "hooks": off(&writes),
            "cloudCode": off(&["jobs"]),
            "logs": off(&["level", "size", "order", "until", "from"]),
            "push": off(&[
                "immediatePush", "scheduledPush", "storedPushData", "pushAudiences", "localization",
            ]),
            "schemas": {
                "addField": true,
                "removeField": true,
                "addClass": true,
                "removeClass": true,
                "clearAllDataFromClass": true,
                "exportClass": false,
                "editClassLevelPermissions": true,
                "editPointerPermissions": false,
            },
            "settings": off(&["securityCheck"]),
        },
        "parseServerVersion": PARSE_SERVER_VERSION,
        "astrolabeVersion": env!("CARGO_PKG_VERSION"),
    })))
}
