//! What becomes of rows that point to removed ones.

use std::sync::Arc;

use astrolabe_core::error::ErrorCode;
use astrolabe_core::events::ObjectEvent;
use astrolabe_core::ports::{StoreResult, WriteJob, WriteOutcome};
use astrolabe_core::query::{Filter, RowAccess};
use astrolabe_core::schema::DeletionRule::{self, Cascade, Restrict, SetNull};
use astrolabe_core::schema::{FieldSpec, FieldType, SchemaChange};
use astrolabe_core::value::{Timestamp, Value};

use crate::support::*;

/// A pointer with a rule.
fn ruled(field: &str, target: &str, rule: DeletionRule) -> FieldSpec {
    FieldSpec { on_delete: Some(rule), ..FieldSpec::new(field, FieldType::Pointer(target.into())) }
}

async fn delete(fixture: &Fixture, class: &str, id: &str) -> StoreResult<WriteOutcome> {
    fixture.submit(delete_step(&fixture.get_class(class), id_is(id))).await
}

async fn point(fixture: &Fixture, class: &str, id: &str, field: &str, target: (&str, &str)) {
    fixture.insert(class, id, &[(field, pointer(target.0, target.1))]).await;
}

fn told(event: &ObjectEvent) -> (&str, &str, bool) {
    (&event.class.name, &event.object_id, event.after.is_some())
}

/// Posts go with their author, comments with their post, and their memberships with them.
pub async fn cascade(fixture: &Fixture) {
    fixture.class("Author", &[]).await;
    fixture.class_with("Post", vec![ruled("author", "Author", Cascade)]).await.unwrap();
    let fans = FieldSpec::new("fans", FieldType::Relation("Author".into()));
    fixture.class_with("Comment", vec![ruled("post", "Post", Cascade), fans]).await.unwrap();
    for author in ["a1", "a2"] {
        fixture.insert("Author", author, &[]).await;
    }
    for (post, author) in [("p1", "a1"), ("p2", "a1"), ("p3", "a2"), ("p4", "gone")] {
        point(fixture, "Post", post, "author", ("Author", author)).await;
    }
    for (comment, post) in [("c1", "p1"), ("c2", "p2"), ("c3", "p3")] {
        point(fixture, "Comment", comment, "post", ("Post", post)).await;
    }
    fixture.submit(relate_step(&fixture.get_class("Comment"), "c1", "fans", &["a2"], &[])).await.unwrap();
    let heard = Heard::listen(&fixture.events, &["Author", "Post", "Comment"]);
    assert_eq!(delete(fixture, "Author", "a1").await.unwrap().steps[0].rows, 1);
    assert_eq!(fixture.ids("Post", Filter::all()).await, ["p3", "p4"]);
    assert_eq!(fixture.ids("Comment", Filter::all()).await, ["c3"]);
    let events = heard.all();
    let expected = [
        ("Author", "a1", false),
        ("Post", "p1", false),
        ("Post", "p2", false),
        ("Comment", "c1", false),
        ("Comment", "c2", false),
    ];
    assert_eq!(events.iter().map(told).collect::<Vec<_>>(), expected);
    let before = &events[1].before.as_ref().unwrap().values;
    assert_eq!(*before, row_values(&[("author", pointer("Author", "a1"))]));
    fixture.insert("Comment", "c1", &[]).await;
    let owner = astrolabe_core::value::Pointer { class_name: "Comment".into(), object_id: "c1".into() };
    let members = Filter::RelatedTo { owner, field: "fans".into() };
    assert_eq!(fixture.count("Author", members).await, 0, "members went with the comment");
}

pub async fn set_null(fixture: &Fixture) {
    fixture.class("List", &[]).await;
    let title = FieldSpec::new("title", FieldType::String);
    fixture.class_with("Todo", vec![ruled("list", "List", SetNull), title]).await.unwrap();
    fixture.insert("List", "l1", &[]).await;
    fixture.insert("Todo", "t1", &[("list", pointer("List", "l1")), ("title", text("a"))]).await;
    point(fixture, "Todo", "t2", "list", ("List", "l2")).await;
    let heard = Heard::listen(&fixture.events, &["Todo"]);
    delete(fixture, "List", "l1").await.unwrap();
    let todo = fixture.get("Todo", "t1").await.unwrap();
    assert_eq!((todo.value("list"), todo.value("title")), (&Value::Null, &text("a")));
    assert_eq!(fixture.get("Todo", "t2").await.unwrap().value("list"), &pointer("List", "l2"));
    let events = heard.all();
    let [event] = events.as_slice() else { panic!("{events:?}") };
    let (before, after) = (event.before.as_ref().unwrap(), event.after.as_ref().unwrap());
    assert_eq!(before.values.len(), 2);
    assert_eq!(after.values, row_values(&[("title", text("a"))]));
    assert_eq!((before.updated_at, after.updated_at), (Timestamp(1_000), Timestamp(3_000)));
}

pub async fn restrict(fixture: &Fixture) {
    fixture.class_with("Node", vec![ruled("next", "Node", Restrict)]).await.unwrap();
    for (node, next) in [("n1", "n2"), ("n2", "n3"), ("own", "own")] {
        point(fixture, "Node", node, "next", ("Node", next)).await;
    }
    let heard = Heard::listen(&fixture.events, &["Node"]);
    let error = refusal(delete(fixture, "Node", "n2").await);
    assert_eq!(error.code, ErrorCode::DeleteRestricted);
    assert_eq!(error.message, "Cannot delete, because an object of Node refers to it by next.");
    assert!(heard.all().is_empty());
    delete(fixture, "Node", "own").await.unwrap();
    delete(fixture, "Node", "n1").await.unwrap();
    delete(fixture, "Node", "n2").await.unwrap();
    assert_eq!(fixture.count("Node", Filter::all()).await, 0);
}

/// A row that goes anyway restricts nothing, whichever way it goes first; and it is not changed before it goes.
pub async fn restrict_after_cascade(fixture: &Fixture) {
    fixture.class("Team", &[]).await;
    fixture.class_with("Member", vec![ruled("team", "Team", Cascade)]).await.unwrap();
    let badge = vec![
        ruled("team", "Team", Restrict),
        ruled("backup", "Team", SetNull),
        ruled("member", "Member", Cascade),
    ];
    fixture.class_with("Badge", badge).await.unwrap();
    fixture.insert("Team", "t1", &[]).await;
    point(fixture, "Member", "m1", "team", ("Team", "t1")).await;
    let team = pointer("Team", "t1");
    let values = [("team", team.clone()), ("backup", team.clone()), ("member", pointer("Member", "m1"))];
    fixture.insert("Badge", "b1", &values).await;
    fixture.insert("Badge", "b2", &[("team", team)]).await;
    assert_eq!(refusal(delete(fixture, "Team", "t1").await).code, ErrorCode::DeleteRestricted);
    assert_eq!(fixture.count("Member", Filter::all()).await, 1, "nothing was kept of the refused removal");
    assert_eq!(fixture.get("Badge", "b1").await.unwrap().value("backup"), &pointer("Team", "t1"));
    delete(fixture, "Badge", "b2").await.unwrap();
    let heard = Heard::listen(&fixture.events, &["Badge"]);
    delete(fixture, "Team", "t1").await.unwrap();
    assert_eq!(fixture.count("Badge", Filter::all()).await, 0);
    assert_eq!(heard.all().iter().map(told).collect::<Vec<_>>(), [("Badge", "b1", false)]);
}

/// A removal of several rows, and one in the middle of a job: the job is undone, the neighbours are not.
pub async fn many_rows_and_steps(fixture: &Fixture) {
    fixture.class("Root", &[]).await;
    fixture.class_with("Leaf", vec![ruled("root", "Root", Cascade)]).await.unwrap();
    fixture.class_with("Lock", vec![ruled("root", "Root", Restrict)]).await.unwrap();
    for root in ["r1", "r2", "r3"] {
        fixture.insert("Root", root, &[]).await;
        point(fixture, "Leaf", &format!("leaf-{root}"), "root", ("Root", root)).await;
    }
    point(fixture, "Lock", "lock", "root", ("Root", "r3")).await;
    let root = fixture.get_class("Root");
    let steps = || vec![delete_step(&root, id_is("r1")), delete_step(&root, id_is("r3"))];
    let failed = fixture.store.submit(WriteJob { steps: steps() }).await.unwrap_err();
    assert_eq!(failed.into_step().0, Some(1));
    assert_eq!(fixture.count("Leaf", Filter::all()).await, 3);
    let lock = fixture.get_class("Lock");
    let all = WriteJob { steps: vec![delete_step(&lock, Filter::all()), delete_step(&root, Filter::all())] };
    assert_eq!(fixture.store.submit(all).await.unwrap().steps[1].rows, 3);
    assert_eq!(fixture.count("Leaf", Filter::all()).await, 0);
}

/// More rows than are asked about at once: every rule holds for the first of them as for the last, and rows that go
/// later do not keep those that went before.
pub async fn a_whole_class(fixture: &Fixture) {
    let kin = FieldSpec::new("kin", FieldType::Relation("Root".into()));
    fixture.class_with("Root", vec![ruled("next", "Root", Restrict), kin]).await.unwrap();
    for (class, rule) in [("Leaf", Cascade), ("Note", SetNull), ("Lock", Restrict)] {
        fixture.class_with(class, vec![ruled("root", "Root", rule)]).await.unwrap();
    }
    let root = fixture.get_class("Root");
    let id = |n: usize| format!("r{n:04}");
    let next = |n: usize| [("next", pointer("Root", &id((n + 1) % 2_500)))];
    let steps = (0..2_500).map(|n| insert_step(&root, &id(n), None, &next(n))).collect();
    fixture.store.submit(WriteJob { steps }).await.unwrap();
    for n in [0, 999, 1_000, 2_499] {
        fixture.submit(relate_step(&root, &id(n), "kin", &["x"], &[])).await.unwrap();
        for class in ["Leaf", "Note"] {
            point(fixture, class, &id(n), "root", ("Root", &id(n))).await;
        }
    }
    point(fixture, "Lock", "lock", "root", ("Root", &id(2_400))).await;
    let all = || fixture.submit(delete_step(&root, Filter::all()));
    assert_eq!(refusal(all().await).code, ErrorCode::DeleteRestricted);
    assert_eq!(
        (fixture.count("Root", Filter::all()).await, fixture.count("Leaf", Filter::all()).await),
        (2_500, 4)
    );
    delete(fixture, "Lock", "lock").await.unwrap();
    assert_eq!(all().await.unwrap().steps[0].rows, 2_500);
    assert_eq!(fixture.count("Leaf", Filter::all()).await, 0);
    let notes = fixture.read(fixture.plan("Note", Filter::all())).await.unwrap();
    assert!(notes.len() == 4 && notes.iter().all(|note| note.value("root") == &Value::Null));
    for n in [0, 999, 1_000, 2_499] {
        fixture.insert("Root", &id(n), &[]).await;
        let owner = astrolabe_core::value::Pointer { class_name: "Root".into(), object_id: id(n) };
        let test = Filter::RelatedTo { owner, field: "kin".into() };
        fixture.insert("Root", "x", &[]).await;
        assert_eq!(fixture.count("Root", test).await, 0, "members went with {n}");
        delete(fixture, "Root", "x").await.unwrap();
    }
}

/// The rules hold for rows that the one who deletes may not change; its own rights are asked as ever.
pub async fn whoever_deletes(fixture: &Fixture) {
    fixture.class("Root", &[]).await;
    fixture.class_with("Leaf", vec![ruled("root", "Root", Cascade)]).await.unwrap();
    fixture.insert("Root", "r1", &[]).await;
    let acl = astrolabe_core::access::Acl::private_to("other");
    let values = [("root", pointer("Root", "r1"))];
    fixture.submit(insert_step(&fixture.get_class("Leaf"), "l1", Some(acl), &values)).await.unwrap();
    let mut step = delete_step(&fixture.get_class("Root"), id_is("r1"));
    if let astrolabe_core::ports::WriteStep::Delete { access, .. } = &mut step {
        *access = RowAccess::Writable(Arc::from(["*".into(), "me".into()]));
    }
    fixture.submit(step).await.unwrap();
    assert_eq!(fixture.count("Leaf", Filter::all()).await, 0);
}

/// Rings end by themselves; a chain that is too long is refused whole.
pub async fn rings_and_chains(fixture: &Fixture) {
    fixture.class_with("Node", vec![ruled("next", "Node", Cascade)]).await.unwrap();
    for (node, next) in [("a", "b"), ("b", "c"), ("c", "a")] {
        point(fixture, "Node", node, "next", ("Node", next)).await;
    }
    delete(fixture, "Node", "b").await.unwrap();
    assert_eq!(fixture.count("Node", Filter::all()).await, 0);
    for n in 0..22 {
        point(fixture, "Node", &format!("n{}", n + 1), "next", ("Node", &format!("n{n}"))).await;
    }
    let error = refusal(delete(fixture, "Node", "n1").await);
    assert_eq!(error.code, ErrorCode::ObjectTooLarge);
    assert_eq!(fixture.count("Node", Filter::all()).await, 22);
    delete(fixture, "Node", "n2").await.unwrap();
    assert_eq!(fixture.ids("Node", Filter::all()).await, ["n1"]);
}

/// More rows than one removal may touch are left alone, all of them.
pub async fn too_many_rows(fixture: &Fixture) {
    fixture.class("Root", &[]).await;
    fixture.class_with("Leaf", vec![ruled("root", "Root", Cascade)]).await.unwrap();
    fixture.insert("Root", "r1", &[]).await;
    let leaf = fixture.get_class("Leaf");
    let values = [("root", pointer("Root", "r1"))];
    let rows = astrolabe_core::limits::DELETION_ROWS_MAX + 1;
    let steps = (0..rows).map(|n| insert_step(&leaf, &format!("l{n}"), None, &values)).collect();
    fixture.store.submit(WriteJob { steps }).await.unwrap();
    let error = refusal(delete(fixture, "Root", "r1").await);
    assert_eq!(error.code, ErrorCode::ObjectTooLarge);
    assert_eq!(fixture.count("Leaf", Filter::all()).await, rows as u64);
    delete(fixture, "Leaf", "l0").await.unwrap();
    delete(fixture, "Root", "r1").await.unwrap();
    assert_eq!(fixture.count("Leaf", Filter::all()).await, 0);
}

/// A rule can come and go while the field is there.
pub async fn changed_rules(fixture: &Fixture) {
    fixture.class("Root", &[]).await;
    fixture.class("Leaf", &[("root", FieldType::Pointer("Root".into())), ("name", FieldType::String)]).await;
    let set = |field| vec![SchemaChange::SetFieldOptions { class: "Leaf".into(), field }];
    let pointing = || FieldSpec::new("root", FieldType::Pointer("Root".into()));
    for (rule, leaves) in [(None, 1), (Some(SetNull), 1), (Some(Cascade), 0), (None, 1)] {
        fixture.insert("Root", "r1", &[]).await;
        point(fixture, "Leaf", "l1", "root", ("Root", "r1")).await;
        let field = FieldSpec { on_delete: rule, ..pointing() };
        fixture.store.change_schema(set(field)).await.unwrap();
        assert_eq!(fixture.get_class("Leaf").field("root").unwrap().on_delete, rule);
        delete(fixture, "Root", "r1").await.unwrap();
        assert_eq!(fixture.count("Leaf", Filter::all()).await, leaves, "{rule:?}");
        if leaves > 0 {
            delete(fixture, "Leaf", "l1").await.unwrap();
        }
    }
    for field in [
        ruled("root", "Other", Cascade),
        FieldSpec { required: true, ..ruled("root", "Root", SetNull) },
        FieldSpec { on_delete: Some(Cascade), ..FieldSpec::new("name", FieldType::String) },
    ] {
        let error = refusal(fixture.store.change_schema(set(field)).await);
        assert_eq!(error.code, ErrorCode::IncorrectType);
    }
}
