//! Log-in and log-out with a password.

use std::sync::Arc;

use astrolabe_core::access::{Acl, Caller, Scope, UserCaller};
use astrolabe_core::app::App;
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::identity::identity_key;
use astrolabe_core::objects::Object;
use astrolabe_core::ports::{Expectation, FieldUpdate, RuleContext, WriteStep};
use astrolabe_core::query::{Filter, KeySelection};
use astrolabe_core::schema::{HASHED_PASSWORD, OBJECT_ID};
use astrolabe_core::value::{Json, JsonMap, Value};

use crate::Auth;
use crate::emails::verification::{must_verify_first, not_verified};
use crate::lockout::{Lockout, note};
use crate::password::imported::is_imported;
use crate::password_policy::{self, Age, CHANGED_AT};
use crate::roles::user_caller;
use crate::session::{NewSession, Origin, USER, id_at_least, revoke_token};

/// What a log-in presents.
pub(crate) struct LogIn {
    username: Option<String>,
    email: Option<String>,
    password: String,
    /// Holders of the master key may log in users who have not verified their address.
    ignores_verification: bool,
}

/// A user who has logged in.
pub(crate) struct LoggedIn {
    /// The user's JSON, as the user sees it.
    pub(crate) user: Vec<u8>,
    /// The token of the new session.
    pub(crate) session_token: String,
}

impl LogIn {
    /// By e-mail address alone.
    pub(crate) fn by_email(email: &str, password: &str) -> Self {
        LogIn {
            username: None,
            email: Some(email.to_owned()),
            password: password.to_owned(),
            ignores_verification: false,
        }
    }

    /// Reads the parameters. Fails with 200, 201, or 101 for values that are no strings.
    pub(crate) fn from_params(params: &JsonMap) -> Result<Self> {
        let given = |name: &str| params.get(name).filter(|json| !is_blank(json));
        let (username, email, password) = (given("username"), given("email"), given("password"));
        if username.is_none() && email.is_none() {
            return Err(Error::new(ErrorCode::UsernameMissing, "username/email is required."));
        }
        let password = password
            .ok_or_else(|| Error::new(ErrorCode::PasswordMissing, "password is required."))
            .and_then(text)?;
        let username = username.map(text).transpose()?;
        let ignores_verification = match params.get("ignoreEmailVerification") {
            Some(Json::Bool(ignores)) => *ignores,
            Some(Json::String(text)) => text == "true",
            _ => false,
        };
        Ok(LogIn { username, email: email.map(text).transpose()?, password, ignores_verification })
    }
}

impl LogIn {
    /// Whether the user has to verify the address first.
    fn must_wait_for(&self, app: &App, scope: &Scope, user: &Object) -> bool {
        must_verify_first(app, user) && !(scope.is_privileged() && self.ignores_verification)
    }
}

fn is_blank(json: &Json) -> bool {
    matches!(json, Json::Null) || json.as_str() == Some("")
}

fn text(json: &Json) -> Result<String> {
    json.as_str().map(str::to_owned).ok_or_else(invalid_log_in)
}

/// One answer for an unknown user, a wrong password and a locked account.
fn invalid_log_in() -> Error {
    Error::new(ErrorCode::ObjectNotFound, "Invalid username/password.")
}

impl Auth {
    /// Checks a password and opens a session.
    pub(crate) async fn log_in(&self, app: &App, scope: &Scope, log_in: LogIn) -> Result<LoggedIn> {
        let user = self.check_password(app, scope, &log_in).await?;
        let mut steps = right_password_steps(app, &user)?;
        if log_in.must_wait_for(app, scope, &user) {
            commit_right_password(app, &user, steps).await?;
            return Err(not_verified());
        }
        let now = app.objects.clock().now();
        let mut notes = Vec::new();
        match password_policy::age(&app.objects.settings().password_policy, &user, now) {
            Age::Fine => {}
            Age::Unknown => notes.push((CHANGED_AT.into(), FieldUpdate::Set(Value::Date(now)))),
            Age::Expired => {
                commit_right_password(app, &user, steps).await?;
                return Err(password_policy::expired());
            }
        }
        notes.extend(self.new_hash(&user, &log_in).await?);
        if !notes.is_empty() {
            steps.push(note(&user.class, by_id(&user.object_id), notes, Expectation::Some));
        }
        match open_session(app, scope, &user.object_id, Origin::LogIn, steps).await {
            Ok(logged_in) => Ok(logged_in),
            Err(error) => Err(why_refused(app, &user, error).await),
        }
    }

    /// Checks a password without opening a session: the user's JSON.
    pub(crate) async fn verify_password(&self, app: &App, scope: &Scope, log_in: LogIn) -> Result<Vec<u8>> {
        let user = self.check_password(app, scope, &log_in).await?;
        if Lockout::of(app, &user).is_some() {
            commit_right_password(app, &user, right_password_steps(app, &user)?).await?;
        }
        if log_in.must_wait_for(app, scope, &user) {
            return Err(not_verified());
        }
        user_as_told(app, scope, &user.object_id).await
    }

    /// The user whose name and password these are. Takes as long for unknown users as for known ones.
    async fn check_password(&self, app: &App, scope: &Scope, log_in: &LogIn) -> Result<Object> {
        let user = find_user(app, log_in).await?;
        let lockout = user.as_ref().and_then(|user| Lockout::of(app, user));
        if let (Some(lockout), Some(user)) = (&lockout, &user)
            && lockout.is_shut(user)
        {
            return Err(lockout.refusal());
        }
        let hash = user.as_ref().and_then(|user| user.text(HASHED_PASSWORD));
        let matches = self.hasher().verify(&log_in.password, hash).await?;
        if let Some(lockout) = lockout.filter(|_| !matches) {
            lockout.record_failure().await?;
        }
        let may_enter = |user: &Object| matches && (scope.is_privileged() || !is_locked_out(user));
        user.filter(may_enter).ok_or_else(invalid_log_in)
    }

    /// A hash that another server made gives way to one of our own, while the password is at hand.
    async fn new_hash(&self, user: &Object, log_in: &LogIn) -> Result<Option<(Arc<str>, FieldUpdate)>> {
        if !user.text(HASHED_PASSWORD).is_some_and(is_imported) {
            return Ok(None);
        }
        let hash = self.hasher().hash(&log_in.password).await?;
        Ok(Some((HASHED_PASSWORD.into(), FieldUpdate::Set(Value::String(hash)))))
    }
}

/// What has to hold when a right password takes effect. Its check took a while; meanwhile the password may have
/// changed, the account may be locked, or the user may be gone.
fn right_password_steps(app: &App, user: &Object) -> Result<Vec<WriteStep>> {
    let mut steps = vec![require_unchanged(app, user)?];
    steps.extend(Lockout::of(app, user).into_iter().flat_map(|lockout| lockout.success_steps()));
    Ok(steps)
}

async fn commit_right_password(app: &App, user: &Object, steps: Vec<WriteStep>) -> Result<()> {
    match app.objects.commit_steps(&Scope::server(), steps).await {
        Ok(_) => Ok(()),
        Err(error) => Err(why_refused(app, user, error).await),
    }
}

/// The error of a right password that came too late.
async fn why_refused(app: &App, user: &Object, error: Error) -> Error {
    if error.code != ErrorCode::ObjectNotFound {
        return error;
    }
    let Some(lockout) = Lockout::of(app, user) else { return invalid_log_in() };
    match lockout.is_shut_by_now().await {
        Ok(true) => lockout.refusal(),
        Ok(false) => invalid_log_in(),
        Err(error) => error,
    }
}

/// Opens a session for a user, on the word of a holder of the master key.
pub(crate) async fn log_in_as_user(app: &App, scope: &Scope, user_id: &str) -> Result<LoggedIn> {
    let user = app.objects.find_object(&Scope::server(), USER, by_id(user_id)).await?;
    let user = user.ok_or_else(|| Error::new(ErrorCode::ObjectNotFound, "user not found"))?;
    open_session(app, scope, &user.object_id, Origin::LogInAs, vec![require_unchanged(app, &user)?]).await
}

/// The session is made only if the user is still what was checked.
fn require_unchanged(app: &App, user: &Object) -> Result<WriteStep> {
    let class = app.objects.schema().class(USER).cloned().ok_or_else(Error::internal)?;
    let by_hash = Filter::equals(HASHED_PASSWORD, user.value(HASHED_PASSWORD).clone());
    Ok(WriteStep::Require { class, filter: Filter::And(vec![by_id(&user.object_id), by_hash]) })
}

pub(crate) fn by_id(user_id: &str) -> Filter {
    Filter::equals(OBJECT_ID, Value::String(user_id.to_owned()))
}

async fn open_session(
    app: &App,
    scope: &Scope,
    user_id: &str,
    origin: Origin,
    mut steps: Vec<WriteStep>,
) -> Result<LoggedIn> {
    let context = RuleContext { objects: &app.objects, scope };
    let session = NewSession::for_user(context, user_id, origin)?;
    steps.extend(session.steps);
    app.objects.commit_steps(&Scope::server(), steps).await?;
    let user = user_as_told(app, scope, user_id).await?;
    Ok(LoggedIn { user, session_token: session.token })
}

/// Ends the session of a token.
pub(crate) async fn log_out(app: &App, session_token: &str) -> Result<()> {
    let step = revoke_token(&app.objects, session_token)?;
    app.objects.commit_steps(&Scope::server(), vec![step]).await.map(|_| ())
}

/// By both when both are given; a name may also be an e-mail address.
async fn find_user(app: &App, log_in: &LogIn) -> Result<Option<Object>> {
    let by = |field: &str, name: &str| Filter::equals(field, Value::String(identity_key(name)));
    let find = async |filter| app.objects.find_object(&Scope::server(), USER, filter).await;
    match (&log_in.username, &log_in.email) {
        (Some(name), Some(email)) => {
            find(Filter::And(vec![by("_username_key", name), by("_email_key", email)])).await
        }
        (None, Some(email)) => find(by("_email_key", email)).await,
        (Some(name), None) => match find(by("_username_key", name)).await? {
            Some(user) => Ok(Some(user)),
            None => find(by("_email_key", name)).await,
        },
        (None, None) => Ok(None),
    }
}

/// An administrator locks a user out by emptying its access list.
pub(crate) fn is_locked_out(user: &Object) -> bool {
    user.acl.as_ref().is_some_and(|acl: &Acl| acl.entries.is_empty())
}

/// The user's JSON for whoever knew its password. A user who may not see itself is told no more than its id.
async fn user_as_told(app: &App, scope: &Scope, user_id: &str) -> Result<Vec<u8>> {
    if scope.is_privileged() {
        return app.objects.get(scope, USER, user_id, &KeySelection::default()).await;
    }
    let caller = user_caller(&app.objects, user_id, "").await?;
    id_at_least(user_as_seen_by_itself(app, caller.into()).await, user_id)
}

/// The user's JSON with everything its owner may see.
pub(crate) async fn user_as_seen_by_itself(app: &App, caller: Arc<UserCaller>) -> Result<Vec<u8>> {
    let user_id = Arc::clone(&caller.user_id);
    let scope = Scope::for_caller(Caller::User(caller));
    app.objects.get(&scope, USER, &user_id, &KeySelection::default()).await
}
