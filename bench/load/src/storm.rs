//! Many requests at the same moment, each over a connection of its own: a hundred people who log in at once.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::connection;
use crate::requests::PlannedRequest;

/// When a storm began, how long it took to its last answer, and the time of each request in it.
pub struct StormReport {
    pub began: Instant,
    pub took: Duration,
    pub times: Vec<Duration>,
}

/// Opens the connections, waits until `at`, and sends everything.
pub async fn send(address: &str, requests: Vec<PlannedRequest>, at: Instant) -> anyhow::Result<StormReport> {
    let mut connections = Vec::with_capacity(requests.len());
    for request in requests {
        connections.push((connection::open(address).await?, request));
    }
    tokio::time::sleep_until(at.into()).await;
    let began = Instant::now();
    let mut under_way = JoinSet::new();
    for (mut connection, request) in connections {
        let address = address.to_owned();
        under_way.spawn(async move {
            connection::send(&mut connection, &request, &address).await?;
            anyhow::Ok(began.elapsed())
        });
    }
    let mut times = Vec::new();
    while let Some(finished) = under_way.join_next().await {
        times.push(finished??);
    }
    Ok(StormReport { began, took: began.elapsed(), times })
}
