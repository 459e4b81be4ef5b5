//! Random rows and conditions of every kind: the database and the matcher in memory must find the same rows.

mod search;

use std::sync::Arc;

use astrolabe_core::query::{Filter, MatchRow, Pattern, Test, matches};
use astrolabe_core::schema::{FieldType, Index, IndexKey, IndexKind, SchemaChange};
use astrolabe_core::text::Language;
use astrolabe_core::value::{Json, Timestamp, Value};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;

use crate::support::*;
use search::{geo_test, place, ring, sentence, text_test};

const ROWS: usize = 60;
const QUERIES: usize = 1_500;

const PATHS: [&str; 26] = [
    "s",
    "n",
    "b",
    "d",
    "p",
    "a",
    "o",
    "g",
    "q",
    "t",
    "f",
    "y",
    "r",
    "a.0",
    "a.1.k",
    "o.k",
    "o.k.0",
    "o.l",
    "o.l.1",
    "o.m.k",
    "o.m.k.x",
    "s.x",
    "nope",
    "nope.x",
    "objectId",
    "createdAt",
];

fn fields() -> Vec<(&'static str, FieldType)> {
    vec![
        ("s", FieldType::String),
        ("n", FieldType::Number),
        ("b", FieldType::Boolean),
        ("d", FieldType::Date),
        ("p", FieldType::Pointer("Other".into())),
        ("a", FieldType::Array),
        ("o", FieldType::Object),
        ("g", FieldType::GeoPoint),
        ("q", FieldType::Polygon),
        ("t", FieldType::String),
        ("f", FieldType::File),
        ("y", FieldType::Bytes),
        ("r", FieldType::Relation("Other".into())),
    ]
}

fn some_text() -> impl Strategy<Value = &'static str> {
    select(vec!["", "a", "A", "ab", "abc", "b", "é", "1", "a\u{10ffff}", "\u{1F600}", "r1", "a\nb"])
}

/// Plain JSON and envelopes, as they lie inside arrays and objects.
fn leaf() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        select(vec![json!(0), json!(1), json!(1.0), json!(-1.5), json!(2)]),
        some_text().prop_map(Json::from),
        select(vec![-1, 0, 1_000]).prop_map(|ms| date(ms).to_json()),
        select(vec!["x", "y"]).prop_map(|id| pointer("Other", id).to_json()),
    ]
}

fn list() -> impl Strategy<Value = Json> {
    let element = prop_oneof![
        3 => leaf(),
        1 => leaf().prop_map(|leaf| json!({"k": leaf})),
        1 => prop::collection::vec(leaf(), 0..3).prop_map(Json::from),
    ];
    prop::collection::vec(element, 0..4).prop_map(Json::from)
}

fn object() -> impl Strategy<Value = Json> {
    (prop_oneof![leaf(), list()], list(), leaf(), any::<[bool; 3]>()).prop_map(|(k, l, m, present)| {
        let all = [("k", k), ("l", l), ("m", json!({"k": m}))];
        all.into_iter()
            .zip(present)
            .filter(|(_, is)| *is)
            .map(|((key, value), _)| (key.to_owned(), value))
            .collect()
    })
}

fn value(field: &str) -> BoxedStrategy<Value> {
    match field {
        "s" => some_text().prop_map(text).boxed(),
        "n" => select(vec![-1.5, 0.0, 1.0, 2.0, 0.1 + 0.2, 1e300]).prop_map(number).boxed(),
        "b" => any::<bool>().prop_map(Value::Boolean).boxed(),
        "d" => select(vec![-1, 0, 1_000]).prop_map(date).boxed(),
        "p" => select(vec!["x", "y"]).prop_map(|id| pointer("Other", id)).boxed(),
        "a" => list().prop_map(json).boxed(),
        "o" => object().prop_map(json).boxed(),
        "g" => place().prop_map(Value::GeoPoint).boxed(),
        "t" => sentence(1..8).prop_map(|sentence| text(&sentence)).boxed(),
        "q" => ring().prop_map(Value::Polygon).boxed(),
        "f" => select(vec!["f", "g"]).prop_map(|name| json(json!({"__type": "File", "name": name}))).boxed(),
        "y" => {
            select(vec!["aGk=", "aG8="]).prop_map(|b| json(json!({"__type": "Bytes", "base64": b}))).boxed()
        }
        _ => Just(Value::Null).boxed(),
    }
}

/// A test, most often one that fits the field.
fn test(path: &'static str) -> impl Strategy<Value = Test> {
    let geo = if matches!(path, "g" | "q") { 30 } else { 1 };
    let text = if path == "t" { 30 } else { 1 };
    prop_oneof![18 => plain_test(path), geo => geo_test(), text => text_test()]
}

/// An operand, most often one that may lie at the path.
fn operand(path: &'static str) -> impl Strategy<Value = Value> {
    let fields = ["s", "n", "b", "d", "p", "a", "o", "g", "q", "f", "y", "none"];
    let fitting = match path {
        "a" | "a.0" | "o.k" | "o.l" => prop_oneof![leaf().prop_map(json), list().prop_map(json)].boxed(),
        "objectId" => select(vec!["r1", "r3", "r30"]).prop_map(text).boxed(),
        "createdAt" => value("d"),
        path if path.contains('.') => leaf().prop_map(json).boxed(),
        path => value(path),
    };
    prop_oneof![
        12 => fitting,
        3 => prop::strategy::Union::new(fields.map(value)),
        2 => leaf().prop_map(json),
        1 => Just(pointer("Todo", "x")),
    ]
}

fn plain_test(path: &'static str) -> impl Strategy<Value = Test> {
    let operands = move || prop::collection::vec(operand(path), 0..5);
    let patterns = ["a", "^a", "^ab", "^a.", "b$", "", "^", "É", "^\\Qa\u{10ffff}\\E", "^[a-b]+$"];
    let pattern = (select(patterns.to_vec()), select(vec!["", "i", "ms"]));
    prop_oneof![
        3 => operand(path).prop_map(Test::Equal),
        2 => operand(path).prop_map(Test::NotEqual),
        1 => operand(path).prop_map(Test::Less),
        1 => operand(path).prop_map(Test::LessOrEqual),
        1 => operand(path).prop_map(Test::Greater),
        1 => operand(path).prop_map(Test::GreaterOrEqual),
        2 => operands().prop_map(Test::In),
        2 => operands().prop_map(Test::NotIn),
        2 => operands().prop_map(Test::All),
        1 => prop::collection::vec(some_text().prop_map(str::to_owned), 0..3).prop_map(Test::AllStarting),
        2 => prop::collection::vec(operand(path), 0..12).prop_map(Test::ContainedBy),
        2 => pattern.prop_map(|(source, options)| Test::Matches(Pattern::parse(source, options).unwrap())),
        1 => any::<bool>().prop_map(Test::Exists),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    let leaf = prop_oneof![
        40 => select(PATHS.to_vec()).prop_flat_map(|path| test(path).prop_map(move |test| when(path, test))),
        1 => Just(Filter::Never),
        1 => Just(Filter::all()),
        1 => select(vec![Filter::Or(Vec::new()), Filter::Nor(Vec::new())]),
    ];
    leaf.prop_recursive(4, 12, 3, |inner| {
        let parts = prop::collection::vec(inner, 1..4);
        prop_oneof![
            parts.clone().prop_map(Filter::And),
            parts.clone().prop_map(Filter::Or),
            parts.prop_map(Filter::Nor),
        ]
    })
}

/// Values by field, as a row in memory has them.
type Values = Vec<(Arc<str>, Value)>;

pub async fn sql_and_matcher_agree(fixture: &Fixture) {
    fixture.class("Other", &[]).await;
    fixture.class("Todo", &fields()).await;
    let keys = vec![IndexKey { field: "t".into(), descending: false }];
    let kind = IndexKind::Text(Language::default());
    let index = Index { name: "words".into(), keys, unique: false, kind };
    fixture.store.change_schema(vec![SchemaChange::AddIndex { class: "Todo".into(), index }]).await.unwrap();
    let class = fixture.get_class("Todo");
    let mut runner = TestRunner::deterministic();
    let mut rows: Vec<(String, Values)> = Vec::new();
    for index in 0..ROWS {
        let mut values = Vec::new();
        for (field, _) in fields() {
            let maybe = prop::option::weighted(0.75, value(field));
            let value = maybe.new_tree(&mut runner).unwrap().current();
            values.extend(value.filter(|value| *value != Value::Null).map(|value| (field, value)));
        }
        let id = format!("r{index}");
        fixture.insert("Todo", &id, &values).await;
        rows.push((id, values.into_iter().map(|(name, value)| (name.into(), value)).collect()));
    }
    let mut found = 0;
    for _ in 0..QUERIES {
        let filter = filter().new_tree(&mut runner).unwrap().current();
        let matching = rows.iter().filter(|(id, values)| {
            let row = MatchRow {
                class: &class,
                object_id: id,
                created_at: Timestamp(1_000),
                updated_at: Timestamp(1_000),
                values,
            };
            matches(&filter, row)
        });
        let expected: Vec<_> = matching.map(|(id, _)| id.clone()).collect();
        found += usize::from(!expected.is_empty() && expected.len() < ROWS);
        assert_eq!(fixture.ids("Todo", filter.clone()).await, expected, "{filter:?}");
    }
    assert!(found > QUERIES / 4, "only {found} queries tell rows apart");
}
