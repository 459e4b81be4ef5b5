//! The folder of class files of a server that starts: migrations before it, and changes written back while it runs.

use std::sync::Arc;

use astrolabe_core::app::{App, Apps};
use tokio::task::JoinSet;

use super::Launch;
use crate::apps::{AppDatabase, AppRegistry};
use crate::lifecycle::SystemClock;
use crate::schema_folder::{KeptTypes, SchemaFolder, keep_types, prepare as prepare_app, write_back_changes};

/// Applies or checks migrations. The tasks write changes back until they are dropped.
pub(super) async fn prepare(launch: &Launch, registry: &AppRegistry) -> anyhow::Result<JoinSet<()>> {
    let folder = SchemaFolder::at(&launch.config.server.schema_dir);
    let mut tasks = JoinSet::new();
    if !folder.has_migrations() && !launch.writes_back {
        return Ok(tasks);
    }
    let Some(app) = the_app(launch, registry).await? else {
        tracing::warn!(
            schema.dir = %folder.path().display(),
            "migrations are looked at for a declared app or a single one; here are several"
        );
        return Ok(tasks);
    };
    prepare_app(&folder, &app, launch.config.server.migrate, &SystemClock).await?;
    if launch.writes_back {
        if let Some(dir) = launch.config.server.types_dir.clone() {
            let tables = database_of(launch, &app)?.tables();
            tasks.spawn(keep_types(KeptTypes { dir, schema: folder.clone(), tables }, Arc::clone(&app)));
        }
        tasks.spawn(write_back_changes(folder, app));
    }
    Ok(tasks)
}

fn database_of(launch: &Launch, app: &App) -> anyhow::Result<AppDatabase> {
    match &launch.declared {
        Some(declared) => Ok(declared.database.clone()),
        None => Ok(launch.folder.database_of(&app.id)?),
    }
}

/// The app that the folder is about.
async fn the_app(launch: &Launch, registry: &AppRegistry) -> anyhow::Result<Option<Arc<App>>> {
    let id = match &launch.declared {
        Some(declared) => declared.id.clone(),
        None => match launch.folder.list()?.as_slice() {
            [only] => only.id.clone(),
            _ => return Ok(None),
        },
    };
    Ok(registry.by_id(&id).await?)
}
