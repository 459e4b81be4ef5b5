//! `astrolabe app`: makes apps in the data folder, lists, changes and deletes them.
//!
//! It works beside a running server, which finds new and changed apps by itself.

mod delete;
mod hosts;
mod keys;
mod limits;
mod rename;
mod usage;

use std::path::PathBuf;

use astrolabe_core::app::is_valid_app_id;
use astrolabe_core::ports::Ids;
use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::{UsageError, flags, output};
use crate::apps::{AppRecord, DataFolder};
use crate::lifecycle::{SystemClock, SystemIds};

/// Characters of an id that nobody has chosen.
const NEW_ID_LEN: usize = 16;

#[derive(Debug, Subcommand)]
pub(super) enum AppCommand {
    /// Make an app, with keys of its own.
    Create(CreateArgs),
    /// List the apps.
    List(FolderArgs),
    /// Show the client keys of an app, renew keys, or take client keys away.
    Keys(keys::KeysArgs),
    /// Give an app another name for people. Its id stays.
    Rename(rename::RenameArgs),
    /// Show or set the host names that choose an app where a protocol has no key.
    Hosts(hosts::HostsArgs),
    /// Show or set how much an app may use.
    Limits(limits::LimitsArgs),
    /// Show what apps have used.
    Usage(usage::UsageArgs),
    /// Delete an app and its data.
    ///
    /// Its folder is moved to `deleted` in the data folder. A running server lets go of the app within seconds.
    Delete(delete::DeleteArgs),
}

#[derive(Debug, Args)]
pub(super) struct FolderArgs {
    /// The data folder of the server; when left out, the one `astrolabe start` would use here.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print JSON, for scripts.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// The application id: letters, digits, `_` or `-`. Made up when left out.
    #[arg(long)]
    id: Option<String>,
    /// A name for people. The id when left out.
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    folder: FolderArgs,
}

pub(super) fn run(command: AppCommand) -> anyhow::Result<()> {
    match command {
        AppCommand::Create(args) => create(args),
        AppCommand::List(args) => list(&args),
        AppCommand::Keys(args) => keys::run(&args),
        AppCommand::Rename(args) => rename::run(&args),
        AppCommand::Hosts(args) => hosts::run(&args),
        AppCommand::Limits(args) => limits::run(&args),
        AppCommand::Usage(args) => usage::run(&args),
        AppCommand::Delete(args) => delete::run(&args),
    }
}

impl FolderArgs {
    /// The data folder, for an app that should be in it.
    fn of_app(&self, id: &str) -> anyhow::Result<DataFolder> {
        check_id(id)?;
        Ok(DataFolder::at(&self.path()?))
    }

    fn path(&self) -> anyhow::Result<PathBuf> {
        match &self.data {
            Some(path) => Ok(path.clone()),
            None => Ok(flags::load_config_of_folder()?.server.data_dir),
        }
    }
}

fn create(args: CreateArgs) -> anyhow::Result<()> {
    let id = args.id.unwrap_or_else(new_id);
    check_id(&id)?;
    let name = args.name.unwrap_or_else(|| id.clone());
    let folder = DataFolder::open(&args.folder.path()?)?;
    let app = folder.create(&id, &name, &SystemClock, &SystemIds)?;
    show(&app.record, Some(&app.master_key), args.folder.json)
}

fn list(args: &FolderArgs) -> anyhow::Result<()> {
    let path = args.path()?;
    let apps = DataFolder::at(&path).list()?;
    if args.json {
        let apps =
            apps.iter().map(|app| json!({"id": app.id, "name": app.name, "createdAt": app.created_at}));
        return print_json(&apps.collect());
    }
    if apps.is_empty() {
        let text = format!("No apps in {} yet. `astrolabe app create` makes one.\n", path.display());
        return Ok(output::print(&text)?);
    }
    let width = apps.iter().map(|app| app.id.len()).max().unwrap_or_default();
    let lines = apps.iter().map(|app| format!("{:width$}  {}  {}\n", app.id, app.created_at, app.name));
    Ok(output::print(&lines.collect::<String>())?)
}

fn check_id(id: &str) -> Result<(), UsageError> {
    if is_valid_app_id(id) {
        return Ok(());
    }
    let allowed = "1 to 64 letters, digits, `_` or `-`, since it is also the name of a folder";
    Err(UsageError(format!("{id:?} cannot be an application id: it takes {allowed}")))
}

/// Lower case only, so that ids stay apart on file systems that do not tell cases apart.
fn new_id() -> String {
    let mut id = SystemIds.key();
    id.truncate(NEW_ID_LEN);
    id
}

fn show(app: &AppRecord, master_key: Option<&str>, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return print_json(&json!({
            "id": app.id,
            "name": app.name,
            "createdAt": app.created_at,
            "restKey": app.rest_key,
            "javascriptKey": app.javascript_key,
            "clientKey": app.client_key,
            "masterKey": master_key,
        }));
    }
    let mut rows = vec![("Application id", app.id.as_str()), ("Name", app.name.as_str())];
    rows.extend(app.rest_key.as_deref().map(|key| ("REST key", key)));
    rows.extend(app.javascript_key.as_deref().map(|key| ("JavaScript key", key)));
    rows.extend(app.client_key.as_deref().map(|key| ("Client key", key)));
    rows.extend(master_key.map(|key| ("Master key", key)));
    let note = match master_key {
        Some(_) => "\nKeep the master key now: only its hash is stored, so it cannot be shown again.\n",
        None => {
            "\nThe master key is stored as a hash and cannot be shown; `--rotate master` makes a new one.\n"
        }
    };
    Ok(output::print(&format!("{}{note}", output::columns(&rows)))?)
}

fn print_json(value: &Json) -> anyhow::Result<()> {
    Ok(output::print(&format!("{}\n", serde_json::to_string_pretty(value)?))?)
}
