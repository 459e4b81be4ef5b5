//! `astrolabe schema pull`: the classes of the database as files.

use clap::Args;

use super::TargetArgs;
use crate::cli::output;

#[derive(Debug, Args)]
pub(crate) struct PullArgs {
    #[command(flatten)]
    target: TargetArgs,
}

pub(super) fn run(args: &PullArgs) -> anyhow::Result<()> {
    let target = args.target.target()?;
    let schema = target.read_schema()?;
    let told = target.schema.write_classes(&target.schema.classes()?, &schema)?;
    let text = match told.is_empty() {
        true => {
            format!("{} says what the database of {} says.\n", target.schema.path().display(), target.shown())
        }
        false => told.iter().map(|line| format!("{line}\n")).collect(),
    };
    Ok(output::print(&text)?)
}
