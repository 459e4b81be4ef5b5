//! `astrolabe dev`: the backend of the project in the current folder, with nothing to set up.
//!
//! Its keys stay the same from run to run. They are in clear in `.astrolabe/keys.json`, which git ignores, so that
//! the site and tools beside it can read them. Where the server is stands in `.astrolabe/running.json` while it runs.

mod keys;
mod running;

use std::path::{Path, PathBuf};

use astrolabe_core::app::HashedKey;

use super::flags::ServerFlags;
use super::serve::{self, Banner, Launch};
use super::{declared, output};
use crate::apps::DataFolder;
use crate::config::{DeclaredApp, Mode};
use crate::outbox_page::OUTBOX_PATH;
use keys::DevKeys;
use running::PublicKeys;
pub(super) use running::RunningFile;

pub(super) const PROJECT_FOLDER: &str = ".astrolabe";

pub(super) fn run(flags: ServerFlags) -> anyhow::Result<()> {
    let mut loaded = flags.load_config(Mode::Dev)?;
    let project = Path::new(PROJECT_FOLDER);
    let data_dir = loaded.config.server.data_dir.clone();
    let keeps_mail = loaded.config.server.mail.smtp.is_none();
    let in_postgres = loaded.config.server.postgres.is_some();
    let folder = DataFolder::open(&data_dir)?.with_databases_in_postgres(in_postgres);
    let (declared, banner, running) = match loaded.config.app.take() {
        Some(app) => {
            let keys = keys::load_or_make(project, &app.id)?;
            let banner = banner(&app, &keys, data_dir, keeps_mail);
            let running = RunningFile::new(project, public_keys(&app, &keys));
            (Some(declared::complete(with_dev_keys(app, &keys), &folder)?), Some(banner), Some(running))
        }
        None => (None, None, None),
    };
    serve::run(Launch {
        config: loaded.config,
        warnings: loaded.warnings,
        folder,
        declared,
        banner,
        running,
        writes_back: true,
    })
}

/// Keys of the configuration win over those of the project folder.
fn with_dev_keys(mut app: DeclaredApp, dev: &DevKeys) -> DeclaredApp {
    app.keys.rest.get_or_insert_with(|| dev.rest_key.clone());
    app.keys.javascript.get_or_insert_with(|| dev.javascript_key.clone());
    app.keys.master.get_or_insert_with(|| HashedKey::of(&dev.master_key));
    app
}

fn public_keys(app: &DeclaredApp, dev: &DevKeys) -> PublicKeys {
    PublicKeys {
        app_id: app.id.clone(),
        rest_key: app.keys.rest.clone().unwrap_or_else(|| dev.rest_key.clone()),
        javascript_key: app.keys.javascript.clone().unwrap_or_else(|| dev.javascript_key.clone()),
    }
}

fn banner(app: &DeclaredApp, dev: &DevKeys, data_dir: PathBuf, keeps_mail: bool) -> Banner {
    let PublicKeys { app_id: id, rest_key: rest, javascript_key: javascript } = public_keys(app, dev);
    let master = match app.keys.master {
        Some(_) => "as configured".to_owned(),
        None => dev.master_key.clone(),
    };
    Box::new(move |url| {
        let outbox = if keeps_mail { format!("{url}{OUTBOX_PATH}") } else { "mail is sent".to_owned() };
        let rows = output::columns(&[
            ("Parse API", &format!("{url}/parse")),
            ("Application id", &id),
            ("REST key", &rest),
            ("JavaScript key", &javascript),
            ("Master key", &master),
            ("Data", &data_dir.display().to_string()),
            ("Outbox", &outbox),
        ]);
        format!("\n  Astrolabe {}, development\n\n{rows}\n", env!("CARGO_PKG_VERSION"))
    })
}
