//! `astrolabe app rename`: another name for people.

use clap::Args;

use super::{FolderArgs, show};

#[derive(Debug, Args)]
pub(in crate::cli) struct RenameArgs {
    /// The application id, which stays.
    id: String,
    /// The new name.
    name: String,
    #[command(flatten)]
    folder: FolderArgs,
}

pub(super) fn run(args: &RenameArgs) -> anyhow::Result<()> {
    let record = args.folder.of_app(&args.id)?.rename(&args.id, &args.name)?;
    show(&record, None, args.folder.json)
}
