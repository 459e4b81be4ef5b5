//! Migrations at the start of a server: applied, or a reason not to start.

use anyhow::bail;
use astrolabe_core::app::App;
use astrolabe_core::ports::Clock;

use super::{SchemaFolder, apply_pending, check_pending};

/// Brings an app to what the folder's migrations say, or refuses to go on without. Code that was written for a newer
/// schema does not work with an older one, nor the other way round. Without a folder of migrations nothing is asked.
pub async fn prepare(
    folder: &SchemaFolder,
    app: &App,
    migrate: bool,
    clock: &dyn Clock,
) -> anyhow::Result<()> {
    if !folder.has_migrations() {
        return Ok(());
    }
    let store = app.objects.store();
    if migrate {
        for migration in apply_pending(folder, store, clock).await? {
            tracing::info!(app.id = &*app.id, migration = &*migration.name, "migration applied");
        }
        return Ok(());
    }
    let pending = check_pending(folder, &store.schema())?;
    if pending.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = pending.iter().map(|migration| &*migration.name).collect();
    bail!(
        "migrations of the app {} are pending: {}. Apply them with `astrolabe schema migrate`, or start with --migrate",
        app.id,
        names.join(", ")
    )
}
