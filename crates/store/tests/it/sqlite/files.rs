//! The file: what is in it after closing, what happens to its log, and files of other versions.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use astrolabe_core::events::Events;
use astrolabe_core::ports::{FieldUpdate, StoreError, WriteStep};
use astrolabe_core::query::Filter;
use astrolabe_core::schema::{
    AppliedMigration, ClassPermissions, FieldSpec, FieldType, SchemaChange, Visibility,
};
use astrolabe_core::value::{Pointer, Timestamp, Value};
use astrolabe_store::{Durability, SqliteOptions, SqliteStore};

use super::{fixture, fixture_with, reopened};
use crate::support::*;

fn database(fixture: &Fixture) -> std::path::PathBuf {
    fixture.folder.path().join("app.db")
}

fn wal_bytes(database: &Path) -> u64 {
    std::fs::metadata(format!("{}-wal", database.display())).map(|file| file.len()).unwrap_or(0)
}

/// A class whose permissions named a field that was removed.
fn class_that_lost_a_field() -> Vec<SchemaChange> {
    let class: Arc<str> = "Page".into();
    let permissions =
        serde_json::json!({"readUserFields": ["owner", "editor"], "protectedFields": {"*": ["owner"]}});
    let permissions = ClassPermissions::from_json(&permissions).unwrap();
    let field = |name| FieldSpec::new(name, FieldType::Array);
    vec![
        SchemaChange::AddClass { name: Arc::clone(&class), permissions },
        SchemaChange::AddField { class: Arc::clone(&class), field: field("owner") },
        SchemaChange::AddField { class: Arc::clone(&class), field: field("editor") },
        SchemaChange::DropField { class, field: "owner".into() },
    ]
}

#[test]
fn schema_and_data_survive_a_restart() {
    let fixture = fixture();
    let spec = FieldSpec {
        required: true,
        default: Some(json(serde_json::json!({"__type": "Date", "iso": "2020-01-01T00:00:00.000Z"}))),
        visibility: Visibility::Owner,
        indexed: true,
        ..FieldSpec::new("a", FieldType::Date)
    };
    block_on(async {
        fixture.store.change_schema(astrolabe_core::schema::system_classes()).await.unwrap();
        fixture.class_with("Todo", vec![spec]).await.unwrap();
        fixture.insert("Todo", "t1", &[("a", date(5))]).await;
        fixture.store.change_schema(class_that_lost_a_field()).await.unwrap();
    });
    let before = fixture.store.schema();
    let fixture = reopened(fixture);
    let after = fixture.store.schema();
    assert_eq!((after.version, &after.classes), (before.version, &before.classes));
    assert_eq!(block_on(fixture.get("Todo", "t1")).unwrap().value("a"), &date(5));
    assert_eq!(block_on(fixture.get("Todo", "nope")), None);
}

#[test]
fn renames_and_migrations_stay_and_can_be_read_beside_the_store() {
    let fixture = fixture();
    let pointer = FieldSpec {
        default: Some(Value::Pointer(Pointer { class_name: "Old".into(), object_id: "x".into() })),
        ..FieldSpec::new("a", FieldType::Pointer("Old".into()))
    };
    let migration =
        AppliedMigration { name: "0001_a".into(), checksum: "c".into(), applied_at: Timestamp(7) };
    block_on(async {
        fixture.class_with("Old", vec![pointer]).await.unwrap();
        let changes = vec![
            SchemaChange::RecordMigration(migration),
            SchemaChange::RenameClass { from: "Old".into(), to: "New".into() },
            SchemaChange::RenameField { class: "New".into(), from: "a".into(), to: "b".into() },
        ];
        fixture.store.change_schema(changes).await.unwrap();
    });
    let before = fixture.store.schema();
    let beside = SqliteStore::read_schema(&database(&fixture)).unwrap();
    assert_eq!((&beside.classes, &beside.migrations), (&before.classes, &before.migrations));
    let after = reopened(fixture).store.schema();
    assert_eq!((&after.classes, &after.migrations), (&before.classes, &before.migrations));
    assert_eq!(after.migrations.len(), 1);
    assert!(SqliteStore::read_schema(std::path::Path::new("/nowhere.db")).unwrap().classes.is_empty());
}

#[test]
fn a_newer_catalogue_is_refused() {
    let fixture = fixture();
    block_on(fixture.store.close());
    let connection = rusqlite::Connection::open(database(&fixture)).unwrap();
    connection.execute("UPDATE _catalog_meta SET format_version = 99", []).unwrap();
    drop(connection);
    let opened = SqliteStore::open(database(&fixture), SqliteOptions::default(), Arc::new(Events::default()))
        .map(|_| ());
    match opened {
        Err(StoreError::Unavailable(reason)) => {
            assert!(reason.contains("newer version of Astrolabe"), "{reason}")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn other_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text.db");
    std::fs::write(&path, "this is not a database, but it is long enough to look like one".repeat(100))
        .unwrap();
    for path in [path, folder.path().join("no/such/folder/app.db")] {
        assert!(SqliteStore::open(path, SqliteOptions::default(), Arc::new(Events::default())).is_err());
    }
}

#[test]
fn closing_empties_the_log() {
    let fixture = fixture();
    block_on(async {
        fixture.class("Todo", &[]).await;
        fixture.insert("Todo", "t1", &[]).await;
        assert!(fixture.get("Todo", "t1").await.is_some());
    });
    assert!(wal_bytes(&database(&fixture)) > 0);
    block_on(fixture.store.close());
    assert_eq!(wal_bytes(&database(&fixture)), 0);
}

#[test]
fn the_log_stays_bounded() {
    let options = SqliteOptions {
        wal_bytes_max: 256 * 1024,
        durability: Durability::Normal,
        ..SqliteOptions::default()
    };
    let fixture = fixture_with(options);
    let body = "x".repeat(20_000);
    block_on(async {
        fixture.class("Todo", &[("body", FieldType::String)]).await;
        for index in 0..100 {
            fixture.insert("Todo", &format!("t{index}"), &[("body", text(&body))]).await;
            assert!(wal_bytes(&database(&fixture)) < 512 * 1024);
        }
    });
}

/// The thread that was idle ends; the next write starts another.
#[test]
fn writers_come_and_go() {
    let options = SqliteOptions { writer_idle: Duration::from_millis(1), ..SqliteOptions::default() };
    let fixture = fixture_with(options);
    block_on(async {
        fixture.class("Todo", &[]).await;
        for index in 0..20 {
            fixture.insert("Todo", &format!("t{index}"), &[]).await;
            // Waits for the end of the idle writer without sleeping: it empties the log when it goes.
            while wal_bytes(&database(&fixture)) > 0 {
                std::thread::yield_now();
            }
        }
        assert_eq!(fixture.count("Todo", Filter::all()).await, 20);
    });
}

/// A store that is dropped ends its thread, which empties the log.
#[test]
fn dropping_closes() {
    let Fixture { store, folder, .. } = {
        let fixture = fixture();
        block_on(async {
            fixture.class("Todo", &[]).await;
            fixture.insert("Todo", "t1", &[]).await;
        });
        fixture
    };
    drop(store);
    while wal_bytes(&folder.path().join("app.db")) > 0 {
        std::thread::yield_now();
    }
}

#[test]
fn a_full_queue_is_refused() {
    let fixture = fixture_with(SqliteOptions { write_queue_max: 0, ..SqliteOptions::default() });
    let result = block_on(fixture.class_with("Todo", Vec::new()));
    assert!(matches!(result, Err(StoreError::QueueFull)));
}

#[test]
fn damaged_rows_are_named() {
    let fixture = fixture();
    block_on(async {
        fixture.class("Todo", &[("info", FieldType::Object), ("place", FieldType::GeoPoint)]).await;
        fixture
            .insert("Todo", "t1", &[("info", json(serde_json::json!({}))), ("place", point(1.0, 2.0))])
            .await;
    });
    let connection = rusqlite::Connection::open(database(&fixture)).unwrap();
    connection.execute("UPDATE \"Todo\" SET place__lng = NULL", []).unwrap();
    match block_on(fixture.read(fixture.plan("Todo", Filter::all()))) {
        Err(StoreError::CorruptRow { table, column, row }) => {
            assert_eq!((table.as_str(), column.as_str(), row.as_str()), ("Todo", "place", "t1"));
        }
        other => panic!("{other:?}"),
    }
    connection.execute("UPDATE \"Todo\" SET place = NULL, info = '{'", []).unwrap();
    drop(connection);
    let heard = Heard::listen(&fixture.events, &["Todo"]);
    let removed = block_on(fixture.submit(delete_step(&fixture.get_class("Todo"), Filter::all())));
    assert!(matches!(removed, Err(StoreError::CorruptRow { .. })), "{removed:?}");
    assert!(heard.all().is_empty());
    assert_eq!(
        block_on(fixture.count("Todo", when("info", astrolabe_core::query::Test::Equal(Value::Null)))),
        0
    );
}

/// An update has changed its row before what it yields is read.
#[test]
fn unreadable_answers_undo_the_job() {
    let fixture = fixture();
    block_on(async {
        fixture.class("Todo", &[("n", FieldType::Number), ("info", FieldType::Object)]).await;
        fixture.insert("Todo", "t1", &[("n", number(1.0)), ("info", json(serde_json::json!({})))]).await;
    });
    let connection = rusqlite::Connection::open(database(&fixture)).unwrap();
    let set_info = |info: &str| connection.execute("UPDATE \"Todo\" SET info = ?", [info]).unwrap();
    let too_deep = format!("{}{}", "{\"a\":".repeat(500), "1".to_owned() + &"}".repeat(500));
    for info in ["{", &too_deep] {
        set_info(info);
        let mut step = update_step(&fixture.get_class("Todo"), "t1", &[("n", FieldUpdate::Set(number(2.0)))]);
        if let WriteStep::Update { returning, .. } = &mut step {
            returning.push("info".into());
        }
        let updated = block_on(fixture.submit(step));
        assert!(matches!(updated, Err(StoreError::CorruptRow { .. })), "{updated:?}");
        set_info("{}");
        assert_eq!(block_on(fixture.get("Todo", "t1")).unwrap().value("n"), &number(1.0));
    }
    // So has it before the new state is read for events.
    let trigger =
        "CREATE TRIGGER damage AFTER UPDATE OF n ON \"Todo\" BEGIN UPDATE \"Todo\" SET info = '{'; END";
    connection.execute(trigger, []).unwrap();
    let heard = Heard::listen(&fixture.events, &["Todo"]);
    let updated = block_on(fixture.update("Todo", "t1", &[("n", FieldUpdate::Set(number(2.0)))]));
    assert!(matches!(updated, Err(StoreError::CorruptRow { .. })), "{updated:?}");
    assert!(heard.all().is_empty());
    assert_eq!(block_on(fixture.get("Todo", "t1")).unwrap().value("n"), &number(1.0));
}
