//! A request that has passed the gate.

use std::borrow::Cow;
use std::sync::Arc;

use astrolabe_core::access::Scope;
use astrolabe_core::app::{App, InFlight};
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::objects::RequestId;
use astrolabe_core::value::JsonMap;
use http::HeaderValue;

use super::Params;
use crate::client_address::ClientAddress;

/// Who is calling what; shared by the requests of a batch.
pub struct ParseContext {
    /// The app.
    pub app: Arc<App>,
    /// The caller's rights.
    pub scope: Scope,
    /// The session token that was presented.
    pub session_token: Option<Arc<str>>,
    /// Where the request comes from.
    pub client: ClientAddress,
    /// The host that the client has named.
    pub(super) host: Option<HeaderValue>,
    /// Where the API is mounted, such as `/parse`.
    pub(super) mount: &'static str,
    /// Its place among the requests that the app answers at the same time.
    pub(super) _in_flight: InFlight,
}

impl ParseContext {
    /// The address of the Parse API as this client sees it, without a slash at the end.
    pub fn base_url(&self) -> Cow<'_, str> {
        match &self.app.settings.public_url {
            Some(url) => Cow::Borrowed(url),
            None => {
                let host = self.host.as_ref().and_then(|host| host.to_str().ok()).unwrap_or("localhost");
                Cow::Owned(format!("http://{host}{}", self.mount))
            }
        }
    }
}

/// One call: the context, the body without its envelope, and the query string's parameters.
pub struct ParseCall {
    /// Who is calling.
    pub context: Arc<ParseContext>,
    /// The body.
    pub body: JsonMap,
    /// The query string.
    pub query: Params,
    /// The id under which the request is done only once; `None` where the app's settings do not ask for that.
    pub request_id: Option<RequestId>,
}

impl ParseCall {
    /// The app.
    pub fn app(&self) -> &App {
        &self.context.app
    }

    /// The caller's rights.
    pub fn scope(&self) -> &Scope {
        &self.context.scope
    }

    /// Records the id of the request, if it has one, before anything is done. Fails with 159 when it was recorded before.
    pub async fn record_request(&self) -> Result<()> {
        match &self.request_id {
            Some(request) => self.app().objects.record_request(self.scope(), request).await,
            None => Ok(()),
        }
    }

    /// Body and query string together; the query string wins. Its values are text.
    pub fn params(mut self) -> JsonMap {
        self.body.extend(self.query.0);
        self.body
    }

    /// The same with JSON in the query string read as JSON, as reads of objects take it.
    pub fn json_params(mut self) -> JsonMap {
        self.body.extend(self.query.with_json_values());
        self.body
    }

    /// Fails with 403 unless the master key was presented.
    pub fn require_master(&self) -> Result<()> {
        use astrolabe_core::access::Caller;
        match self.scope().caller() {
            Some(Caller::Master { .. }) => Ok(()),
            _ => Err(Error::denied(ErrorCode::MasterKeyRequired, "unauthorized: master key is required")),
        }
    }

    /// Fails with 119 for a key that may only read.
    pub fn require_writer(&self) -> Result<()> {
        if self.scope().is_read_only() {
            return Err(Error::denied(
                ErrorCode::OperationForbidden,
                "read-only masterKey isn't allowed to perform this operation.",
            ));
        }
        Ok(())
    }
}
