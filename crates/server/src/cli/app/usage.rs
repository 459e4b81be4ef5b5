//! `astrolabe app usage`: what apps have used, as their server has noted it; it does so every minute and when it stops.

use astrolabe_core::app::Usage;
use astrolabe_core::value::Timestamp;
use clap::Args;
use serde_json::{Value as Json, json};

use super::{FolderArgs, print_json};
use crate::apps::{AppRecord, DataFolder};
use crate::cli::output;

#[derive(Debug, Args)]
pub(in crate::cli) struct UsageArgs {
    /// The application id; all apps when left out.
    id: Option<String>,
    #[command(flatten)]
    folder: FolderArgs,
}

pub(super) fn run(args: &UsageArgs) -> anyhow::Result<()> {
    match &args.id {
        Some(id) => one(args, id),
        None => all(args),
    }
}

fn one(args: &UsageArgs, id: &str) -> anyhow::Result<()> {
    let folder = args.folder.of_app(id)?;
    let record = folder.read(id)?.ok_or_else(|| folder.missing(id))?;
    let usage = folder.usage_of(id);
    if args.folder.json {
        return print_json(&shown(&record, &usage));
    }
    let rows = [
        ("Requests", usage.requests.to_string()),
        ("Errors", usage.errors.to_string()),
        ("Bytes in", usage.bytes_in.to_string()),
        ("Bytes out", usage.bytes_out.to_string()),
        ("Objects written", usage.objects_written.to_string()),
        ("Bytes of storage", usage.storage_bytes.to_string()),
        ("Last used", last_used(&usage)),
    ];
    Ok(output::print(&output::columns(&rows.each_ref().map(|(name, value)| (*name, value.as_str()))))?)
}

fn all(args: &UsageArgs) -> anyhow::Result<()> {
    let folder = DataFolder::at(&args.folder.path()?);
    let apps: Vec<_> = folder.list()?.into_iter().map(|app| (folder.usage_of(&app.id), app)).collect();
    if args.folder.json {
        return print_json(&apps.iter().map(|(usage, app)| shown(app, usage)).collect());
    }
    let line = |(usage, app): &(Usage, AppRecord)| {
        let (requests, storage) = (usage.requests, usage.storage_bytes);
        format!("{:32}  {requests:>12}  {storage:>14}  {}\n", app.id, last_used(usage))
    };
    let head = format!("{:32}  {:>12}  {:>14}  {}\n", "app", "requests", "storage", "last used");
    Ok(output::print(&std::iter::once(head).chain(apps.iter().map(line)).collect::<String>())?)
}

fn shown(record: &AppRecord, usage: &Usage) -> Json {
    let mut shown = usage.to_json(&record.limits);
    shown["id"] = json!(record.id);
    shown
}

fn last_used(usage: &Usage) -> String {
    match usage.last_used_ms {
        0 => "never".to_owned(),
        ms => Timestamp(ms).to_iso(),
    }
}
