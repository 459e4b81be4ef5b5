//! Sort keys.

use astrolabe_core::query::{Filter, ReadPlan};
use astrolabe_core::schema::FieldType;

use crate::support::*;

async fn check(fixture: &Fixture, cases: &[(&[&str], &str)]) {
    for (keys, expected) in cases {
        let order = keys.iter().map(|key| order(key)).collect();
        let plan = ReadPlan { order, ..fixture.plan("Todo", Filter::all()) };
        let expected: Vec<_> = expected.split_whitespace().collect();
        assert_eq!(ids(fixture.read(plan).await.unwrap()), expected, "{keys:?}");
    }
}

pub async fn nulls_and_ties(fixture: &Fixture) {
    fixture.class("Todo", &[("n", FieldType::Number), ("s", FieldType::String), ("r", relation())]).await;
    fixture.insert("Todo", "d", &[("n", number(2.0)), ("s", text("b"))]).await;
    fixture.insert("Todo", "c", &[("n", number(1.0)), ("s", text("a"))]).await;
    fixture.insert("Todo", "b", &[("n", number(2.0)), ("s", text("a"))]).await;
    fixture.insert("Todo", "a", &[]).await;
    check(
        fixture,
        &[
            (&[], "d c b a"),
            (&["n"], "a c d b"),
            (&["-n"], "b d c a"),
            (&["-n", "s"], "b d c a"),
            (&["s", "-objectId"], "a c b d"),
            (&["objectId"], "a b c d"),
            (&["createdAt", "-n"], "b d c a"),
            (&["createdAt"], "d c b a"),
            (&["-createdAt"], "a b c d"),
            (&["nope", "-r", "n"], "a c d b"),
        ],
    )
    .await;
}

fn relation() -> FieldType {
    FieldType::Relation("Todo".into())
}

pub async fn text_is_binary(fixture: &Fixture) {
    fixture.class("Todo", &[("s", FieldType::String)]).await;
    for body in ["b", "A", "é", "a", "Z", "_", "\u{1F600}", "\u{FFFF}"] {
        fixture.insert("Todo", body, &[("s", text(body))]).await;
    }
    check(fixture, &[(&["s"], "A Z _ a b é \u{FFFF} \u{1F600}")]).await;
}
