//! The gate in front of a face: the app of the host, the body with a bound, and the app's meter.

use std::sync::Arc;

use astrolabe_core::app::{self, App, AppSettings, Apps, HostName};
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::ports::BoxFuture;
use axum::response::Response;
use bytes::Bytes;
use http::Request;
use http_body::Body;

use super::{HostedAnswer, HostedCall, PublicAddress};
use crate::around::Answered;
use crate::client_address::ClientAddress;
use crate::parse::BodyBudget;
use crate::parse::read_body::{ReservedBytes, read_body};

/// Answers the requests that a gate has let in.
pub trait HostedFace: Send + Sync {
    /// Answers a request.
    fn answer(&self, call: HostedCall) -> BoxFuture<'_, HostedAnswer>;

    /// The answer to a request that does not come that far.
    fn refusal(&self, error: &Error) -> HostedAnswer;
}

/// The gate, and the face behind it.
pub struct HostedGate {
    /// The apps of this server.
    pub apps: Arc<dyn Apps>,
    /// Settings that hold until an app is known.
    pub defaults: Arc<AppSettings>,
    /// The largest body that the face takes, in bytes; an app may allow less.
    pub body_bytes_max: usize,
    /// The bytes of bodies that may be held at the same time.
    pub body_budget: BodyBudget,
    /// What answers.
    pub face: Arc<dyn HostedFace>,
}

impl HostedGate {
    /// Answers a request. `below` is its path below the mount.
    pub async fn answer<B>(&self, request: Request<B>, below: &str, client: ClientAddress) -> Answered
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let address = PublicAddress::of_request(request.headers(), client);
        let app = match self.app_of(&address).await {
            Ok(app) => app,
            Err(error) => return self.face.refusal(&error).into_response().into(),
        };
        let mut bytes_in = 0;
        let (parts, body) = request.into_parts();
        let answer = match self.read(&app, body, &mut bytes_in).await {
            Ok((body, _reserved, in_flight)) => {
                let path = format!("/{below}");
                let app = Arc::clone(&app);
                let call = HostedCall { app, parts, path, body, client, address, _in_flight: in_flight };
                self.face.answer(call).await
            }
            Err(error) => self.face.refusal(&error),
        };
        let response = answer.into_response();
        count(&app, &response, bytes_in);
        Answered { response, app: Some(Arc::clone(&app.id)) }
    }

    /// The app that the host name chooses, else the only one there is.
    async fn app_of(&self, address: &PublicAddress) -> Result<Arc<App>> {
        let host = address.origin.split_once("://").map_or("", |(_, host)| host);
        // A name that no app can have, such as an address of version 6, still chooses the only app.
        let host = HostName::of_header(host).or_else(|| HostName::parse("unnamed"));
        let app = match &host {
            Some(host) => self.apps.by_host(host).await?,
            None => None,
        };
        app.ok_or_else(|| Error::new(ErrorCode::EndpointNotFound, "No app has this host name."))
    }

    async fn read<B>(
        &self,
        app: &App,
        body: B,
        bytes_in: &mut usize,
    ) -> Result<(Bytes, ReservedBytes, app::InFlight)>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let server_max = self.defaults.max_body_bytes.min(self.body_bytes_max);
        let bytes_max = app.meter.body_bytes_max(server_max).min(server_max);
        let (body, reserved) = read_body(body, bytes_max, &self.body_budget).await?;
        *bytes_in = body.len();
        let in_flight = app.meter.begin(app.objects.clock().now())?;
        Ok((body, reserved, in_flight))
    }
}

/// Counts a request for its app.
fn count(app: &App, response: &Response, bytes_in: usize) {
    app.meter.count(app::Answered {
        refused: response.status().as_u16() >= 400,
        bytes_in: bytes_in as u64,
        bytes_out: response.body().size_hint().exact().unwrap_or_default(),
        at: app.objects.clock().now(),
    });
}
