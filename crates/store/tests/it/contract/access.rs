//! Access lists as row filters.

use std::sync::Arc;

use astrolabe_core::access::{Acl, AclEntry};
use astrolabe_core::ports::{StoreError, WriteStep};
use astrolabe_core::query::{Filter, PlanColumn, ReadPlan, RowAccess, ShownIn};
use astrolabe_core::schema::{FieldSpec, FieldType, SchemaChange};

use crate::support::*;

fn principals(names: &[&str]) -> Arc<[String]> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn entry(principal: &str, read: bool, write: bool) -> AclEntry {
    AclEntry { principal: principal.to_owned(), read, write }
}

async fn rows(fixture: &Fixture) {
    fixture.class("Todo", &[]).await;
    let class = fixture.get_class("Todo");
    for (id, acl) in [
        ("public", None),
        ("nobody", Some(Acl::default())),
        ("u1", Some(Acl::private_to("u1"))),
        ("shown", Some(Acl::private_to("u1").with_public_read())),
        ("dropbox", Some(Acl { entries: vec![entry("*", false, true)] })),
        ("role", Some(Acl { entries: vec![entry("role:admin", true, true)] })),
    ] {
        fixture.submit(insert_step(&class, id, acl, &[])).await.unwrap();
    }
}

async fn seen(fixture: &Fixture, access: RowAccess) -> Vec<String> {
    let plan = ReadPlan { access, ..fixture.plan("Todo", Filter::all()) };
    let count = fixture.store.count(plan.clone()).await.unwrap();
    let seen = ids(fixture.read(plan).await.unwrap());
    assert_eq!(seen.len() as u64, count);
    seen
}

pub async fn readable_and_writable(fixture: &Fixture) {
    rows(fixture).await;
    for (names, readable, writable) in [
        (vec!["*"], "public shown", "public dropbox"),
        (vec!["*", "u1"], "public u1 shown", "public u1 shown dropbox"),
        (vec!["*", "u2"], "public shown", "public dropbox"),
        (vec!["*", "u2", "role:admin"], "public shown role", "public dropbox role"),
        (vec![], "public", "public"),
    ] {
        let split = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let names = principals(&names);
        assert_eq!(
            seen(fixture, RowAccess::Readable(Arc::clone(&names))).await,
            split(readable),
            "{names:?}"
        );
        assert_eq!(
            seen(fixture, RowAccess::Writable(Arc::clone(&names))).await,
            split(writable),
            "{names:?}"
        );
    }
    assert_eq!(seen(fixture, RowAccess::All).await.len(), 6);
    let mut step = delete_step(&fixture.get_class("Todo"), id_is("u1"));
    if let WriteStep::Delete { access, .. } = &mut step {
        *access = RowAccess::Writable(principals(&["*", "u2"]));
    }
    assert!(matches!(fixture.submit(step).await, Err(StoreError::NoMatch { .. })));
}

/// Which columns a read asks for, and in which order, changes nothing about its rows.
pub async fn whatever_is_asked(fixture: &Fixture) {
    rows(fixture).await;
    let field =
        |name: &str, kind| SchemaChange::AddField { class: "Todo".into(), field: FieldSpec::new(name, kind) };
    let relation = FieldType::Relation("Todo".into());
    let changes = vec![field("place", FieldType::GeoPoint), field("friends", relation)];
    fixture.store.change_schema(changes).await.unwrap();
    let [place, friends] = [0, 1].map(|index| PlanColumn::Field { index, shown: ShownIn::EveryRow });
    for columns in [
        vec![],
        vec![PlanColumn::ObjectId],
        vec![PlanColumn::Acl],
        vec![place.clone(), PlanColumn::Acl, PlanColumn::ObjectId],
        vec![friends.clone(), place.clone(), PlanColumn::UpdatedAt],
        vec![place, friends, PlanColumn::ObjectId, PlanColumn::Acl],
    ] {
        for (names, expected) in [(vec!["*"], 2), (vec!["*", "u1"], 3), (vec!["*", "u1", "role:admin"], 4)] {
            let access = RowAccess::Readable(principals(&names));
            let plan = ReadPlan { access, columns: columns.clone(), ..fixture.plan("Todo", Filter::all()) };
            assert_eq!(fixture.read(plan).await.unwrap().len(), expected, "{columns:?} {names:?}");
        }
    }
}

/// Rows that the caller may not see count for no page.
pub async fn pages(fixture: &Fixture) {
    rows(fixture).await;
    for (skip, limit, expected) in [
        (0, Some(0), ""),
        (0, Some(1), "public"),
        (1, Some(1), "u1"),
        (1, None, "u1 shown"),
        (2, Some(5), "shown"),
        (3, Some(5), ""),
    ] {
        let access = RowAccess::Readable(principals(&["*", "u1"]));
        let plan = ReadPlan { access, skip, limit, ..fixture.plan("Todo", Filter::all()) };
        let seen = ids(fixture.read(plan).await.unwrap());
        assert_eq!(seen.join(" "), expected, "{skip} {limit:?}");
    }
}

pub async fn odd_principals(fixture: &Fixture) {
    fixture.class("Todo", &[]).await;
    let class = fixture.get_class("Todo");
    let odd = ["a\"b", "\\", ",", "[]", "role:é\u{1F600}", "x\ny", "'"];
    for principal in odd {
        let step = insert_step(&class, principal, Some(Acl::private_to(principal)), &[]);
        fixture.submit(step).await.unwrap();
    }
    for principal in odd {
        let access = RowAccess::Readable(principals(&["*", principal]));
        assert_eq!(seen(fixture, access).await, [principal], "{principal:?}");
    }
}

/// What a failed job wrote is undone, and with it the list that was new; the next one must not take its place.
pub async fn undone_lists(fixture: &Fixture) {
    fixture.class("Todo", &[]).await;
    let class = fixture.get_class("Todo");
    let step = |id: &str, user: &str| insert_step(&class, id, Some(Acl::private_to(user)), &[]);
    let job = |steps| fixture.store.submit(astrolabe_core::ports::WriteJob { steps });
    for round in 0..3 {
        let id = |name: &str| format!("{name}{round}");
        let (lost, other) = (id("lost"), id("other"));
        // Two steps: undone by a savepoint. One step: undone by the statement alone.
        job(vec![step(&id("a"), "u1")]).await.unwrap();
        job(vec![step(&id("b"), &lost), step(&id("a"), "u1")]).await.unwrap_err();
        job(vec![step(&id("a"), &id("alone"))]).await.unwrap_err();
        let (first, second, third) = tokio::join!(
            job(vec![step(&id("c"), &lost), step(&id("a"), "u1")]),
            job(vec![step(&id("d"), &other)]),
            job(vec![step(&id("e"), &lost), step(&id("f"), &id("alone"))]),
        );
        assert!(first.is_err() && second.is_ok() && third.is_ok());
        for (principal, expected) in [(other, id("d")), (lost, id("e")), (id("alone"), id("f"))] {
            let access = RowAccess::Readable(principals(&["*", &principal]));
            assert_eq!(seen(fixture, access).await, std::slice::from_ref(&expected), "{principal}");
            let row = fixture.get("Todo", &expected).await.unwrap();
            assert_eq!(row.acl.0.unwrap(), format!("[\"{principal}\"]"));
        }
    }
}

/// A caller who may read one row in a hundred, among lists that many rows share and lists of one row.
pub async fn little_of_much(fixture: &Fixture) {
    fixture.class("Todo", &[]).await;
    let class = fixture.get_class("Todo");
    let acl = |n: u32| match n % 100 {
        0 => Acl::private_to("u1"),
        1 => Acl { entries: vec![entry("role:few", true, false), entry(&format!("user{n}"), true, true)] },
        rest => Acl::private_to(&format!("other{rest}")),
    };
    let steps = (0..1_000).map(|n| insert_step(&class, &format!("t{n}"), Some(acl(n)), &[])).collect();
    fixture.store.submit(astrolabe_core::ports::WriteJob { steps }).await.unwrap();
    let expected = |wanted: &[u32]| -> Vec<String> {
        (0..1_000).filter(|n| wanted.contains(&(n % 100))).map(|n| format!("t{n}")).collect()
    };
    let read = |names: &[&str]| RowAccess::Readable(principals(names));
    assert_eq!(seen(fixture, read(&["*", "u1"])).await, expected(&[0]));
    assert_eq!(seen(fixture, read(&["*", "u1", "role:few"])).await, expected(&[0, 1]));
    assert_eq!(seen(fixture, read(&["*", "user101"])).await, ["t101"]);
    assert_eq!(seen(fixture, RowAccess::Writable(principals(&["*", "role:few"]))).await, [""; 0]);
    let paged = |access, skip| ReadPlan {
        access,
        skip,
        limit: Some(3),
        order: vec![order("-createdAt")],
        ..fixture.plan("Todo", Filter::all())
    };
    let page = ids(fixture.read(paged(read(&["*", "u1"]), 2)).await.unwrap());
    assert_eq!(page, ["t700", "t600", "t500"]);
    // The caller's lists may come to hold more rows; what was counted before is only a guess.
    let more = (0..500).map(|n| insert_step(&class, &format!("m{n}"), Some(acl(0)), &[])).collect();
    fixture.store.submit(astrolabe_core::ports::WriteJob { steps: more }).await.unwrap();
    assert_eq!(seen(fixture, read(&["*", "u1"])).await.len(), 510);
}
