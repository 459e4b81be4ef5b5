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
    for migration in &pending {
        store
            .change_schema(migration.changes_at(clock.now()))
            .await
            .with_context(|| format!("{} cannot be applied; nothing of it was", migration.name))?;
    }
    Ok(pending)
}
