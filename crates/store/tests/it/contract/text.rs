//! Full-text search, with and without text indexes.

use std::sync::Arc;

use astrolabe_core::ports::FieldUpdate;
use astrolabe_core::query::{
    FieldPath, Filter, OrderBy, OrderKey, PlanColumn, ReadPlan, ScoredText, Test, TextQuery,
};
use astrolabe_core::schema::{FieldType, Index, IndexKey, IndexKind, SchemaChange};
use astrolabe_core::text::{Analyzer, Language};
use astrolabe_core::value::Value;

use crate::support::*;

fn query(term: &str, language: &str) -> TextQuery {
    TextQuery::new(term, Analyzer::folding(Language::parse(language).unwrap()))
}

fn search(term: &str) -> Filter {
    when("title", Test::Text(query(term, "english")))
}

async fn notes(fixture: &Fixture) {
    fixture
        .class("Note", &[("title", FieldType::String), ("body", FieldType::String), ("n", FieldType::Number)])
        .await;
    for (id, title) in [
        ("shops", "Coffee shops in New York"),
        ("beans", "Beans, and how to roast them"),
        ("both", "Coffee beans and coffee shops"),
        ("tea", "A café for tea"),
    ] {
        fixture.insert("Note", id, &[("title", text(title)), ("body", text("nothing"))]).await;
    }
    fixture.insert("Note", "none", &[("n", number(1.0))]).await;
}

async fn add_index(fixture: &Fixture, fields: &[&str], language: &str) {
    let keys = fields.iter().map(|field| IndexKey { field: (*field).into(), descending: false }).collect();
    let kind = IndexKind::Text(Language::parse(language).unwrap());
    let index = Index { name: "words".into(), keys, unique: false, kind };
    let add = SchemaChange::AddIndex { class: "Note".into(), index: index.clone() };
    fixture.store.change_schema(vec![add]).await.unwrap();
    assert_eq!(fixture.get_class("Note").indexes["words"], index);
}

async fn drop_index(fixture: &Fixture) {
    let drop = SchemaChange::DropIndex { class: "Note".into(), index: "words".into() };
    fixture.store.change_schema(vec![drop]).await.unwrap();
}

pub async fn found_with_and_without_an_index(fixture: &Fixture) {
    notes(fixture).await;
    for language in [None, Some("english"), Some("german")] {
        if let Some(language) = language {
            add_index(fixture, &["title", "body"], language).await;
        }
        for (term, expected) in [
            ("coffee", &["shops", "both"][..]),
            ("COFFEES", &["shops", "both"]),
            ("roasting tea", &["beans", "tea"]),
            ("cafe", &["tea"]),
            ("coffee -beans", &["shops"]),
            ("\"coffee shop\"", &["shops", "both"]),
            ("\"beans and coffee\"", &["both"]),
            ("\"in new\" -tea", &["shops"]),
            ("\"how to\"", &["beans"]),
            ("the", &[]),
            ("-coffee", &[]),
            ("'; DROP TABLE Note; --", &[]),
        ] {
            assert_eq!(fixture.ids("Note", search(term)).await, expected, "{term} {language:?}");
            let found = fixture.count("Note", Filter::Nor(vec![search(term)])).await;
            assert_eq!(found, 5 - expected.len() as u64, "not {term} {language:?}");
        }
        if language.is_some() {
            drop_index(fixture).await;
        }
    }
    for path in ["n", "none", "title.x", "objectId"] {
        assert_eq!(
            fixture.count("Note", when(path, Test::Text(query("coffee", "english")))).await,
            0,
            "{path}"
        );
    }
}

pub async fn kept_by_every_write(fixture: &Fixture) {
    notes(fixture).await;
    add_index(fixture, &["title"], "english").await;
    let set = |value: Value| [("title", FieldUpdate::Set(value))];
    fixture.insert("Note", "new", &[("title", text("coffee coffee"))]).await;
    fixture.update("Note", "shops", &set(text("Tea shops"))).await.unwrap();
    fixture.update("Note", "tea", &set(text("coffee, tea"))).await.unwrap();
    fixture.update("Note", "none", &set(text("more coffee"))).await.unwrap();
    fixture.update("Note", "both", &[("n", FieldUpdate::Increment(1.0))]).await.unwrap();
    assert_eq!(fixture.ids("Note", search("coffee")).await, ["both", "tea", "none", "new"]);
    fixture.update("Note", "none", &set(Value::Null)).await.unwrap();
    fixture.submit(delete_step(&fixture.get_class("Note"), search("beans"))).await.unwrap();
    assert_eq!(fixture.ids("Note", search("coffee")).await, ["tea", "new"]);
    assert_eq!(fixture.ids("Note", search("shops coffee")).await, ["shops", "tea", "new"]);
    fixture.insert("Note", "both", &[("title", text("beans"))]).await;
    assert_eq!(fixture.ids("Note", search("coffee")).await, ["tea", "new"]);
    assert!(fixture.submit(fixture.insert_step("Note", "both", &[("title", text("coffee"))])).await.is_err());
    assert_eq!(fixture.ids("Note", search("coffee")).await, ["tea", "new"]);
}

pub async fn sorted_by_score(fixture: &Fixture) {
    notes(fixture).await;
    for indexed in [false, true] {
        if indexed {
            add_index(fixture, &["title"], "english").await;
        }
        let scored = ScoredText { path: FieldPath::top("title"), query: query("coffee beans", "english") };
        let scored: Arc<[ScoredText]> = Arc::new([scored]);
        let plan = fixture.plan("Note", search("coffee beans"));
        let mut columns = plan.columns.clone();
        columns.push(PlanColumn::Score(Arc::clone(&scored)));
        for descending in [false, true] {
            let order = vec![OrderBy { key: OrderKey::Score(Arc::clone(&scored)), descending }];
            let plan = ReadPlan { order, columns: columns.clone(), ..plan.clone() };
            let rows = fixture.read(plan).await.unwrap();
            let scores: Vec<_> = rows.iter().filter_map(|row| row.score).collect();
            assert!(scores.len() == 3 && scores.is_sorted_by(|one, next| one >= next), "{scores:?}");
            assert_eq!(rows[0].id, "both");
        }
    }
}

pub async fn languages(fixture: &Fixture) {
    fixture.class("Note", &[("title", FieldType::String)]).await;
    fixture.insert("Note", "house", &[("title", text("Die alten Häuser"))]).await;
    fixture.insert("Note", "horse", &[("title", text("Le cheval"))]).await;
    for indexed in [false, true] {
        if indexed {
            add_index(fixture, &["title"], "german").await;
        }
        for (term, language, expected) in [
            ("haus", "german", &["house"][..]),
            ("haus", "de", &["house"]),
            ("haus", "none", &[]),
            ("die", "german", &[]),
            ("die", "english", &["house"]),
            ("chevaux", "french", &["horse"]),
            ("chevaux", "german", &[]),
        ] {
            let filter = when("title", Test::Text(query(term, language)));
            assert_eq!(fixture.ids("Note", filter).await, expected, "{term} {language} {indexed}");
        }
    }
}

pub async fn sensitive(fixture: &Fixture) {
    notes(fixture).await;
    add_index(fixture, &["title"], "english").await;
    for (term, case_sensitive, diacritic_sensitive, expected) in [
        ("coffee", true, false, &["both"][..]),
        ("Coffee", true, false, &["shops", "both"]),
        ("cafe", false, true, &[]),
        ("CAFÉ", false, true, &["tea"]),
        ("CAFÉ", true, true, &[]),
    ] {
        let analyzer = Analyzer { language: Language::default(), case_sensitive, diacritic_sensitive };
        let filter = when("title", Test::Text(TextQuery::new(term, analyzer)));
        assert_eq!(fixture.ids("Note", filter).await, expected, "{term}");
    }
}

pub async fn gone_with_what_they_name(fixture: &Fixture) {
    notes(fixture).await;
    add_index(fixture, &["title", "body"], "english").await;
    let change = |change| fixture.store.change_schema(vec![change]);
    change(SchemaChange::DropField { class: "Note".into(), field: "body".into() }).await.unwrap();
    assert!(fixture.get_class("Note").indexes.is_empty());
    assert_eq!(fixture.ids("Note", search("tea")).await, ["tea"]);
    add_index(fixture, &["title"], "english").await;
    fixture.submit(delete_step(&fixture.get_class("Note"), Filter::all())).await.unwrap();
    change(SchemaChange::DropClass { name: "Note".into() }).await.unwrap();
    notes(fixture).await;
    add_index(fixture, &["title"], "english").await;
    assert_eq!(fixture.ids("Note", search("tea")).await, ["tea"]);
}

/// A field is in one text index, in one language.
pub async fn refused(fixture: &Fixture) {
    notes(fixture).await;
    add_index(fixture, &["title"], "english").await;
    let keys = vec![IndexKey { field: "title".into(), descending: false }];
    let kind = IndexKind::Text(Language::default());
    let index = Index { name: "again".into(), keys, unique: false, kind };
    let add = SchemaChange::AddIndex { class: "Note".into(), index };
    let error = refusal(fixture.store.change_schema(vec![add]).await);
    assert_eq!(error.message, "Field title is in another text index.");
}

/// Names in the database stay when a class or a field is renamed, and so do the terms.
pub async fn renamed(fixture: &Fixture) {
    notes(fixture).await;
    add_index(fixture, &["title"], "english").await;
    let changes = vec![
        SchemaChange::RenameField { class: "Note".into(), from: "title".into(), to: "heading".into() },
        SchemaChange::RenameClass { from: "Note".into(), to: "Page".into() },
    ];
    fixture.store.change_schema(changes).await.unwrap();
    fixture.insert("Page", "new", &[("heading", text("coffee"))]).await;
    let filter = when("heading", Test::Text(query("coffee", "english")));
    assert_eq!(fixture.ids("Page", filter).await, ["shops", "both", "new"]);
    assert_eq!(fixture.get_class("Page").text_language("heading"), Some(Language::default()));
    let drop = SchemaChange::DropIndex { class: "Page".into(), index: "words".into() };
    fixture.store.change_schema(vec![drop]).await.unwrap();
}
