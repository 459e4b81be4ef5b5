//! Classes for `@astrolabe/client`, whose types say what `include` makes of a pointer.

use super::class_types::ClassTypes;
use super::object_types::{self, Words};
use super::text::head;

const WORDS: Words = Words {
    namespace: "astrolabe.",
    time: "Date",
    date: ["Date", "astrolabe.DateValue"],
    bytes: ["Uint8Array", "astrolabe.BytesValue"],
    pointer: "PointerValue",
    unset: "Unset",
    shows_included: false,
    has_inner_keys: true,
};

pub(super) fn generate(classes: &[ClassTypes]) -> String {
    let mut out = head("Classes for `@astrolabe/client`: `createClient<Classes>({ url, appId })`.");
    out.push_str("import type * as astrolabe from '@astrolabe/client';\n");
    out.push_str(&object_types::generate(classes, &WORDS));
    out
}
