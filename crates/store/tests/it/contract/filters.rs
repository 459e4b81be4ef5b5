//! Conditions on whole fields.

use astrolabe_core::ports::StoreError;
use astrolabe_core::query::{Filter, Pattern, Test};
use astrolabe_core::schema::FieldType;
use astrolabe_core::value::Value;
use serde_json::json;

use crate::support::*;

/// Checks which of the rows each condition lets through.
async fn check(fixture: &Fixture, class: &str, cases: Vec<(&str, Test, &str)>) {
    for (path, test, expected) in cases {
        let filter = when(path, test);
        let expected: Vec<_> = expected.split_whitespace().collect();
        assert_eq!(fixture.ids(class, filter.clone()).await, expected, "{filter:?}");
        assert_eq!(fixture.count(class, filter.clone()).await, expected.len() as u64, "{filter:?}");
    }
}

async fn scalar_rows(fixture: &Fixture) {
    fixture
        .class(
            "Todo",
            &[
                ("s", FieldType::String),
                ("n", FieldType::Number),
                ("b", FieldType::Boolean),
                ("d", FieldType::Date),
                ("p", FieldType::Pointer("Other".into())),
            ],
        )
        .await;
    let row = |s: &str, n, b, d, p: &str| {
        vec![
            ("s", text(s)),
            ("n", number(n)),
            ("b", Value::Boolean(b)),
            ("d", date(d)),
            ("p", pointer("Other", p)),
        ]
    };
    fixture.insert("Todo", "a", &row("Ab", 1.0, true, 10, "x")).await;
    fixture.insert("Todo", "b", &row("ab", 2.5, false, 20, "y")).await;
    fixture.insert("Todo", "c", &row("é", -1.0, true, 30, "x")).await;
    fixture.insert("Todo", "z", &[]).await;
}

pub async fn scalars(fixture: &Fixture) {
    scalar_rows(fixture).await;
    check(
        fixture,
        "Todo",
        vec![
            ("s", Test::Equal(text("ab")), "b"),
            ("s", Test::NotEqual(text("ab")), "a c z"),
            ("s", Test::Equal(Value::Null), "z"),
            ("s", Test::NotEqual(Value::Null), "a b c"),
            ("s", Test::Less(text("ab")), "a"),
            ("s", Test::LessOrEqual(text("ab")), "a b"),
            ("s", Test::Greater(text("ab")), "c"),
            ("s", Test::GreaterOrEqual(text("ab")), "b c"),
            ("s", Test::Exists(true), "a b c"),
            ("s", Test::Exists(false), "z"),
            ("s", Test::Equal(number(1.0)), ""),
            ("s", Test::NotEqual(number(1.0)), "a b c z"),
            ("s", Test::Less(number(1.0)), ""),
            ("s", Test::Less(Value::Null), ""),
            ("n", Test::Equal(number(2.5)), "b"),
            ("n", Test::Equal(text("2.5")), ""),
            ("n", Test::Greater(number(-1.0)), "a b"),
            ("n", Test::GreaterOrEqual(number(-1.0)), "a b c"),
            ("b", Test::Equal(Value::Boolean(true)), "a c"),
            ("b", Test::NotEqual(Value::Boolean(true)), "b z"),
            ("b", Test::Equal(number(1.0)), ""),
            ("b", Test::Less(Value::Boolean(true)), ""),
            ("d", Test::LessOrEqual(date(20)), "a b"),
            ("d", Test::Equal(number(20.0)), ""),
            ("p", Test::Equal(pointer("Other", "x")), "a c"),
            ("p", Test::NotEqual(pointer("Other", "x")), "b z"),
            ("p", Test::Equal(pointer("Todo", "x")), ""),
            ("p", Test::Equal(text("x")), ""),
            ("p", Test::Greater(pointer("Other", "x")), ""),
            ("objectId", Test::Equal(text("c")), "c"),
            ("objectId", Test::Greater(text("b")), "c z"),
            ("objectId", Test::NotIn(vec![text("a")]), "b c z"),
            ("createdAt", Test::Equal(date(1_000)), "a b c z"),
            ("createdAt", Test::Greater(date(1_000)), ""),
            ("updatedAt", Test::Exists(true), "a b c z"),
        ],
    )
    .await;
}

pub async fn lists(fixture: &Fixture) {
    scalar_rows(fixture).await;
    let odd = 0.1 + 0.2;
    fixture.insert("Todo", "o", &[("n", number(odd)), ("s", text("q\"\\\n\u{1F600}"))]).await;
    check(
        fixture,
        "Todo",
        vec![
            ("s", Test::In(vec![text("ab"), text("é"), text("none")]), "b c"),
            ("s", Test::In(vec![text("q\"\\\n\u{1F600}")]), "o"),
            ("s", Test::In(vec![]), ""),
            ("s", Test::In(vec![Value::Null]), "z"),
            ("s", Test::In(vec![Value::Null, text("Ab")]), "a z"),
            ("s", Test::In(vec![number(1.0)]), ""),
            ("s", Test::NotIn(vec![text("ab")]), "a c z o"),
            ("s", Test::NotIn(vec![]), "a b c z o"),
            ("s", Test::NotIn(vec![Value::Null]), "a b c o"),
            ("s", Test::NotIn(vec![Value::Null, text("Ab")]), "b c o"),
            ("n", Test::In(vec![number(1.0), number(odd), text("2.5")]), "a o"),
            ("n", Test::NotIn(vec![number(-1.0), number(odd)]), "a b z"),
            ("b", Test::In(vec![Value::Boolean(false)]), "b"),
            ("d", Test::In(vec![date(30), date(10)]), "a c"),
            ("p", Test::In(vec![pointer("Other", "y"), pointer("Todo", "x")]), "b"),
            ("createdAt", Test::In(vec![date(1_000)]), "a b c z o"),
        ],
    )
    .await;
}

pub async fn missing_fields(fixture: &Fixture) {
    scalar_rows(fixture).await;
    for path in ["nope", "nope.deeper", "s.deeper", "objectId.x"] {
        check(
            fixture,
            "Todo",
            vec![
                (path, Test::Equal(Value::Null), "a b c z"),
                (path, Test::Equal(text("x")), ""),
                (path, Test::NotEqual(text("x")), "a b c z"),
                (path, Test::NotEqual(Value::Null), ""),
                (path, Test::In(vec![text("x")]), ""),
                (path, Test::In(vec![Value::Null]), "a b c z"),
                (path, Test::NotIn(vec![text("x")]), "a b c z"),
                (path, Test::NotIn(vec![Value::Null]), ""),
                (path, Test::Exists(true), ""),
                (path, Test::Exists(false), "a b c z"),
                (path, Test::Less(text("x")), ""),
            ],
        )
        .await;
    }
    for (filter, expected) in [
        (Filter::all(), 4),
        (Filter::And(vec![Filter::all(), Filter::all()]), 4),
        (Filter::And(vec![Filter::all(), Filter::equals("b", Value::Boolean(true))]), 2),
        (Filter::Never, 0),
        (Filter::And(vec![Filter::equals("b", Value::Boolean(true)), Filter::Never]), 0),
    ] {
        assert_eq!(fixture.count("Todo", filter.clone()).await, expected, "{filter:?}");
    }
}

pub async fn whole_values(fixture: &Fixture) {
    fixture
        .class(
            "Todo",
            &[
                ("tags", FieldType::Array),
                ("info", FieldType::Object),
                ("place", FieldType::GeoPoint),
                ("file", FieldType::File),
                ("bytes", FieldType::Bytes),
                ("area", FieldType::Polygon),
            ],
        )
        .await;
    let file = |name: &str| json(json!({"__type": "File", "name": name}));
    let bytes = |base64: &str| json(json!({"__type": "Bytes", "base64": base64}));
    let area = |first: f64| {
        json(json!({"__type": "Polygon", "coordinates": [[first, 0], [0, 1], [1, 1], [first, 0]]}))
    };
    let reference = json!({"__type": "Pointer", "className": "Other", "objectId": "x"});
    fixture
        .insert(
            "Todo",
            "a",
            &[
                ("tags", json(json!(["x", 1, {"k": 1.0}, [2], reference]))),
                ("info", json(json!({"b": 2, "a": [1]}))),
                ("place", point(1.0, 2.0)),
                ("file", file("f")),
                ("bytes", bytes("aGk=")),
                ("area", area(0.5)),
            ],
        )
        .await;
    fixture.insert("Todo", "b", &[("tags", json(json!([]))), ("info", json(json!({})))]).await;
    fixture.insert("Todo", "z", &[]).await;
    let listed = |value: serde_json::Value| Test::Equal(json(value));
    check(
        fixture,
        "Todo",
        vec![
            ("tags", listed(json!("x")), "a"),
            ("tags", listed(json!("xx")), ""),
            ("tags", listed(json!(1.0)), "a"),
            ("tags", listed(json!({"k": 1})), "a"),
            ("tags", listed(json!([2])), "a"),
            ("tags", listed(json!([])), "b"),
            ("tags", Test::Equal(pointer("Other", "x")), "a"),
            ("tags", Test::Equal(Value::Null), "z"),
            ("tags", Test::NotEqual(text("x")), "b z"),
            ("tags", Test::NotEqual(Value::Null), "a b"),
            ("tags", Test::In(vec![text("q"), number(1.0)]), "a"),
            ("tags", Test::In(vec![Value::Null, number(1.0)]), "a z"),
            ("tags", Test::In(vec![]), ""),
            ("tags", Test::NotIn(vec![text("q"), number(1.0)]), "b z"),
            ("tags", Test::NotIn(vec![Value::Null, number(1.0)]), "b"),
            ("tags", Test::NotIn(vec![]), "a b z"),
            ("tags", Test::Less(number(5.0)), ""),
            ("tags", Test::All(vec![text("x"), number(1.0), number(1.0)]), "a"),
            ("tags", Test::All(vec![json(json!({"k": 1})), pointer("Other", "x")]), "a"),
            ("tags", Test::All(vec![text("x"), text("q")]), ""),
            ("tags", Test::All(vec![]), ""),
            ("tags", Test::AllStarting(vec!["x".to_owned(), String::new()]), "a"),
            ("tags", Test::AllStarting(vec!["xx".to_owned()]), ""),
            ("tags", Test::ContainedBy(vec![]), "b"),
            ("tags", Test::ContainedBy(vec![text("x"), number(1.0)]), "b"),
            (
                "tags",
                Test::ContainedBy(vec![
                    json(json!([2])),
                    json(json!({"k": 1})),
                    pointer("Other", "x"),
                    text("x"),
                    number(1.0),
                ]),
                "a b",
            ),
            ("tags.3", Test::All(vec![number(2.0)]), "a"),
            ("info.a", Test::All(vec![number(1.0)]), "a"),
            ("info.a", Test::ContainedBy(vec![number(1.0)]), "a"),
            ("info.a", Test::AllStarting(vec![String::new()]), ""),
            ("info.b", Test::ContainedBy(vec![number(2.0)]), ""),
            ("info", Test::All(vec![number(2.0)]), ""),
            ("place", Test::ContainedBy(vec![]), ""),
            ("bytes", Test::All(vec![bytes("aGk=")]), ""),
            ("tags", Test::Exists(true), "a b"),
            ("tags.1", Test::Equal(number(1.0)), "a"),
            ("info", Test::Equal(json(json!({"a": [1.0], "b": 2}))), "a"),
            ("info", Test::Equal(text("x")), ""),
            ("info", Test::NotEqual(json(json!({}))), "a z"),
            ("info", Test::In(vec![json(json!({})), json(json!({"x": 1}))]), "b"),
            ("place", Test::Equal(point(1.0, 2.0)), "a"),
            ("place", Test::Equal(point(2.0, 1.0)), ""),
            ("place", Test::NotEqual(point(1.0, 2.0)), "b z"),
            ("place", Test::In(vec![point(0.0, 0.0), point(1.0, 2.0)]), "a"),
            ("place", Test::NotIn(vec![point(1.0, 2.0)]), "b z"),
            ("place", Test::Exists(false), "b z"),
            ("place", Test::Equal(text("x")), ""),
            ("file", Test::Equal(json(json!({"__type": "File", "name": "f", "url": "http://h/f"}))), "a"),
            ("file", Test::Equal(file("g")), ""),
            ("file", Test::NotEqual(file("f")), "b z"),
            ("file", Test::NotEqual(file("g")), "a b z"),
            ("file", Test::NotIn(vec![file("f")]), "b z"),
            ("bytes", Test::Equal(bytes("aGk=")), "a"),
            ("bytes", Test::In(vec![bytes("aGk="), text("x")]), "a"),
            ("bytes", Test::Equal(text("aGk=")), ""),
            ("area", Test::Equal(area(0.5)), "a"),
            ("area", Test::NotEqual(area(0.25)), "a b z"),
            ("area", Test::In(vec![area(0.25), area(0.5)]), "a"),
        ],
    )
    .await;
}

pub async fn hostile_operands(fixture: &Fixture) {
    scalar_rows(fixture).await;
    for hostile in ["' OR 1=1 --", "\" OR \"\"=\"", "%", "_", "ab' --", "[\"ab\"]", "?", "$1"] {
        for field in ["s", "nope\" OR 1=1 --", "s'--", "objectId"] {
            for test in [
                Test::Equal(text(hostile)),
                Test::In(vec![text(hostile)]),
                Test::Equal(pointer("Other", hostile)),
            ] {
                assert_eq!(fixture.count("Todo", when(field, test)).await, 0, "{field} {hostile}");
            }
        }
    }
    let nul = fixture.store.count(fixture.plan("Todo", Filter::equals("s", text("a\u{0}")))).await;
    assert!(matches!(nul, Ok(0) | Err(StoreError::Refused(_))), "{nul:?}");
    assert_eq!(fixture.count("Todo", Filter::all()).await, 4);
}

pub async fn many_operands(fixture: &Fixture) {
    scalar_rows(fixture).await;
    let numbers = (0..10_000).map(|n| number(f64::from(n))).collect();
    assert_eq!(fixture.ids("Todo", when("n", Test::In(numbers))).await, ["a"]);
    let conditions = (0..500).map(|n| when("n", Test::NotEqual(number(f64::from(n))))).collect();
    assert_eq!(fixture.ids("Todo", Filter::And(conditions)).await, ["b", "c", "z"]);
    let mut deep = Filter::equals("b", Value::Boolean(true));
    for _ in 0..20 {
        deep = Filter::And(vec![deep, Filter::all()]);
    }
    assert_eq!(fixture.ids("Todo", deep).await, ["a", "c"]);
}

pub async fn logic(fixture: &Fixture) {
    scalar_rows(fixture).await;
    let is = |field: &str, value: Value| Filter::equals(field, value);
    let [ab, one] = [|| when("s", Test::Equal(text("ab"))), || when("n", Test::Equal(number(1.0)))];
    for (filter, expected) in [
        (Filter::Or(vec![ab(), one()]), "a b"),
        (Filter::Or(vec![ab(), Filter::all()]), "a b c z"),
        (Filter::Or(vec![ab(), Filter::Never]), "b"),
        (Filter::Or(vec![]), ""),
        (Filter::Nor(vec![]), "a b c z"),
        (Filter::Nor(vec![ab()]), "a c z"),
        (Filter::Nor(vec![ab(), one()]), "c z"),
        (Filter::Nor(vec![when("n", Test::Less(number(2.0)))]), "b z"),
        (Filter::Nor(vec![when("s", Test::In(vec![text("ab")]))]), "a c z"),
        (Filter::Nor(vec![Filter::Nor(vec![when("n", Test::Less(number(2.0)))])]), "a c"),
        (Filter::Nor(vec![Filter::And(vec![when("s", Test::NotEqual(text("ab"))), one()])]), "b c z"),
        (Filter::And(vec![Filter::Or(vec![ab(), one()]), is("b", Value::Boolean(true))]), "a"),
        (Filter::Or(vec![Filter::And(vec![ab(), one()]), is("s", Value::Null)]), "z"),
    ] {
        let expected: Vec<_> = expected.split_whitespace().collect();
        assert_eq!(fixture.ids("Todo", filter.clone()).await, expected, "{filter:?}");
    }
}

pub async fn patterns(fixture: &Fixture) {
    scalar_rows(fixture).await;
    fixture.insert("Todo", "m", &[("s", text("a\u{10ffff}b"))]).await;
    fixture.insert("Todo", "o", &[("s", text("line\nend %_'"))]).await;
    for (path, source, options, expected) in [
        ("s", "b", "", "a b m"),
        ("s", "^a", "", "b m"),
        ("s", "^a", "i", "a b m"),
        ("s", "^ab$", "", "b"),
        ("s", "^a\u{10ffff}", "", "m"),
        ("s", "^é", "", "c"),
        ("s", "É", "i", "c"),
        ("s", "^end", "", ""),
        ("s", "^end", "m", "o"),
        ("s", "\\Q%_'\\E$", "", "o"),
        ("s", "", "", "a b c m o"),
        ("objectId", "^[ab]$", "", "a b"),
        ("n", "1", "", ""),
        ("p", "x", "", ""),
        ("d", "1", "", ""),
        ("nope", "", "", ""),
    ] {
        let filter = || when(path, Test::Matches(Pattern::parse(source, options).unwrap()));
        let expected: Vec<_> = expected.split_whitespace().collect();
        assert_eq!(fixture.ids("Todo", filter()).await, expected, "{path} {source}");
        let others = fixture.count("Todo", Filter::Nor(vec![filter()])).await;
        assert_eq!(others, 6 - expected.len() as u64, "{path} {source}");
    }
}
