//! `astrolabe start`: the server in production.

use super::flags::ServerFlags;
use super::serve::{self, Launch};
use super::{UsageError, declared};
use crate::apps::DataFolder;
use crate::config::Mode;

pub(super) fn run(flags: ServerFlags) -> anyhow::Result<()> {
    let mut loaded = flags.load_config(Mode::Start)?;
    let in_postgres = loaded.config.server.postgres.is_some();
    let folder = DataFolder::open(&loaded.config.server.data_dir)?.with_databases_in_postgres(in_postgres);
    let declared = match loaded.config.app.take() {
        Some(app) => Some(declared::complete(app, &folder)?),
        None => None,
    };
    if declared.is_none() && folder.list()?.is_empty() {
        return Err(no_app(&folder).into());
    }
    serve::run(Launch {
        config: loaded.config,
        warnings: loaded.warnings,
        folder,
        declared,
        banner: None,
        running: None,
        writes_back: false,
    })
}

fn no_app(folder: &DataFolder) -> UsageError {
    UsageError(format!(
        "there is no app in {data}: make one with `astrolabe app create --data {data}`, or declare one with \
         --app-id and --master-key",
        data = folder.path().display(),
    ))
}
