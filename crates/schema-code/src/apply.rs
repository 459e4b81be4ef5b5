//! Schema changes on schemas in memory: what a list of migrations leads to, without a database.

use std::sync::Arc;

use astrolabe_core::error::Result;
use astrolabe_core::schema::{Class, Schema, SchemaChange, check_change, system_classes};

/// The schema of a new app.
pub fn base_schema() -> Result<Schema> {
    replay(Schema::default(), &system_classes())
}

/// The schema after the changes, by the same rules as in a database.
pub fn replay(schema: Schema, changes: &[SchemaChange]) -> Result<Schema> {
    let mut next = schema.draft();
    for change in changes {
        if check_change(&next, change)? {
            apply(&mut next, change);
        }
    }
    Ok(next)
}

/// Applies a change that has been checked.
fn apply(schema: &mut Schema, change: &SchemaChange) {
    match change {
        SchemaChange::AddClass { name, permissions } => {
            let (fields, indexes) = Default::default();
            let permissions = permissions.clone();
            let class =
                Class { name: Arc::clone(name), table: Arc::clone(name), fields, indexes, permissions };
            schema.classes.insert(Arc::clone(name), Arc::new(class));
        }
        SchemaChange::AddField { class, field } | SchemaChange::SetFieldOptions { class, field } => {
            edit(schema, class, |class| {
                let column = Arc::clone(&field.name);
                class.fields.insert(Arc::clone(&column), field.clone().into_field(column));
            });
        }
        SchemaChange::DropField { class, field } => edit(schema, class, |class| {
            class.fields.shift_remove(field);
            class.indexes.retain(|_, index| !index.names(field));
            class.permissions.forget_field(field);
        }),
        SchemaChange::AddIndex { class, index } => edit(schema, class, |class| {
            class.indexes.insert(Arc::clone(&index.name), index.clone());
        }),
        SchemaChange::DropIndex { class, index } => edit(schema, class, |class| {
            class.indexes.shift_remove(index);
        }),
        SchemaChange::SetPermissions { class, permissions } => {
            edit(schema, class, |class| class.permissions = permissions.clone());
        }
        SchemaChange::DropClass { name } => {
            schema.classes.shift_remove(name);
        }
        SchemaChange::RenameClass { from, to } => schema.rename_class(from, to),
        SchemaChange::RenameField { class, from, to } => schema.rename_field(class, from, to),
        SchemaChange::RecordMigration(migration) => schema.migrations.push(migration.clone()),
    }
}

fn edit(schema: &mut Schema, class: &str, change: impl FnOnce(&mut Class)) {
    if let Some(class) = schema.classes.get_mut(class) {
        change(Arc::make_mut(class));
    }
}
