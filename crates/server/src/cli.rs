//! The command line: what each command takes, and how its end becomes an exit code.
//!
//! 0 is success, 2 a mistake in flags or configuration, 1 anything else. People get one clear sentence on standard
//! error, never a dump of internals.

mod app;
mod declared;
mod dev;
mod flags;
mod output;
mod schema;
mod serve;
mod start;
mod types;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use thiserror::Error as ThisError;

use crate::config::Mistakes;

const EXIT_USAGE: u8 = 2;

/// The complete backend of an Astro site, compatible with Parse.
#[derive(Debug, Parser)]
#[command(name = "astrolabe", version, max_term_width = 100, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the backend of the project in this folder, for development.
    ///
    /// Makes the folder `.astrolabe` with keys and a database, and prints where everything is. Clients may make
    /// classes by writing to them.
    Dev(flags::ServerFlags),
    /// Run the server, for production.
    ///
    /// Needs an app: one made by `astrolabe app create`, or one declared with --app-id and --master-key. When it
    /// accepts connections it prints `ready <url>`. It stops on SIGTERM and finishes what is in flight.
    Start(flags::ServerFlags),
    /// Make apps and show their keys.
    #[command(subcommand)]
    App(app::AppCommand),
    /// Keep the schema as files in the project, and change it by migrations.
    #[command(subcommand)]
    Schema(schema::SchemaCommand),
    /// Write TypeScript types, Zod schemas and a Drizzle schema of the app's classes.
    ///
    /// Works beside a running server.
    Types(types::TypesArgs),
}

/// A mistake in how a command was used, as one sentence.
#[derive(Debug, ThisError)]
#[error("{0}")]
struct UsageError(String);

/// Runs the command of this process.
pub fn run() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Dev(flags) => dev::run(flags),
        Command::Start(flags) => start::run(flags),
        Command::App(command) => app::run(command),
        Command::Schema(command) => schema::run(command),
        Command::Types(args) => types::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error);
            exit_code_of(&error)
        }
    }
}

fn exit_code_of(error: &anyhow::Error) -> ExitCode {
    if error.is::<Mistakes>() || error.is::<UsageError>() {
        ExitCode::from(EXIT_USAGE)
    } else {
        ExitCode::FAILURE
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
