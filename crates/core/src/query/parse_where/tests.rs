//! Conditions and what becomes of them.

use super::*;
use crate::query::Pattern;
use crate::value::Value;
use serde_json::json;

fn parse(json: Json) -> Result<Filter> {
    parse_where(None, json.as_object().unwrap_or(&JsonMap::new()), Timestamp(60_000))
}

#[test]
fn conditions() {
    let field = |name: &str, test: Test| Filter::Field { path: FieldPath::parse(name), test };
    let number = Value::Number;
    for (json, expected) in [
        (json!({}), Filter::all()),
        (json!({"a": 1}), field("a", Test::Equal(number(1.0)))),
        (json!({"a.b": null}), field("a.b", Test::Equal(Value::Null))),
        (
            json!({"a": {"$gt": 1, "$lte": 5}}),
            Filter::And(vec![
                field("a", Test::Greater(number(1.0))),
                field("a", Test::LessOrEqual(number(5.0))),
            ]),
        ),
        (json!({"a": {"$in": [1]}}), field("a", Test::In(vec![number(1.0)]))),
        (
            json!({"a": {"$options": "i", "$regex": "x"}}),
            field("a", Test::Matches(Pattern::parse("x", "i").unwrap())),
        ),
        (json!({"a": {"$all": [1]}}), field("a", Test::All(vec![number(1.0)]))),
        (
            json!({"a": {"$all": [{"$regex": "^\\Qx\\E"}, {"$regex": "^\\Qy\\E\\\\E\\Q.\\E"}]}}),
            field("a", Test::AllStarting(vec!["x".to_owned(), "y\\E.".to_owned()])),
        ),
        (json!({"a": {"$containedBy": [1]}}), field("a", Test::ContainedBy(vec![number(1.0)]))),
        (json!({"a": {"$exists": false}}), field("a", Test::Exists(false))),
        (
            json!({"$or": [{"a": 1}, {"$nor": [{}, {"b": null, "c": 2}]}]}),
            Filter::Or(vec![
                field("a", Test::Equal(number(1.0))),
                Filter::Nor(vec![
                    Filter::all(),
                    Filter::And(vec![
                        field("b", Test::Equal(Value::Null)),
                        field("c", Test::Equal(number(2.0))),
                    ]),
                ]),
            ]),
        ),
        (json!({"$and": [{"a": 1}]}), Filter::And(vec![field("a", Test::Equal(number(1.0)))])),
        (
            json!({"updatedAt": {"$gte": {"$relativeTime": "1 minute ago"}}}),
            field("updatedAt", Test::GreaterOrEqual(Value::Date(Timestamp(0)))),
        ),
        (
            json!({"createdAt": {"$lt": "1970-01-01T00:00:01Z"}}),
            field("createdAt", Test::Less(Value::Date(Timestamp(1000)))),
        ),
    ] {
        assert_eq!(parse(json.clone()), Ok(expected), "{json}");
    }
}

#[test]
fn refused_conditions() {
    for (json, code) in [
        (json!({"a": {"$in": 1}}), ErrorCode::InvalidJson),
        (json!({"a": {"$all": 1}}), ErrorCode::InvalidJson),
        (json!({"a": {"$all": [1, {"$regex": "^\\Qx\\E"}]}}), ErrorCode::InvalidQuery),
        (json!({"a": {"$all": [{"$regex": "x"}]}}), ErrorCode::InvalidQuery),
        (json!({"a": {"$containedBy": {}}}), ErrorCode::InvalidJson),
        (json!({"a": {"$exists": "x"}}), ErrorCode::InvalidJson),
        (json!({"a": {"$foo": 1}}), ErrorCode::InvalidJson),
        (json!({"a": {"$regex": 1}}), ErrorCode::InvalidQuery),
        (json!({"a": {"$regex": "("}}), ErrorCode::InvalidQuery),
        (json!({"a": {"$regex": "x", "$options": "g"}}), ErrorCode::InvalidQuery),
        (json!({"a": {"$regex": "x", "$options": ""}}), ErrorCode::InvalidQuery),
        (json!({"a": {"$regex": "x", "$options": 1}}), ErrorCode::InvalidQuery),
        (json!({"a": {"$options": "i"}}), ErrorCode::InvalidQuery),
        (json!({"a": {"$text": {}}}), ErrorCode::InvalidJson),
        (json!({"a": {"$text": {"$search": null}}}), ErrorCode::InvalidJson),
        (json!({"a": {"$text": {"$search": "x"}}}), ErrorCode::InvalidJson),
        (json!({"a": {"$text": {"$search": {"$term": ""}}}}), ErrorCode::InvalidJson),
        (json!({"a": {"$text": {"$search": {"$term": "x", "$language": "xx"}}}}), ErrorCode::InvalidJson),
        (json!({"a": {"$text": {"$search": {"$term": "x", "$caseSensitive": 1}}}}), ErrorCode::InvalidJson),
        (json!({"a": {"$text": {"$search": {"$term": "x".repeat(1_001)}}}}), ErrorCode::InvalidQuery),
        (json!({"a": {"$nearSphere": 5}}), ErrorCode::InvalidJson),
        (json!({"a": {"$nearSphere": {"latitude": 91, "longitude": 0}}}), ErrorCode::InvalidJson),
        (json!({"a": {"$maxDistance": 1}}), ErrorCode::InvalidQuery),
        (json!({"a": {"$minDistance": 1}}), ErrorCode::InvalidJson),
        (json!({"a": {"$within": {"$box": [1, 2]}}}), ErrorCode::InvalidJson),
        (json!({"a": {"$within": {}}}), ErrorCode::InvalidJson),
        (json!({"a": {"$geoWithin": {}}}), ErrorCode::InvalidJson),
        (json!({"a": {"$geoWithin": {"$polygon": [[0, 0], [0, 1], [1]]}}}), ErrorCode::InvalidJson),
        (json!({"a": {"$geoWithin": {"$centerSphere": [[0, 0]]}}}), ErrorCode::InvalidJson),
        (json!({"a": {"$geoWithin": {"$centerSphere": [[0, 0], -1]}}}), ErrorCode::InvalidJson),
        (json!({"a": {"$geoIntersects": {"$point": [0, 0]}}}), ErrorCode::InvalidJson),
        (json!({"a": {"$lt": {"$relativeTime": "now"}}}), ErrorCode::InvalidJson),
        (json!({"createdAt": {"$lt": {"$relativeTime": 5}}}), ErrorCode::InvalidJson),
        (json!({"createdAt": {"$eq": {"$relativeTime": "now"}}}), ErrorCode::InvalidJson),
        (json!({"createdAt": {"$in": [{"$relativeTime": "now"}]}}), ErrorCode::InvalidJson),
        (json!({"createdAt": {"$exists": {"$relativeTime": "now"}}}), ErrorCode::InvalidJson),
        (json!({"createdAt": {"$relativeTime": "now"}}), ErrorCode::InvalidJson),
        (json!({"$or": []}), ErrorCode::InvalidQuery),
        (json!({"$and": {"a": 1}}), ErrorCode::InvalidQuery),
        (json!({"$nor": [1]}), ErrorCode::InvalidQuery),
        (json!({"$or": [{"_rperm": "x"}]}), ErrorCode::InvalidKeyName),
        (json!({"a": {"$or": [{}]}}), ErrorCode::InvalidJson),
        (json!({"ACL": {}}), ErrorCode::InvalidQuery),
        (json!({"_rperm": "x"}), ErrorCode::InvalidKeyName),
        (json!({"_hashed_password": "x"}), ErrorCode::InvalidKeyName),
        (json!({"$where": "x"}), ErrorCode::InvalidKeyName),
        (json!({"__proto__": 1}), ErrorCode::InvalidKeyName),
        (json!({"a..b": 1}), ErrorCode::InvalidKeyName),
        (json!({"a": "\0"}), ErrorCode::InvalidJson),
        (json!({"$relatedTo": {"key": "x"}}), ErrorCode::InvalidQuery),
    ] {
        assert_eq!(parse(json.clone()).map_err(|error| error.code), Err(code), "{json}");
    }
}

#[test]
fn bounds_hold_over_all_levels() {
    let many = |count: usize| Json::from(vec![json!({}); count]);
    let deep = |levels: usize| (0..levels).fold(json!({}), |inner, _| json!({"$or": [inner]}));
    let pairs = |count: usize| Json::from(vec![json!({"a": 1}); count]);
    for (json, is_taken) in [
        (json!({"$or": many(500)}), true),
        (json!({"$or": many(501)}), false),
        (json!({"$or": [{"$and": pairs(249)}]}), true),
        (json!({"$or": [{"$and": pairs(250)}]}), false),
        (deep(limits::QUERY_DEPTH_MAX), true),
        (deep(limits::QUERY_DEPTH_MAX + 1), false),
    ] {
        assert_eq!(parse(json).is_ok(), is_taken);
    }
}
