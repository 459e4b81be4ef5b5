//! One connection of the load: takes the next request that is due, sends it and notes how long it took since then.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;

use crate::pace::Due;
use crate::report::Sample;
use crate::requests::PlannedRequest;

/// Sends requests until none is due any more. Any answer but 2xx ends the run: its figures would mean nothing.
pub async fn read_what_is_due(
    address: String,
    requests: Arc<[PlannedRequest]>,
    queue: Arc<Mutex<Receiver<Due>>>,
    start: Instant,
) -> anyhow::Result<Vec<Sample>> {
    let mut connection = open(&address).await?;
    let mut samples = Vec::new();
    loop {
        let next = queue.lock().await.recv().await;
        let Some(due) = next else { return Ok(samples) };
        let index = usize::try_from(due.number)? % requests.len();
        send(&mut connection, &requests[index], &address).await?;
        samples.push(Sample { due: due.at.saturating_duration_since(start), took: due.at.elapsed() });
    }
}

/// Opens a connection and keeps it going in a task of its own.
pub async fn open(address: &str) -> anyhow::Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // What goes wrong here shows as an error of the request that is under way.
    tokio::spawn(connection);
    Ok(sender)
}

/// Sends one request and reads its answer to the end.
pub async fn send(
    connection: &mut SendRequest<Full<Bytes>>,
    request: &PlannedRequest,
    address: &str,
) -> anyhow::Result<()> {
    connection.ready().await?;
    let answer = connection.send_request(request.build(address)?).await?;
    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    ensure!(status.is_success(), "an answer with status {status}: {}", String::from_utf8_lossy(&body));
    Ok(())
}
