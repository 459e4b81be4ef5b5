//! Relations.

use std::sync::Arc;

use astrolabe_core::error::ErrorCode;
use astrolabe_core::ports::{Expectation, RelationEdit, StoreError, WriteJob, WriteStep};
use astrolabe_core::query::{Filter, Test};
use astrolabe_core::schema::FieldType;
use astrolabe_core::value::{Pointer, Value};

use crate::support::*;

async fn roles(fixture: &Fixture) {
    fixture.class("_User", &[]).await;
    fixture.class("_Role", &[("users", FieldType::Relation("_User".into())), ("n", FieldType::Number)]).await;
    for user in ["u1", "u2", "u3"] {
        fixture.insert("_User", user, &[]).await;
    }
    for (role, members) in [("r1", vec!["u1", "u2", "gone"]), ("r2", vec!["u2"]), ("r3", vec![])] {
        let mut step = fixture.insert_step("_Role", role, &[("users", Value::Relation("_User".into()))]);
        if let WriteStep::Insert { relations, .. } = &mut step {
            let add = members.into_iter().map(str::to_owned).collect();
            relations.push(RelationEdit { field: "users".into(), add, remove: Vec::new() });
        }
        fixture.submit(step).await.unwrap();
    }
}

fn members_of(role: &str, field: &str) -> Filter {
    let owner = Pointer { class_name: "_Role".to_owned(), object_id: role.to_owned() };
    Filter::RelatedTo { owner, field: field.into() }
}

pub async fn members(fixture: &Fixture) {
    roles(fixture).await;
    let class = fixture.get_class("_Role");
    let members = || fixture.ids("_User", members_of("r1", "users"));
    assert_eq!(members().await, ["u1", "u2"]);
    fixture.submit(relate_step(&class, "r1", "users", &["u3", "u1"], &["u2"])).await.unwrap();
    assert_eq!(members().await, ["u1", "u3"]);
    fixture.submit(relate_step(&class, "r1", "users", &[], &["u1", "u3", "nope"])).await.unwrap();
    assert!(members().await.is_empty());
    let missing = relate_step(&class, "nope", "users", &["u1"], &[]);
    assert!(matches!(fixture.submit(missing).await, Err(StoreError::NoMatch { .. })));
    let mut tolerated = relate_step(&class, "nope", "users", &["u1"], &[]);
    if let WriteStep::Update { expect, .. } = &mut tolerated {
        *expect = Expectation::Any;
    }
    fixture.submit(tolerated).await.unwrap();
    assert!(fixture.ids("_User", members_of("nope", "users")).await.is_empty());
    for field in ["n", "nope"] {
        let error = refusal(fixture.submit(relate_step(&class, "r1", field, &["u1"], &[])).await);
        assert_eq!(error.code, ErrorCode::IncorrectType);
    }
}

pub async fn related_to(fixture: &Fixture) {
    roles(fixture).await;
    for (role, field, expected) in [
        ("r1", "users", 2),
        ("r2", "users", 1),
        ("r3", "users", 0),
        ("nope", "users", 0),
        ("r1", "n", 0),
        ("r1", "nope", 0),
        ("r1' OR 1=1 --", "users", 0),
    ] {
        assert_eq!(fixture.count("_User", members_of(role, field)).await, expected, "{role} {field}");
    }
    let with_more = Filter::And(vec![members_of("r1", "users"), id_is("u2")]);
    assert_eq!(fixture.ids("_User", with_more).await, ["u2"]);
    assert_eq!(fixture.count("_Role", members_of("r1", "users")).await, 0);
}

pub async fn memberships_as_values(fixture: &Fixture) {
    roles(fixture).await;
    let user = |id| pointer("_User", id);
    for (test, expected) in [
        (Test::Equal(user("u2")), "r1 r2"),
        (Test::Equal(user("u3")), ""),
        (Test::Equal(pointer("_Role", "u2")), ""),
        (Test::Equal(text("u2")), ""),
        (Test::NotEqual(user("u1")), "r2 r3"),
        (Test::In(vec![user("u1"), user("u3")]), "r1"),
        (Test::NotIn(vec![user("u1"), user("u3")]), "r2 r3"),
        (Test::Exists(true), "r1 r2 r3"),
        (Test::Exists(false), ""),
        (Test::Less(user("u1")), ""),
    ] {
        let expected: Vec<_> = expected.split_whitespace().collect();
        assert_eq!(fixture.ids("_Role", when("users", test.clone())).await, expected, "{test:?}");
    }
}

pub async fn deleted_owners(fixture: &Fixture) {
    roles(fixture).await;
    let class = fixture.get_class("_Role");
    fixture.submit(delete_step(&class, Filter::equals("users", pointer("_User", "u1")))).await.unwrap();
    assert_eq!(fixture.ids("_Role", Filter::all()).await, ["r2", "r3"]);
    assert!(fixture.ids("_User", members_of("r1", "users")).await.is_empty());
    assert_eq!(fixture.ids("_User", members_of("r2", "users")).await, ["u2"]);
    let failing = WriteJob {
        steps: vec![
            relate_step(&class, "r2", "users", &["u1"], &[]),
            delete_step(&class, id_is("r3")),
            update_step(&class, "nope", &[]),
        ],
    };
    assert!(fixture.store.submit(failing).await.is_err());
    assert_eq!(fixture.ids("_User", members_of("r2", "users")).await, ["u2"]);
    assert_eq!(fixture.count("_Role", Filter::all()).await, 2);
    assert!(Arc::ptr_eq(&class, &fixture.get_class("_Role")));
}
