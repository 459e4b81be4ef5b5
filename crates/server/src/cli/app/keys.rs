//! `astrolabe app keys`: shows client keys, and renews keys of every kind.

use clap::Args;

use super::{FolderArgs, show};
use crate::apps::KeyKind;
use crate::lifecycle::SystemIds;

#[derive(Debug, Args)]
pub(in crate::cli) struct KeysArgs {
    /// The application id.
    id: String,
    /// Make new keys of these kinds; the old ones stop working.
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    rotate: Vec<KeyKind>,
    /// Make client keys of these kinds where there are none.
    #[arg(long, value_name = "KIND", value_delimiter = ',', conflicts_with = "rotate")]
    enable: Vec<KeyKind>,
    /// Take the client keys of these kinds away; one has to stay.
    #[arg(long, value_name = "KIND", value_delimiter = ',', conflicts_with_all = ["rotate", "enable"])]
    disable: Vec<KeyKind>,
    #[command(flatten)]
    folder: FolderArgs,
}

pub(super) fn run(args: &KeysArgs) -> anyhow::Result<()> {
    let folder = args.folder.of_app(&args.id)?;
    let (record, master_key) = if !args.rotate.is_empty() {
        folder.rotate_keys(&args.id, &args.rotate, &SystemIds)?
    } else if !args.enable.is_empty() {
        (folder.enable_keys(&args.id, &args.enable, &SystemIds)?, None)
    } else if !args.disable.is_empty() {
        (folder.disable_keys(&args.id, &args.disable)?, None)
    } else {
        (folder.read(&args.id)?.ok_or_else(|| folder.missing(&args.id))?, None)
    };
    show(&record, master_key.as_deref(), args.folder.json)
}
