//! For tests: JSON as nobody should send it. Hostile keys and texts, envelopes and operations with wrong members,
//! nested in each other.

use proptest::prelude::*;

use crate::error::Result;
use crate::limits;
use crate::value::{Json, JsonMap};

const KEYS: &[&str] = &[
    "",
    " ",
    "a",
    "a.b",
    "a..b",
    ".",
    "$",
    "$gt",
    "$in",
    "$nin",
    "$or",
    "$exists",
    "$relatedTo",
    "$lt",
    "$relativeTime",
    "$nearSphere",
    "$maxDistance",
    "$maxDistanceInMiles",
    "$within",
    "$box",
    "$geoWithin",
    "$polygon",
    "$centerSphere",
    "$geoIntersects",
    "$point",
    "$text",
    "$search",
    "$term",
    "$language",
    "$caseSensitive",
    "$diacriticSensitive",
    "a\0b",
    "\u{202e}",
    "__proto__",
    "constructor",
    "_bsontype",
    "__type",
    "__op",
    "amount",
    "objects",
    "ops",
    "iso",
    "base64",
    "className",
    "objectId",
    "id",
    "createdAt",
    "updatedAt",
    "ACL",
    "latitude",
    "longitude",
    "coordinates",
    "name",
    "url",
    "*",
    "*unresolved",
    "role:",
    "read",
    "write",
    "object",
    "key",
    "length",
    "_rperm",
    "_hashed_password",
    "fields",
    "type",
    "targetClass",
    "required",
    "defaultValue",
    "classLevelPermissions",
    "find",
    "protectedFields",
    "indexes",
];

const TEXTS: &[&str] = &[
    "",
    "a",
    "\0",
    "a\u{0}b",
    "\u{feff}",
    "Date",
    "Bytes",
    "Pointer",
    "Object",
    "GeoPoint",
    "Polygon",
    "File",
    "Relation",
    "Increment",
    "Add",
    "AddUnique",
    "Remove",
    "AddRelation",
    "RemoveRelation",
    "Delete",
    "SetOnInsert",
    "Batch",
    "Code",
    "String",
    "Number",
    "_User",
    "_Join:a:b",
    "in 9223372036854775807 years",
    "-1 second ago",
    "-\"a b\" \"",
    "german",
    "2020-01-01T00:00:00.000Z",
    "+275760-09-13T00:00:00.000Z",
    "-999999-99-99",
    "9999999999-01-01",
    "aGVsbG8=",
    "===",
    "'; --",
];

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => proptest::sample::select(KEYS).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => (0..4 * limits::NAME_LEN_MAX).prop_map(|length| "é".repeat(length)),
    ]
}

fn leaf() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        proptest::sample::select(TEXTS).prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ]
}

/// Any JSON value.
pub(crate) fn json() -> impl Strategy<Value = Json> {
    leaf().prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Json::Array),
            members(inner.clone()).prop_map(Json::Object),
            envelope("__type", inner.clone()),
            envelope("__op", inner),
        ]
    })
}

/// Any JSON object.
pub(crate) fn object() -> impl Strategy<Value = JsonMap> {
    members(json())
}

fn members(value: impl Strategy<Value = Json>) -> impl Strategy<Value = JsonMap> {
    proptest::collection::vec((key(), value), 0..6).prop_map(|members| members.into_iter().collect())
}

/// An object that says what it is, rightly or not.
fn envelope(kind: &'static str, value: impl Strategy<Value = Json>) -> impl Strategy<Value = Json> {
    (proptest::sample::select(TEXTS), members(value)).prop_map(move |(text, mut map)| {
        map.insert(kind.into(), text.into());
        Json::Object(map)
    })
}

/// Whatever comes out, it is a value or a refusal that blames the client in a sentence of bounded length.
pub(crate) fn is_fair<T>(outcome: Result<T>) -> std::result::Result<(), TestCaseError> {
    let Err(error) = outcome else { return Ok(()) };
    prop_assert!((400..500).contains(&error.code.http_status()), "{error:?}");
    prop_assert!(error.message.len() < 2_000, "{} bytes", error.message.len());
    Ok(())
}
