//! `astrolabe app hosts`: which host names choose an app.

use astrolabe_core::app::HostName;
use clap::Args;
use serde_json::json;

use super::{FolderArgs, print_json};
use crate::cli::{UsageError, output};

#[derive(Debug, Args)]
pub(in crate::cli) struct HostsArgs {
    /// The application id.
    id: String,
    /// The host names, in place of those it has: shop.example,www.shop.example.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    set: Vec<String>,
    /// Take all host names away.
    #[arg(long, conflicts_with = "set")]
    none: bool,
    #[command(flatten)]
    folder: FolderArgs,
}

pub(super) fn run(args: &HostsArgs) -> anyhow::Result<()> {
    let folder = args.folder.of_app(&args.id)?;
    let record = if args.none || !args.set.is_empty() {
        let hosts = args.set.iter().map(|name| host(name)).collect::<Result<Vec<_>, _>>()?;
        folder.set_hosts(&args.id, &hosts)?
    } else {
        folder.read(&args.id)?.ok_or_else(|| folder.missing(&args.id))?
    };
    if args.folder.json {
        return print_json(&json!({ "id": record.id, "hosts": record.hosts }));
    }
    match record.hosts.is_empty() {
        true => output::print(&format!("No host chooses the app {}.\n", record.id))?,
        false => output::print(&record.hosts.iter().map(|host| format!("{host}\n")).collect::<String>())?,
    }
    Ok(())
}

fn host(name: &str) -> Result<HostName, UsageError> {
    HostName::parse(name).ok_or_else(|| {
        let example = "a name such as shop.example, without a port; write other letters in their xn-- form";
        UsageError(format!("{name:?} is not a host name: it takes {example}"))
    })
}
