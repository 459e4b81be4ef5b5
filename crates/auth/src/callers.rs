//! From a session token to its user and the user's roles: the look-up that every request with a token makes.

use astrolabe_core::access::{Scope, UserCaller};
use astrolabe_core::app::App;
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::ports::{BoxFuture, Callers};

use crate::roles::user_caller;
use crate::session::{SESSION, check_expiry, extend_on_use, of_token};

/// Looks sessions up in the app's database. Reads by an index, so there is no cache that could outlive a
/// log-out or the loss of a role.
#[derive(Debug, Clone, Copy, Default)]
pub struct SessionCallers;

impl Callers for SessionCallers {
    fn resolve<'a>(&'a self, app: &'a App, session_token: &'a str) -> BoxFuture<'a, Result<UserCaller>> {
        Box::pin(resolve(app, session_token))
    }
}

async fn resolve(app: &App, session_token: &str) -> Result<UserCaller> {
    let objects = &app.objects;
    let session = objects.find_object(&Scope::server(), SESSION, of_token(session_token)).await?;
    let session = session.ok_or_else(invalid_token)?;
    check_expiry(objects, &session)?;
    extend_on_use(objects, &session).await;
    let user_id = session.pointer_id("user").ok_or_else(invalid_token)?;
    user_caller(objects, user_id, &session.object_id).await
}

fn invalid_token() -> Error {
    Error::new(ErrorCode::InvalidSessionToken, "Invalid session token")
}
