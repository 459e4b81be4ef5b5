//! Development: classes that change by first use or through the API become a migration and class files, ready to be
//! committed; and a migration that a developer adds is applied at once.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use astrolabe_core::app::App;
use astrolabe_core::ports::{Clock, Store};
use astrolabe_schema_code::{Migration, Wanted, diff, replay, title_of};

use super::{MIGRATIONS, SchemaFolder, apply_pending, file_names};
use crate::lifecycle::SystemClock;

/// How often the schema and the folder are looked at.
const INTERVAL: Duration = Duration::from_millis(250);
/// How long the schema must have been left alone, so that one piece of work becomes one migration.
const QUIET: Duration = Duration::from_secs(2);

/// Runs until it is dropped. It does nothing while there is no folder.
pub async fn write_back_changes(folder: SchemaFolder, app: Arc<App>) {
    let mut seen = None;
    let mut changed_at = Instant::now();
    let mut is_open = true;
    loop {
        tokio::time::sleep(INTERVAL).await;
        if !folder.exists() {
            continue;
        }
        let now = (app.objects.schema().version, files_of(&folder));
        if seen.as_ref() != Some(&now) {
            (seen, changed_at, is_open) = (Some(now), Instant::now(), true);
        } else if is_open && changed_at.elapsed() >= QUIET {
            is_open = false;
            if let Err(error) = settle(&folder, app.objects.store(), &SystemClock).await {
                tracing::warn!(error = format!("{error:#}"), "the schema and its files do not fit");
            }
        }
    }
}

/// Names and times of the migrations, which tell that one was added.
fn files_of(folder: &SchemaFolder) -> Vec<(String, Option<SystemTime>)> {
    let migrations = folder.path().join(MIGRATIONS);
    let modified = |name: &String| migrations.join(name).metadata().and_then(|file| file.modified()).ok();
    let names = file_names(&migrations).unwrap_or_default();
    names.into_iter().map(|name| (name.clone(), modified(&name))).collect()
}

/// Applies what is pending, then writes down what the database has beyond the migrations.
pub(super) async fn settle(
    folder: &SchemaFolder,
    store: &dyn Store,
    clock: &dyn Clock,
) -> anyhow::Result<()> {
    for migration in apply_pending(folder, store, clock).await? {
        tracing::info!(migration = &*migration.name, "migration applied");
    }
    let changes = diff(&folder.migrated()?, &Wanted::of(&store.schema()))?;
    if changes.is_empty() {
        return Ok(());
    }
    // What the developer has changed in the files meanwhile stays: the files get the same changes, not the same content.
    let files = folder.classes()?;
    let schema = replay(files.schema()?, &changes)?;
    let migration = Migration::new(folder.next_number()?, &title_of(&changes), changes);
    let path = folder.write_migration(&migration)?;
    store.change_schema(vec![migration.record_at(clock.now())]).await?;
    folder.write_classes(&files, &schema)?;
    tracing::info!(file = %path.display(), "the schema changed; a migration is ready to be committed");
    Ok(())
}
