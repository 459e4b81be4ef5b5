//! From a session token to its user and the user's roles: the look-up that every request with a token makes.
//!
//! What was found is kept as long as no session and no role has been changed or removed; a new session changes nothing
//! for those that are known. See decision 008.

use std::sync::Arc;

use astrolabe_core::access::{Scope, UserCaller};
use astrolabe_core::app::App;
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::events::{Events, Revision, Watched};
use astrolabe_core::limits;
use astrolabe_core::objects::Object;
use astrolabe_core::ports::{BoxFuture, Callers};
use quick_cache::sync::Cache;

use crate::roles::{ROLE, user_caller};
use crate::session::{SESSION, TokenDigest, check_expiry, extend_on_use, of_token, token_digest};

/// Changes that can make another caller of a token.
const WATCHED: &[Watched] =
    &[Watched { class: SESSION, new_objects: false }, Watched { class: ROLE, new_objects: true }];

/// Looks sessions up in the database of one app.
pub struct SessionCallers {
    revision: Arc<Revision>,
    known: Cache<TokenDigest, Arc<Known>>,
}

/// What a token stands for.
struct Known {
    /// Of which revision it is.
    revision: u64,
    session: Object,
    caller: Arc<UserCaller>,
}

impl SessionCallers {
    /// The callers of the app whose commits `events` tells of.
    pub fn new(events: &Events) -> Self {
        SessionCallers { revision: events.watch(WATCHED), known: Cache::new(limits::KNOWN_CALLERS_MAX) }
    }

    async fn resolve(&self, app: &App, session_token: &str) -> Result<Arc<UserCaller>> {
        let digest = token_digest(session_token);
        let known = match self.known.get(&digest).filter(|known| known.revision == self.revision.current()) {
            Some(known) => known,
            None => self.look_up(app, session_token, digest).await?,
        };
        check_expiry(&app.objects, &known.session)?;
        extend_on_use(&app.objects, &known.session).await;
        Ok(Arc::clone(&known.caller))
    }

    async fn look_up(&self, app: &App, token: &str, digest: TokenDigest) -> Result<Arc<Known>> {
        // The number comes first: what is read after it is no older.
        let revision = self.revision.current();
        let session = app.objects.find_object(&Scope::server(), SESSION, of_token(token)).await?;
        let session = session.ok_or_else(invalid_token)?;
        let user_id = session.pointer_id("user").ok_or_else(invalid_token)?;
        let caller = Arc::new(user_caller(&app.objects, user_id, &session.object_id).await?);
        let known = Arc::new(Known { revision, session, caller });
        self.known.insert(digest, Arc::clone(&known));
        Ok(known)
    }
}

impl Callers for SessionCallers {
    fn resolve<'a>(&'a self, app: &'a App, session_token: &'a str) -> BoxFuture<'a, Result<Arc<UserCaller>>> {
        Box::pin(self.resolve(app, session_token))
    }
}

fn invalid_token() -> Error {
    Error::new(ErrorCode::InvalidSessionToken, "Invalid session token")
}
