//! A change in the words of `schema diff`.

use astrolabe_core::schema::{FieldSpec, SchemaChange, index_to_json};

/// One line about a change; the first character says what it does: `+` adds, `-` removes, `~` changes, `>` renames.
pub fn describe(change: &SchemaChange) -> String {
    match change {
        SchemaChange::AddClass { name, .. } => format!("+ class {name}"),
        SchemaChange::AddField { class, field } => {
            format!("+ field {class}.{}: {}{}", field.name, field.kind, options(field))
        }
        SchemaChange::SetFieldOptions { class, field } => {
            format!("~ field {class}.{}: {}{}", field.name, field.kind, options(field))
        }
        SchemaChange::DropField { class, field } => format!("- field {class}.{field}"),
        SchemaChange::AddIndex { class, index } => {
            format!("+ index {class}.{} {}", index.name, index_to_json(index))
        }
        SchemaChange::DropIndex { class, index } => format!("- index {class}.{index}"),
        SchemaChange::SetPermissions { class, .. } => format!("~ permissions of {class}"),
        SchemaChange::DropClass { name } => format!("- class {name}"),
        SchemaChange::RenameClass { from, to } => format!("> class {from} becomes {to}"),
        SchemaChange::RenameField { class, from, to } => {
            format!("> field {class}.{from} becomes {class}.{to}")
        }
        SchemaChange::RecordMigration(migration) => format!("+ record of {}", migration.name),
    }
}

fn options(field: &FieldSpec) -> String {
    let mut text = String::new();
    if field.required {
        text.push_str(", required");
    }
    if let Some(default) = &field.default {
        text.push_str(&format!(", default {}", default.to_json()));
    }
    if let Some(rule) = field.on_delete {
        text.push_str(&format!(", onDelete {}", rule.name()));
    }
    text
}

/// A few words for a migration that nobody has named.
pub fn title_of(changes: &[SchemaChange]) -> String {
    let mut classes: Vec<&str> = Vec::new();
    for class in changes.iter().filter_map(class_of) {
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
    match (changes, classes.as_slice()) {
        ([SchemaChange::AddField { class, field }], _) => format!("{class} add {}", field.name),
        ([SchemaChange::DropField { class, field }], _) => format!("{class} drop {field}"),
        ([SchemaChange::AddClass { name, .. }, ..], [_]) => format!("add {name}"),
        ([SchemaChange::AddClass { name, .. }, ..], [_, others @ ..]) => {
            format!("add {name} and {} more", others.len())
        }
        (_, [class]) => format!("change {class}"),
        (_, [class, others @ ..]) => format!("change {class} and {} more", others.len()),
        (_, []) => "change".into(),
    }
}

fn class_of(change: &SchemaChange) -> Option<&str> {
    match change {
        SchemaChange::AddClass { name, .. } | SchemaChange::DropClass { name } => Some(name),
        SchemaChange::RenameClass { to, .. } => Some(to),
        SchemaChange::AddField { class, .. }
        | SchemaChange::SetFieldOptions { class, .. }
        | SchemaChange::DropField { class, .. }
        | SchemaChange::AddIndex { class, .. }
        | SchemaChange::DropIndex { class, .. }
        | SchemaChange::SetPermissions { class, .. }
        | SchemaChange::RenameField { class, .. } => Some(class),
        SchemaChange::RecordMigration(_) => None,
    }
}

/// What the change takes away for good, if it does.
pub fn loses_data(change: &SchemaChange) -> Option<&'static str> {
    match change {
        SchemaChange::DropField { .. } => Some("the values of the field are lost"),
        SchemaChange::DropClass { .. } => Some("the class is lost; refused while it holds objects"),
        _ => None,
    }
}
