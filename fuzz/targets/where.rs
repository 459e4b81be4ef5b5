//! Conditions and orders of queries: no panic, refusals blame the client, and what is accepted can be matched.

#![no_main]

use astrolabe_core::access::Scope;
use astrolabe_core::query::{parse_order, parse_where};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

#[path = "../src/fair.rs"]
mod fair;

fuzz_target!(|data: &[u8]| {
    let scope = Scope::server();
    if let Ok(text) = str::from_utf8(data) {
        fair::check(parse_order(None, &scope, text));
    }
    let Ok(conditions) = serde_json::from_slice::<Map<String, Value>>(data) else { return };
    if let Some(filter) = fair::check(parse_where(None, &scope, &conditions)) {
        let mut leaves = 0;
        filter.for_each_leaf(&mut |_| leaves += 1);
        assert!(leaves <= astrolabe_core::limits::QUERY_CONDITIONS_MAX);
    }
});
