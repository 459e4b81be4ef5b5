//! Bodies of the schemas API and class-level permissions: no panic, refusals blame the client, and permissions that were
//! accepted are accepted again in the form in which they are shown.

#![no_main]

use astrolabe_core::schema::{ClassPermissions, SchemaAction, parse_schema_request};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

#[path = "../src/fair.rs"]
mod fair;

fuzz_target!(|data: &[u8]| {
    let Ok(body) = serde_json::from_slice::<Map<String, Value>>(data) else { return };
    for action in [SchemaAction::Create, SchemaAction::Change] {
        for class in ["Todo", "_User"] {
            fair::check(parse_schema_request(action, class, &body));
        }
    }
    if let Some(permissions) = fair::check(ClassPermissions::from_json(&Value::Object(body))) {
        let shown = permissions.to_json();
        let again = ClassPermissions::from_json(&shown).unwrap_or_else(|error| panic!("{shown}: {error:?}"));
        assert_eq!(again.to_json(), shown);
    }
});
