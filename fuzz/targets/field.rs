//! Values and operations of fields: no panic, refusals blame the client, and a value that was accepted is accepted again
//! in the form in which it is shown.

#![no_main]

use astrolabe_core::access::Acl;
use astrolabe_core::value::{FieldOp, Value, parse_field};
use libfuzzer_sys::fuzz_target;

#[path = "../src/fair.rs"]
mod fair;

fuzz_target!(|data: &[u8]| {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(data) else { return };
    if let Some(acl) = fair::check(Acl::from_json(&json)) {
        let shown = acl.to_json();
        let again = Acl::from_json(&shown).unwrap_or_else(|error| panic!("{shown}: {error:?}"));
        assert_eq!(again.to_json(), shown);
    }
    if let Some(FieldOp::Set(value)) = fair::check(parse_field(json)) {
        let shown = value.to_json();
        let again = Value::from_json(shown.clone()).unwrap_or_else(|error| panic!("{shown}: {error:?}"));
        assert_eq!(again.to_json(), shown);
    }
});
