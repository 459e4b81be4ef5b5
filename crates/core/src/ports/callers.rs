//! From a session token to a caller, so that the HTTP layers need not know the auth slice.

use std::sync::Arc;

use super::BoxFuture;
use crate::access::UserCaller;
use crate::app::App;
use crate::error::Result;

/// Resolves session tokens; the auth slice implements it.
pub trait Callers: Send + Sync {
    /// The user of a session token. Fails with 209 when the token is unknown or its session has expired.
    fn resolve<'a>(&'a self, app: &'a App, session_token: &'a str) -> BoxFuture<'a, Result<Arc<UserCaller>>>;
}
