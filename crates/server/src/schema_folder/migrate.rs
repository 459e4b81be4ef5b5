//! Applying migrations to a database.

use anyhow::Context;
use astrolabe_core::ports::{Clock, Store};
use astrolabe_core::schema::Schema;
use astrolabe_schema_code::{Migration, pending};

use super::SchemaFolder;

/// The migrations that a database with this schema still needs. Fails when it has others than the folder.
pub fn check_pending(folder: &SchemaFolder, schema: &Schema) -> anyhow::Result<Vec<Migration>> {
    Ok(pending(folder.migrations()?, &schema.migrations)?)
}

/// Applies what is pending, each in one transaction, and tells what was. The first that fails ends it; those before it
/// stay applied.
pub async fn apply_pending(
    folder: &SchemaFolder,
    store: &dyn Store,
    clock: &dyn Clock,
) -> anyhow::Result<Vec<Migration>> {
    let pending = check_pending(folder, &store.schema())?;
    let mut applied = Vec::new();
    for migration in pending {
        match store.change_schema(migration.changes_at(clock.now())).await {
            Ok(_) => applied.push(migration),
            // Another server was quicker with the same one.
            Err(_) if is_applied(&store.schema(), &migration) => {}
            Err(error) => {
                let context = format!("{} cannot be applied; nothing of it was", migration.name);
                return Err(error).context(context);
            }
        }
    }
    Ok(applied)
}

fn is_applied(schema: &Schema, migration: &Migration) -> bool {
    let checksum = migration.checksum();
    schema.migrations.iter().any(|done| done.name == migration.name && *done.checksum == *checksum)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use astrolabe_core::events::Events;
    use astrolabe_core::schema::system_classes;
    use astrolabe_schema_code::ClassFile;
    use astrolabe_store::{SqliteOptions, SqliteStore};

    use super::*;
    use crate::lifecycle::SystemClock;

    #[test]
    fn two_at_the_same_time_apply_each_once() {
        let folder = tempfile::TempDir::new().unwrap();
        let schema = SchemaFolder::at(folder.path());
        for (number, text) in [
            (1, r#"{ "className": "Item", "fields": { "a": { "type": "String" } } }"#),
            (2, r#"{ "className": "Item", "fields": { "b": { "type": "String", "renamedFrom": "a" } } }"#),
        ] {
            let wanted = astrolabe_schema_code::Wanted::new([ClassFile::parse("f", text).unwrap()]).unwrap();
            let changes = astrolabe_schema_code::diff(&schema.migrated().unwrap(), &wanted).unwrap();
            schema.write_migration(&Migration::new(number, "x", changes)).unwrap();
        }
        let database = folder.path().join("data.db");
        let store =
            SqliteStore::open(&database, SqliteOptions::default(), Arc::new(Events::default())).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            store.change_schema(system_classes()).await.unwrap();
            let (one, other) = tokio::join!(
                apply_pending(&schema, &store, &SystemClock),
                apply_pending(&schema, &store, &SystemClock)
            );
            assert_eq!(one.unwrap().len() + other.unwrap().len(), 2);
        });
        let now = store.schema();
        assert_eq!(now.migrations.len(), 2);
        assert!(now.class("Item").unwrap().field("b").is_some());
    }
}
