//! Renamed classes and fields, and the record of migrations.

use std::sync::Arc;

use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::ports::{RelationEdit, StoreError, StoreResult, WriteStep};
use astrolabe_core::query::{Filter, RowAccess, Test, TextQuery};
use astrolabe_core::schema::{
    AppliedMigration, ClassPermissions, DeletionRule, FieldSpec, FieldType, Index, IndexKey, IndexKind,
    Schema, SchemaChange,
};
use astrolabe_core::text::{Analyzer, Language};
use astrolabe_core::value::{Pointer, Timestamp, Value};
use serde_json::json;

use crate::support::*;

async fn change(fixture: &Fixture, change: SchemaChange) -> StoreResult<Arc<Schema>> {
    fixture.store.change_schema(vec![change]).await
}

fn class_to(from: &str, to: &str) -> SchemaChange {
    SchemaChange::RenameClass { from: from.into(), to: to.into() }
}

fn field_to(class: &str, from: &str, to: &str) -> SchemaChange {
    SchemaChange::RenameField { class: class.into(), from: from.into(), to: to.into() }
}

fn to_list(id: &str, class: &str) -> Value {
    Value::Pointer(Pointer { class_name: class.into(), object_id: id.into() })
}

/// Lists, and tasks that point to them and are related to them.
async fn lists_and_tasks(fixture: &Fixture) {
    fixture.class("List", &[("name", FieldType::String)]).await;
    let list = FieldSpec {
        on_delete: Some(DeletionRule::Cascade),
        default: Some(to_list("l1", "List")),
        ..FieldSpec::new("list", FieldType::Pointer("List".into()))
    };
    let also = FieldSpec::new("also", FieldType::Relation("List".into()));
    fixture.class_with("Task", vec![FieldSpec::new("title", FieldType::String), list, also]).await.unwrap();
    fixture.insert("List", "l1", &[("name", text("one"))]).await;
    let mut step =
        fixture.insert_step("Task", "t1", &[("title", text("x")), ("list", to_list("l1", "List"))]);
    if let WriteStep::Insert { relations, .. } = &mut step {
        relations.push(RelationEdit { field: "also".into(), add: vec!["l1".into()], remove: Vec::new() });
    }
    fixture.submit(step).await.unwrap();
}

pub async fn classes(fixture: &Fixture) {
    lists_and_tasks(fixture).await;
    let (list_table, join_table) = {
        let schema = fixture.store.schema();
        let join = schema.class("Task").unwrap().field("also").unwrap().column.clone();
        (schema.class("List").unwrap().table.clone(), join)
    };
    let schema = change(fixture, class_to("List", "Board")).await.unwrap();
    assert!(schema.class("List").is_none());
    assert_eq!(schema.class("Board").unwrap().table, list_table);
    let task = schema.class("Task").unwrap();
    let list = task.field("list").unwrap();
    assert_eq!(list.kind, FieldType::Pointer("Board".into()));
    assert_eq!(list.default, Some(to_list("l1", "Board")));
    assert_eq!(task.field("also").unwrap().kind, FieldType::Relation("Board".into()));
    assert_eq!(task.field("also").unwrap().column, join_table);
    assert_eq!(schema.rules_on("Board").len(), 1);

    assert_eq!(fixture.get("Board", "l1").await.unwrap().value("name"), &text("one"));
    let points = Filter::equals("list", to_list("l1", "Board"));
    assert_eq!(fixture.ids("Task", points).await, ["t1"]);
    let owner = Pointer { class_name: "Task".into(), object_id: "t1".into() };
    let related = Filter::RelatedTo { owner, field: "also".into() };
    assert_eq!(fixture.ids("Board", related).await, ["l1"]);
    assert_eq!(change(fixture, class_to("List", "Board")).await.unwrap().version, schema.version);

    fixture.submit(delete(fixture, "Board", "l1")).await.unwrap();
    assert!(fixture.get("Task", "t1").await.is_none(), "the deletion rule follows");

    // The name is free again, its table is not.
    fixture.class("List", &[]).await;
    fixture.insert("List", "l9", &[]).await;
    assert_eq!(fixture.ids("List", Filter::all()).await, ["l9"]);
    assert!(fixture.ids("Board", Filter::all()).await.is_empty());
}

fn delete(fixture: &Fixture, class: &str, id: &str) -> WriteStep {
    WriteStep::Delete {
        class: fixture.get_class(class),
        filter: id_is(id),
        access: RowAccess::All,
        deleted_at: Timestamp(9_000),
        expect: astrolabe_core::ports::Expectation::Some,
    }
}

/// Arrays and objects hold whole pointers; a text that says the same is left alone.
pub async fn pointers_inside(fixture: &Fixture) {
    fixture.class("List", &[]).await;
    fixture.class("Task", &[("lists", FieldType::Array), ("info", FieldType::Object)]).await;
    let pointer = |class: &str| json!({"__type": "Pointer", "className": class, "objectId": "l1"});
    let lists = |class: &str| Value::Array(vec![pointer(class), json!("List"), json!([pointer(class)])]);
    let info = |class: &str| Value::Object(json!({"a": {"b": pointer(class)}}).as_object().unwrap().clone());
    fixture.insert("Task", "t1", &[("lists", lists("List")), ("info", info("List"))]).await;
    fixture
        .insert("Task", "t2", &[("lists", Value::Array(vec![json!("List")])), ("info", info("Other"))])
        .await;
    fixture.insert("Task", "t3", &[]).await;
    change(fixture, class_to("List", "Board")).await.unwrap();
    let row = fixture.get("Task", "t1").await.unwrap();
    assert_eq!((row.value("lists"), row.value("info")), (&lists("Board"), &info("Board")));
    let row = fixture.get("Task", "t2").await.unwrap();
    assert_eq!((row.value("lists"), row.value("info")), (&Value::Array(vec![json!("List")]), &info("Other")));
    assert_eq!(fixture.get("Task", "t3").await.unwrap().value("lists"), &Value::Null);
}

/// A text index keeps finding by the new name.
pub async fn fields_of_text_indexes(fixture: &Fixture) {
    fixture.class("Note", &[("title", FieldType::String)]).await;
    let key = IndexKey { field: "title".into(), descending: false };
    let kind = IndexKind::Text(Language::parse("english").unwrap());
    let index = Index { name: "words".into(), keys: vec![key], unique: false, kind };
    change(fixture, SchemaChange::AddIndex { class: "Note".into(), index }).await.unwrap();
    fixture.insert("Note", "n1", &[("title", text("coffee"))]).await;
    change(fixture, field_to("Note", "title", "headline")).await.unwrap();
    fixture.insert("Note", "n2", &[("headline", text("coffee and tea"))]).await;
    let query = TextQuery::new("coffee", Analyzer::folding(Language::parse("english").unwrap()));
    assert_eq!(fixture.ids("Note", when("headline", Test::Text(query))).await, ["n1", "n2"]);
    change(fixture, SchemaChange::DropField { class: "Note".into(), field: "headline".into() })
        .await
        .unwrap();
    assert!(fixture.get_class("Note").indexes.is_empty());
}

pub async fn fields(fixture: &Fixture) {
    let owner = FieldSpec::new("owner", FieldType::Pointer("_User".into()));
    fixture.class_with("Task", vec![FieldSpec::new("title", FieldType::String), owner]).await.unwrap();
    let keys = ["owner", "title"].map(|field| IndexKey { field: field.into(), descending: false });
    let index = Index { name: "mine".into(), keys: keys.into(), unique: true, kind: IndexKind::Sorted };
    change(fixture, SchemaChange::AddIndex { class: "Task".into(), index }).await.unwrap();
    let permissions = ClassPermissions::from_json(&json!({
        "get": { "pointerFields": ["owner"] },
        "writeUserFields": ["owner"],
        "protectedFields": { "*": ["title", "owner"], "userField:owner": ["title"] },
    }))
    .unwrap();
    change(fixture, SchemaChange::SetPermissions { class: "Task".into(), permissions }).await.unwrap();
    fixture.insert("Task", "t1", &[("title", text("x"))]).await;

    let schema = change(fixture, field_to("Task", "owner", "author")).await.unwrap();
    let task = schema.class("Task").unwrap();
    assert_eq!(task.fields.keys().map(|name| &**name).collect::<Vec<_>>(), ["title", "author"]);
    assert_eq!(*task.field("author").unwrap().column, *"owner");
    assert!(task.indexes["mine"].names("author") && !task.indexes["mine"].names("owner"));
    let json = task.permissions.to_json();
    assert_eq!(json["get"], json!({ "pointerFields": ["author"] }));
    assert_eq!(json["writeUserFields"], json!(["author"]));
    assert_eq!(json["protectedFields"], json!({ "*": ["title", "author"], "userField:author": ["title"] }));

    let author = to_list("u1", "_User");
    fixture.insert("Task", "t2", &[("title", text("x")), ("author", author.clone())]).await;
    assert_eq!(fixture.ids("Task", Filter::equals("author", author.clone())).await, ["t2"]);
    let twice = fixture.insert_step("Task", "t3", &[("title", text("x")), ("author", author)]);
    match fixture.submit(twice).await {
        Err(StoreError::Duplicate { fields, .. }) => assert_eq!(fields, ["author".into(), "title".into()]),
        other => panic!("expected a duplicate, got {other:?}"),
    }
    // The old name is free, its column is not.
    change(
        fixture,
        SchemaChange::AddField { class: "Task".into(), field: FieldSpec::new("owner", FieldType::String) },
    )
    .await
    .unwrap();
    fixture.insert("Task", "t4", &[("owner", text("o"))]).await;
    assert_eq!(fixture.get("Task", "t4").await.unwrap().value("author"), &Value::Null);
}

pub async fn refused(fixture: &Fixture) {
    lists_and_tasks(fixture).await;
    fixture.store.change_schema(astrolabe_core::schema::system_classes()).await.unwrap();
    for (wanted, code) in [
        (class_to("List", "Task"), ErrorCode::InvalidSchemaOperation),
        (class_to("Nothing", "Other"), ErrorCode::InvalidClassName),
        (class_to("List", "no good"), ErrorCode::InvalidClassName),
        (class_to("_User", "Person"), ErrorCode::InvalidSchemaOperation),
        (class_to("List", "_Role"), ErrorCode::InvalidSchemaOperation),
        (field_to("Task", "title", "list"), ErrorCode::InvalidSchemaOperation),
        (field_to("Task", "nothing", "other"), ErrorCode::InvalidSchemaOperation),
        (field_to("Task", "title", "a b"), ErrorCode::InvalidKeyName),
        (field_to("Nothing", "title", "other"), ErrorCode::InvalidClassName),
        (field_to("_User", "email", "mail"), ErrorCode::InvalidSchemaOperation),
    ] {
        let before = fixture.store.schema().version;
        match change(fixture, wanted.clone()).await {
            Err(StoreError::Refused(Error { code: got, .. })) => assert_eq!(got, code, "{wanted:?}"),
            other => panic!("{wanted:?} gave {other:?}"),
        }
        assert_eq!(fixture.store.schema().version, before);
    }
}

pub async fn migrations(fixture: &Fixture) {
    fixture.class("Task", &[("title", FieldType::String)]).await;
    let record = |name: &str| {
        let (name, checksum) = (name.into(), "c".into());
        SchemaChange::RecordMigration(AppliedMigration { name, checksum, applied_at: Timestamp(7) })
    };
    let changes = || vec![record("0001_a"), field_to("Task", "title", "name")];
    let schema = fixture.store.change_schema(changes()).await.unwrap();
    assert_eq!(schema.migrations.len(), 1);
    assert!(matches!(fixture.store.change_schema(changes()).await, Err(StoreError::Refused(_))));

    // A migration that cannot be applied as a whole leaves nothing, not even its record.
    let broken = vec![record("0002_b"), field_to("Task", "name", "x"), field_to("Task", "y", "z")];
    assert!(fixture.store.change_schema(broken).await.is_err());
    let schema = fixture.store.schema();
    assert_eq!((schema.migrations.len(), schema.class("Task").unwrap().field("name").is_some()), (1, true));
}
