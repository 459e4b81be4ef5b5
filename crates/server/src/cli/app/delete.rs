//! `astrolabe app delete`: takes an app out of the data folder, and its schema out of the way in PostgreSQL.

use anyhow::Context as _;
use astrolabe_core::ports::Clock as _;
use astrolabe_store::PostgresOptions;
use clap::Args;
use serde_json::json;

use super::{FolderArgs, print_json};
use crate::apps::AppDatabase;
use crate::cli::{UsageError, flags, output};
use crate::config::{PostgresAddress, SqliteSynchronous};
use crate::databases::Databases;
use crate::lifecycle::SystemClock;

/// Bytes of a name that PostgreSQL keeps.
const NAME_BYTES_MAX: usize = 63;

#[derive(Debug, Args)]
pub(in crate::cli) struct DeleteArgs {
    /// The application id.
    id: String,
    /// Yes, delete it.
    #[arg(long)]
    yes: bool,
    /// Also remove its data, rather than keeping its files in `deleted` or its schema under another name.
    #[arg(long)]
    purge: bool,
    #[command(flatten)]
    folder: FolderArgs,
}

pub(super) fn run(args: &DeleteArgs) -> anyhow::Result<()> {
    let folder = args.folder.of_app(&args.id)?;
    let record = folder.read(&args.id)?.ok_or_else(|| folder.missing(&args.id))?;
    if !args.yes {
        let (id, name) = (&record.id, &record.name);
        let sentence = format!("this deletes the app `{id}` ({name}) with all its data; say so with --yes");
        return Err(UsageError(sentence).into());
    }
    let server = flags::load_config_of_folder()?.server;
    let deleted = folder.delete(&args.id, &SystemClock)?;
    if args.purge {
        folder.purge(&deleted)?;
    }
    // Afterwards, so that no server opens the app anew.
    let kept_schema = match &server.postgres {
        Some(address) => take_away_schema(args, address, &server.postgres_options)?,
        None => None,
    };
    let kept = (!args.purge).then(|| deleted.display().to_string());
    if args.folder.json {
        return print_json(&json!({ "id": record.id, "keptIn": kept, "keptInSchema": kept_schema }));
    }
    let schema = kept_schema.map(|name| format!(" Its data is in the schema {name} until you drop it."));
    let files = match kept {
        Some(folder) => format!("Its files are in {folder} until you remove them."),
        None => "Its files are removed.".to_owned(),
    };
    Ok(output::print(&format!("The app {} is deleted. {files}{}\n", record.id, schema.unwrap_or_default()))?)
}

/// Renames the schema of the app, or drops it; its new name.
fn take_away_schema(
    args: &DeleteArgs,
    address: &PostgresAddress,
    options: &PostgresOptions,
) -> anyhow::Result<Option<String>> {
    let AppDatabase::Schema(schema) = AppDatabase::schema_of(&args.id) else { return Ok(None) };
    let mut kept = format!("deleted_{}_{schema}", SystemClock.now().0);
    // Ids are ASCII; the time tells names apart.
    kept.truncate(NAME_BYTES_MAX);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let databases = Databases::new(SqliteSynchronous::Full, Some((address, options)))?;
        let server = databases.postgres()?;
        if args.purge {
            server.remove(&schema).await.context("the app is deleted, but its schema is still there")?;
            return Ok(None);
        }
        let renamed = server.rename(&schema, &kept).await;
        Ok(renamed.context("the app is deleted, but its schema is still there")?.then_some(kept))
    })
}
