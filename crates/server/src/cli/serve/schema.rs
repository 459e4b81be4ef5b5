//! The folder of class files of a server that starts: migrations before it, and changes written back while it runs.

use std::sync::Arc;

use astrolabe_core::app::{App, Apps};
use tokio::task::JoinHandle;

use super::Launch;
use crate::apps::AppRegistry;
use crate::lifecycle::SystemClock;
use crate::schema_folder::{SchemaFolder, prepare as prepare_app, write_back_changes};

/// Applies or checks migrations; the task writes changes back until it is stopped.
pub(super) async fn prepare(launch: &Launch, registry: &AppRegistry) -> anyhow::Result<JoinHandle<()>> {
    let folder = SchemaFolder::at(&launch.config.server.schema_dir);
    let nothing = || tokio::spawn(async {});
    if !folder.has_migrations() && !launch.writes_back {
        return Ok(nothing());
    }
    let Some(app) = the_app(launch, registry).await? else {
        tracing::warn!(
            schema.dir = %folder.path().display(),
            "migrations are looked at for a declared app or a single one; here are several"
        );
        return Ok(nothing());
    };
    prepare_app(&folder, &app, launch.config.server.migrate, &SystemClock).await?;
    match launch.writes_back {
        true => Ok(tokio::spawn(write_back_changes(folder, app))),
        false => Ok(nothing()),
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
