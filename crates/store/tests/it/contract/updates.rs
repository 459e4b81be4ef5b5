//! Changes of objects.

use std::sync::Arc;

use astrolabe_core::access::Acl;
use astrolabe_core::error::ErrorCode;
use astrolabe_core::ports::{ArrayChange, Expectation, FieldUpdate, StoreError, WriteJob, WriteStep};
use astrolabe_core::query::{Filter, RowAccess};
use astrolabe_core::schema::FieldType;
use astrolabe_core::value::{NestedEdit, Timestamp, Value};
use serde_json::json;

use crate::support::*;

async fn todo(fixture: &Fixture) {
    fixture
        .class(
            "Todo",
            &[
                ("title", FieldType::String),
                ("n", FieldType::Number),
                ("tags", FieldType::Array),
                ("info", FieldType::Object),
                ("place", FieldType::GeoPoint),
                ("owner", FieldType::Pointer("_User".into())),
            ],
        )
        .await;
    fixture.insert("Todo", "t1", &[("title", text("a"))]).await;
}

pub async fn set_and_unset(fixture: &Fixture) {
    todo(fixture).await;
    let set = |value| FieldUpdate::Set(value);
    let changes =
        [("title", set(text("b"))), ("place", set(point(1.0, 2.0))), ("owner", set(pointer("_User", "u")))];
    fixture.update("Todo", "t1", &changes).await.unwrap();
    let row = fixture.get("Todo", "t1").await.unwrap();
    assert_eq!((row.created_at, row.updated_at), (1_000, 2_000));
    assert_eq!((row.value("title"), row.value("place")), (&text("b"), &point(1.0, 2.0)));
    assert_eq!(row.value("owner"), &pointer("_User", "u"));
    let unset = [("title", set(Value::Null)), ("place", set(Value::Null))];
    fixture.update("Todo", "t1", &unset).await.unwrap();
    let row = fixture.get("Todo", "t1").await.unwrap();
    assert_eq!((row.value("title"), row.value("place")), (&Value::Null, &Value::Null));
}

pub async fn increments(fixture: &Fixture) {
    todo(fixture).await;
    for (amount, expected) in [(2.0, 2.0), (-0.5, 1.5), (1e308, 1e308)] {
        fixture.update("Todo", "t1", &[("n", FieldUpdate::Increment(amount))]).await.unwrap();
        assert_eq!(fixture.get("Todo", "t1").await.unwrap().value("n"), &number(expected));
    }
    let error = refusal(fixture.update("Todo", "t1", &[("n", FieldUpdate::Increment(1e308))]).await);
    assert_eq!(error.code, ErrorCode::IncorrectType);
    assert_eq!(fixture.get("Todo", "t1").await.unwrap().value("n"), &number(1e308));
}

pub async fn array_operations(fixture: &Fixture) {
    todo(fixture).await;
    for (change, elements, expected) in [
        (ArrayChange::Add, json!([1, "a", 1]), json!([1, "a", 1])),
        (ArrayChange::AddUnique, json!([1.0, {"b": 1}, {"b": 1.0}]), json!([1, "a", 1, {"b": 1}])),
        (ArrayChange::Remove, json!([1, {"b": 1}]), json!(["a"])),
        (ArrayChange::Remove, json!(["nothing"]), json!(["a"])),
    ] {
        let elements = elements.as_array().unwrap().clone();
        fixture.update("Todo", "t1", &[("tags", FieldUpdate::Array(change, elements))]).await.unwrap();
        let tags = fixture.get("Todo", "t1").await.unwrap().value("tags").to_json();
        assert_eq!(tags, expected, "{change:?}");
    }
}

fn nested(edits: &[(&str, NestedEdit)]) -> FieldUpdate {
    let path = |text: &str| text.split('.').map(str::to_owned).collect();
    FieldUpdate::Nested(edits.iter().map(|(at, edit)| (path(at), edit.clone())).collect())
}

pub async fn nested_edits(fixture: &Fixture) {
    todo(fixture).await;
    let first = nested(&[
        ("a.b", NestedEdit::Set(json!("x\"'"))),
        ("count", NestedEdit::Increment(2.0)),
        ("gone", NestedEdit::Unset),
    ]);
    fixture.update("Todo", "t1", &[("info", first)]).await.unwrap();
    let second = nested(&[("count", NestedEdit::Increment(0.5)), ("a.b", NestedEdit::Unset)]);
    fixture.update("Todo", "t1", &[("info", second)]).await.unwrap();
    let info = || async { fixture.get("Todo", "t1").await.unwrap().value("info").to_json() };
    assert_eq!(info().await, json!({"a": {}, "count": 2.5}));
    for edit in [
        nested(&[("count.x", NestedEdit::Set(json!(1)))]),
        nested(&[("a", NestedEdit::Increment(1.0))]),
        nested(&[("big", NestedEdit::Set(json!(1.7e308))), ("big", NestedEdit::Increment(1.7e308))]),
    ] {
        let error = refusal(fixture.update("Todo", "t1", &[("info", edit)]).await);
        assert_eq!(error.code, ErrorCode::IncorrectType);
    }
    assert_eq!(info().await, json!({"a": {}, "count": 2.5}));
}

pub async fn returned_values(fixture: &Fixture) {
    todo(fixture).await;
    let changes = [
        ("n", FieldUpdate::Increment(3.0)),
        ("tags", FieldUpdate::Array(ArrayChange::Add, vec![json!({"x": 1})])),
        ("place", FieldUpdate::Set(point(5.0, 6.0))),
    ];
    let mut step = update_step(&fixture.get_class("Todo"), "t1", &changes);
    if let WriteStep::Update { returning, .. } = &mut step {
        *returning = ["tags", "place", "n", "title", "info"].map(Arc::from).to_vec();
    }
    let outcome = fixture.submit(step).await.unwrap();
    let expected = row_values(&[
        ("tags", json(json!([{"x": 1}]))),
        ("place", point(5.0, 6.0)),
        ("n", number(3.0)),
        ("title", text("a")),
        ("info", Value::Null),
    ]);
    assert_eq!((outcome.steps[0].rows, &outcome.steps[0].returned), (1, &expected));
}

pub async fn misfits(fixture: &Fixture) {
    todo(fixture).await;
    for (field, change) in [
        ("n", FieldUpdate::Set(text("1"))),
        ("title", FieldUpdate::Set(number(1.0))),
        ("title", FieldUpdate::Increment(1.0)),
        ("title", FieldUpdate::Array(ArrayChange::Add, vec![json!(1)])),
        ("tags", nested(&[("a", NestedEdit::Unset)])),
        ("owner", FieldUpdate::Set(pointer("Other", "x"))),
    ] {
        let error = refusal(fixture.update("Todo", "t1", &[(field, change)]).await);
        assert_eq!(error.code, ErrorCode::IncorrectType, "{field}");
        assert!(error.message.starts_with(&format!("schema mismatch for Todo.{field}; expected")), "{error}");
    }
    let error = refusal(fixture.update("Todo", "t1", &[("nope", FieldUpdate::Set(text("x")))]).await);
    assert_eq!(error.code, ErrorCode::InvalidKeyName);
    let error = refusal(fixture.submit(fixture.insert_step("Todo", "t2", &[("n", text("x"))])).await);
    assert_eq!(error.message, "schema mismatch for Todo.n; expected Number but got String");
}

pub async fn access_lists(fixture: &Fixture) {
    todo(fixture).await;
    let class = fixture.get_class("Todo");
    let change = |new: Option<Acl>| {
        let mut step = update_step(&class, "t1", &[]);
        if let WriteStep::Update { acl, .. } = &mut step {
            *acl = Some(new);
        }
        step
    };
    let stored = || async { fixture.get("Todo", "t1").await.unwrap().acl };
    let lists = |readers: &str, writers: &str| (Some(readers.to_owned()), Some(writers.to_owned()));
    fixture.submit(change(Some(Acl::private_to("u1").with_public_read()))).await.unwrap();
    assert_eq!(stored().await, lists(r#"["*","u1"]"#, r#"["u1"]"#));
    fixture.submit(change(Some(Acl::default()))).await.unwrap();
    assert_eq!(stored().await, lists("[]", "[]"));
    fixture.submit(update_step(&class, "t1", &[])).await.unwrap();
    assert_eq!(stored().await, lists("[]", "[]"));
    fixture.submit(change(None)).await.unwrap();
    assert_eq!(stored().await, (None, None));
}

pub async fn expectations(fixture: &Fixture) {
    todo(fixture).await;
    let missing = |wanted| {
        let mut step = update_step(&fixture.get_class("Todo"), "nope", &[("n", FieldUpdate::Increment(1.0))]);
        if let WriteStep::Update { expect, .. } = &mut step {
            *expect = wanted;
        }
        step
    };
    assert_eq!(fixture.submit(missing(Expectation::Any)).await.unwrap().steps[0].rows, 0);
    assert!(matches!(fixture.submit(missing(Expectation::Some)).await, Err(StoreError::NoMatch { step: 0 })));
    let mut hidden = update_step(&fixture.get_class("Todo"), "t1", &[]);
    if let WriteStep::Update { access, filter, .. } = &mut hidden {
        *access = RowAccess::Writable(Arc::new(["*".to_owned()]));
        *filter = Filter::And(vec![id_is("t1"), Filter::Never]);
    }
    assert!(matches!(fixture.submit(hidden).await, Err(StoreError::NoMatch { .. })));
}

/// A row that is there but does not meet the condition is told from one that is not.
pub async fn conditions(fixture: &Fixture) {
    todo(fixture).await;
    let class = fixture.get_class("Todo");
    let principals: Arc<[String]> = Arc::new(["*".to_owned()]);
    let step = |id: &str, condition: Filter, reach: &RowAccess| {
        let mut step = update_step(&class, id, &[("n", FieldUpdate::Increment(1.0))]);
        if let WriteStep::Update { filter, access, expect, .. } = &mut step {
            *expect = Expectation::Condition { row: filter.clone(), access: reach.clone() };
            *access = RowAccess::ReadableAndWritable(Arc::clone(&principals));
            *filter = Filter::And(vec![filter.clone(), condition]);
        }
        step
    };
    let writable = RowAccess::Writable(Arc::clone(&principals));
    assert_eq!(fixture.submit(step("t1", Filter::all(), &writable)).await.unwrap().steps[0].rows, 1);
    for reach in [&RowAccess::All, &writable] {
        let unmet = fixture.submit(step("t1", Filter::Never, reach)).await;
        assert!(matches!(unmet, Err(StoreError::ConditionNotMet { step: 0 })), "{unmet:?}");
        let missing = fixture.submit(step("nope", Filter::all(), reach)).await;
        assert!(matches!(missing, Err(StoreError::NoMatch { step: 0 })), "{missing:?}");
    }
}

/// What the server notes about an object is no change of the object.
pub async fn kept_modification_times(fixture: &Fixture) {
    todo(fixture).await;
    let mut step = update_step(&fixture.get_class("Todo"), "t1", &[("n", FieldUpdate::Set(number(7.0)))]);
    if let WriteStep::Update { updated_at, .. } = &mut step {
        *updated_at = None;
    }
    fixture.submit(step).await.unwrap();
    let row = fixture.get("Todo", "t1").await.unwrap();
    assert_eq!((row.updated_at, row.value("n")), (1_000, &number(7.0)));
}

pub async fn many_rows(fixture: &Fixture) {
    todo(fixture).await;
    fixture.insert("Todo", "t2", &[("n", number(5.0))]).await;
    let outcome = fixture
        .submit(WriteStep::Update {
            class: fixture.get_class("Todo"),
            filter: Filter::all(),
            access: RowAccess::All,
            updated_at: Some(Timestamp(9)),
            acl: None,
            fields: vec![("n".into(), FieldUpdate::Increment(1.0))],
            relations: Vec::new(),
            returning: vec!["n".into()],
            expect: Expectation::Any,
        })
        .await
        .unwrap();
    assert_eq!((outcome.steps[0].rows, &outcome.steps[0].returned), (2, &row_values(&[("n", number(1.0))])));
    assert_eq!(fixture.get("Todo", "t2").await.unwrap().value("n"), &number(6.0));
}

pub async fn failed_steps_undo_the_job(fixture: &Fixture) {
    todo(fixture).await;
    let class = fixture.get_class("Todo");
    let job = WriteJob {
        steps: vec![
            insert_step(&class, "t2", None, &[]),
            update_step(&class, "t1", &[("title", FieldUpdate::Set(text("changed")))]),
            update_step(&class, "nope", &[]),
        ],
    };
    assert!(matches!(fixture.store.submit(job).await, Err(StoreError::NoMatch { step: 2 })));
    assert_eq!(fixture.ids("Todo", Filter::all()).await, ["t1"]);
    assert_eq!(fixture.get("Todo", "t1").await.unwrap().value("title"), &text("a"));
    let outcome = fixture.store.submit(WriteJob::default()).await.unwrap();
    assert!(outcome.steps.is_empty());
}

/// A failure that does not name the step is told with it, unless there is but one.
pub async fn steps_at_fault(fixture: &Fixture) {
    todo(fixture).await;
    let class = fixture.get_class("Todo");
    let submit = |steps| fixture.store.submit(WriteJob { steps });
    let taken = || insert_step(&class, "t1", None, &[]);
    let misfit = || update_step(&class, "t1", &[("title", FieldUpdate::Increment(1.0))]);
    for (steps, expected) in [
        (vec![insert_step(&class, "t2", None, &[]), taken()], 1),
        (vec![misfit(), insert_step(&class, "t2", None, &[])], 0),
        (vec![insert_step(&class, "t2", None, &[]), update_step(&class, "nope", &[]), taken()], 1),
        (vec![taken()], 0),
    ] {
        let (step, error) = submit(steps).await.unwrap_err().into_step();
        assert_eq!(step, Some(expected), "{error:?}");
        assert!(!matches!(error, StoreError::InStep { .. }), "{error:?}");
    }
    assert_eq!(fixture.ids("Todo", Filter::all()).await, ["t1"]);
}

pub async fn requirements(fixture: &Fixture) {
    todo(fixture).await;
    let class = fixture.get_class("Todo");
    let submit = |steps| fixture.store.submit(WriteJob { steps });
    let titled = |title: &str| {
        require_step(&class, Filter::And(vec![id_is("t1"), Filter::equals("title", text(title))]))
    };
    let renamed = || update_step(&class, "t1", &[("title", FieldUpdate::Set(text("b")))]);

    let failed = submit(vec![insert_step(&class, "t2", None, &[]), renamed(), titled("a")]).await;
    assert!(
        matches!(failed, Err(StoreError::NoMatch { step: 2 })),
        "it sees the steps before it: {failed:?}"
    );
    assert!(matches!(submit(vec![titled("b")]).await, Err(StoreError::NoMatch { step: 0 })));
    assert_eq!(fixture.ids("Todo", Filter::all()).await, ["t1"]);
    assert_eq!(fixture.get("Todo", "t1").await.unwrap().value("title"), &text("a"));

    let steps = vec![titled("a"), renamed(), titled("b"), insert_step(&class, "t2", None, &[])];
    let done = submit(steps).await.unwrap();
    assert_eq!(done.steps.iter().map(|step| step.rows).collect::<Vec<_>>(), [1, 1, 1, 1]);
    assert_eq!(fixture.ids("Todo", Filter::all()).await, ["t1", "t2"]);
    assert_eq!(submit(vec![require_step(&class, Filter::all())]).await.unwrap().steps[0].rows, 1);
}

pub async fn forbidden_rows(fixture: &Fixture) {
    todo(fixture).await;
    let class = fixture.get_class("Todo");
    let submit = |steps| fixture.store.submit(WriteJob { steps });
    let none = |filter| WriteStep::RequireNone { class: Arc::clone(&class), filter };

    let failed = submit(vec![insert_step(&class, "t2", None, &[]), none(id_is("t2"))]).await;
    assert!(
        matches!(failed, Err(StoreError::NoMatch { step: 1 })),
        "it sees the steps before it: {failed:?}"
    );
    assert!(matches!(submit(vec![none(Filter::all())]).await, Err(StoreError::NoMatch { step: 0 })));
    assert_eq!(fixture.ids("Todo", Filter::all()).await, ["t1"]);

    let steps = vec![delete_step(&class, id_is("t1")), none(Filter::all())];
    assert_eq!(submit(steps).await.unwrap().steps[1].rows, 1);
    assert_eq!(fixture.ids("Todo", Filter::all()).await, Vec::<String>::new());
}
