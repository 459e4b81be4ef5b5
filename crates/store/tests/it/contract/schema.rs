//! Classes and fields.

use std::sync::Arc;

use astrolabe_core::error::ErrorCode;
use astrolabe_core::ports::FieldUpdate;
use astrolabe_core::query::{Filter, ReadPlan};
use astrolabe_core::schema::{ClassPermissions, FieldSpec, FieldType, SchemaChange, system_fields};
use astrolabe_core::value::Value;

use crate::support::*;

fn drop_field(class: &str, field: &str) -> Vec<SchemaChange> {
    vec![SchemaChange::DropField { class: class.into(), field: field.into() }]
}

fn drop_class(name: &str) -> Vec<SchemaChange> {
    vec![SchemaChange::DropClass { name: name.into() }]
}

pub async fn system_classes(fixture: &Fixture) {
    let schema = fixture.store.change_schema(astrolabe_core::schema::system_classes()).await.unwrap();
    for class in ["_User", "_Installation", "_Role", "_Session"] {
        assert_eq!(schema.class(class).unwrap().fields.len(), system_fields(class).len(), "{class}");
    }
    let again = fixture.store.change_schema(astrolabe_core::schema::system_classes()).await.unwrap();
    assert_eq!(again.version, schema.version);
}

/// Names that differ in case only, and one that looks like the number put behind a name.
pub async fn names_that_collide(fixture: &Fixture) {
    let classes = ["Todo", "todo", "TODO", "todo_2", "tOdO"];
    let fields = ["a", "A", "a_2", "A_2", "objectID", "CreatedAt"];
    for class in classes {
        let kinds: Vec<_> = fields.iter().map(|field| (*field, FieldType::String)).collect();
        fixture.class(class, &kinds).await;
    }
    for class in classes {
        let values: Vec<_> = fields.iter().map(|field| (*field, text(&format!("{class}.{field}")))).collect();
        fixture.insert(class, "x", &values).await;
    }
    for class in classes {
        let row = fixture.get(class, "x").await.unwrap();
        for field in fields {
            assert_eq!(row.value(field), &text(&format!("{class}.{field}")));
            let filter = Filter::equals(field, text(&format!("{class}.{field}")));
            assert_eq!(fixture.count(class, filter).await, 1);
        }
    }
}

pub async fn reserved_words(fixture: &Fixture) {
    let names = [
        "order",
        "group",
        "select",
        "rowid",
        "oid",
        "table",
        "index",
        "where",
        "from",
        "null",
        "t",
        "e",
        "value",
        "sqlite_master",
        "sqlite_sequence",
        "pg_class",
        "ctid",
        "xmin",
        "key",
        "rank",
        "user",
        "default",
    ];
    for class in names {
        let mut kinds: Vec<_> = names.iter().map(|field| (*field, FieldType::Number)).collect();
        kinds.push(("members", FieldType::Relation("order".into())));
        fixture.class(class, &kinds).await;
        let values: Vec<_> = names.iter().map(|field| (*field, number(1.0))).collect();
        fixture.insert(class, "x", &values).await;
        let changes: Vec<_> = names.iter().map(|field| (*field, FieldUpdate::Increment(1.0))).collect();
        fixture.update(class, "x", &changes).await.unwrap();
    }
    for class in names {
        for field in names {
            let plan = ReadPlan {
                order: vec![order(field)],
                ..fixture.plan(class, Filter::equals(field, number(2.0)))
            };
            assert_eq!(ids(fixture.read(plan).await.unwrap()), ["x"], "{class}.{field}");
        }
    }
}

pub async fn long_names(fixture: &Fixture) {
    let long = "n".repeat(100);
    let names: Vec<_> = ["a", "b", "c"].map(|end| format!("{long}{end}")).to_vec();
    for class in &names {
        let kinds: Vec<_> = names
            .iter()
            .map(|field| (field.as_str(), FieldType::String))
            .chain([("place", FieldType::GeoPoint), ("place__lng", FieldType::String)])
            .collect();
        fixture.class(class, &kinds).await;
        fixture.class(class, &[(&format!("{long}r"), FieldType::Relation("Todo".into()))]).await;
        let values: Vec<_> = names.iter().map(|field| (field.as_str(), text(field))).collect();
        fixture.insert(class, "x", &values).await;
        fixture.insert(class, "y", &[("place", point(1.0, 2.0)), ("place__lng", text("text"))]).await;
    }
    for class in &names {
        let row = fixture.get(class, "x").await.unwrap();
        for field in &names {
            assert_eq!(row.value(field), &text(field));
        }
        let row = fixture.get(class, "y").await.unwrap();
        assert_eq!((row.value("place"), row.value("place__lng")), (&point(1.0, 2.0), &text("text")));
    }
}

pub async fn changes_are_checked(fixture: &Fixture) {
    fixture.class("Todo", &[("a", FieldType::String)]).await;
    let version = fixture.store.schema().version;
    let add = |class: &str, field: &str, kind| SchemaChange::AddField {
        class: class.into(),
        field: FieldSpec::new(field, kind),
    };
    for (changes, code) in [
        (vec![add("Todo", "a", FieldType::Number)], ErrorCode::IncorrectType),
        (vec![add("Nope", "a", FieldType::Number)], ErrorCode::InvalidClassName),
        (vec![add("Todo", "a b", FieldType::Number)], ErrorCode::InvalidKeyName),
        (drop_field("Todo", "nope"), ErrorCode::InvalidSchemaOperation),
        (
            vec![add("Todo", "fine", FieldType::String), add("Todo", "a", FieldType::Number)],
            ErrorCode::IncorrectType,
        ),
    ] {
        assert_eq!(refusal(fixture.store.change_schema(changes).await).code, code);
    }
    assert_eq!(fixture.store.schema().version, version);
    assert!(fixture.get_class("Todo").field("fine").is_none());
    let permissions = ClassPermissions::master_only();
    let set = vec![SchemaChange::SetPermissions { class: "Todo".into(), permissions: permissions.clone() }];
    let schema = fixture.store.change_schema(set.clone()).await.unwrap();
    assert_eq!((schema.version, &schema.class("Todo").unwrap().permissions), (version + 1, &permissions));
    assert_eq!(fixture.store.change_schema(set).await.unwrap().version, version + 1);
}

pub async fn dropped_fields(fixture: &Fixture) {
    let indexed = FieldSpec { unique: true, ..FieldSpec::new("a", FieldType::String) };
    let others = [
        FieldSpec::new("place", FieldType::GeoPoint),
        FieldSpec::new("owner", FieldType::Pointer("_User".into())),
        FieldSpec::new("members", FieldType::Relation("_User".into())),
    ];
    let mut fields = vec![indexed];
    fields.extend(others);
    fixture.class_with("Todo", fields).await.unwrap();
    let values = [("a", text("x")), ("place", point(1.0, 2.0)), ("owner", pointer("_User", "u"))];
    fixture.insert("Todo", "t1", &values).await;
    fixture.submit(relate_step(&fixture.get_class("Todo"), "t1", "members", &["u"], &[])).await.unwrap();
    for field in ["a", "place", "owner", "members"] {
        fixture.store.change_schema(drop_field("Todo", field)).await.unwrap();
        assert!(fixture.get_class("Todo").field(field).is_none());
    }
    fixture.class("Todo", &[("a", FieldType::Number), ("place", FieldType::GeoPoint)]).await;
    let row = fixture.get("Todo", "t1").await.unwrap();
    assert_eq!((row.value("a"), row.value("place")), (&Value::Null, &Value::Null));
}

pub async fn dropped_classes(fixture: &Fixture) {
    fixture.class("Todo", &[("a", FieldType::String), ("m", FieldType::Relation("Todo".into()))]).await;
    fixture.insert("Todo", "t1", &[]).await;
    fixture.insert("Todo", "t2", &[]).await;
    let error = refusal(fixture.store.change_schema(drop_class("Todo")).await);
    assert_eq!(error.code, ErrorCode::InvalidSchemaOperation);
    assert_eq!(error.message, "Class Todo is not empty, contains 2 objects, cannot drop schema.");
    let class = fixture.get_class("Todo");
    fixture.submit(delete_step(&class, Filter::all())).await.unwrap();
    fixture.store.change_schema(drop_class("Todo")).await.unwrap();
    assert!(fixture.store.schema().class("Todo").is_none());
    fixture.store.change_schema(drop_class("Todo")).await.unwrap();
    fixture.class("Todo", &[("a", FieldType::Number)]).await;
    fixture.insert("Todo", "t1", &[("a", number(1.0))]).await;
    assert_eq!(fixture.count("Todo", Filter::all()).await, 1);
}

pub async fn stale_plans_and_jobs(fixture: &Fixture) {
    fixture.class("Todo", &[("a", FieldType::String), ("b", FieldType::String)]).await;
    fixture.insert("Todo", "t1", &[("a", text("x")), ("b", text("y"))]).await;
    let stale = fixture.get_class("Todo");
    fixture.store.change_schema(drop_field("Todo", "a")).await.unwrap();
    let row = fixture.read(plan(&stale, Filter::equals("b", text("y")))).await.unwrap().remove(0);
    assert_eq!((row.value("a"), row.value("b")), (&Value::Null, &text("y")));
    assert!(fixture.read(plan(&stale, Filter::equals("a", text("x")))).await.unwrap().is_empty());
    let error = refusal(fixture.submit(insert_step(&stale, "t2", None, &[("a", text("x"))])).await);
    assert_eq!(error.code, ErrorCode::InvalidKeyName);
    fixture.class("Todo", &[("a", FieldType::Number)]).await;
    let change = update_step(&stale, "t1", &[("a", FieldUpdate::Set(text("x")))]);
    assert_eq!(refusal(fixture.submit(change).await).code, ErrorCode::IncorrectType);
    fixture.submit(delete_step(&stale, Filter::all())).await.unwrap();
    fixture.store.change_schema(drop_class("Todo")).await.unwrap();
    assert_eq!(refusal(fixture.read(plan(&stale, Filter::all())).await).code, ErrorCode::InvalidClassName);
    assert_eq!(
        refusal(fixture.submit(insert_step(&stale, "t3", None, &[])).await).code,
        ErrorCode::InvalidClassName
    );
}

/// Requests that meet a new field together all ask for it.
pub async fn racing_changes(fixture: &Fixture) {
    fixture.class("Todo", &[]).await;
    let add = |kind: &FieldType| {
        vec![
            SchemaChange::AddClass { name: "New".into(), permissions: ClassPermissions::default() },
            SchemaChange::AddField { class: "New".into(), field: FieldSpec::new("a", kind.clone()) },
        ]
    };
    let asked: Vec<_> = (0..16)
        .map(|index| {
            let store = Arc::clone(&fixture.store);
            let changes = add(if index % 2 == 0 { &FieldType::String } else { &FieldType::Number });
            std::thread::spawn(move || block_on(store.change_schema(changes)).is_ok())
        })
        .collect();
    let accepted = asked.into_iter().map(|thread| thread.join().unwrap()).filter(|ok| *ok);
    assert_eq!(accepted.count(), 8);
    assert_eq!(fixture.get_class("New").fields.len(), 1);
}
