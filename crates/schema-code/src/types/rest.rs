//! The JSON of the REST API: what is read, and what a create and an update send.

use super::class_types::ClassTypes;
use super::object_types::{self, Words};
use super::text::head;

const WORDS: Words = Words {
    namespace: "",
    time: "string",
    date: ["ParseDate"; 2],
    bytes: ["Bytes"; 2],
    pointer: "Pointer",
    unset: "Delete",
    shows_included: true,
    has_inner_keys: false,
};

pub(super) fn generate(classes: &[ClassTypes]) -> String {
    let mut out =
        head("The JSON of the REST API: an object as it is read, and the bodies of a create and an update.");
    out.push_str(include_str!("rest.head.ts"));
    out.push_str(&object_types::generate(classes, &WORDS));
    out
}
