//! Declared indexes.

use std::sync::Arc;

use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::ports::{FieldUpdate, StoreError, StoreResult};
use astrolabe_core::query::{Filter, ReadPlan};
use astrolabe_core::schema::{FieldType, Index, IndexKey, IndexKind, Schema, SchemaChange};
use astrolabe_core::text::Language;
use astrolabe_core::value::Value;

use crate::support::*;

/// An index of `Item`; a key with `-` in front is descending.
fn index(name: &str, keys: &[&str], unique: bool) -> Index {
    let key = |key: &&str| match key.strip_prefix('-') {
        Some(field) => IndexKey { field: field.into(), descending: true },
        None => IndexKey { field: (*key).into(), descending: false },
    };
    Index { name: name.into(), keys: keys.iter().map(key).collect(), unique, kind: IndexKind::Sorted }
}

fn of_kind(kind: IndexKind, keys: &[&str]) -> Index {
    Index { kind, ..index("i", keys, false) }
}

async fn add(fixture: &Fixture, index: Index) -> StoreResult<Arc<Schema>> {
    fixture.store.change_schema(vec![SchemaChange::AddIndex { class: "Item".into(), index }]).await
}

async fn items(fixture: &Fixture) {
    let fields = [
        ("shop", FieldType::String),
        ("sku", FieldType::Number),
        ("owner", FieldType::Pointer("_User".into())),
        ("at", FieldType::Date),
        ("yes", FieldType::Boolean),
        ("tags", FieldType::Array),
        ("info", FieldType::Object),
        ("place", FieldType::GeoPoint),
        ("area", FieldType::Polygon),
        ("file", FieldType::File),
        ("many", FieldType::Relation("Item".into())),
    ];
    fixture.class("Item", &fields).await;
}

async fn insert(fixture: &Fixture, id: &str, shop: Value, sku: Value) -> StoreResult<()> {
    let step = fixture.insert_step("Item", id, &[("shop", shop), ("sku", sku)]);
    fixture.submit(step).await.map(|_| ())
}

fn duplicate<T: std::fmt::Debug>(result: StoreResult<T>) -> Vec<Arc<str>> {
    match result {
        Err(StoreError::Duplicate { class, fields }) if *class == *"Item" => fields,
        other => panic!("expected a duplicate, got {other:?}"),
    }
}

pub async fn made_and_removed(fixture: &Fixture) {
    items(fixture).await;
    let indexes = [
        index("by_shop", &["shop", "-sku"], false),
        index("BY_SHOP", &["sku"], false),
        index("times-1.2", &["createdAt", "-updatedAt", "objectId"], false),
        index("others", &["owner", "at", "yes"], true),
    ];
    for index in &indexes {
        add(fixture, index.clone()).await.unwrap();
    }
    let version = fixture.store.schema().version;
    assert_eq!(
        add(fixture, indexes[0].clone()).await.unwrap().version,
        version,
        "the same again is no change"
    );
    assert!(fixture.get_class("Item").indexes.values().eq(&indexes));
    insert(fixture, "i1", text("a"), number(1.0)).await.unwrap();
    let plan =
        ReadPlan { order: vec![order("-sku")], ..fixture.plan("Item", Filter::equals("shop", text("a"))) };
    assert_eq!(ids(fixture.read(plan).await.unwrap()), ["i1"]);
    let drop = |name: &str| vec![SchemaChange::DropIndex { class: "Item".into(), index: name.into() }];
    fixture.store.change_schema(drop("by_shop")).await.unwrap();
    let error = refusal(fixture.store.change_schema(drop("by_shop")).await);
    assert_eq!(error, Error::new(ErrorCode::InvalidQuery, "Index by_shop does not exist, cannot delete."));
    add(fixture, index("by_shop", &["at"], false)).await.unwrap();
    assert_eq!(fixture.get_class("Item").indexes.len(), 4);
}

pub async fn refused(fixture: &Fixture) {
    items(fixture).await;
    add(fixture, index("taken", &["shop"], false)).await.unwrap();
    for (index, expected) in [
        (index("taken", &["sku"], false), "Index taken exists, cannot update."),
        (index("taken", &["shop"], true), "Index taken exists, cannot update."),
        (index("i", &["shop", "none"], false), "Field none does not exist, cannot add index."),
        (index("i", &["info.a"], false), "Field info.a does not exist, cannot add index."),
        (index("i", &["ACL"], false), "Field ACL does not exist, cannot add index."),
        (index("i", &["tags"], false), "Field tags is of type Array, cannot add index."),
        (index("i", &["info"], false), "Field info is of type Object, cannot add index."),
        (of_kind(IndexKind::Places, &["shop"]), "Field shop is of type String, cannot add index."),
        (
            of_kind(IndexKind::Places, &["createdAt"]),
            "Field createdAt is neither text nor place, cannot add index.",
        ),
        (
            of_kind(IndexKind::Text(Language::default()), &["place"]),
            "Field place is of type GeoPoint, cannot add index.",
        ),
        (
            of_kind(IndexKind::Text(Language::default()), &["none"]),
            "Field none does not exist, cannot add index.",
        ),
        (index("i", &["place"], false), "Field place is of type GeoPoint, cannot add index."),
        (index("i", &["area"], false), "Field area is of type Polygon, cannot add index."),
        (index("i", &["file"], false), "Field file is of type File, cannot add index."),
        (index("i", &["many"], false), "Field many is of type Relation<Item>, cannot add index."),
    ] {
        let error = refusal(add(fixture, index).await);
        assert_eq!((error.code, &*error.message), (ErrorCode::InvalidQuery, expected));
    }
    for n in 1..64 {
        add(fixture, index(&format!("i{n}"), &["shop"], false)).await.unwrap();
    }
    let error = refusal(add(fixture, index("last", &["shop"], false)).await);
    assert_eq!(error.message, "A class has at most 64 indexes.");
}

/// Rows that lack one of the values never collide.
pub async fn unique(fixture: &Fixture) {
    items(fixture).await;
    add(fixture, index("one", &["shop", "sku"], true)).await.unwrap();
    insert(fixture, "i1", text("a"), number(1.0)).await.unwrap();
    insert(fixture, "i2", text("a"), number(2.0)).await.unwrap();
    insert(fixture, "i3", text("b"), number(1.0)).await.unwrap();
    for id in ["n1", "n2"] {
        insert(fixture, id, text("a"), Value::Null).await.unwrap();
    }
    assert_eq!(duplicate(insert(fixture, "i4", text("a"), number(1.0)).await), ["shop".into(), "sku".into()]);
    let change = [("sku", FieldUpdate::Increment(-1.0))];
    assert_eq!(duplicate(fixture.update("Item", "i2", &change).await), ["shop".into(), "sku".into()]);
    assert_eq!(fixture.count("Item", Filter::all()).await, 5);
    assert_eq!(fixture.get("Item", "i2").await.unwrap().value("sku"), &number(2.0));
}

/// A unique index over rows that collide is not made, and nothing of the same change is.
pub async fn unique_over_duplicates(fixture: &Fixture) {
    items(fixture).await;
    for id in ["i1", "i2"] {
        insert(fixture, id, text("a"), number(1.0)).await.unwrap();
    }
    let add = |name: &str, unique| SchemaChange::AddIndex {
        class: "Item".into(),
        index: index(name, &["sku"], unique),
    };
    let before = fixture.store.schema().version;
    assert_eq!(
        duplicate(fixture.store.change_schema(vec![add("fine", false), add("one", true)]).await),
        ["sku".into()]
    );
    assert!(fixture.get_class("Item").indexes.is_empty());
    assert_eq!(fixture.store.schema().version, before);
    fixture.submit(delete_step(&fixture.get_class("Item"), id_is("i2"))).await.unwrap();
    fixture.store.change_schema(vec![add("fine", false), add("one", true)]).await.unwrap();
    assert_eq!(duplicate(insert(fixture, "i3", text("b"), number(1.0)).await), ["sku".into()]);
}

/// Indexes go with their fields and with their class; their names are free again.
pub async fn dropped_with_what_they_name(fixture: &Fixture) {
    items(fixture).await;
    add(fixture, index("both", &["shop", "sku"], true)).await.unwrap();
    add(fixture, index("shop", &["shop"], false)).await.unwrap();
    let drop_field = SchemaChange::DropField { class: "Item".into(), field: "sku".into() };
    fixture.store.change_schema(vec![drop_field]).await.unwrap();
    assert_eq!(fixture.get_class("Item").indexes.keys().map(|name| &**name).collect::<Vec<_>>(), ["shop"]);
    for id in ["i1", "i2"] {
        fixture.insert("Item", id, &[("shop", text("a"))]).await;
    }
    fixture.submit(delete_step(&fixture.get_class("Item"), Filter::all())).await.unwrap();
    fixture.store.change_schema(vec![SchemaChange::DropClass { name: "Item".into() }]).await.unwrap();
    items(fixture).await;
    assert!(fixture.get_class("Item").indexes.is_empty());
    add(fixture, index("shop", &["shop"], true)).await.unwrap();
}
