//! From a session token to a caller, so that the HTTP layers need not know the auth slice.

use std::sync::Arc;

use super::BoxFuture;
use crate::access::UserCaller;
use crate::app::App;
use crate::error::Result;
use crate::objects::Object;
use crate::value::JsonMap;

/// Resolves session tokens; the auth slice implements it.
pub trait Callers: Send + Sync {
    /// The user of a session token. Fails with 209 when the token is unknown or its session has expired.
    fn resolve<'a>(&'a self, app: &'a App, session_token: &'a str) -> BoxFuture<'a, Result<Arc<UserCaller>>>;

    /// The session of a token with its user, for faces that show both. Fails with 209 as above, and for a user who is
    /// locked out.
    fn signed_in<'a>(&'a self, app: &'a App, session_token: &'a str) -> BoxFuture<'a, Result<Arc<SignedIn>>>;
}

/// A session and its user, as they were when they were last read; changes of either are seen by the next look-up.
#[derive(Debug)]
pub struct SignedIn {
    /// The user as a caller.
    pub caller: Arc<UserCaller>,
    /// The session with its hidden fields.
    pub session: Object,
    /// The user with its hidden fields.
    pub user: Object,
    /// What the user sees of itself, by the permissions of the class; fields of the app's own without a value are null.
    pub visible: JsonMap,
}
