//! All ways to find what a caller may touch find the same rows, and those that the lists say.

use std::ops::ControlFlow;
use std::sync::Arc;

use astrolabe_core::access::{Acl, AclEntry};
use astrolabe_core::events::Events;
use astrolabe_core::ports::{Store, WriteJob, WriteStep};
use astrolabe_core::query::{FieldPath, Filter, OrderBy, OrderKey, PlanColumn, ReadPlan, RowAccess, Test};
use astrolabe_core::schema::{Class, ClassPermissions, FieldSpec, FieldType, SchemaChange};
use astrolabe_core::value::{Timestamp, Value};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rusqlite::{Connection, Row};

use super::{Gate, KnownAcls, Passage};
use crate::compile::{self, AccessPath, Names};
use crate::dialect::SQLITE;
use crate::sqlite::execute::{for_each_row, for_rows};
use crate::sqlite::{SqliteOptions, SqliteStore, connection, errors};
use crate::statement::Statement;

const PRINCIPALS: [&str; 5] = ["*", "u1", "u2", "role:a", "role:b"];
const ROWS: usize = 300;
const READS: usize = 600;

fn acl() -> impl Strategy<Value = Option<Acl>> {
    let entry = (select(&PRINCIPALS[..]), any::<bool>(), any::<bool>());
    let entry =
        entry.prop_map(|(principal, read, write)| AclEntry { principal: principal.into(), read, write });
    prop::option::weighted(0.8, prop::collection::vec(entry, 0..4).prop_map(|entries| Acl { entries }))
}

fn access() -> impl Strategy<Value = RowAccess> {
    // Beyond eight principals the statement has another form.
    let names = (subsequence(&PRINCIPALS[..], 0..=5), prop::bool::weighted(0.2)).prop_map(|(names, many)| {
        let others = (0..if many { 10 } else { 0 }).map(|n| format!("role:other{n}"));
        names.into_iter().map(str::to_owned).chain(others).collect::<Arc<[String]>>()
    });
    (names, any::<bool>())
        .prop_map(|(names, read)| if read { RowAccess::Readable(names) } else { RowAccess::Writable(names) })
}

fn plan(class: &Arc<Class>) -> impl Strategy<Value = ReadPlan> + use<> {
    let filter = prop_oneof![
        Just(Filter::all()),
        (0..5).prop_map(|n| Filter::Field {
            path: FieldPath::top("n"),
            test: Test::Greater(Value::Number(f64::from(n)))
        }),
    ];
    let key = (select(vec!["createdAt", "updatedAt", "n", "s", "objectId"]), any::<bool>());
    let key = key
        .prop_map(|(field, descending)| OrderBy { key: OrderKey::Field(FieldPath::top(field)), descending });
    let page = (0..40_u64, prop::option::of(0..60_u64));
    let class = Arc::clone(class);
    (filter, access(), prop::collection::vec(key, 0..3), page).prop_map(
        move |(filter, access, order, (skip, limit))| ReadPlan {
            index: None,
            class: Arc::clone(&class),
            columns: vec![PlanColumn::ObjectId],
            filter,
            access,
            order,
            skip,
            limit,
        },
    )
}

fn sample<T>(runner: &mut TestRunner, strategy: &impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).unwrap().current()
}

fn insert(class: &Arc<Class>, row: usize, acl: Option<Acl>) -> WriteStep {
    let (n, s) = (Value::Number((row % 7) as f64), Value::String((row % 5).to_string()));
    WriteStep::Insert {
        class: Arc::clone(class),
        object_id: format!("t{row}"),
        created_at: Timestamp((row as i64 * 37) % 50),
        updated_at: Timestamp((row as i64 * 11) % 30),
        acl,
        values: vec![("n".into(), n), ("s".into(), s)],
        relations: Vec::new(),
    }
}

fn changes() -> Vec<SchemaChange> {
    let field = |field| SchemaChange::AddField { class: "Todo".into(), field };
    vec![
        SchemaChange::AddClass { name: "Todo".into(), permissions: ClassPermissions::default() },
        field(FieldSpec { indexed: true, ..FieldSpec::new("n", FieldType::Number) }),
        field(FieldSpec::new("s", FieldType::String)),
    ]
}

fn texts(connection: &Connection, statement: &Statement<'_>) -> Vec<String> {
    let mut texts = Vec::new();
    for_each_row(connection, statement, errors::store_error, |row| {
        texts.push(text(row));
        Ok(())
    })
    .unwrap();
    texts
}

/// The page that a gate lets through.
fn stepped(
    connection: &Connection,
    statement: &Statement<'_>,
    plan: &ReadPlan,
    known: &mut KnownAcls,
) -> Vec<String> {
    let Some(mut gate) = Gate::of(plan) else { return Vec::new() };
    let mut acls = known.within(connection);
    let mut texts = Vec::new();
    for_rows(connection, statement, errors::store_error, |row| {
        let passage = gate.pass(row.get(1).unwrap(), &mut acls)?;
        if passage != Passage::No {
            texts.push(text(row));
        }
        let ended = passage == Passage::YesAtLast;
        Ok(if ended { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })
    .unwrap();
    texts
}

fn text(row: &Row<'_>) -> String {
    let value: rusqlite::types::Value = row.get(0).unwrap();
    format!("{value:?}")
}

#[test]
fn all_ways_find_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let store = SqliteStore::open(&path, SqliteOptions::default(), Arc::new(Events::default())).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let schema = runtime.block_on(store.change_schema(changes())).unwrap();
    let class = schema.class("Todo").unwrap();
    let mut runner = TestRunner::deterministic();
    let acls: Vec<_> = (0..ROWS).map(|_| sample(&mut runner, &acl())).collect();
    let steps = acls.iter().enumerate().map(|(row, acl)| insert(class, row, acl.clone())).collect();
    runtime.block_on(store.submit(WriteJob { steps })).unwrap();

    let connection = connection::open_reader(&path).unwrap();
    let names = Names { schema: &schema, class };
    let mut known = KnownAcls::new();
    for _ in 0..READS {
        let plan = sample(&mut runner, &plan(class));
        let columns = compile::select_columns(&plan, class);
        let [by_row, by_list] = [AccessPath::ByRow, AccessPath::ByList].map(|path| {
            let page = texts(&connection, &compile::select(&SQLITE, names, &columns, &plan, path));
            let count = compile::count(&SQLITE, names, &plan.filter, &plan.access, path);
            (page, texts(&connection, &count))
        });
        assert_eq!(by_row, by_list, "{plan:?}");
        let by_each = compile::select(&SQLITE, names, &columns, &plan, AccessPath::ByEachList);
        assert_eq!(by_row.0, texts(&connection, &by_each), "{plan:?}");
        let statement = compile::select(&SQLITE, names, &columns, &plan, AccessPath::WhileStepping);
        assert_eq!(by_row.0, stepped(&connection, &statement, &plan, &mut known), "{plan:?}");
        if compile::is_all(&plan.filter) {
            let allowed = acls.iter().filter(|acl| allows(acl.as_ref(), &plan.access)).count();
            assert_eq!(by_row.1, [format!("Integer({allowed})")], "{plan:?}");
        }
    }
}

fn allows(acl: Option<&Acl>, access: &RowAccess) -> bool {
    let Some(acl) = acl else { return true };
    match access {
        RowAccess::Readable(names) => acl.readers().any(|reader| names.iter().any(|name| name == reader)),
        RowAccess::Writable(names) => acl.writers().any(|writer| names.iter().any(|name| name == writer)),
        _ => true,
    }
}
