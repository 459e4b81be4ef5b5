//! Where reads run, and how long they may take.

use std::sync::Arc;
use std::time::Duration;

use astrolabe_core::ports::StoreError;
use astrolabe_core::query::{Filter, ReadPlan, Test};
use astrolabe_core::schema::{FieldSpec, FieldType};
use astrolabe_store::SqliteOptions;

use super::{fixture, fixture_with};
use crate::support::*;

async fn todos(fixture: &Fixture, rows: u32) {
    let indexed = FieldSpec { indexed: true, ..FieldSpec::new("n", FieldType::Number) };
    let owner = FieldSpec::new("owner", FieldType::Pointer("_User".into()));
    let info = FieldSpec::new("info", FieldType::Object);
    fixture.class_with("Todo", vec![indexed, owner, info]).await.unwrap();
    let class = fixture.get_class("Todo");
    let steps = (0..rows)
        .map(|n| {
            let values = [
                ("n", number(f64::from(n))),
                ("owner", pointer("_User", "u")),
                ("info", json(serde_json::json!({"n": n}))),
            ];
            insert_step(&class, &format!("t{n}"), None, &values)
        })
        .collect();
    fixture.store.submit(astrolabe_core::ports::WriteJob { steps }).await.unwrap();
}

/// Whether the rows came on the thread that asked for them.
fn is_inline(fixture: &Fixture, plan: ReadPlan) -> bool {
    let sink = Box::new(RowsSink::new(&plan));
    let sink = block_on(fixture.store.read(plan, sink)).unwrap().into_any().downcast::<RowsSink>().unwrap();
    sink.thread.expect("a read that yields rows") == std::thread::current().id()
}

#[test]
fn quick_reads_are_inline() {
    let fixture = fixture();
    block_on(todos(&fixture, 20));
    let plan = |filter, keys: &[&str], limit| ReadPlan {
        order: keys.iter().map(|key| order(key)).collect(),
        limit,
        ..fixture.plan("Todo", filter)
    };
    let owner = || Filter::equals("owner", pointer("_User", "u"));
    let some_ids = when("objectId", Test::In(vec![text("t1"), text("t2")]));
    let above = || when("n", Test::Greater(number(3.0)));
    for (plan, expected) in [
        (plan(id_is("t1"), &[], None), true),
        (plan(id_is("t1"), &[], Some(1)), true),
        (plan(some_ids, &[], None), true),
        (plan(owner(), &["-createdAt"], Some(10)), true),
        (plan(Filter::all(), &["-n"], Some(10)), true),
        (plan(Filter::all(), &[], Some(10)), true),
        (plan(above(), &["n"], Some(10)), true),
        (plan(above(), &["n"], None), false),
        (plan(Filter::all(), &["-n"], None), false),
        (plan(Filter::all(), &["-createdAt"], Some(10)), false),
        (plan(when("info.n", Test::Equal(number(1.0))), &[], Some(10)), false),
    ] {
        let shape = format!("{plan:?}");
        assert_eq!(is_inline(&fixture, plan), expected, "{shape}");
    }
}

/// A lookup that finds very many rows looks quick in advance; the second time it is known better.
#[test]
fn costly_lookups_move_away() {
    let fixture = fixture();
    block_on(todos(&fixture, 10_000));
    let plan = || fixture.plan("Todo", Filter::equals("owner", pointer("_User", "u")));
    assert!(is_inline(&fixture, plan()));
    assert!(!is_inline(&fixture, plan()));
}

#[test]
fn slow_reads_meet_their_deadline() {
    let options = SqliteOptions {
        read_deadline: Duration::ZERO,
        inline_deadline: Duration::ZERO,
        ..SqliteOptions::default()
    };
    let fixture = fixture_with(options);
    block_on(todos(&fixture, 2_000));
    let filter = when("info.n", Test::Equal(number(-1.0)));
    let read = block_on(fixture.read(fixture.plan("Todo", filter.clone())));
    assert!(matches!(read, Err(StoreError::Deadline)), "{read:?}");
    let count = block_on(fixture.store.count(fixture.plan("Todo", filter)));
    assert!(matches!(count, Err(StoreError::Deadline)), "{count:?}");
}

/// More stores than a thread keeps connections for.
#[test]
fn many_stores_on_one_thread() {
    let stores: Vec<_> = (0..70).map(|_| fixture()).collect();
    block_on(async {
        for fixture in &stores {
            fixture.class("Todo", &[]).await;
            fixture.insert("Todo", "t1", &[]).await;
        }
        for fixture in stores.iter().chain(stores.iter().rev()) {
            assert!(fixture.get("Todo", "t1").await.is_some());
        }
        for fixture in &stores {
            fixture.store.close().await;
        }
    });
}

/// Reads on many threads while a writer changes what they read: each sees a whole job or nothing of it.
#[test]
fn reads_are_snapshots() {
    let fixture = fixture();
    block_on(todos(&fixture, 0));
    let class = fixture.get_class("Todo");
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let rows = block_on(fixture.ids("Todo", when("info", Test::Exists(false)))).len();
                        assert_eq!(rows % 5, 0);
                    }
                })
            })
            .collect();
        for job in 0..20 {
            let steps = (0..5).map(|n| insert_step(&class, &format!("j{job}x{n}"), None, &[])).collect();
            block_on(fixture.store.submit(astrolabe_core::ports::WriteJob { steps })).unwrap();
        }
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
    assert!(Arc::strong_count(&fixture.store) == 1);
}
