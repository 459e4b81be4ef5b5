//! `astrolabe schema diff`: what would change in the database if it became what the files say.

use astrolabe_core::schema::SchemaChange;
use astrolabe_schema_code::{describe, diff, loses_data};
use clap::Args;

use super::TargetArgs;
use crate::cli::output;

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// End with exit code 1 when there is a difference, for scripts.
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    target: TargetArgs,
}

/// The end of a command that found a difference and was asked to say so by its exit code.
#[derive(Debug, thiserror::Error)]
#[error("the files and the database differ")]
struct Differs;

pub(super) fn run(args: &DiffArgs) -> anyhow::Result<()> {
    let target = args.target.target()?;
    let changes = diff(&target.read_schema()?, &target.schema.classes()?)?;
    if changes.is_empty() {
        let (path, shown) = (target.schema.path().display(), target.shown());
        return Ok(output::print(&format!("{path} and the database of {shown} say the same.\n"))?);
    }
    output::print(&format!(
        "{} would change the database of {}:\n\n{}\n{}",
        target.schema.path().display(),
        target.shown(),
        lines(&changes),
        summary(&changes),
    ))?;
    if args.exit_code { Err(Differs.into()) } else { Ok(()) }
}

/// A line for each change, with a mark where data is lost.
pub(super) fn lines(changes: &[SchemaChange]) -> String {
    let line = |change| match loses_data(change) {
        Some(loss) => format!("  {}   LOSES DATA: {loss}\n", describe(change)),
        None => format!("  {}\n", describe(change)),
    };
    changes.iter().map(line).collect()
}

pub(super) fn summary(changes: &[SchemaChange]) -> String {
    let losing = changes.iter().filter(|change| loses_data(change).is_some()).count();
    let count = match changes.len() {
        1 => "1 change".to_owned(),
        several => format!("{several} changes"),
    };
    match losing {
        0 => format!("{count}, none loses data.\n"),
        losing => format!("{count}, {losing} of them with a loss of data.\n"),
    }
}
