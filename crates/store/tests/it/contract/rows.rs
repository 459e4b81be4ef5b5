//! Rows in and out.

use std::sync::Arc;

use astrolabe_core::ports::{StoreError, WriteStep};
use astrolabe_core::query::{Filter, PlanColumn, ShownIn};
use astrolabe_core::schema::{FieldSpec, FieldType};
use astrolabe_core::value::Value;
use serde_json::json;

use crate::support::*;

fn one_of_each() -> Vec<(&'static str, FieldType, Value)> {
    vec![
        ("string", FieldType::String, text("héllo \"w\" 'x' \\ \u{1F600}\n")),
        ("number", FieldType::Number, number(-0.1)),
        ("whole", FieldType::Number, number(9_007_199_254_740_991.0)),
        ("boolean", FieldType::Boolean, Value::Boolean(false)),
        ("date", FieldType::Date, date(-1)),
        ("object", FieldType::Object, json(json!({"b": {"c": [1, null, "x"]}, "a": 1.5}))),
        ("array", FieldType::Array, json(json!([1, "a", {"x": null}, [true]]))),
        ("point", FieldType::GeoPoint, point(-12.5, 179.25)),
        ("file", FieldType::File, json(json!({"__type": "File", "name": "a\"b.txt"}))),
        (
            "remote",
            FieldType::File,
            json(json!({"__type": "File", "name": "x", "url": "http://h/x?a=\"b\""})),
        ),
        ("bytes", FieldType::Bytes, json(json!({"__type": "Bytes", "base64": "aGk="}))),
        (
            "polygon",
            FieldType::Polygon,
            json(json!({"__type": "Polygon", "coordinates": [[0.5, 0], [0, 1], [1, 1], [0.5, 0]]})),
        ),
        ("pointer", FieldType::Pointer("Other".into()), pointer("Other", "o1")),
    ]
}

pub async fn every_type_round_trips(fixture: &Fixture) {
    let fields: Vec<_> = one_of_each().into_iter().map(|(name, kind, _)| (name, kind)).collect();
    fixture.class("All", &fields).await;
    let values: Vec<_> = one_of_each().into_iter().map(|(name, _, value)| (name, value)).collect();
    fixture.insert("All", "full", &values).await;
    fixture.insert("All", "empty", &[]).await;
    let full = fixture.get("All", "full").await.unwrap();
    let empty = fixture.get("All", "empty").await.unwrap();
    for (name, value) in values {
        assert_eq!(*full.value(name), value, "{name}");
        assert_eq!(*empty.value(name), Value::Null, "{name}");
    }
    assert_eq!((full.created_at, full.updated_at, full.acl), (1_000, 1_000, (None, None)));
}

/// The kernel lets no such text through; not every database could keep it.
async fn nul_is_kept_or_refused(fixture: &Fixture) {
    for (id, body) in [("n1", "\u{0}"), ("n2", "a\u{0}b")] {
        match fixture.submit(fixture.insert_step("Text", id, &[("body", text(body))])).await {
            Ok(_) => assert_eq!(fixture.get("Text", id).await.unwrap().value("body"), &text(body)),
            Err(StoreError::Refused(_)) => assert!(fixture.get("Text", id).await.is_none()),
            Err(other) => panic!("{other}"),
        }
    }
}

pub async fn hostile_texts(fixture: &Fixture) {
    fixture.class("Text", &[("body", FieldType::String), ("list", FieldType::Array)]).await;
    let texts = [
        "",
        "'",
        "\"",
        "'; DROP TABLE \"Text\"; --",
        "\\",
        "%_*?",
        "\u{FFFF}\u{10FFFF}",
        "\u{202E}abc",
        "null",
        "[]",
        "?1",
        "$1",
        ":a",
        "e\u{301}",
    ];
    for (index, body) in texts.iter().enumerate() {
        let list = Value::Array(vec![serde_json::Value::from(*body)]);
        fixture.insert("Text", &format!("t{index}"), &[("body", text(body)), ("list", list)]).await;
    }
    nul_is_kept_or_refused(fixture).await;
    for (index, body) in texts.iter().enumerate() {
        let id = format!("t{index}");
        assert_eq!(fixture.get("Text", &id).await.unwrap().value("body"), &text(body));
        assert_eq!(
            fixture.ids("Text", Filter::equals("body", text(body))).await,
            std::slice::from_ref(&id),
            "{body:?}"
        );
        assert_eq!(fixture.ids("Text", Filter::equals("list", text(body))).await, [id], "{body:?}");
    }
}

pub async fn columns_as_asked(fixture: &Fixture) {
    fixture
        .class("Todo", &[("a", FieldType::GeoPoint), ("b", FieldType::Number), ("c", FieldType::String)])
        .await;
    fixture.insert("Todo", "t1", &[("a", point(1.0, 2.0)), ("b", number(3.0)), ("c", text("x"))]).await;
    let field = |index| PlanColumn::Field { index, shown: ShownIn::EveryRow };
    let mut plan = fixture.plan("Todo", Filter::all());
    plan.columns = vec![field(2), PlanColumn::Acl, field(0), PlanColumn::ObjectId, field(2)];
    let row = fixture.read(plan).await.unwrap().remove(0);
    assert_eq!((row.id.as_str(), row.value("c"), row.value("a")), ("t1", &text("x"), &point(1.0, 2.0)));
    assert!(!row.values.contains_key("b"));
    let mut plan = fixture.plan("Todo", Filter::all());
    plan.columns = Vec::new();
    assert_eq!(fixture.read(plan).await.unwrap().len(), 1);
}

pub async fn shown_in_one_row(fixture: &Fixture) {
    fixture.class("_User", &[("email", FieldType::String), ("place", FieldType::GeoPoint)]).await;
    for id in ["u1", "u2"] {
        fixture.insert("_User", id, &[("email", text(id)), ("place", point(1.0, 1.0))]).await;
    }
    let mut plan = fixture.plan("_User", Filter::all());
    for column in &mut plan.columns {
        if let PlanColumn::Field { shown, .. } = column {
            *shown = ShownIn::Rows(Arc::new(Filter::equals("objectId", text("u2"))));
        }
    }
    let rows = fixture.read(plan).await.unwrap();
    assert_eq!((rows[0].value("email"), rows[0].value("place")), (&Value::Null, &Value::Null));
    assert_eq!((rows[1].value("email"), rows[1].value("place")), (&text("u2"), &point(1.0, 1.0)));
}

pub async fn duplicate_ids(fixture: &Fixture) {
    fixture.class("Todo", &[]).await;
    fixture.insert("Todo", "t1", &[]).await;
    match fixture.submit(fixture.insert_step("Todo", "t1", &[])).await {
        Err(StoreError::Duplicate { class, fields }) => {
            assert_eq!((&*class, fields), ("Todo", vec![Arc::from("objectId")]));
        }
        other => panic!("{other:?}"),
    }
}

pub async fn unique_fields(fixture: &Fixture) {
    let unique = |name, kind| FieldSpec { unique: true, ..FieldSpec::new(name, kind) };
    fixture
        .class_with(
            "Todo",
            vec![
                unique("order", FieldType::String),
                unique("ORDER", FieldType::Number),
                unique("place", FieldType::GeoPoint),
            ],
        )
        .await
        .unwrap();
    let values = [("order", text("a")), ("ORDER", number(1.0)), ("place", point(1.0, 2.0))];
    fixture.insert("Todo", "t1", &values).await;
    for id in ["n1", "n2"] {
        fixture.insert("Todo", id, &[]).await;
    }
    fixture.insert("Todo", "t2", &[("place", point(1.0, 3.0))]).await;
    for (name, value) in values {
        match fixture.submit(fixture.insert_step("Todo", "t3", &[(name, value)])).await {
            Err(StoreError::Duplicate { fields, .. }) => assert_eq!(fields, [Arc::from(name)]),
            other => panic!("{name}: {other:?}"),
        }
    }
}

pub async fn pages(fixture: &Fixture) {
    fixture.class("Todo", &[("n", FieldType::Number)]).await;
    for n in 0..10 {
        fixture.insert("Todo", &format!("t{n}"), &[("n", number(f64::from(n)))]).await;
    }
    for (skip, limit, expected) in [
        (0, Some(3), vec!["t0", "t1", "t2"]),
        (8, Some(5), vec!["t8", "t9"]),
        (8, None, vec!["t8", "t9"]),
        (0, Some(0), vec![]),
        (20, Some(5), vec![]),
        (u64::MAX, Some(u64::MAX), vec![]),
    ] {
        let plan = astrolabe_core::query::ReadPlan { skip, limit, ..fixture.plan("Todo", Filter::all()) };
        assert_eq!(fixture.store.count(plan.clone()).await.unwrap(), 10);
        assert_eq!(ids(fixture.read(plan).await.unwrap()), expected, "{skip} {limit:?}");
    }
}

pub async fn sink_errors(fixture: &Fixture) {
    fixture.class("Todo", &[]).await;
    for id in ["t1", "t2", "t3"] {
        fixture.insert("Todo", id, &[]).await;
    }
    let plan = fixture.plan("Todo", Filter::all());
    let mut sink = RowsSink::new(&plan);
    sink.rows_max = 1;
    let result = fixture.store.read(plan, Box::new(sink)).await.map(|_| ());
    assert_eq!(refusal(result).message, "enough");
    assert_eq!(fixture.count("Todo", Filter::all()).await, 3);
}

pub async fn deletes(fixture: &Fixture) {
    fixture.class("Todo", &[("n", FieldType::Number)]).await;
    for (id, n) in [("t1", 1.0), ("t2", 2.0), ("t3", 2.0)] {
        fixture.insert("Todo", id, &[("n", number(n))]).await;
    }
    let class = fixture.get_class("Todo");
    let twos = || delete_step(&class, Filter::equals("n", number(2.0)));
    assert_eq!(fixture.submit(twos()).await.unwrap().steps[0].rows, 2);
    assert!(matches!(fixture.submit(twos()).await, Err(StoreError::NoMatch { step: 0 })));
    if let WriteStep::Delete { class, filter, access, deleted_at, .. } = twos() {
        let any = WriteStep::Delete {
            class,
            filter,
            access,
            deleted_at,
            expect: astrolabe_core::ports::Expectation::Any,
        };
        assert_eq!(fixture.submit(any).await.unwrap().steps[0].rows, 0);
    }
    assert_eq!(fixture.ids("Todo", Filter::all()).await, ["t1"]);
}
