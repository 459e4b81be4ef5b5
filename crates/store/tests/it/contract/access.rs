//! Access lists as row filters.

use std::sync::Arc;

use astrolabe_core::access::{Acl, AclEntry};
use astrolabe_core::ports::{StoreError, WriteStep};
use astrolabe_core::query::{Filter, ReadPlan, RowAccess};

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
