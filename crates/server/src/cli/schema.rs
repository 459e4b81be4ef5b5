//! `astrolabe schema`: the schema of an app as files, and migrations of it.

mod diff;
mod migrate;
mod pull;
pub(super) mod target;

use clap::{Args, Subcommand};

pub(super) use target::TargetArgs;

#[derive(Debug, Subcommand)]
pub(super) enum SchemaCommand {
    /// Write the classes of the database to files, one for each class.
    ///
    /// A file that says the same already stays as it is. Works beside a running server.
    Pull(pull::PullArgs),
    /// Show what would change if the database became what the files say.
    ///
    /// Works beside a running server.
    Diff(diff::DiffArgs),
    /// Apply pending migrations; make a new one; show which are applied.
    Migrate(MigrateArgs),
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct MigrateArgs {
    #[command(subcommand)]
    command: Option<MigrateCommand>,
    #[command(flatten)]
    target: TargetArgs,
}

#[derive(Debug, Subcommand)]
enum MigrateCommand {
    /// Make a migration of what the class files say beyond the migrations so far. Needs no database.
    New(migrate::NewArgs),
    /// Show which migrations are applied, and which are pending. Works beside a running server.
    Status(migrate::StatusArgs),
}

pub(super) fn run(command: SchemaCommand) -> anyhow::Result<()> {
    match command {
        SchemaCommand::Pull(args) => pull::run(&args),
        SchemaCommand::Diff(args) => diff::run(&args),
        SchemaCommand::Migrate(args) => match args.command {
            None => migrate::apply(&args.target),
            Some(MigrateCommand::New(args)) => migrate::new(&args),
            Some(MigrateCommand::Status(args)) => migrate::status(&args),
        },
    }
}
