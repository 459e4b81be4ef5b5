//! The serving loop: from an accepted socket to requests for a service.
//!
//! Here are the bounds of a connection: how many there are, how long a head may take, how large it may be, and how
//! long requests may still run when the server stops. What is answered is the service's business.

mod connection;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::lifecycle::Shutdown;

/// How long to wait when the operating system cannot give out another socket.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What answers requests. Each gets a clone, so clones are cheap.
pub trait Service: Clone + Send + 'static {
    /// Answers a request of `peer`, whose IPv4 address never comes in its IPv6 form.
    fn answer(
        self,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> impl Future<Output = Response> + Send + 'static;
}

/// Bounds of the serving loop.
#[derive(Debug, Clone, Copy)]
pub struct HttpLimits {
    /// Connections open at the same time; further ones wait in the kernel's queue.
    pub connections_max: usize,
    /// How long requests in flight may take after the wish to stop.
    pub shutdown_grace: Duration,
}

/// Serves until the wish to stop, then until what is in flight is done, but no longer than the grace.
pub async fn serve<S: Service>(listener: TcpListener, service: S, limits: HttpLimits, shutdown: Shutdown) {
    let mut connections = JoinSet::new();
    let places = Arc::new(Semaphore::new(limits.connections_max.min(Semaphore::MAX_PERMITS)));
    loop {
        let (stream, peer, place) = tokio::select! {
            biased;
            () = shutdown.requested() => break,
            Some(ended) = connections.join_next() => { report(ended); continue }
            accepted = accept(&listener, &places) => accepted,
        };
        let connection = connection::run(stream, peer, service.clone(), shutdown.clone());
        connections.spawn(async move {
            connection.await;
            drop(place);
        });
    }
    drop(listener);
    drain(connections, limits.shutdown_grace).await;
}

type Place = tokio::sync::OwnedSemaphorePermit;

/// The next connection, once there is a place for it.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, SocketAddr, Option<Place>) {
    let place = places.clone().acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                return (stream, SocketAddr::new(peer.ip().to_canonical(), peer.port()), place);
            }
            Err(error) => after_accept_error(&error).await,
        }
    }
}

/// A client that gave up before it was accepted is nobody's problem; running out of sockets passes.
async fn after_accept_error(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tracing::error!(%error, "no connection can be accepted at the moment");
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

async fn drain(mut connections: JoinSet<()>, grace: Duration) {
    let all_ended = async {
        while let Some(ended) = connections.join_next().await {
            report(ended);
        }
    };
    if tokio::time::timeout(grace, all_ended).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "requests were still in flight and have been cut off"
        );
        connections.shutdown().await;
    }
}

/// A panic in a handler costs its connection, never the server.
fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "a connection has panicked");
    }
}

#[cfg(test)]
mod tests;
