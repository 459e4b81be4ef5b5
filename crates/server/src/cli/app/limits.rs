//! `astrolabe app limits`: how much an app may use, in place of what the server's settings say.

use astrolabe_core::app::AppLimits;
use clap::Args;
use serde_json::json;

use super::{FolderArgs, print_json};
use crate::cli::output;
use crate::config::parse_size;

/// A rate is kept in microseconds.
const NUMBER_MAX: u64 = 1_000_000;

/// A bound as it was given: a number, or `none` for that of the server.
type Given = Option<u64>;

#[derive(Debug, Args)]
pub(in crate::cli) struct LimitsArgs {
    /// The application id.
    id: String,
    /// Requests in a second, or `none`.
    #[arg(long, value_name = "N", value_parser = number)]
    requests_per_second: Option<Given>,
    /// Requests in a minute, or `none`.
    #[arg(long, value_name = "N", value_parser = number)]
    requests_per_minute: Option<Given>,
    /// Requests at the same time, or `none`.
    #[arg(long, value_name = "N", value_parser = number)]
    concurrent_requests: Option<Given>,
    /// The largest request body, such as 1mb, or `none`.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    body: Option<Given>,
    /// What the database may take, such as 500mb, or `none`.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    storage: Option<Given>,
    #[command(flatten)]
    folder: FolderArgs,
}

pub(super) fn run(args: &LimitsArgs) -> anyhow::Result<()> {
    let folder = args.folder.of_app(&args.id)?;
    let record = match args.changes_something() {
        true => folder.change_limits(&args.id, |limits| args.apply(limits))?,
        false => folder.read(&args.id)?.ok_or_else(|| folder.missing(&args.id))?,
    };
    if args.folder.json {
        return print_json(&json!({ "id": record.id, "limits": record.limits.to_json() }));
    }
    Ok(output::print(&text_of(&record.limits))?)
}

impl LimitsArgs {
    fn changes_something(&self) -> bool {
        let rates = [self.requests_per_second, self.requests_per_minute, self.concurrent_requests];
        rates.into_iter().chain([self.body, self.storage]).any(|given| given.is_some())
    }

    fn apply(&self, limits: &mut AppLimits) {
        let pairs = [
            (self.requests_per_second, &mut limits.requests_per_second),
            (self.requests_per_minute, &mut limits.requests_per_minute),
            (self.concurrent_requests, &mut limits.concurrent_requests),
            (self.body, &mut limits.body_bytes),
            (self.storage, &mut limits.storage_bytes),
        ];
        for (given, limit) in pairs {
            if let Some(given) = given {
                *limit = given;
            }
        }
    }
}

fn text_of(limits: &AppLimits) -> String {
    let rows = [
        ("Requests per second", limits.requests_per_second),
        ("Requests per minute", limits.requests_per_minute),
        ("Concurrent requests", limits.concurrent_requests),
        ("Bytes of a body", limits.body_bytes),
        ("Bytes of storage", limits.storage_bytes),
    ];
    let rows =
        rows.map(|(name, limit)| (name, limit.map_or_else(|| "as the server".into(), |n| n.to_string())));
    output::columns(&rows.each_ref().map(|(name, value): &(&str, String)| (*name, value.as_str())))
}

fn number(text: &str) -> Result<Given, String> {
    let between = || format!("it takes a number from 1 to {NUMBER_MAX}, or none");
    match text {
        "none" => Ok(None),
        text => match text.parse() {
            Ok(number) if (1..=NUMBER_MAX).contains(&number) => Ok(Some(number)),
            _ => Err(between()),
        },
    }
}

fn size(text: &str) -> Result<Given, String> {
    match text {
        "none" => Ok(None),
        text => match parse_size(text) {
            Some(bytes) if bytes > 0 => Ok(Some(bytes)),
            _ => Err("it takes a size such as 20mb, or none".to_owned()),
        },
    }
}
