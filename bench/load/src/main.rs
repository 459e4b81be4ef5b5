//! Open-loop load: requests leave at a fixed rate, whether or not the server keeps up, and the time of each counts from
//! the moment it was due. A server that stands still for a second therefore shows it in every request that was due in
//! that second; a tool that waits for answers before it asks again would count one slow request (coordinated omission).
//!
//!     bench-load ADDRESS READS RATE SECONDS CONNECTIONS [STORM COUNT]
//!
//! READS and STORM are files of requests (`requests.rs`). With STORM, COUNT of its requests are sent at once after the
//! first quarter of the time. Prints one JSON object.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::task::JoinSet;

mod connection;
mod pace;
mod report;
mod requests;
mod storm;

use report::Sample;
use requests::PlannedRequest;

const CONNECTIONS_MAX: usize = 1_000;
const SECONDS_MAX: u64 = 600;
const RATE_MAX: u64 = 1_000_000;
/// Requests that were due but have not been sent yet. Beyond it the server is hopelessly overloaded.
const BACKLOG_MAX: usize = 1_000_000;
/// Time for what is still under way when the last request has become due.
const DRAIN: Duration = Duration::from_secs(30);

struct Plan {
    address: String,
    reads: Arc<[PlannedRequest]>,
    rate: u64,
    length: Duration,
    connections: usize,
    storm: Option<Storm>,
}

struct Storm {
    requests: Vec<PlannedRequest>,
    after: Duration,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let plan = Plan::from_arguments(std::env::args().skip(1).collect())?;
    let start = Instant::now() + Duration::from_millis(200);
    let mut readers = start_readers(&plan, start);
    let storm = match plan.storm {
        Some(storm) => Some(storm::send(&plan.address, storm.requests, start + storm.after).await?),
        None => None,
    };
    let mut samples: Vec<Sample> = Vec::new();
    let patience = plan.length + DRAIN;
    let all_read = async {
        while let Some(finished) = readers.join_next().await {
            samples.extend(finished??);
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(patience, all_read)
        .await
        .context("the server did not answer all requests in time")??;
    report::print(&samples, storm.as_ref(), start, plan.rate, plan.length)
}

/// One task per connection; whichever is free takes the next request that is due.
fn start_readers(plan: &Plan, start: Instant) -> JoinSet<anyhow::Result<Vec<Sample>>> {
    let due = Arc::new(tokio::sync::Mutex::new(pace::start(plan.rate, plan.length, start, BACKLOG_MAX)));
    let mut readers = JoinSet::new();
    for _ in 0..plan.connections {
        let (address, reads, due) = (plan.address.clone(), Arc::clone(&plan.reads), Arc::clone(&due));
        readers.spawn(connection::read_what_is_due(address, reads, due, start));
    }
    readers
}

impl Plan {
    fn from_arguments(arguments: Vec<String>) -> anyhow::Result<Self> {
        let usage = "usage: bench-load ADDRESS READS RATE SECONDS CONNECTIONS [STORM COUNT]";
        let [address, reads, rate, seconds, connections, storm @ ..] = arguments.as_slice() else {
            anyhow::bail!(usage);
        };
        let (rate, seconds): (u64, u64) = (rate.parse()?, seconds.parse()?);
        let connections: usize = connections.parse()?;
        ensure!((1..=RATE_MAX).contains(&rate), "RATE must be 1 to {RATE_MAX}");
        ensure!((1..=SECONDS_MAX).contains(&seconds), "SECONDS must be 1 to {SECONDS_MAX}");
        ensure!((1..=CONNECTIONS_MAX).contains(&connections), "CONNECTIONS must be 1 to {CONNECTIONS_MAX}");
        let length = Duration::from_secs(seconds);
        let storm = match storm {
            [] => None,
            [file, count] => Some(Storm::read(file, count.parse()?, length / 4)?),
            _ => anyhow::bail!(usage),
        };
        Ok(Self {
            address: address.clone(),
            reads: requests::read(reads)?.into(),
            rate,
            length,
            connections,
            storm,
        })
    }
}

impl Storm {
    fn read(file: &str, count: usize, after: Duration) -> anyhow::Result<Self> {
        ensure!((1..=CONNECTIONS_MAX).contains(&count), "COUNT must be 1 to {CONNECTIONS_MAX}");
        let requests = requests::read(file)?.into_iter().cycle().take(count).collect();
        Ok(Self { requests, after })
    }
}
