//! JSON that looks like the protocol's, with anything in any place.

mod search;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

const KEYS: &[&str] = &[
    "",
    "a",
    "k",
    "0",
    "a.b",
    "a..b",
    "$",
    "$gt",
    "$where",
    "a\0b",
    "é",
    "__proto__",
    "constructor",
    "__type",
    "__op",
    "_rperm",
    "_hashed_password",
    "_method",
    "_where",
    "length",
    "*",
    "role:x",
    "read",
    "write",
];

const TEXTS: &[&str] = &[
    "",
    "a",
    "\0",
    "\u{feff}",
    "\u{10ffff}",
    "*",
    "Fuzz",
    "_User",
    "_Join:a:b",
    "objectId",
    "2020-01-01T00:00:00.000Z",
    "+275760-09-13T00:00:00.001Z",
    "aGk=",
    "===",
    "'; --",
    "(a+)+$",
    "[",
    "^\\Qa\\E",
    "-n,s",
    "r:0",
    "%",
    "a,b.c,*",
];

/// The fields of the class, paths into them, and names that are none.
const PATHS: &[&str] = &[
    "s",
    "n",
    "b",
    "d",
    "p",
    "a",
    "o",
    "g",
    "f",
    "y",
    "r",
    "o.k",
    "o.k.0",
    "a.0",
    "a.0.k",
    "p.s",
    "s.x",
    "nope",
    "nope.x",
    "objectId",
    "createdAt",
    "updatedAt",
    "ACL",
    "_rperm",
    "_p_p",
    "password",
    "",
    ".",
    "o.",
    "o..k",
    "o.$k",
    "$or",
    "$comment",
];

pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![8 => select(TEXTS).prop_map(str::to_owned), 1 => any::<String>(), 1 => ".{0,8}"]
}

pub fn path() -> impl Strategy<Value = String> {
    prop_oneof![12 => select(PATHS).prop_map(str::to_owned), 1 => any::<String>()]
}

fn number() -> impl Strategy<Value = Value> {
    let edges = vec![0.0, -0.0, 1.0, -1.0, 0.5, 1e15, 9_007_199_254_740_993.0, f64::MAX, 5e-324];
    prop_oneof![
        select(edges).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from)
    ]
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        3 => number(),
        3 => text().prop_map(Value::from),
        4 => typed(),
    ]
}

/// A value that says what it is, most often rightly.
fn typed() -> impl Strategy<Value = Value> {
    let degree =
        || prop_oneof![(-200.0..200.0).prop_map(Value::from), number(), text().prop_map(Value::from)];
    prop_oneof![
        text().prop_map(|iso| json!({"__type": "Date", "iso": iso})),
        (text(), text())
            .prop_map(|(class, id)| json!({"__type": "Pointer", "className": class, "objectId": id})),
        text().prop_map(|id| json!({"__type": "Pointer", "className": "Fuzz", "objectId": id})),
        (degree(), degree())
            .prop_map(|(lat, lng)| json!({"__type": "GeoPoint", "latitude": lat, "longitude": lng})),
        text().prop_map(|bytes| json!({"__type": "Bytes", "base64": bytes})),
        text().prop_map(|name| json!({"__type": "File", "name": name})),
        text().prop_map(|class| json!({"__type": "Relation", "className": class})),
        vec(vec(number(), 0..3), 0..4).prop_map(|points| json!({"__type": "Polygon", "coordinates": points})),
        text().prop_map(|kind| json!({"__type": kind})),
    ]
}

/// Any value.
pub fn value() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        let key = prop_oneof![6 => select(KEYS).prop_map(str::to_owned), 1 => any::<String>()];
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((key, inner), 0..4).prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

/// A field operation.
pub fn operation() -> impl Strategy<Value = Value> {
    let names = [
        "Increment",
        "Add",
        "AddUnique",
        "Remove",
        "AddRelation",
        "RemoveRelation",
        "Delete",
        "SetOnInsert",
        "x",
    ];
    let single =
        (select(names.to_vec()), value(), prop_oneof![vec(value(), 0..4).prop_map(Value::from), value()])
            .prop_map(|(name, amount, objects)| json!({"__op": name, "amount": amount, "objects": objects}));
    single.prop_recursive(2, 6, 3, |inner| {
        vec(inner, 0..3).prop_map(|ops| json!({"__op": "Batch", "ops": ops}))
    })
}

/// The body of a write.
pub fn fields() -> impl Strategy<Value = Value> {
    let change = prop_oneof![3 => value(), 2 => operation(), 1 => acl()];
    object(path(), change, 4)
}

fn acl() -> impl Strategy<Value = Value> {
    let right = prop_oneof![Just(json!(true)), value()];
    object(text(), object(select(vec!["read", "write", "x"]).prop_map(str::to_owned), right, 3), 3)
}

/// An object of up to `members`.
fn object(
    key: impl Strategy<Value = String>,
    value: impl Strategy<Value = Value>,
    members: usize,
) -> impl Strategy<Value = Value> {
    vec((key, value), 0..=members).prop_map(|members| members.into_iter().collect::<Map<_, _>>().into())
}

fn constraint() -> impl Strategy<Value = Value> {
    let operators = [
        "$eq",
        "$ne",
        "$lt",
        "$lte",
        "$gt",
        "$gte",
        "$in",
        "$nin",
        "$all",
        "$containedBy",
        "$exists",
        "$regex",
        "$options",
        "$nearSphere",
        "$within",
        "$geoWithin",
        "$geoIntersects",
        "$text",
        "$relativeTime",
        "$maxDistanceInMiles",
        "$select",
        "$dontSelect",
        "$inQuery",
        "$notInQuery",
        "$not",
        "$maxDistance",
        "$size",
        "$where",
    ];
    let operand = prop_oneof![
        4 => value(),
        3 => search::search(),
        3 => vec(leaf(), 0..4).prop_map(Value::from),
        2 => text().prop_map(Value::from),
        1 => text().prop_map(|text| json!([{"$regex": text}])),
    ];
    object(select(operators.to_vec()).prop_map(str::to_owned), operand, 2)
}

/// A `where`.
pub fn conditions() -> impl Strategy<Value = Value> {
    let condition = prop_oneof![2 => value(), 5 => constraint()];
    object(path(), condition, 3).prop_recursive(3, 12, 3, |inner| {
        let several = prop_oneof![6 => vec(inner.clone(), 0..3).prop_map(Value::from), 1 => inner.clone()];
        let query = (inner, text(), text()).prop_map(|(conditions, key, class)| {
            let class = if class.is_empty() { "Fuzz".to_owned() } else { class };
            json!({"query": {"className": class, "where": conditions}, "key": key})
        });
        let operator = select(vec!["$inQuery", "$notInQuery", "$select", "$dontSelect"]);
        prop_oneof![
            (select(vec!["$or", "$and", "$nor"]), several).prop_map(|(operator, all)| json!({operator: all})),
            (path(), operator, query).prop_map(|(path, operator, mut query)| {
                if operator.ends_with("Query") {
                    query = query["query"].take();
                }
                json!({path: {operator: query}})
            }),
            (typed(), path()).prop_map(|(object, key)| json!({"$relatedTo": {"object": object, "key": key}})),
        ]
    })
}

/// The body of a schemas request.
pub fn schema() -> impl Strategy<Value = Value> {
    let kinds = ["String", "Number", "Pointer", "Relation", "Array", "GeoPoint", "Polygon", "ACL", "x"];
    let kind = prop_oneof![5 => select(kinds.to_vec()).prop_map(Value::from), 1 => value()];
    let field = prop_oneof![
        4 => (kind, value(), value(), value()).prop_map(|(kind, target, required, default)| {
            json!({"type": kind, "targetClass": target, "required": required, "defaultValue": default})
        }),
        2 => select(kinds.to_vec()).prop_map(|kind| json!({"type": kind, "targetClass": "Fuzz"})),
        2 => Just(json!({"__op": "Delete"})),
        1 => value(),
    ];
    let operations = [
        "find",
        "get",
        "count",
        "create",
        "update",
        "delete",
        "addField",
        "protectedFields",
        "readUserFields",
    ];
    let right = prop_oneof![acl(), object(text(), prop_oneof![Just(json!(true)), value()], 3), value()];
    let permissions = object(select(operations.to_vec()).prop_map(str::to_owned), right, 3);
    let indexes = object(text(), object(path(), prop_oneof![Just(json!(1)), value()], 2), 2);
    let new_names = prop_oneof![path(), "[a-z]{1,3}"];
    (
        object(new_names, field, 3),
        permissions,
        indexes,
        prop_oneof![3 => Just(json!("Fuzz")), 1 => value()],
        0..8_u8,
    )
        .prop_map(|(fields, permissions, indexes, class, members)| {
            let mut body = json!({"className": class, "fields": fields});
            if members & 1 == 1 {
                body["classLevelPermissions"] = permissions;
            }
            if members & 6 == 6 {
                body["indexes"] = indexes;
            }
            body
        })
}
