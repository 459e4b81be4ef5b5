//! Text indexes: searches begin with the stored terms, and texts that somebody else has written are found all the same.

use std::sync::Arc;

use astrolabe_core::ports::{Explained, FieldUpdate, Store, WriteJob};
use astrolabe_core::query::{Filter, Test, TextQuery};
use astrolabe_core::schema::{FieldType, Index, IndexKey, IndexKind, SchemaChange};
use astrolabe_core::text::{Analyzer, Language};

use super::acl_lists::{ask, run};
use super::{RUNTIME, fixture_with_schema, temporary};
use crate::support::*;

const ROWS: usize = 3_000;

fn search(term: &str) -> Filter {
    when("about", Test::Text(TextQuery::new(term, Analyzer::folding(Language::default()))))
}

fn index() -> SchemaChange {
    let keys = vec![IndexKey { field: "about".into(), descending: false }];
    let kind = IndexKind::Text(Language::default());
    let index = Index { name: "words".into(), keys, unique: false, kind };
    SchemaChange::AddIndex { class: "Note".into(), index }
}

fn about(row: usize) -> String {
    format!("word{} word{} and Searching", row % 300, row % 7)
}

async fn fill(fixture: &Fixture) {
    fixture.class("Note", &[("about", FieldType::String)]).await;
    let class = fixture.get_class("Note");
    let insert =
        |row: &usize| insert_step(&class, &format!("n{row}"), None, &[("about", text(&about(*row)))]);
    for rows in (0..ROWS).collect::<Vec<_>>().chunks(500) {
        fixture.store.submit(WriteJob { steps: rows.iter().map(insert).collect() }).await.unwrap();
    }
}

async fn is_indexed(fixture: &Fixture, term: &str) -> bool {
    let plan = fixture.plan("Note", search(term));
    let explained = fixture.store.explain(Explained::Read(plan)).await.unwrap();
    explained["searches"].to_string().contains("_gin")
}

#[test]
fn searches_begin_with_stored_terms() {
    let (fixture, schema) = fixture_with_schema();
    block_on(async {
        fill(&fixture).await;
        assert!(!is_indexed(&fixture, "word123").await);
        let before = fixture.ids("Note", search("word123")).await;
        assert_eq!(before.len(), ROWS / 300);
        fixture.store.change_schema(vec![index()]).await.unwrap();
        std::thread::scope(|threads| {
            threads.spawn(|| run(&format!("ANALYZE {schema}.\"Note\"")));
        });
        assert!(is_indexed(&fixture, "word123").await);
        assert_eq!(fixture.ids("Note", search("word123")).await, before);
        assert_eq!(fixture.count("Note", search("searches")).await, ROWS as u64);

        let changed = FieldUpdate::Set(text("a zebra"));
        fixture.update("Note", "n123", &[("about", changed)]).await.unwrap();
        fixture.insert("Note", "late", &[("about", text("Zebras and word123"))]).await;
        assert_eq!(fixture.ids("Note", search("zebra")).await, ["n123", "late"]);
        assert_eq!(fixture.count("Note", search("word123")).await, before.len() as u64);

        let drop = SchemaChange::DropIndex { class: "Note".into(), index: "words".into() };
        fixture.store.change_schema(vec![drop]).await.unwrap();
        assert_eq!(fixture.ids("Note", search("zebra")).await, ["n123", "late"]);
    });
    let left = "SELECT count(*) FROM information_schema.columns WHERE column_name LIKE '_terms_%' AND table_schema =";
    assert_eq!(ask(&format!("{left} '{schema}'")), 0);
}

#[test]
fn texts_of_others_are_found() {
    let (fixture, schema) = fixture_with_schema();
    block_on(fill(&fixture));
    block_on(fixture.store.change_schema(vec![index()])).unwrap();
    run(&format!(
        "UPDATE {schema}.\"Note\" SET about = 'a lonely okapi' WHERE \"objectId\" = 'n5'; \
         INSERT INTO {schema}.\"Note\" (\"objectId\", \"createdAt\", \"updatedAt\", about) VALUES ('x', 0, 0, 'Okapis')"
    ));
    assert_eq!(block_on(fixture.ids("Note", search("okapi"))), ["n5", "x"]);
    assert_eq!(block_on(fixture.count("Note", search("word5"))), block_on(expected_of_word5(&fixture)));
    // A schema of the format before has no terms.
    run(&format!(
        "DO $$ DECLARE c text; BEGIN SELECT column_name INTO c FROM information_schema.columns \
             WHERE column_name LIKE '_terms_%' AND table_schema = '{schema}'; \
         EXECUTE format('DROP TRIGGER %I ON {schema}.\"Note\"; ALTER TABLE {schema}.\"Note\" DROP COLUMN %I, DROP COLUMN _acl', c, c); \
         END $$; DROP TABLE {schema}._acl_reader; UPDATE {schema}._catalog_meta SET format_version = 1"
    ));
    let store = RUNTIME.block_on(temporary::server().open(&schema, Arc::default())).unwrap();
    let class = fixture.get_class("Note");
    assert_eq!(block_on(store.count(plan(&class, search("okapi")))).unwrap(), 2);
}

/// The same without an index: no term is asked for in a question that minds case.
async fn expected_of_word5(fixture: &Fixture) -> u64 {
    let analyzer = Analyzer { case_sensitive: true, ..Analyzer::folding(Language::default()) };
    fixture.count("Note", when("about", Test::Text(TextQuery::new("word5", analyzer)))).await
}
