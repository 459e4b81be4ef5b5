//! Many callers at once.

use std::sync::Arc;

use astrolabe_core::ports::{FieldUpdate, StoreError, WriteJob};
use astrolabe_core::query::Filter;
use astrolabe_core::schema::FieldType;

use crate::support::*;

/// Runs `work` on eight threads, each with its number.
fn on_threads(work: impl Fn(usize) + Send + Sync) {
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let work = &work;
            scope.spawn(move || work(thread));
        }
    });
}

pub async fn grouped_writers(fixture: &Fixture) {
    fixture.class("Todo", &[("n", FieldType::Number)]).await;
    fixture.insert("Todo", "sum", &[]).await;
    let class = fixture.get_class("Todo");
    on_threads(|thread| {
        block_on(async {
            for index in 0..25 {
                let id = format!("t{thread}x{index}");
                fixture.insert("Todo", &id, &[]).await;
                assert!(fixture.get("Todo", &id).await.is_some(), "a write is seen by its writer");
                let step = update_step(&class, "sum", &[("n", FieldUpdate::Increment(1.0))]);
                fixture.submit(step).await.unwrap();
            }
        });
    });
    assert_eq!(fixture.count("Todo", Filter::all()).await, 201);
    assert_eq!(fixture.get("Todo", "sum").await.unwrap().value("n"), &number(200.0));
}

/// Half of the jobs fail in each of the ways a job can fail.
pub async fn failures_stay_alone(fixture: &Fixture) {
    fixture.class("Todo", &[("n", FieldType::Number)]).await;
    fixture.insert("Todo", "taken", &[]).await;
    let class = fixture.get_class("Todo");
    on_threads(|thread| {
        block_on(async {
            for index in 0..20 {
                let steps = vec![insert_step(&class, &format!("t{thread}x{index}"), None, &[])];
                let failing = match index % 4 {
                    0 => insert_step(&class, "taken", None, &[]),
                    1 => update_step(&class, "nope", &[]),
                    2 => update_step(&class, "taken", &[("n", FieldUpdate::Increment(f64::INFINITY))]),
                    _ => update_step(&class, "taken", &[("n", FieldUpdate::Set(text("x")))]),
                };
                let bad_id = format!("bad{thread}x{index}");
                let bad = vec![insert_step(&class, &bad_id, None, &[]), failing];
                let alone = fixture.store.submit(WriteJob { steps });
                let failed = fixture.store.submit(WriteJob { steps: bad });
                let (alone, failed) = tokio::join!(alone, failed);
                alone.unwrap();
                assert!(failed.is_err());
            }
        });
    });
    assert_eq!(fixture.count("Todo", Filter::all()).await, 161);
}

pub async fn closing(fixture: &Fixture) {
    fixture.class("Todo", &[]).await;
    fixture.insert("Todo", "t1", &[]).await;
    let step = fixture.insert_step("Todo", "t2", &[]);
    fixture.store.close().await;
    fixture.store.close().await;
    assert!(matches!(fixture.submit(step).await, Err(StoreError::Unavailable(_))));
    let read = fixture.read(fixture.plan("Todo", Filter::all())).await;
    assert!(matches!(read, Err(StoreError::Unavailable(_))));
    assert!(matches!(fixture.store.ping().await, Err(StoreError::Unavailable(_))));
    let changed = fixture.store.change_schema(Vec::new()).await;
    assert!(matches!(changed, Err(StoreError::Unavailable(_))));
    assert!(Arc::strong_count(&fixture.store) == 1);
}
