//! Snapshots that readers keep: they show every commit that somebody was told of, and do not keep the log from being
//! used again.

use std::sync::Barrier;

use astrolabe_core::ports::FieldUpdate;
use astrolabe_core::query::Filter;
use astrolabe_core::schema::FieldType;
use astrolabe_store::{Durability, SqliteOptions};

use super::{fixture, fixture_with};
use crate::support::*;

const READERS: usize = 4;

/// Threads that each have read before, so that each has a snapshot of its own from before the write.
#[test]
fn every_thread_reads_what_was_written() {
    let fixture = fixture();
    block_on(async {
        fixture.class("Todo", &[("n", FieldType::Number)]).await;
        fixture.insert("Todo", "t1", &[("n", number(0.0))]).await;
    });
    let steps = Barrier::new(READERS + 1);
    std::thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                for round in 0..100 {
                    steps.wait();
                    let row = block_on(fixture.get("Todo", "t1")).unwrap();
                    assert_eq!(*row.value("n"), number(f64::from(round)));
                    steps.wait();
                }
            });
        }
        for round in 0..100 {
            steps.wait();
            steps.wait();
            let next = FieldUpdate::Set(number(f64::from(round + 1)));
            block_on(fixture.update("Todo", "t1", &[("n", next)])).unwrap();
        }
    });
}

/// New fields are committed by another way than rows.
#[test]
fn changes_of_the_schema_are_read() {
    let fixture = fixture();
    block_on(async {
        fixture.class("Todo", &[]).await;
        fixture.insert("Todo", "t1", &[]).await;
        for n in 0..20 {
            assert!(fixture.get("Todo", "t1").await.is_some());
            let class = format!("Class{n}");
            fixture.class(&class, &[("n", FieldType::Number)]).await;
            assert_eq!(fixture.read(fixture.plan(&class, Filter::all())).await.unwrap(), []);
        }
    });
}

#[test]
fn idle_readers_do_not_keep_the_log() {
    let bytes_max = 256 * 1024;
    let durability = Durability::Normal;
    let fixture =
        fixture_with(SqliteOptions { wal_bytes_max: bytes_max, durability, ..SqliteOptions::default() });
    block_on(fixture.class("Todo", &[("body", FieldType::String)]));
    let (have_read, may_end) = (Barrier::new(READERS + 1), Barrier::new(READERS + 1));
    std::thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                assert!(block_on(fixture.get("Todo", "t0")).is_none());
                have_read.wait();
                may_end.wait();
            });
        }
        have_read.wait();
        let body = text(&"x".repeat(20_000));
        for n in 0..100 {
            block_on(fixture.insert("Todo", &format!("t{n}"), &[("body", body.clone())]));
            let log = fixture.folder.path().join("app.db-wal");
            let bytes = std::fs::metadata(log).map(|file| file.len()).unwrap_or(0);
            assert!(bytes < 2 * bytes_max, "{bytes} bytes after {n} writes");
        }
        may_end.wait();
    });
}
