//! A disk that fills up or fails while the store is in use, and files that were damaged while it was closed: a clear
//! error, nothing that was acknowledged is lost, and the store goes on when the disk does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::events::Events;
use astrolabe_core::ports::{FieldUpdate, Store, StoreError, StoreResult};
use astrolabe_core::query::Filter;
use astrolabe_core::schema::FieldType;
use astrolabe_store::{SqliteOptions, SqliteStore};

use super::disk::{Fault, Mounted};
use super::power::check_clean;
use super::{fixture, reopened};
use crate::support::*;

fn database(fixture: &Fixture) -> PathBuf {
    fixture.folder.path().join("app.db")
}

fn open(path: &Path) -> StoreResult<SqliteStore> {
    SqliteStore::open(path, SqliteOptions::default(), Arc::new(Events::default()))
}

/// The reason that stands in the log, and what the caller gets.
#[track_caller]
fn unavailable<T: std::fmt::Debug>(result: StoreResult<T>) -> String {
    match result {
        Err(error @ StoreError::Unavailable(_)) => {
            let reason = error.to_string();
            assert_eq!(Error::from(error).code, ErrorCode::Unavailable);
            reason
        }
        other => panic!("expected that the database is not available, got {other:?}"),
    }
}

/// A store with one class and `rows` acknowledged objects, on a disk whose faults are set later.
fn filled(rows: usize) -> (Fixture, Mounted) {
    let folder = tempfile::tempdir().unwrap();
    let disk = Mounted::on(folder.path(), 1);
    let events = Arc::new(Events::default());
    let store =
        SqliteStore::open(folder.path().join("app.db"), SqliteOptions::default(), Arc::clone(&events));
    let fixture = Fixture { store: Arc::new(store.unwrap()), events, folder };
    block_on(async {
        fixture.class("Todo", &[("n", FieldType::Number), ("text", FieldType::String)]).await;
        for row in 0..rows {
            fixture.insert("Todo", &format!("t{row}"), &[("n", number(1.0))]).await;
        }
    });
    (fixture, disk)
}

/// Every kind of write meets the fault and is told so; reads go on; the next writes after it succeed.
#[test]
fn writes_fail_clearly_and_go_on_after_a_fault() {
    for (fault, words) in
        [(Fault::Full, "full"), (Fault::Writes, "disk I/O error"), (Fault::Syncs, "disk I/O error")]
    {
        let (fixture, disk) = filled(3);
        let big = text(&"x".repeat(300_000));
        disk.set_fault(fault);
        block_on(async {
            for round in 0..3 {
                let insert = fixture.insert_step("Todo", &format!("lost{round}"), &[("text", big.clone())]);
                let reason = unavailable(fixture.submit(insert).await);
                assert!(reason.contains(words), "{fault:?}: {reason}");
                let increment = FieldUpdate::Increment(1.0);
                unavailable(
                    fixture
                        .update("Todo", "t0", &[("n", increment), ("text", FieldUpdate::Set(big.clone()))])
                        .await,
                );
                unavailable(fixture.class_with("Other", Vec::new()).await);
                assert!(fixture.store.schema().class("Other").is_none());
                assert_eq!(fixture.ids("Todo", Filter::all()).await, ["t0", "t1", "t2"], "{fault:?}");
            }
        });
        disk.set_fault(Fault::None);
        block_on(async {
            fixture.insert("Todo", "after", &[]).await;
            fixture.update("Todo", "t0", &[("n", FieldUpdate::Increment(1.0))]).await.unwrap();
            fixture.class("Other", &[]).await;
        });
        let fixture = reopened(fixture);
        check_clean(&database(&fixture)).unwrap();
        let stored = block_on(fixture.ids("Todo", Filter::all()));
        assert_eq!(stored, ["t0", "t1", "t2", "after"], "{fault:?}");
        assert_eq!(block_on(fixture.get("Todo", "t0")).unwrap().value("n"), &number(2.0));
    }
}

/// Many writers meet the full disk at once: none waits for ever, none is told a success that did not happen.
#[test]
fn a_full_disk_answers_every_writer() {
    let (fixture, disk) = filled(0);
    let acknowledged = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let fixture = &fixture;
                scope.spawn(move || {
                    let mut stored = Vec::new();
                    for round in 0.. {
                        let id = format!("w{writer}r{round}");
                        let step = fixture.insert_step("Todo", &id, &[("text", text(&"x".repeat(5_000)))]);
                        match block_on(fixture.submit(step)) {
                            Ok(_) => stored.push(id),
                            Err(error) => {
                                unavailable::<()>(Err(error));
                                return stored;
                            }
                        }
                    }
                    stored
                })
            })
            .collect();
        while block_on(fixture.count("Todo", Filter::all())) < 20 {
            std::thread::yield_now();
        }
        disk.set_fault(Fault::Full);
        let mut all: Vec<_> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
        all.sort();
        all
    });
    disk.set_fault(Fault::None);
    let fixture = reopened(fixture);
    let mut stored = block_on(fixture.ids("Todo", Filter::all()));
    stored.sort();
    assert_eq!(stored, acknowledged);
    check_clean(&database(&fixture)).unwrap();
}

#[test]
fn failing_reads_are_clear_and_pass() {
    let (fixture, disk) = filled(3);
    let fixture = reopened(fixture);
    disk.set_fault(Fault::Reads);
    let read = block_on(fixture.read(fixture.plan("Todo", Filter::all()))).map(|rows| rows.len());
    assert!(unavailable(read).contains("disk I/O error"));
    disk.set_fault(Fault::None);
    assert_eq!(block_on(fixture.ids("Todo", Filter::all())).len(), 3);
}

/// Opening on a disk with a fault fails clearly and damages nothing.
#[test]
fn opening_meets_a_fault() {
    let (fixture, disk) = filled(3);
    block_on(fixture.store.close());
    for fault in [Fault::Reads, Fault::Full] {
        disk.set_fault(fault);
        // A full disk does not keep a whole database from being opened.
        if let Err(error) = open(&database(&fixture)).map(|_| ()) {
            unavailable::<()>(Err(error));
        }
    }
    let fresh = fixture.folder.path().join("fresh.db");
    unavailable(open(&fresh).map(|_| ()));
    disk.set_fault(Fault::None);
    block_on(open(&fresh).unwrap().close());
    assert_eq!(block_on(reopened(fixture).ids("Todo", Filter::all())).len(), 3);
}

/// A store that was written and closed; or, with `with_log`, copied while its newest writes were in the log only.
fn file_of(rows: usize, with_log: bool) -> tempfile::TempDir {
    let fixture = fixture();
    block_on(async {
        fixture.class("Todo", &[("text", FieldType::String)]).await;
        for row in 0..rows {
            fixture.insert("Todo", &format!("t{row}"), &[("text", text(&"x".repeat(2_000)))]).await;
        }
    });
    let copy = tempfile::tempdir().unwrap();
    if !with_log {
        block_on(fixture.store.close());
    }
    for name in ["app.db", "app.db-wal"] {
        if fixture.folder.path().join(name).exists() {
            std::fs::copy(fixture.folder.path().join(name), copy.path().join(name)).unwrap();
        }
    }
    copy
}

/// Reads everything there is; a damage that opening does not meet shows here.
fn read_all(path: &Path) -> StoreResult<usize> {
    let store: Arc<dyn Store> = Arc::new(open(path)?);
    let fixture = Fixture { store, events: Arc::default(), folder: tempfile::tempdir().unwrap() };
    if fixture.store.schema().class("Todo").is_none() {
        return Ok(0);
    }
    block_on(async { fixture.read(fixture.plan("Todo", Filter::all())).await }).map(|rows| rows.len())
}

/// What is done to the bytes of a file.
type Damage = fn(&mut Vec<u8>);

#[test]
fn damaged_databases_are_named_as_such() {
    let damages: [(&str, Damage); 4] = [
        ("header", |file| file[..100].fill(0x5a)),
        ("schema page", |file| file[100..4_096].fill(0xff)),
        ("every page but the first", |file| file[4_096..].fill(0x5a)),
        ("truncated", |file| file.truncate(file.len() / 2 / 4_096 * 4_096)),
    ];
    for (name, damage) in damages {
        let folder = file_of(200, false);
        let path = folder.path().join("app.db");
        let mut file = std::fs::read(&path).unwrap();
        damage(&mut file);
        std::fs::write(&path, &file).unwrap();
        let reason = unavailable(read_all(&path));
        assert!(reason.contains("damaged"), "{name}: {reason}");
        assert_eq!(std::fs::read(&path).unwrap(), file, "{name}: what is left was changed");
    }
}

/// A log whose end is damaged is one whose last write did not arrive: everything before it counts.
#[test]
fn a_damaged_log_gives_back_what_comes_before_the_damage() {
    for keep in [0, 20, 32, 5_000, 60_000, 200_000] {
        for cut_off in [true, false] {
            let folder = file_of(100, true);
            let path = folder.path().join("app.db");
            let log = folder.path().join("app.db-wal");
            let mut content = std::fs::read(&log).unwrap();
            assert!(content.len() > 200_000);
            if cut_off {
                content.truncate(keep);
            } else {
                content[keep..].fill(0x5a);
            }
            std::fs::write(&log, content).unwrap();
            let rows = read_all(&path).unwrap();
            assert!(rows < 100);
            assert_eq!(rows > 0, keep == 200_000 || keep == 60_000 && rows > 0, "{keep}: {rows}");
            check_clean(&path).unwrap();
        }
    }
}

/// The superuser may open anything, so a folder stands where a file is expected.
#[test]
fn what_cannot_be_opened_is_named() {
    for name in ["app.db", "app.db-wal"] {
        let folder = file_of(1, false);
        let path = folder.path().join("app.db");
        let _ = std::fs::remove_file(folder.path().join(name));
        std::fs::create_dir(folder.path().join(name)).unwrap();
        let reason = unavailable(open(&path).map(|_| ()));
        assert!(reason.contains("unable to open"), "{name}: {reason}");
    }
}

#[test]
fn another_process_that_holds_the_lock_is_named() {
    let folder = file_of(1, false);
    let path = folder.path().join("app.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    let reason = unavailable(open(&path).map(|_| ()));
    assert!(reason.contains("locked"), "{reason}");
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    assert_eq!(read_all(&path).unwrap(), 1);
}
