//! Somebody else's API: it tells what it was asked, and answers as a test wants.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use futures_util::StreamExt;
use http::{Request, StatusCode};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// See the module. It ends with the test.
pub struct Upstream {
    pub origin: String,
    pub control: Arc<Control>,
    serving: JoinHandle<()>,
}

/// What a test sees and decides.
#[derive(Default)]
pub struct Control {
    /// Requests that have arrived.
    pub requests: AtomicUsize,
    /// Everything answers this status, where it is not 0.
    pub fails_with: AtomicU64,
    /// How many requests still fail so; others succeed.
    pub failures_left: AtomicU64,
    /// `/wait` waits for this.
    pub go: Notify,
    /// `/wait` does not wait any more.
    pub is_open: AtomicBool,
}

impl Control {
    pub fn count(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// So many requests fail with a status.
    pub fn fail(&self, status: u64, times: u64) {
        self.fails_with.store(status, Ordering::SeqCst);
        self.failures_left.store(times, Ordering::SeqCst);
    }

    fn failure(&self) -> Option<StatusCode> {
        let left = &self.failures_left;
        left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).ok()?;
        StatusCode::from_u16(self.fails_with.load(Ordering::SeqCst) as u16).ok()
    }
}

impl Upstream {
    pub async fn start() -> Self {
        let control = Arc::new(Control::default());
        let app =
            Router::new().route("/{*path}", axum::routing::any(answer)).with_state(Arc::clone(&control));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { serve(listener, app).await });
        Upstream { origin, control, serving }
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, app: Router) {
    while let Ok((stream, _)) = listener.accept().await {
        let service = hyper_util::service::TowerToHyperService::new(app.clone());
        let connection = async move {
            let builder = hyper_util::server::conn::auto::Builder::new(hyper_util::rt::TokioExecutor::new());
            let _ = builder.serve_connection(hyper_util::rt::TokioIo::new(stream), service).await;
        };
        tokio::spawn(connection);
    }
}

async fn answer(
    State(control): State<Arc<Control>>,
    Path(path): Path<String>,
    request: Request<Body>,
) -> Response {
    let number = control.requests.fetch_add(1, Ordering::SeqCst) + 1;
    if let Some(status) = control.failure() {
        let told = format!("upstream says no: {:?}", request.headers());
        return respond(status, "text/plain", told);
    }
    let (first, rest) = path.split_once('/').unwrap_or((&path, ""));
    match first {
        "wait" => {
            if !control.is_open.load(Ordering::SeqCst) {
                control.go.notified().await;
            }
            respond(StatusCode::OK, "text/plain", number.to_string())
        }
        "number" => respond(StatusCode::OK, "text/plain", number.to_string()),
        "with" => {
            // `/with/cache-control/no-store` answers so.
            let (name, value) = rest.split_once('/').unwrap();
            let mut response = respond(StatusCode::OK, "text/plain", number.to_string());
            let value = percent_decode(value).parse().unwrap();
            response.headers_mut().insert(http::HeaderName::try_from(name).unwrap(), value);
            response
        }
        "status" => {
            respond(StatusCode::from_u16(rest.parse().unwrap()).unwrap(), "text/plain", "as asked".into())
        }
        "to" => {
            let mut response = respond(StatusCode::FOUND, "text/plain", String::new());
            response.headers_mut().insert("location", percent_decode(rest).parse().unwrap());
            response
        }
        "large" => {
            let chunk = axum::body::Bytes::from(vec![b'x'; 64 * 1024]);
            let chunks = futures_util::stream::repeat(chunk).take(rest.parse().unwrap());
            Response::new(Body::from_stream(chunks.map(Ok::<_, std::io::Error>)))
        }
        "slow" => {
            let control = Arc::clone(&control);
            let later = futures_util::stream::once(async move {
                control.go.notified().await;
                "second"
            });
            let chunks = futures_util::stream::once(async { "first," }).chain(later);
            Response::new(Body::from_stream(chunks.map(Ok::<_, std::io::Error>)))
        }
        _ => echo(request).await,
    }
}

async fn echo(request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 30).await;
    let headers: serde_json::Map<_, _> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into()))
        .collect();
    let told = json!({
        "method": parts.method.as_str(),
        "path": parts.uri.path(),
        "query": parts.uri.query(),
        "headers": headers,
        "length": body.as_ref().map_or(0, |body| body.len()),
        "body": body.ok().filter(|body| body.len() < 1000).map(|body| String::from_utf8_lossy(&body).into_owned()),
    });
    let mut response = respond(StatusCode::OK, "application/json", told.to_string());
    let headers = response.headers_mut();
    headers.insert("set-cookie", "upstream=1".parse().unwrap());
    headers.insert("x-internal", "yes".parse().unwrap());
    headers.insert("etag", "\"1\"".parse().unwrap());
    response
}

fn respond(status: StatusCode, kind: &str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", kind.parse().unwrap());
    response
}

fn percent_decode(text: &str) -> String {
    text.replace("%2F", "/").replace("%3A", ":").replace("%20", " ")
}
