//! The serving loop over real sockets.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tower::ServiceExt;

use super::*;

struct Server {
    address: SocketAddr,
    shutdown: Shutdown,
    running: JoinHandle<()>,
}

#[derive(Clone)]
struct Routed(Router);

impl Service for Routed {
    async fn answer(self, request: Request<Incoming>, peer: SocketAddr) -> Response {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let Ok(response) = self.0.oneshot(request).await;
        response
    }
}

async fn start(router: Router, grace: Duration) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, shutdown) = (listener.local_addr().unwrap(), Shutdown::manual());
    let limits = HttpLimits { connections_max: 100, shutdown_grace: grace };
    let running = tokio::spawn(serve(listener, Routed(router), limits, shutdown.clone()));
    Server { address, shutdown, running }
}

/// Sends a request on a connection of its own; the answer as text, empty when the connection was cut.
async fn ask(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

async fn panics() -> &'static str {
    panic!("a handler panics")
}

#[tokio::test]
async fn handlers_know_the_peer_and_a_panic_costs_one_connection() {
    let peer = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() };
    let router = Router::new().route("/peer", get(peer)).route("/panic", get(panics));
    let server = start(router, Duration::from_secs(5)).await;
    assert_eq!(ask(server.address, "/panic").await, "");
    let answer = ask(server.address, "/peer").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("127.0.0.1"), "{answer}");
    server.shutdown.request();
    server.running.await.unwrap();
}

#[tokio::test]
async fn what_is_in_flight_is_finished() {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (entered, leave) = (entered.clone(), leave.clone());
        move || async move {
            entered.notify_one();
            leave.notified().await;
            "done"
        }
    };
    let server = start(Router::new().route("/", get(handler)), Duration::from_secs(5)).await;
    let answer = tokio::spawn(ask(server.address, "/"));
    entered.notified().await;
    server.shutdown.request();
    leave.notify_one();
    assert!(answer.await.unwrap().ends_with("done"));
    server.running.await.unwrap();
}

#[tokio::test]
async fn what_never_ends_is_cut_off() {
    let entered = Arc::new(Notify::new());
    let handler = {
        let entered = entered.clone();
        move || async move {
            entered.notify_one();
            std::future::pending::<()>().await
        }
    };
    let server = start(Router::new().route("/", get(handler)), Duration::ZERO).await;
    let answer = tokio::spawn(ask(server.address, "/"));
    entered.notified().await;
    server.shutdown.request();
    server.running.await.unwrap();
    assert_eq!(answer.await.unwrap(), "");
}
