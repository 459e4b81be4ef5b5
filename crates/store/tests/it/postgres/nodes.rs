//! Two stores on one schema, as two nodes have them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use astrolabe_core::access::Acl;
use astrolabe_core::events::{Events, Revision, Watched};
use astrolabe_core::ports::{FieldUpdate, Store, WriteJob};
use astrolabe_core::query::Filter;
use astrolabe_core::schema::{ClassPermissions, FieldSpec, FieldType, SchemaChange};
use astrolabe_store::PostgresStore;

use super::{RUNTIME, fixture_with_schema};
use crate::support::*;

const WATCHED: &[Watched] = &[Watched { class: "Todo", new_objects: false }];

/// Waits for what another node makes happen; it takes milliseconds.
async fn soon(mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(5);
    while !holds() {
        assert!(Instant::now() < until, "it did not come to the other node");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Another store on the schema of a fixture.
struct Node {
    store: PostgresStore,
    revision: Arc<Revision>,
}

fn node(schema: &str) -> Node {
    node_with(schema, Arc::default())
}

fn node_with(schema: &str, events: Arc<Events>) -> Node {
    let revision = events.watch(WATCHED);
    let store = RUNTIME.block_on(super::temporary::server().open(schema, events)).unwrap();
    Node { store, revision }
}

async fn node_in_runtime(schema: &str) -> PostgresStore {
    super::temporary::server().open(schema, Arc::default()).await.unwrap()
}

/// What was acknowledged is known to every other node before its next request, which begins by settling.
#[test]
fn schemas_reach_other_nodes() {
    let (fixture, schema) = fixture_with_schema();
    let other = node(&schema);
    block_on(async {
        for round in 0..20 {
            let before = other.revision.current();
            let class = format!("Todo{round}");
            fixture.class(&class, &[("n", FieldType::Number)]).await;
            other.store.settle().await.unwrap();
            assert!(other.store.schema().class(&class).is_some_and(|class| class.field("n").is_some()));
            assert!(other.revision.current() > before);
            let permissions = ClassPermissions::master_only();
            let class = Arc::from(class);
            let change =
                SchemaChange::SetPermissions { class: Arc::clone(&class), permissions: permissions.clone() };
            other.store.change_schema(vec![change]).await.unwrap();
            fixture.store.settle().await.unwrap();
            assert_eq!(fixture.get_class(&class).permissions, permissions);
        }
    });
}

/// Both begin with the schema as the other has left it, whatever they have heard of.
#[test]
fn racing_nodes_add_to_one_schema() {
    let (fixture, schema) = fixture_with_schema();
    block_on(fixture.class("Todo", &[]));
    let others: Vec<_> = (0..3).map(|_| node(&schema)).collect();
    std::thread::scope(|scope| {
        for (index, other) in others.iter().enumerate() {
            scope.spawn(move || {
                for field in 0..5 {
                    let own = FieldSpec::new(&format!("f{index}_{field}"), FieldType::Number);
                    let same = FieldSpec::new(&format!("same{field}"), FieldType::String);
                    let changes = [own, same]
                        .map(|field| SchemaChange::AddField { class: "Todo".into(), field })
                        .to_vec();
                    block_on(other.store.change_schema(changes)).unwrap();
                }
            });
        }
    });
    let fresh = node(&schema);
    assert_eq!(fresh.store.schema().class("Todo").unwrap().fields.len(), 3 * 5 + 5);
}

#[test]
fn watched_changes_raise_revisions_everywhere() {
    let (fixture, schema) = fixture_with_schema();
    let own = fixture.events.watch(WATCHED);
    block_on(fixture.class("Todo", &[]));
    let other = node(&schema);
    block_on(async {
        fixture.insert("Todo", "t1", &[]).await;
        for _ in 0..50 {
            let (here, there) = (own.current(), other.revision.current());
            fixture.update("Todo", "t1", &[]).await.unwrap();
            assert!(own.current() > here, "before the answer");
            other.store.settle().await.unwrap();
            assert!(other.revision.current() > there, "on the other node, too");
        }
    });
}

/// One node ends and comes back in the middle; the other hears of everything, each once and in order.
#[test]
fn events_reach_all_nodes_while_one_restarts() {
    let (fixture, schema) = fixture_with_schema();
    block_on(fixture.class("Todo", &[("n", FieldType::Number)]));
    let events = Arc::new(Events::default());
    let heard = Heard::listen(&events, &["Todo"]);
    let _listening = node_with(&schema, events);
    let values = [("n", number(0.0))];
    let first = insert_step(&fixture.get_class("Todo"), "t1", Some(Acl::private_to("u1")), &values);
    let mut first = Some(first);
    for _ in 0..3 {
        let writing = node(&schema);
        block_on(async {
            if let Some(first) = first.take() {
                writing.store.submit(WriteJob { steps: vec![first] }).await.unwrap();
            }
            for _ in 0..10 {
                let class = Arc::clone(writing.store.schema().class("Todo").unwrap());
                let step = update_step(&class, "t1", &[("n", FieldUpdate::Increment(1.0))]);
                writing.store.submit(WriteJob { steps: vec![step] }).await.unwrap();
            }
        });
    }
    block_on(async {
        let writing = node_in_runtime(&schema).await;
        let class = Arc::clone(writing.schema().class("Todo").unwrap());
        let step = delete_step(&class, Filter::all());
        writing.submit(WriteJob { steps: vec![step] }).await.unwrap();
        soon(|| heard.all().len() == 32).await;
    });
    let events = heard.all();
    for (index, event) in events[1..31].iter().enumerate() {
        let n = |offset: usize| row_values(&[("n", number((index + offset) as f64))]);
        assert_eq!(event.before.as_ref().unwrap().values, n(0));
        assert_eq!(event.after.as_ref().unwrap().values, n(1));
    }
    assert!(events[0].before.is_none() && events[31].after.is_none());
    assert_eq!(events[0].after, events[1].before, "states survive the way");
}
