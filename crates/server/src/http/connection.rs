//! One connection, HTTP/1.1 or HTTP/2.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;

use super::Service;
use crate::lifecycle::Shutdown;

/// For the head of a request, and for an idle connection to send the next one. Longer than the 60 s for which
/// proxies commonly keep idle connections, so that they close first and never send into a closing one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// Bytes of a request's head.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Header fields of a request.
const HEADERS_MAX: usize = 100;
/// Requests at the same time over one HTTP/2 connection.
const STREAMS_MAX: u32 = 200;
/// An HTTP/2 peer that stays silent this long is asked whether it is still there, and has as long to answer.
const PING_INTERVAL: Duration = Duration::from_secs(30);

/// Serves the connection until the peer closes it or the server stops.
pub(super) async fn run<S: Service>(stream: TcpStream, peer: SocketAddr, service: S, shutdown: Shutdown) {
    // Answers are written whole, so waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    let spoken = Arc::new(AtomicBool::new(false));
    let service = service_fn({
        let spoken = spoken.clone();
        move |request: hyper::Request<Incoming>| {
            spoken.store(true, Ordering::Relaxed);
            let answering = service.clone().answer(request, peer);
            async move { Ok::<_, Infallible>(answering.await) }
        }
    });
    let builder = builder();
    let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = first_request_missing(&spoken) => return,
        () = shutdown.requested() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(error, "connection ended early");
    }
}

/// Ends when the peer has sent no request within the time for one. hyper's own timer starts only after it has seen
/// which protocol is spoken.
async fn first_request_missing(spoken: &AtomicBool) {
    tokio::time::sleep(HEAD_TIMEOUT).await;
    if spoken.load(Ordering::Relaxed) {
        std::future::pending().await
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX))
        .max_concurrent_streams(STREAMS_MAX)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_INTERVAL);
    builder
}
