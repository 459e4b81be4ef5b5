//! What happens around every request, whatever answers it: an id, the client's address, a line in the access log, and
//! a net for panics.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use astrolabe_core::ports::Ids;
use axum::response::Response;
use http::Request;
use ipnet::IpNet;

use crate::access_log::{AccessLine, AccessLog};
use crate::client_address::{ClientAddress, client_address};
use crate::panics;
use crate::request_id::{RequestId, X_REQUEST_ID};

/// What it needs.
pub struct Around {
    /// Makes request ids.
    pub ids: Arc<dyn Ids>,
    /// Peers whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Where the access log goes.
    pub access_log: AccessLog,
}

/// A response, and the app it is of, for the log.
pub struct Answered {
    /// The response.
    pub response: Response,
    /// The app's id; `None` when no app was found.
    pub app: Option<Arc<str>>,
}

impl From<Response> for Answered {
    fn from(response: Response) -> Self {
        Answered { response, app: None }
    }
}

impl Around {
    /// Answers a request of `peer` by `inside`.
    pub async fn answer<B, F>(
        &self,
        request: Request<B>,
        peer: SocketAddr,
        inside: impl FnOnce(Request<B>, ClientAddress) -> F,
    ) -> Response
    where
        F: Future<Output = Answered>,
    {
        let started = Instant::now();
        let id = RequestId::new(&*self.ids);
        let client = client_address(peer.ip(), request.headers(), &self.trusted_proxies);
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let Answered { mut response, app } = id.scope(panics::contain(inside(request, client))).await;
        (self.access_log)(&AccessLine {
            id,
            method: &method,
            path: uri.path(),
            status: response.status(),
            took: started.elapsed(),
            client: client.ip,
            app: app.as_deref().unwrap_or_default(),
        });
        if let Some(header) = id.header() {
            response.headers_mut().insert(X_REQUEST_ID, header);
        }
        response
    }
}
