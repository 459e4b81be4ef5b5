//! From a session token to its user and the user's roles: the look-up that every request with a token makes.
//!
//! What was found is kept as long as no session and no role has been changed or removed; a new session changes nothing
//! for those that are known. The user itself, for faces that show it, is kept as long as no user has changed. See decision
//! 008.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use astrolabe_core::access::{Caller, FieldView, Scope, UserCaller};
use astrolabe_core::app::App;
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::events::{Events, Revision, Watched};
use astrolabe_core::limits;
use astrolabe_core::objects::Object;
use astrolabe_core::ports::{BoxFuture, Callers, SignedIn};
use astrolabe_core::query::{Filter, KeySelection};
use astrolabe_core::schema::OBJECT_ID;
use astrolabe_core::value::{Json, JsonMap, Value};
use quick_cache::sync::Cache;

use crate::log_in::is_locked_out;
use crate::roles::{ROLE, user_caller};
use crate::session::{SESSION, TokenDigest, USER, check_expiry, extend_on_use, of_token, token_digest};

/// Changes that can make another caller of a token.
const WATCHED: &[Watched] =
    &[Watched { class: SESSION, new_objects: false }, Watched { class: ROLE, new_objects: true }];

/// Changes that can make another user of a caller: also those of what the user may see of itself.
const WATCHED_USERS: &[Watched] = &[Watched { class: USER, new_objects: false }];

/// Looks sessions up in the database of one app.
pub struct SessionCallers {
    revision: Arc<Revision>,
    users: Arc<Revision>,
    known: Cache<TokenDigest, Arc<Known>>,
}

/// What a token stands for.
struct Known {
    /// Of which revision it is.
    revision: u64,
    session: Object,
    caller: Arc<UserCaller>,
    /// The user, once somebody wanted it, and of which revision of users it is.
    user: ArcSwapOption<(u64, Arc<SignedIn>)>,
}

impl SessionCallers {
    /// The callers of the app whose commits `events` tells of.
    pub fn new(events: &Events) -> Self {
        SessionCallers {
            revision: events.watch(WATCHED),
            users: events.watch(WATCHED_USERS),
            known: Cache::new(limits::KNOWN_CALLERS_MAX),
        }
    }

    /// The session of a token, which has not ended.
    async fn known(&self, app: &App, session_token: &str) -> Result<Arc<Known>> {
        let digest = token_digest(session_token);
        let known = match self.known.get(&digest).filter(|known| known.revision == self.revision.current()) {
            Some(known) => known,
            None => self.look_up(app, session_token, digest).await?,
        };
        check_expiry(&app.objects, &known.session)?;
        extend_on_use(&app.objects, &known.session).await;
        Ok(known)
    }

    async fn user_of(&self, app: &App, known: &Known) -> Result<Arc<SignedIn>> {
        let revision = self.users.current();
        if let Some(kept) = known.user.load().as_deref().filter(|(of, _)| *of == revision) {
            return Ok(Arc::clone(&kept.1));
        }
        let caller = Arc::clone(&known.caller);
        let by_id = Filter::equals(OBJECT_ID, Value::String(caller.user_id.to_string()));
        let user = app.objects.find_object(&Scope::server(), USER, by_id).await?;
        let user = user.filter(|user| !is_locked_out(user)).ok_or_else(invalid_token)?;
        let visible = seen_by_itself(app, &caller).await?;
        let signed_in = Arc::new(SignedIn { caller, session: known.session.clone(), user, visible });
        known.user.store(Some(Arc::new((revision, Arc::clone(&signed_in)))));
        Ok(signed_in)
    }

    async fn look_up(&self, app: &App, token: &str, digest: TokenDigest) -> Result<Arc<Known>> {
        // The number comes first: what is read after it is no older.
        let revision = self.revision.current();
        let session = app.objects.find_object(&Scope::server(), SESSION, of_token(token)).await?;
        let session = session.ok_or_else(invalid_token)?;
        let user_id = session.pointer_id("user").ok_or_else(invalid_token)?;
        let caller = Arc::new(user_caller(&app.objects, user_id, &session.object_id).await?);
        let known = Arc::new(Known { revision, session, caller, user: ArcSwapOption::empty() });
        self.known.insert(digest, Arc::clone(&known));
        Ok(known)
    }
}

impl Callers for SessionCallers {
    fn resolve<'a>(&'a self, app: &'a App, session_token: &'a str) -> BoxFuture<'a, Result<Arc<UserCaller>>> {
        Box::pin(async move { Ok(Arc::clone(&self.known(app, session_token).await?.caller)) })
    }

    fn signed_in<'a>(&'a self, app: &'a App, session_token: &'a str) -> BoxFuture<'a, Result<Arc<SignedIn>>> {
        Box::pin(async move {
            let known = self.known(app, session_token).await?;
            self.user_of(app, &known).await
        })
    }
}

/// What a user sees of itself; nothing where the permissions of the class do not even let it see that.
async fn seen_by_itself(app: &App, caller: &Arc<UserCaller>) -> Result<JsonMap> {
    let scope = Scope::for_caller(Caller::User(Arc::clone(caller)));
    let mut visible: JsonMap =
        match app.objects.get(&scope, USER, &caller.user_id, &KeySelection::default()).await {
            Ok(json) => serde_json::from_slice(&json).map_err(|_| Error::internal())?,
            Err(error) if error.permission || error.code == ErrorCode::ObjectNotFound => {
                return Ok(JsonMap::new());
            }
            Err(error) => return Err(error),
        };
    if let Some(class) = app.objects.schema().class(USER) {
        let view = FieldView::new(class, &scope, app.objects.settings());
        for field in class.fields.values().filter(|field| view.shown_in(field).is_some()) {
            visible.entry(field.name.to_string()).or_insert(Json::Null);
        }
    }
    Ok(visible)
}

fn invalid_token() -> Error {
    Error::new(ErrorCode::InvalidSessionToken, "Invalid session token")
}
