//! Rows found by the lists that name the caller: the same ones as row by row, in the same order, also in schemas of the
//! format before and after lists have come and gone.

use std::sync::Arc;

use astrolabe_core::access::{Acl, AclEntry};
use astrolabe_core::ports::{Explained, Store, WriteJob, WriteStep};
use astrolabe_core::query::{Filter, OrderBy, ReadPlan, RowAccess, Test};
use astrolabe_core::schema::{
    CREATED_AT, Class, FieldSpec, FieldType, Index, IndexKey, IndexKind, OBJECT_ID, SchemaChange,
};
use astrolabe_core::value::{Timestamp, Value};
use tokio_postgres::NoTls;

use super::{RUNTIME, fixture_with_schema, temporary};
use crate::support::*;

const ROWS: usize = 1_200;

/// The first column of the first row, beside the store.
pub fn ask(sql: &str) -> i64 {
    RUNTIME.block_on(async {
        let (client, connection) = tokio_postgres::connect(&temporary::address(), NoTls).await.unwrap();
        tokio::spawn(connection);
        let rows = client.query(sql, &[]).await.unwrap();
        rows.first().map_or(0, |row| row.get(0))
    })
}

/// Runs statements beside the store.
pub fn run(sql: &str) {
    RUNTIME.block_on(async {
        let (client, connection) = tokio_postgres::connect(&temporary::address(), NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
    });
}

fn readable_by(names: &[&str]) -> Acl {
    let entry = |name: &&str| AclEntry { principal: (*name).to_owned(), read: true, write: false };
    Acl { entries: names.iter().map(entry).collect() }
}

/// Few rows are the caller's: in lists alone, with others, by a role and by two ways at once; some are public.
fn acl_of(row: usize) -> Option<Acl> {
    match row % 60 {
        0 => Some(readable_by(&["u1"])),
        7 => Some(readable_by(&["u1", "role:x"])),
        13 => Some(readable_by(&["role:x", "it's \"{,}\" ü"])),
        21 if row < 200 => None,
        22 => Some(Acl::default()),
        rest => Some(readable_by(&[&format!("other{rest}"), "u2"])),
    }
}

fn is_mine(row: usize) -> bool {
    matches!(row % 60, 0 | 7 | 13) || (row % 60 == 21 && row < 200)
}

fn score(row: usize) -> f64 {
    (row * 7_919 % 101) as f64
}

fn mine() -> RowAccess {
    RowAccess::Readable(["*", "u1", "role:x"].map(str::to_owned).into())
}

async fn fill(fixture: &Fixture) -> Arc<Class> {
    let indexed = FieldSpec { indexed: true, ..FieldSpec::new("rank", FieldType::Number) };
    let fields =
        vec![FieldSpec::new("score", FieldType::Number), indexed, FieldSpec::new("plain", FieldType::Number)];
    fixture.class_with("Todo", fields).await.unwrap();
    let keys = vec![IndexKey { field: "score".into(), descending: true }];
    let index = Index { name: "by_score".into(), keys, unique: false, kind: IndexKind::Sorted };
    fixture.store.change_schema(vec![SchemaChange::AddIndex { class: "Todo".into(), index }]).await.unwrap();
    let class = fixture.get_class("Todo");
    let step = |row: usize| {
        let value = if row % 50 == 7 { Value::Null } else { number(score(row)) };
        let values = [("score", value), ("rank", number(score(row))), ("plain", number(score(row)))];
        let mut step = insert_step(&class, &format!("t{row}"), acl_of(row), &values);
        if let WriteStep::Insert { created_at, .. } = &mut step {
            *created_at = Timestamp(score(row) as i64);
        }
        step
    };
    for rows in (0..ROWS).collect::<Vec<_>>().chunks(100) {
        let steps = rows.iter().map(|row| step(*row)).collect();
        fixture.store.submit(WriteJob { steps }).await.unwrap();
    }
    class
}

fn plans(class: &Arc<Class>) -> Vec<ReadPlan> {
    let by = |field: &str, descending| OrderBy { descending, ..order(field) };
    let orders = ["score", "rank", "plain", CREATED_AT, OBJECT_ID, "missing"]
        .into_iter()
        .flat_map(|field| [vec![by(field, false)], vec![by(field, true)]])
        .chain([vec![], vec![by("score", true), by(CREATED_AT, false)]]);
    let filters =
        [Filter::all(), when("rank", Test::Greater(number(50.0))), Filter::equals("score", Value::Null)];
    let mut plans = Vec::new();
    for order in orders {
        for filter in &filters {
            for (skip, limit) in [(0, 5), (0, 1_000), (3, 10), (50, 100), (500, 10)] {
                let (order, limit) = (order.clone(), Some(limit));
                plans.push(ReadPlan { access: mine(), order, skip, limit, ..plan(class, filter.clone()) });
            }
        }
    }
    plans
}

/// The same plan for a caller who may read everything, cut down here to what the other may read.
async fn expected(fixture: &Fixture, plan: &ReadPlan) -> Vec<String> {
    let all = ReadPlan { access: RowAccess::All, skip: 0, limit: None, ..plan.clone() };
    let row_of = |id: &String| id[1..].parse().unwrap();
    let all = ids(fixture.read(all).await.unwrap());
    let mine = all.into_iter().filter(|id| is_mine(row_of(id)));
    mine.skip(plan.skip as usize).take(plan.limit.unwrap() as usize).collect()
}

async fn explained(fixture: &Fixture, plan: ReadPlan) -> String {
    fixture.store.explain(Explained::Read(plan)).await.unwrap().to_string()
}

#[test]
fn pages_by_list_are_pages_by_row() {
    let (fixture, _) = fixture_with_schema();
    block_on(async {
        let class = fill(&fixture).await;
        for plan in plans(&class) {
            let found = ids(fixture.read(plan.clone()).await.unwrap());
            assert_eq!(found, expected(&fixture, &plan).await, "{plan:?}");
        }
        let all = plans(&class).swap_remove(1);
        assert!(explained(&fixture, all.clone()).await.contains("_acl_reader"));
        let mine = (0..ROWS).filter(|row| is_mine(*row)).count() as u64;
        assert_eq!(fixture.store.count(ReadPlan { limit: None, ..all.clone() }).await.unwrap(), mine);
        // Who may read much walks.
        let much = RowAccess::Readable(["*", "u2"].map(str::to_owned).into());
        assert!(!explained(&fixture, ReadPlan { access: much, ..all }).await.contains("_acl_reader"));
    });
}

#[test]
fn schemas_of_the_former_format_are_brought_up_to_date() {
    let (fixture, schema) = fixture_with_schema();
    let class = block_on(fill(&fixture));
    let numbers = format!("SELECT sum(_acl % 1000003)::int8 FROM {schema}.\"Todo\"");
    let entries = format!("SELECT sum(acl % 1000003)::int8 FROM {schema}._acl_reader");
    let indexes = format!("SELECT count(*) FROM pg_indexes WHERE schemaname = '{schema}'");
    let before = [ask(&numbers), ask(&entries), ask(&indexes)];
    run(&format!(
        "ALTER TABLE {schema}.\"Todo\" DROP COLUMN _acl; DROP TABLE {schema}._acl_reader; \
         UPDATE {schema}._catalog_meta SET format_version = 1"
    ));
    assert_eq!(before[2] - ask(&indexes), 5, "three companions and those of the entries");
    let store = RUNTIME.block_on(temporary::server().open(&schema, Arc::default())).unwrap();
    assert_eq!([ask(&numbers), ask(&entries), ask(&indexes)], before);
    assert_eq!(ask(&format!("SELECT format_version FROM {schema}._catalog_meta")), 2);
    let expected = (0..ROWS).filter(|row| is_mine(*row)).count() as u64;
    let plan = ReadPlan { access: mine(), ..plan(&class, Filter::all()) };
    assert_eq!(block_on(store.count(plan)).unwrap(), expected);
}

/// Only what nobody has written down for long goes, and only if no row has it.
#[test]
fn entries_that_no_row_needs_go() {
    let (fixture, schema) = fixture_with_schema();
    let store = RUNTIME.block_on(temporary::server().open(&schema, Arc::default())).unwrap();
    let entries = format!("SELECT count(*) FROM {schema}._acl_reader");
    block_on(async {
        fixture.class("Todo", &[]).await;
        let class = fixture.get_class("Todo");
        for id in ["a", "b"] {
            let acl = Some(readable_by(&[&format!("reader of {id}")]));
            fixture.submit(insert_step(&class, id, acl, &[])).await.unwrap();
        }
        fixture.submit(delete_step(&class, id_is("b"))).await.unwrap();
    });
    RUNTIME.block_on(store.tidy()).unwrap();
    assert_eq!(ask(&entries), 2, "they may be needed by what is being written");
    run(&format!("UPDATE {schema}._acl_reader SET seen = now() - interval '1 hour'"));
    // This store may not have heard of the class, and asks for its rows all the same.
    RUNTIME.block_on(store.tidy()).unwrap();
    assert_eq!(ask(&entries), 1);
    let is_kept = format!("{entries} WHERE principal = 'reader of a' AND seen > now() - interval '1 minute'");
    assert_eq!(ask(&is_kept), 1);
}
