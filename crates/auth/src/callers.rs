//! From a session token to its user: the look-up that every request with a token makes.

use astrolabe_core::access::{Scope, UserCaller};
use astrolabe_core::app::App;
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::ports::{BoxFuture, Callers};

use crate::session::{SESSION, check_expiry, of_token};

/// Looks sessions up in the app's database. One read by a unique index, so there is no cache that could outlive
/// a log-out.
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
    let user_id = session.pointer_id("user").ok_or_else(invalid_token)?;
    Ok(UserCaller {
        user_id: user_id.into(),
        session_id: session.object_id.as_str().into(),
        roles: Vec::new(),
    })
}

fn invalid_token() -> Error {
    Error::new(ErrorCode::InvalidSessionToken, "Invalid session token")
}
