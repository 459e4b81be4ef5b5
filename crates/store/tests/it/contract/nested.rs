//! Values inside Object and Array fields.

use astrolabe_core::query::{Pattern, Test};
use astrolabe_core::schema::FieldType;
use astrolabe_core::value::Value;
use serde_json::json;

use crate::support::*;

async fn rows(fixture: &Fixture) {
    fixture.class("Todo", &[("o", FieldType::Object)]).await;
    let when = |day: i32| json!({"__type": "Date", "iso": format!("2020-01-0{day}T00:00:00.000Z")});
    let to = |id: &str| json!({"__type": "Pointer", "className": "Other", "objectId": id});
    for (id, value) in [
        (
            "a",
            json!({"n": 1, "s": "x", "b": true, "in": {"er": [5, {"k": "v"}]}, "d": when(1), "p": to("x")}),
        ),
        ("b", json!({"n": 2.5, "s": "y", "b": false, "in": {"er": []}, "d": when(2), "p": to("y")})),
        ("c", json!({"n": "1", "s": null, "b": 1, "key\"with'quotes": 1})),
    ] {
        fixture.insert("Todo", id, &[("o", json(value))]).await;
    }
    fixture.insert("Todo", "z", &[]).await;
}

pub async fn tests(fixture: &Fixture) {
    rows(fixture).await;
    let day = |day: i64| date(1_577_836_800_000 + (day - 1) * 86_400_000);
    for (path, test, expected) in [
        ("o.n", Test::Equal(number(1.0)), "a"),
        ("o.n", Test::Equal(text("1")), "c"),
        ("o.n", Test::NotEqual(number(1.0)), "b c z"),
        ("o.n", Test::Greater(number(1.0)), "b"),
        ("o.n", Test::GreaterOrEqual(number(1.0)), "a b"),
        ("o.n", Test::Less(text("2")), "c"),
        ("o.n", Test::LessOrEqual(number(2.5)), "a b"),
        ("o.n", Test::Exists(true), "a b c"),
        ("o.n", Test::Exists(false), "z"),
        ("o.s", Test::Equal(Value::Null), "c z"),
        ("o.s", Test::NotEqual(Value::Null), "a b"),
        ("o.s", Test::In(vec![text("x"), Value::Null]), "a c z"),
        ("o.s", Test::NotIn(vec![text("x")]), "b c z"),
        ("o.b", Test::Equal(Value::Boolean(true)), "a"),
        ("o.b", Test::Equal(number(1.0)), "c"),
        ("o.in.er", Test::Equal(number(5.0)), "a"),
        ("o.in.er", Test::Equal(json(json!([]))), "b"),
        ("o.in.er.0", Test::Equal(number(5.0)), "a"),
        ("o.in.er.1.k", Test::Equal(text("v")), "a"),
        ("o.in.er.9.k", Test::Exists(true), ""),
        ("o.d", Test::Equal(day(1)), "a"),
        ("o.d", Test::Greater(day(1)), "b"),
        ("o.d", Test::LessOrEqual(day(2)), "a b"),
        ("o.p", Test::Equal(pointer("Other", "y")), "b"),
        ("o.p", Test::In(vec![pointer("Other", "x"), pointer("Todo", "y")]), "a"),
        ("o.key\"with'quotes", Test::Equal(number(1.0)), "c"),
        ("o.s", Test::Matches(Pattern::parse("^x$", "").unwrap()), "a"),
        ("o.s", Test::Matches(Pattern::parse("^Y", "i").unwrap()), "b"),
        ("o.s", Test::Matches(Pattern::parse("^y", "").unwrap()), "b"),
        ("o.n", Test::Matches(Pattern::parse("", "").unwrap()), "c"),
        ("o.", Test::Exists(true), ""),
    ] {
        let filter = when(path, test);
        let expected: Vec<_> = expected.split_whitespace().collect();
        assert_eq!(fixture.ids("Todo", filter.clone()).await, expected, "{filter:?}");
    }
}

pub async fn keys(fixture: &Fixture) {
    rows(fixture).await;
    for (key, expected) in
        [("o.d", "c z a b"), ("-o.d", "b a z c"), ("-o.s", "b a z c"), ("o.nope", "a b c z")]
    {
        let plan = astrolabe_core::query::ReadPlan {
            order: vec![order(key)],
            ..fixture.plan("Todo", astrolabe_core::query::Filter::all())
        };
        let expected: Vec<_> = expected.split_whitespace().collect();
        assert_eq!(ids(fixture.read(plan).await.unwrap()), expected, "{key}");
    }
}
