//! The app that the configuration declares, completed with what the data folder knows of it.

use std::path::PathBuf;
use std::sync::Arc;

use astrolabe_core::app::{AppKeys, Meter};

use super::UsageError;
use crate::apps::{AppDatabase, AppDefinition, DataFolder, files};
use crate::config::DeclaredApp;

/// Takes keys the configuration does not give from the folder's record of the same id, so that `--app-id` alone
/// names an app of the folder. A declared app must have a master key in the end.
pub(super) fn complete(app: DeclaredApp, folder: &DataFolder) -> anyhow::Result<AppDefinition> {
    let stored = match folder.read(&app.id)? {
        Some(record) => record.keys().map_err(anyhow::Error::msg)?,
        None => AppKeys::default(),
    };
    let keys = merge(app.keys, stored);
    if keys.master.is_none() {
        let sentence = format!(
            "the app `{id}` has no master key: set ASTROLABE_MASTER_KEY or --master-key, or make the app with \
             `astrolabe app create --id {id} --data {data}`",
            id = app.id,
            data = folder.path().display(),
        );
        return Err(UsageError(sentence).into());
    }
    let database = match (app.schema, app.database) {
        (Some(schema), _) => AppDatabase::Schema(schema),
        (None, Some(path)) => AppDatabase::File(in_existing_folder(path)?),
        (None, None) => folder.database_of(&app.id)?,
    };
    let meter = Meter::new(app.settings.limits.clone(), &folder.usage_of(&app.id));
    let (id, hosts, settings) = (app.id, app.hosts, app.settings);
    Ok(AppDefinition { id, keys, hosts, settings, database, meter: Arc::new(meter) })
}

fn in_existing_folder(path: PathBuf) -> anyhow::Result<PathBuf> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        files::create_private_folder(folder)?;
    }
    Ok(path)
}

fn merge(given: AppKeys, stored: AppKeys) -> AppKeys {
    AppKeys {
        rest: given.rest.or(stored.rest),
        javascript: given.javascript.or(stored.javascript),
        client: given.client.or(stored.client),
        dot_net: given.dot_net.or(stored.dot_net),
        master: given.master.or(stored.master),
        read_only_master: given.read_only_master.or(stored.read_only_master),
        maintenance: given.maintenance.or(stored.maintenance),
    }
}
