//! Text indexes on SQLite: triggers keep the stored terms in the transaction of every write, whoever writes.

use astrolabe_core::schema::{Class, Field, Index, IndexKind, OBJECT_ID};
use astrolabe_core::text::Language;

use crate::catalogue::{TERM, create_terms, drop_terms, terms_table, text_fields};
use crate::dialect::SQLITE;
use crate::statement::quoted;

/// Statements that make a text index over the rows that are there and those to come; none for other indexes.
pub(super) fn create(class: &Class, index: &Index) -> Vec<String> {
    let IndexKind::Text(language) = index.kind else { return Vec::new() };
    text_fields(class, index).flat_map(|field| create_one(class, field, language)).collect()
}

fn create_one(class: &Class, field: &Field, language: Language) -> Vec<String> {
    let name = terms_table(class, field);
    let (table, column, terms) = (quoted(&class.table), quoted(&field.column), quoted(&name));
    let terms_of = |row: &str| format!("json_each(text_terms({row}.{column}, '{}')) AS e", language.name());
    let add = |row: &str| {
        format!("INSERT INTO {terms} SELECT e.value, {row}.\"{OBJECT_ID}\" FROM {}", terms_of(row))
    };
    let remove = format!(
        "DELETE FROM {terms} WHERE {TERM} IN (SELECT e.value FROM {}) AND \"{OBJECT_ID}\" = OLD.\"{OBJECT_ID}\"",
        terms_of("OLD")
    );
    let trigger = |event: &str, when: &str, body: &str| {
        let trigger = quoted(&format!("{name}_{event}"));
        format!("CREATE TRIGGER {trigger} AFTER {when} BEGIN {body}; END")
    };
    vec![
        create_terms(&SQLITE, class, field),
        format!("INSERT INTO {terms} SELECT e.value, t.\"{OBJECT_ID}\" FROM {table} AS t, {}", terms_of("t")),
        trigger("insert", &format!("INSERT ON {table} WHEN NEW.{column} IS NOT NULL"), &add("NEW")),
        trigger(
            "update",
            &format!("UPDATE OF {column} ON {table} WHEN OLD.{column} IS NOT NEW.{column}"),
            &format!("{remove}; {}", add("NEW")),
        ),
        trigger("delete", &format!("DELETE ON {table} WHEN OLD.{column} IS NOT NULL"), &remove),
    ]
}

/// Statements that remove it; the triggers are of the class's own table.
pub(super) fn remove(class: &Class, index: &Index) -> Vec<String> {
    let triggers = text_fields(class, index).flat_map(|field| {
        let name = terms_table(class, field);
        ["insert", "update", "delete"]
            .map(|event| format!("DROP TRIGGER {}", quoted(&format!("{name}_{event}"))))
    });
    triggers.chain(drop_terms(&SQLITE, class, index)).collect()
}
