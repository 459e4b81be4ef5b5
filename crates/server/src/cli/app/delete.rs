//! `astrolabe app delete`: takes an app out of the data folder.

use clap::Args;
use serde_json::json;

use super::{FolderArgs, print_json};
use crate::cli::{UsageError, output};
use crate::lifecycle::SystemClock;

#[derive(Debug, Args)]
pub(in crate::cli) struct DeleteArgs {
    /// The application id.
    id: String,
    /// Yes, delete it.
    #[arg(long)]
    yes: bool,
    /// Also remove its files, rather than keeping them in `deleted`.
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
    let deleted = folder.delete(&args.id, &SystemClock)?;
    if args.purge {
        folder.purge(&deleted)?;
    }
    let kept = (!args.purge).then(|| deleted.display().to_string());
    if args.folder.json {
        return print_json(&json!({ "id": record.id, "keptIn": kept }));
    }
    let files = match kept {
        Some(folder) => format!("Its files are in {folder} until you remove them."),
        None => "Its files are removed.".to_owned(),
    };
    Ok(output::print(&format!("The app {} is deleted. {files}\n", record.id))?)
}
