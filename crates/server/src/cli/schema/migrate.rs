//! `astrolabe schema migrate`: makes migrations, applies them and shows which are applied.

use anyhow::ensure;
use astrolabe_schema_code::{Migration, diff};
use clap::Args;

use super::TargetArgs;
use super::diff::{lines, summary};
use crate::cli::output;
use crate::lifecycle::SystemClock;
use crate::schema_folder::{apply_pending, check_pending};

#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// What it does, in a few words; becomes a part of its file's name.
    name: String,
    #[command(flatten)]
    target: TargetArgs,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    target: TargetArgs,
}

pub(super) fn apply(args: &TargetArgs) -> anyhow::Result<()> {
    let target = args.target()?;
    let done = target.change(async |store| apply_pending(&target.schema, store, &SystemClock).await)?;
    let mut text: String = done.iter().map(|migration| format!("applied {}\n", migration.name)).collect();
    if done.is_empty() {
        text = format!("Nothing is pending in {}.\n", target.shown());
    }
    Ok(output::print(&text)?)
}

pub(super) fn new(args: &NewArgs) -> anyhow::Result<()> {
    let folder = args.target.schema_folder()?;
    ensure!(
        folder.exists(),
        "there is no folder {}; `astrolabe schema pull` makes it",
        folder.path().display()
    );
    let wanted = folder.classes()?;
    // What the first migration renames is in no migration before it, so it would be added beside the old one.
    ensure!(
        !wanted.renames() || !folder.migrations()?.is_empty(),
        "the class files rename something, but no migration made it: make a migration of the classes as they were \
         first, then rename"
    );
    let changes = diff(&folder.migrated()?, &wanted)?;
    if changes.is_empty() {
        return Ok(output::print(
            "The migrations lead to what the class files say; there is nothing to make.\n",
        )?);
    }
    let migration = Migration::new(folder.next_number()?, &args.name, changes);
    let path = folder.write_migration(&migration)?;
    let changes = &migration.changes;
    Ok(output::print(&format!("wrote {}\n\n{}\n{}", path.display(), lines(changes), summary(changes)))?)
}

pub(super) fn status(args: &StatusArgs) -> anyhow::Result<()> {
    let target = args.target.target()?;
    let schema = target.read_schema()?;
    let pending = check_pending(&target.schema, &schema)?;
    let mut text = String::new();
    for applied in &schema.migrations {
        text.push_str(&format!("  applied  {}  {}\n", applied.applied_at.to_iso(), applied.name));
    }
    for migration in &pending {
        text.push_str(&format!("  pending  {:24}  {}\n", "", migration.name));
    }
    if text.is_empty() {
        text = format!("There are no migrations in {}.\n", target.schema.path().display());
    }
    if pending.is_empty() && !diff(&target.schema.migrated()?, &target.schema.classes()?)?.is_empty() {
        text.push_str(
            "\nThe class files say more; `astrolabe schema migrate new NAME` makes a migration of it.\n",
        );
    }
    Ok(output::print(&text)?)
}
