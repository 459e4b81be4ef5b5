//! A request that has passed the gate.

use std::sync::Arc;

use astrolabe_core::access::Scope;
use astrolabe_core::app::App;
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::objects::RequestId;
use astrolabe_core::value::JsonMap;
use axum::extract::FromRequestParts;
use http::request::Parts;

use super::{Failure, Params};
use crate::client_address::ClientAddress;

/// Who is calling what; shared by the requests of a batch.
pub struct ParseContext {
    /// The app.
    pub app: Arc<App>,
    /// The caller's rights.
    pub scope: Scope,
    /// The session token that was presented.
    pub session_token: Option<Arc<str>>,
    /// The address of the Parse API as this client sees it, without a slash at the end.
    pub base_url: String,
    /// Where the request comes from.
    pub client: Option<ClientAddress>,
}

/// One call: the context, the body without its envelope, and the query string's parameters.
#[derive(Clone)]
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

impl<S: Sync> FromRequestParts<S> for ParseCall {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.remove::<ParseCall>().ok_or_else(|| Failure(Error::internal()))
    }
}
