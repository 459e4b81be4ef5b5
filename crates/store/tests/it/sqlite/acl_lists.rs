//! What is stored of access lists: each once, and none for ever that no row names.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use astrolabe_core::access::{Acl, AclEntry};
use astrolabe_core::ports::{FieldUpdate, WriteJob, WriteStep};
use astrolabe_core::query::{Filter, Test};
use astrolabe_core::schema::{Class, FieldType, OBJECT_ID};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rusqlite::Connection;

use super::fixture;
use crate::support::*;

/// Lists that may be left over beside as many as are in use: those of the rounds under way.
const SLACK: i64 = 256;
const ROWS: usize = 40;
const WRITES: usize = 3_000;

fn path(fixture: &Fixture) -> PathBuf {
    fixture.folder.path().join("app.db")
}

fn number_of(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn reader(principal: &str) -> AclEntry {
    AclEntry { principal: principal.to_owned(), read: true, write: false }
}

fn private_row(class: &Arc<Class>, id: &str) -> WriteStep {
    insert_step(class, id, Some(Acl::private_to(&format!("user of {id}"))), &[])
}

/// The members of each list, as its texts have them and as the look-up tables do.
fn assert_whole(connection: &Connection) {
    for (half, table) in [("readers", "_acl_reader"), ("writers", "_acl_writer")] {
        let texts = format!("SELECT e.value, a.id FROM _acl AS a, json_each(a.{half}) AS e");
        let members = format!("SELECT principal, acl FROM {table}");
        for (one, other) in [(&texts, &members), (&members, &texts)] {
            let differing = number_of(connection, &format!("SELECT COUNT(*) FROM ({one} EXCEPT {other})"));
            assert_eq!(differing, 0, "{half}");
        }
    }
    let lost = "SELECT COUNT(*) FROM \"Todo\" WHERE _acl > 0 AND _acl NOT IN (SELECT id FROM _acl)";
    assert_eq!(number_of(connection, lost), 0);
}

#[test]
fn the_order_of_entries_makes_no_other_list() {
    let fixture = fixture();
    block_on(async {
        fixture.class("Todo", &[]).await;
        let class = fixture.get_class("Todo");
        let orders = [vec!["a", "b", "c"], vec!["c", "a", "b"], vec!["b", "c", "b", "a"]];
        for (n, order) in orders.iter().enumerate() {
            let acl = Acl { entries: order.iter().map(|principal| reader(principal)).collect() };
            fixture.submit(insert_step(&class, &format!("t{n}"), Some(acl), &[])).await.unwrap();
        }
        let row = fixture.get("Todo", "t1").await.unwrap();
        assert_eq!(row.acl.0.unwrap(), r#"["a","b","c"]"#);
    });
    let connection = Connection::open(path(&fixture)).unwrap();
    assert_eq!(number_of(&connection, "SELECT COUNT(*) FROM _acl"), 1);
}

/// Rows that come and go, each with a list of its own, beside some that stay. The lists in use are those of two classes.
#[test]
fn lists_that_no_row_names_go() {
    let fixture = fixture();
    let connection = Connection::open(path(&fixture)).unwrap();
    let snapshot = Connection::open(path(&fixture)).unwrap();
    block_on(async {
        fixture.class("Todo", &[]).await;
        fixture.class("Other", &[]).await;
        let (todo, other) = (fixture.get_class("Todo"), fixture.get_class("Other"));
        let kept = (0..150).map(|n| private_row(if n % 2 == 0 { &todo } else { &other }, &format!("k{n}")));
        fixture.store.submit(WriteJob { steps: kept.collect() }).await.unwrap();
        for round in 0..30 {
            let id = |n: usize| format!("r{round}n{n}");
            let steps = (0..100).map(|n| private_row(&todo, &id(n))).collect();
            fixture.store.submit(WriteJob { steps }).await.unwrap();
            if round == 0 {
                snapshot.execute_batch("BEGIN; SELECT * FROM _acl;").unwrap();
                assert_eq!(number_of(&snapshot, "SELECT COUNT(*) FROM _acl"), 250);
            }
            let ids = Test::In((0..100).map(|n| text(&id(n))).collect());
            fixture.submit(delete_step(&todo, when(OBJECT_ID, ids))).await.unwrap();
        }
        // The removal comes after the answer, and before the next write.
        fixture.insert("Todo", "last", &[]).await;
        let lists = number_of(&connection, "SELECT COUNT(*) FROM _acl");
        assert!((150..=300 + SLACK).contains(&lists), "{lists} of 3150");
        for n in 0..150 {
            let class = if n % 2 == 0 { "Todo" } else { "Other" };
            let row = fixture.get(class, &format!("k{n}")).await.unwrap();
            assert_eq!(row.acl.0.unwrap(), format!("[\"user of k{n}\"]"));
        }
        // A list that was removed can be had again.
        fixture.submit(private_row(&todo, "r0n0")).await.unwrap();
        assert_eq!(fixture.get("Todo", "r0n0").await.unwrap().acl.0.unwrap(), "[\"user of r0n0\"]");
    });
    assert_whole(&connection);
    let newest = "SELECT MAX(id) FROM _acl";
    assert!(number_of(&connection, newest) > 3_150, "no id is given twice");
    let found = number_of(&snapshot, "SELECT COUNT(*) FROM \"Todo\" AS t JOIN _acl AS a ON a.id = t._acl");
    assert_eq!(found, 75 + 100, "a reader of before finds the lists of its rows");
}

#[derive(Debug, Clone)]
enum Write {
    Insert(usize, Option<Acl>),
    ChangeList(usize, Option<Acl>),
    Delete(usize),
    /// Inserts rows and fails in the end.
    Undone(usize, Option<Acl>),
}

fn write() -> impl Strategy<Value = Write> {
    let names = prop::collection::vec(0..100_u32, 0..3);
    let acl =
        names.prop_map(|names| Acl { entries: names.iter().map(|n| reader(&format!("u{n}"))).collect() });
    let row = (0..ROWS, prop::option::weighted(0.9, acl));
    prop_oneof![
        row.clone().prop_map(|(row, acl)| Write::Insert(row, acl)),
        row.clone().prop_map(|(row, acl)| Write::ChangeList(row, acl)),
        (0..ROWS).prop_map(Write::Delete),
        row.prop_map(|(row, acl)| Write::Undone(row, acl)),
    ]
}

fn steps(class: &Arc<Class>, write: &Write) -> Vec<WriteStep> {
    let id = |row: &usize| format!("t{row}");
    match write {
        Write::Insert(row, acl) => vec![insert_step(class, &id(row), acl.clone(), &[])],
        Write::Delete(row) => vec![delete_step(class, id_is(&id(row)))],
        Write::Undone(row, acl) => {
            let step = || insert_step(class, &format!("undone{row}"), acl.clone(), &[]);
            vec![step(), step()]
        }
        Write::ChangeList(row, list) => {
            let mut step = update_step(class, &id(row), &[("n", FieldUpdate::Set(number(1.0)))]);
            if let WriteStep::Update { acl, .. } = &mut step {
                *acl = Some(list.clone());
            }
            vec![step]
        }
    }
}

#[test]
fn every_row_keeps_its_list() {
    let fixture = fixture();
    let mut model: BTreeMap<String, Option<Acl>> = BTreeMap::new();
    let mut runner = TestRunner::deterministic();
    let strategy = write();
    block_on(async {
        fixture.class("Todo", &[("n", FieldType::Number)]).await;
        let class = fixture.get_class("Todo");
        for _ in 0..WRITES / 20 {
            let writes: Vec<_> = (0..20).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
            for write in writes {
                let done = fixture.store.submit(WriteJob { steps: steps(&class, &write) }).await;
                match (done, write) {
                    (Ok(_), Write::Insert(row, acl) | Write::ChangeList(row, acl)) => {
                        model.insert(format!("t{row}"), acl);
                    }
                    (Ok(_), Write::Delete(row)) => drop(model.remove(&format!("t{row}"))),
                    (Ok(_), write @ Write::Undone(..)) => panic!("{write:?} was done"),
                    (Err(_), _) => {}
                }
            }
            let rows = fixture.read(fixture.plan("Todo", Filter::all())).await.unwrap();
            assert_eq!(rows.len(), model.len());
            for row in rows {
                let mut readers: Option<Vec<_>> = model[&row.id].as_ref().map(|acl| acl.readers().collect());
                let stored: Option<Vec<String>> = row.acl.0.map(|json| serde_json::from_str(&json).unwrap());
                if let Some(readers) = &mut readers {
                    readers.sort_unstable();
                    readers.dedup();
                }
                assert_eq!(stored.unwrap_or_default(), readers.unwrap_or_default(), "{}", row.id);
            }
        }
        fixture.insert("Todo", "last", &[]).await;
    });
    let connection = Connection::open(path(&fixture)).unwrap();
    assert_whole(&connection);
    let lists = number_of(&connection, "SELECT COUNT(*) FROM _acl");
    let made = number_of(&connection, "SELECT MAX(id) FROM _acl");
    assert!(lists <= 2 * ROWS as i64 + SLACK && made > 2 * lists, "{lists} of {made}");
}
