//! Where reads run, and how long they may take.

use std::sync::Arc;
use std::time::Duration;

use astrolabe_core::access::Acl;
use astrolabe_core::ports::StoreError;
use astrolabe_core::query::{Filter, Pattern, ReadPlan, RowAccess, Test};
use astrolabe_core::schema::{FieldSpec, FieldType};
use astrolabe_core::value::Value;
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
        (plan(Filter::all(), &["-createdAt"], Some(10)), true),
        (plan(Filter::all(), &["createdAt"], Some(10)), true),
        (plan(Filter::all(), &["-updatedAt"], Some(10)), false),
        (plan(when("info.n", Test::Equal(number(1.0))), &[], Some(10)), false),
    ] {
        let shape = format!("{plan:?}");
        assert_eq!(is_inline(&fixture, plan), expected, "{shape}");
    }
}

/// Pages of what a caller may see, whether that is much of the class or little.
#[test]
fn pages_of_readable_rows_are_inline() {
    let fixture = fixture();
    block_on(todos(&fixture, 2_000));
    let class = fixture.get_class("Todo");
    block_on(async {
        for n in 0..20 {
            let acl = Some(Acl::private_to(if n % 2 == 0 { "u1" } else { "u2" }));
            let step = insert_step(&class, &format!("p{n}"), acl, &[("n", number(f64::from(n)))]);
            fixture.submit(step).await.unwrap();
        }
    });
    for names in [vec!["*"], vec!["*", "u1"]] {
        let names: Vec<_> = names.into_iter().map(str::to_owned).collect();
        for access in [RowAccess::Readable(names.clone().into()), RowAccess::Writable(names.into())] {
            for key in ["createdAt", "-createdAt", "n", "-n"] {
                let plan = ReadPlan {
                    access: access.clone(),
                    order: vec![order(key)],
                    limit: Some(10),
                    ..fixture.plan("Todo", Filter::all())
                };
                assert!(is_inline(&fixture, plan), "{access:?} {key}");
            }
        }
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

/// Preparing a statement with many conditions takes so many steps that the clock is looked at.
fn many_conditions(path: impl Fn(u32) -> String) -> Filter {
    Filter::And((0..499).map(|n| when(&path(n), Test::NotIn(vec![number(-1.0)]))).collect())
}

#[test]
fn a_read_is_not_measured_by_the_deadline_of_the_one_before() {
    let options = SqliteOptions { inline_deadline: Duration::from_millis(1), ..SqliteOptions::default() };
    let fixture = fixture_with(options);
    block_on(todos(&fixture, 3));
    for filter in [many_conditions(|_| "n".to_owned()), many_conditions(|n| format!("info.k{n}"))] {
        assert!(is_inline(&fixture, fixture.plan("Todo", id_is("t1"))));
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(block_on(fixture.ids("Todo", filter)), ["t0", "t1", "t2"]);
    }
}

#[test]
fn an_inline_read_that_yields_rows_is_finished() {
    let options = SqliteOptions { inline_deadline: Duration::ZERO, ..SqliteOptions::default() };
    let fixture = fixture_with(options);
    block_on(todos(&fixture, 2_000));
    let plan = fixture.plan("Todo", Filter::equals("owner", pointer("_User", "u")));
    assert_eq!(block_on(fixture.read(plan.clone())).unwrap().len(), 2_000);
    assert!(
        !is_inline(&fixture, ReadPlan { order: vec![order("n")], ..plan }),
        "it sorts before the first row"
    );
}

/// What a condition on JSON costs depends on the row, so one row may be too much for the caller's thread.
#[test]
fn json_is_not_tested_inline() {
    let fixture = fixture();
    block_on(todos(&fixture, 3));
    let places = [("text", FieldType::String), ("tags", FieldType::Array), ("place", FieldType::GeoPoint)];
    for (field, kind) in places {
        let field = FieldSpec::new(field, kind);
        let change = astrolabe_core::schema::SchemaChange::AddField { class: "Todo".into(), field };
        block_on(fixture.store.change_schema(vec![change])).unwrap();
    }
    let with_id = |test| Filter::And(vec![id_is("t1"), test]);
    let readable = |filter| {
        let access = RowAccess::Readable(Arc::new(["*".to_owned()]));
        ReadPlan { access, ..fixture.plan("Todo", filter) }
    };
    let pattern = |source| Test::Matches(Pattern::parse(source, "").unwrap());
    for (filter, expected) in [
        (when("n", Test::NotEqual(number(5.0))), true),
        (when("info", Test::Exists(true)), true),
        (when("info", Test::NotEqual(json(serde_json::json!({})))), false),
        (when("info", Test::NotIn(vec![json(serde_json::json!({}))])), false),
        (when("info.n", Test::Exists(true)), false),
        (Filter::Nor(vec![when("text", pattern("^a"))]), true),
        (Filter::Nor(vec![when("text", pattern("a"))]), false),
        (when("tags", Test::NotEqual(number(5.0))), false),
        (when("tags", Test::NotIn(vec![number(5.0)])), false),
        (Filter::Nor(vec![when("tags", Test::All(vec![number(5.0)]))]), false),
        (Filter::Or(vec![when("tags", Test::ContainedBy(vec![])), id_is("t1")]), false),
        (when("place", Test::NotEqual(point(1.0, 1.0))), true),
    ] {
        let shape = format!("{filter:?}");
        assert_eq!(is_inline(&fixture, readable(with_id(filter))), expected, "{shape}");
    }
    let sorted = ReadPlan { order: vec![order("info.n")], ..readable(id_is("t1")) };
    assert!(!is_inline(&fixture, sorted));
}

/// The steps of SQLite say nothing about what one call of a function costs.
#[test]
fn long_lists_cost_linear_time() {
    let fixture = fixture();
    let fields = [("tags", FieldType::Array), ("info", FieldType::Object), ("place", FieldType::GeoPoint)];
    block_on(fixture.class("Todo", &fields));
    let class = fixture.get_class("Todo");
    let texts = |name: &str, count: u32| (0..count).map(|n| format!("{name}{n}")).collect::<Vec<_>>();
    let tags = serde_json::json!(texts("tag", 20_000));
    let values = [("tags", json(tags.clone())), ("info", json(serde_json::json!({"tags": tags})))];
    let owners = texts("owner\"", 5_000);
    let acl = Acl::from_lists(owners.iter().map(String::as_str), []);
    block_on(fixture.submit(insert_step(&class, "t1", Some(acl), &values))).unwrap();

    let others = || texts("other", 10_000).into_iter().map(Value::String).collect::<Vec<_>>();
    let places = || (0..10_000).map(|n| point(f64::from(n) / 1_000.0, 1.0)).collect::<Vec<_>>();
    let access = RowAccess::Readable(texts("reader", 5_000).into());
    let one_more = |mut values: Vec<Value>| {
        values.push(text("tag19999"));
        values
    };
    let begun = std::time::Instant::now();
    for (filter, access, expected) in [
        (when("tags", Test::In(others())), RowAccess::All, 0),
        (when("tags", Test::In(one_more(others()))), RowAccess::All, 1),
        (when("tags", Test::NotIn(others())), RowAccess::All, 1),
        (when("tags", Test::All(others())), RowAccess::All, 0),
        (when("tags", Test::AllStarting(texts("other", 10_000))), RowAccess::All, 0),
        (when("tags", Test::AllStarting(texts("tag", 10_000))), RowAccess::All, 1),
        (when("tags", Test::ContainedBy(others())), RowAccess::All, 0),
        (when("info.tags", Test::In(others())), RowAccess::All, 0),
        (when("info.tags", Test::In(one_more(others()))), RowAccess::All, 1),
        (when("info", Test::NotIn(others())), RowAccess::All, 1),
        (when("place", Test::NotIn(places())), RowAccess::All, 1),
        (Filter::all(), access, 0),
    ] {
        let plan = ReadPlan { access, ..fixture.plan("Todo", filter) };
        assert_eq!(block_on(fixture.store.count(plan)).unwrap(), expected);
    }
    // Comparing every pair takes many times as long.
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

/// What all matches begin with is found by an index.
#[test]
fn beginnings_are_looked_up() {
    let fixture = fixture();
    let indexed = FieldSpec { indexed: true, ..FieldSpec::new("s", FieldType::String) };
    block_on(fixture.class_with("Todo", vec![indexed])).unwrap();
    block_on(fixture.insert("Todo", "t1", &[("s", text("abc"))]));
    let starting = |source| when("s", Test::Matches(Pattern::parse(source, "").unwrap()));
    let plan = |filter| ReadPlan { limit: Some(10), order: vec![order("s")], ..fixture.plan("Todo", filter) };
    assert!(is_inline(&fixture, plan(starting("^ab"))));
    assert!(!is_inline(&fixture, plan(starting("^ab."))));
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
