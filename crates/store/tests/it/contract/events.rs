//! Committed changes, told to those who want to know.

use std::sync::Arc;

use astrolabe_core::access::Acl;
use astrolabe_core::events::{Listener, ObjectEvent};
use astrolabe_core::ports::{FieldUpdate, StoreError, WriteJob};
use astrolabe_core::query::Filter;
use astrolabe_core::schema::FieldType;
use astrolabe_core::value::Timestamp;

use crate::support::*;

pub async fn states(fixture: &Fixture) {
    fixture
        .class(
            "Todo",
            &[
                ("n", FieldType::Number),
                ("place", FieldType::GeoPoint),
                ("tags", FieldType::Array),
                ("members", FieldType::Relation("Todo".into())),
            ],
        )
        .await;
    let heard = Heard::listen(&fixture.events, &["Todo"]);
    let class = fixture.get_class("Todo");
    let values = [("n", number(1.0)), ("place", point(1.0, 2.0))];
    let acl = Acl::private_to("u1");
    fixture.submit(insert_step(&class, "t1", Some(acl.clone()), &values)).await.unwrap();
    fixture.update("Todo", "t1", &[("n", FieldUpdate::Increment(1.0))]).await.unwrap();
    fixture.submit(delete_step(&class, Filter::all())).await.unwrap();
    let events = heard.all();
    assert_eq!(events.len(), 3);
    let [made, changed, removed] = events.as_slice() else { panic!() };
    let before = changed.before.as_ref().unwrap();
    assert!(made.before.is_none() && removed.after.is_none());
    assert_eq!(made.after.as_ref(), Some(before));
    assert_eq!((&before.acl, before.created_at), (&Some(acl), Timestamp(1_000)));
    assert_eq!(before.values, row_values(&values));
    let after = changed.after.as_ref().unwrap();
    assert_eq!(after.updated_at, Timestamp(2_000));
    assert_eq!(after.values, row_values(&[("n", number(2.0)), ("place", point(1.0, 2.0))]));
    assert_eq!(removed.before.as_ref(), Some(after));
    assert!(events.iter().all(|event| event.object_id == "t1" && *event.class.name == *"Todo"));
}

pub async fn only_when_wanted(fixture: &Fixture) {
    fixture.class("Todo", &[]).await;
    fixture.class("Other", &[]).await;
    let heard = Heard::listen(&fixture.events, &["Other"]);
    fixture.insert("Todo", "t1", &[]).await;
    assert!(heard.all().is_empty());
    let steps = vec![fixture.insert_step("Todo", "t2", &[]), fixture.insert_step("Other", "o1", &[])];
    fixture.store.submit(WriteJob { steps }).await.unwrap();
    assert_eq!(heard.all().iter().map(|event| event.object_id.as_str()).collect::<Vec<_>>(), ["o1"]);
}

/// Writers count one number up; the states of the events form one unbroken line.
pub async fn in_commit_order(fixture: &Fixture) {
    fixture.class("Todo", &[("n", FieldType::Number)]).await;
    fixture.insert("Todo", "t1", &[("n", number(0.0))]).await;
    let heard = Heard::listen(&fixture.events, &["Todo"]);
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let store = Arc::clone(&fixture.store);
            let class = fixture.get_class("Todo");
            std::thread::spawn(move || {
                for _ in 0..25 {
                    let step = update_step(&class, "t1", &[("n", FieldUpdate::Increment(1.0))]);
                    block_on(store.submit(WriteJob { steps: vec![step] })).unwrap();
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    let events = heard.all();
    assert_eq!(events.len(), 100);
    for (index, event) in events.iter().enumerate() {
        let n = |offset: usize| row_values(&[("n", number((index + offset) as f64))]);
        assert_eq!(event.before.as_ref().unwrap().values, n(0));
        assert_eq!(event.after.as_ref().unwrap().values, n(1));
    }
}

pub async fn not_for_failures(fixture: &Fixture) {
    fixture.class("Todo", &[]).await;
    fixture.insert("Todo", "t1", &[]).await;
    let heard = Heard::listen(&fixture.events, &["Todo"]);
    let steps = vec![fixture.insert_step("Todo", "t2", &[]), fixture.insert_step("Todo", "t1", &[])];
    assert!(fixture.store.submit(WriteJob { steps }).await.is_err());
    assert!(heard.all().is_empty());
}

/// Panics where it is told to.
struct Panicking {
    when_asked: bool,
}

impl Listener for Panicking {
    fn wants(&self, class_name: &str) -> bool {
        assert!(!self.when_asked || class_name != "Bad", "a listener that panics when it is asked");
        class_name == "Told"
    }

    fn committed(&self, _events: &[ObjectEvent]) {
        panic!("a listener that panics when it is told");
    }
}

pub async fn panicking_listeners(fixture: &Fixture) {
    for class in ["Good", "Bad", "Told"] {
        fixture.class(class, &[]).await;
    }
    fixture.events.subscribe(Arc::new(Panicking { when_asked: true }));
    let bad = fixture.submit(fixture.insert_step("Bad", "b1", &[])).await;
    assert!(matches!(bad, Err(StoreError::Database(_))), "{bad:?}");
    fixture.insert("Told", "t1", &[]).await;
    fixture.insert("Good", "g1", &[]).await;
    assert_eq!(fixture.count("Bad", Filter::all()).await, 0);
    assert_eq!(fixture.count("Told", Filter::all()).await, 1);
}
