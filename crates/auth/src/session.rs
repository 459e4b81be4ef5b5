//! Sessions as the server keeps them: made at log-in, found by the hash of their token.

use std::sync::Arc;

use astrolabe_core::access::{Caller, Scope, SessionTerms};
use astrolabe_core::app::App;
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::objects::{Object, Objects};
use astrolabe_core::ports::{Expectation, FieldUpdate, RowValues, RuleContext, WriteStep};
use astrolabe_core::query::{FieldPath, Filter, KeySelection, RowAccess, Test};
use astrolabe_core::schema::{Class, OBJECT_ID, UPDATED_AT};
use astrolabe_core::value::{JsonMap, Pointer, Timestamp, Value};
use sha2::{Digest, Sha256};

use crate::roles::user_caller;

/// The class of sessions.
pub(crate) const SESSION: &str = "_Session";
/// The class of users.
pub(crate) const USER: &str = "_User";

/// Seconds a session lives, where it was opened on terms of its own.
pub(crate) const LENGTH_S: &str = "_length_s";
/// Whether such a session is renewed while it is used.
pub(crate) const IS_REMEMBERED: &str = "_is_remembered";
/// Where such a session was opened.
pub(crate) const IP_ADDRESS: &str = "_ip_address";
/// What such a session was opened with.
pub(crate) const USER_AGENT: &str = "_user_agent";

/// The SHA-256 of a token.
pub(crate) type TokenDigest = [u8; 32];

pub(crate) fn token_digest(token: &str) -> TokenDigest {
    Sha256::digest(token.as_bytes()).into()
}

/// What is stored of a token.
pub(crate) fn token_hash(token: &str) -> String {
    hex::encode(token_digest(token))
}

/// How a session came to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Origin {
    SignUp,
    LogIn,
    LogInAs,
    Create,
    Upgrade,
}

impl Origin {
    /// The `createdWith` of the protocol.
    pub(crate) fn created_with(self) -> JsonMap {
        let (action, provider) = match self {
            Origin::SignUp => ("signup", Some("password")),
            Origin::LogIn => ("login", Some("password")),
            Origin::LogInAs => ("login", Some("masterkey")),
            Origin::Create => ("create", None),
            Origin::Upgrade => ("upgrade", None),
        };
        let mut map = JsonMap::new();
        map.insert("action".into(), action.into());
        if let Some(provider) = provider {
            map.insert("authProvider".into(), provider.into());
        }
        map
    }
}

/// A session about to be stored. The token is known only here and to its owner.
pub(crate) struct NewSession {
    pub(crate) token: String,
    pub(crate) steps: Vec<WriteStep>,
}

impl NewSession {
    /// A session for a user. It replaces the one of the same installation and sweeps the user's expired ones.
    pub(crate) fn for_user(context: RuleContext<'_>, user_id: &str, origin: Origin) -> Result<Self> {
        let RuleContext { objects, scope } = context;
        let installation_id = scope.installation_id();
        let class = session_class(objects)?;
        let now = objects.clock().now();
        let token = objects.ids().session_token();
        let mut values: RowValues = vec![
            ("user".into(), user_pointer(user_id)),
            ("sessionToken".into(), Value::String(token_hash(&token))),
            ("createdWith".into(), Value::Object(origin.created_with())),
        ];
        match scope.session_terms() {
            Some(terms) => values.extend(values_of(terms, now)),
            None => values.extend(expiry(objects, now).map(|time| ("expiresAt".into(), Value::Date(time)))),
        }
        values.extend(installation_id.map(|id| ("installationId".into(), Value::String(id.to_owned()))));
        let mut steps = vec![delete_sessions(&class, expired_of(user_id, now), now)];
        if let Some(replaced) = scope.session_terms().and_then(|terms| terms.replaces.as_deref()) {
            steps.push(revoke_token(objects, replaced)?);
        }
        if let Some(id) = installation_id {
            let same = Filter::equals("installationId", Value::String(id.to_owned()));
            steps.push(delete_sessions(&class, Filter::And(vec![of_user(user_id), same]), now));
        }
        steps.push(WriteStep::Insert {
            object_id: objects.ids().object_id(objects.settings().object_id_size),
            created_at: now,
            updated_at: now,
            acl: None,
            values,
            relations: Vec::new(),
            class,
        });
        Ok(NewSession { token, steps })
    }
}

/// What is stored of the terms on which a session is opened.
fn values_of(terms: &SessionTerms, now: Timestamp) -> RowValues {
    let mut values: RowValues = vec![
        ("expiresAt".into(), Value::Date(now.plus_seconds(terms.length_s))),
        (LENGTH_S.into(), Value::Number(terms.length_s as f64)),
        (IS_REMEMBERED.into(), Value::Boolean(terms.is_remembered)),
        (IP_ADDRESS.into(), Value::String(terms.ip_address.clone())),
    ];
    values.extend(terms.user_agent.clone().map(|agent| (USER_AGENT.into(), Value::String(agent))));
    values
}

/// When a session that starts now ends; `None` is never.
pub(crate) fn expiry(objects: &Objects, now: Timestamp) -> Option<Timestamp> {
    let settings = objects.settings();
    settings.sessions_expire.then(|| now.plus_seconds(settings.session_length_s))
}

/// Fails with 209 for a session that has ended.
pub(crate) fn check_expiry(objects: &Objects, session: &Object) -> Result<()> {
    match session.time("expiresAt") {
        Some(expires_at) if expires_at <= objects.clock().now() => {
            Err(Error::new(ErrorCode::InvalidSessionToken, "Session token is expired."))
        }
        _ => Ok(()),
    }
}

/// A session in use lives on, where the app wants that: one write each half of a session's life, and none in between. One
/// that was opened over cookies has terms of its own.
pub(crate) async fn extend_on_use(objects: &Objects, session: &Object) {
    let (settings, now) = (objects.settings(), objects.clock().now());
    let has_terms = *session.value(LENGTH_S) != Value::Null;
    let extends = settings.extend_sessions_on_use && !has_terms;
    let Some(expires_at) = expiry(objects, now).filter(|_| extends) else { return };
    let due_before = now.plus_seconds(-settings.session_length_s / 2);
    if session.updated_at > due_before {
        return;
    }
    let id = Filter::equals(OBJECT_ID, Value::String(session.object_id.clone()));
    let due =
        Filter::Field { path: FieldPath::top(UPDATED_AT), test: Test::LessOrEqual(Value::Date(due_before)) };
    let step = WriteStep::Update {
        class: Arc::clone(&session.class),
        filter: Filter::And(vec![id, due]),
        access: RowAccess::All,
        updated_at: Some(now),
        acl: None,
        fields: vec![("expiresAt".into(), FieldUpdate::Set(Value::Date(expires_at)))],
        relations: Vec::new(),
        returning: Vec::new(),
        expect: Expectation::Any,
    };
    // The session counts as it is; the next request tries again.
    if let Err(error) = objects.commit_steps(&Scope::server(), vec![step]).await {
        tracing::warn!(code = ?error.code, "a session could not be extended");
    }
}

/// Whether a session is renewed while it is used, and its cookie kept when the browser is closed.
pub(crate) fn is_remembered(session: &Object) -> bool {
    *session.value(IS_REMEMBERED) != Value::Boolean(false)
}

/// Removes every session of a user.
pub(crate) fn revoke_all(objects: &Objects, user_id: &str) -> Result<WriteStep> {
    Ok(delete_sessions(&session_class(objects)?, of_user(user_id), objects.clock().now()))
}

/// Removes the session of a token.
pub(crate) fn revoke_token(objects: &Objects, token: &str) -> Result<WriteStep> {
    Ok(delete_sessions(&session_class(objects)?, of_token(token), objects.clock().now()))
}

/// The condition that finds the session of a token, past the rules that hash operands.
pub(crate) fn of_token(token: &str) -> Filter {
    Filter::equals("sessionToken", Value::String(token_hash(token)))
}

/// The condition that finds the sessions of a user.
pub(crate) fn of_user(user_id: &str) -> Filter {
    Filter::equals("user", user_pointer(user_id))
}

pub(crate) fn expired_of(user_id: &str, now: Timestamp) -> Filter {
    let expired =
        Filter::Field { path: FieldPath::top("expiresAt"), test: Test::LessOrEqual(Value::Date(now)) };
    Filter::And(vec![of_user(user_id), expired])
}

pub(crate) fn delete_sessions(class: &Arc<Class>, filter: Filter, deleted_at: Timestamp) -> WriteStep {
    WriteStep::Delete {
        class: Arc::clone(class),
        filter,
        access: RowAccess::All,
        deleted_at,
        expect: Expectation::Any,
    }
}

pub(crate) fn session_class(objects: &Objects) -> Result<Arc<Class>> {
    objects.schema().class(SESSION).cloned().ok_or_else(Error::internal)
}

/// A pointer to a user.
pub(crate) fn user_pointer(user_id: &str) -> Value {
    Value::Pointer(Pointer { class_name: USER.to_owned(), object_id: user_id.to_owned() })
}

/// The JSON of the session of a token, as its user sees it. Fails with 209.
pub(crate) async fn find_by_token(app: &App, token: &str, keys: &KeySelection) -> Result<Vec<u8>> {
    let session = session_of(app, token).await?;
    as_its_user_sees_it(app, &session, keys).await
}

/// The JSON of a session that was opened just now, for its user.
pub(crate) async fn told_as_opened(app: &App, token: &str) -> Result<Vec<u8>> {
    let session = session_of(app, token).await?;
    id_at_least(as_its_user_sees_it(app, &session, &KeySelection::default()).await, &session.object_id)
}

/// Who opens a session gets its token whatever the permissions of the classes let it see: of an object that it may not
/// see it is told the id alone.
pub(crate) fn id_at_least(told: Result<Vec<u8>>, object_id: &str) -> Result<Vec<u8>> {
    match told {
        Err(error) if error.permission || error.code == ErrorCode::ObjectNotFound => {
            Ok(serde_json::json!({ OBJECT_ID: object_id }).to_string().into_bytes())
        }
        told => told,
    }
}

async fn session_of(app: &App, token: &str) -> Result<Object> {
    let session = app.objects.find_object(&Scope::server(), SESSION, of_token(token)).await?;
    let session = session.ok_or_else(token_not_found)?;
    check_expiry(&app.objects, &session)?;
    Ok(session)
}

async fn as_its_user_sees_it(app: &App, session: &Object, keys: &KeySelection) -> Result<Vec<u8>> {
    let user_id = session.pointer_id("user").ok_or_else(token_not_found)?;
    let caller = user_caller(&app.objects, user_id, &session.object_id).await?;
    let scope = Scope::for_caller(Caller::User(Arc::new(caller)));
    app.objects.get(&scope, SESSION, &session.object_id, keys).await
}

fn token_not_found() -> Error {
    Error::new(ErrorCode::InvalidSessionToken, "Session token not found.")
}

/// Opens another session for a user who has one: its token.
pub(crate) async fn upgrade(app: &App, scope: &Scope, user_id: &str) -> Result<String> {
    let context = RuleContext { objects: &app.objects, scope };
    let session = NewSession::for_user(context, user_id, Origin::Upgrade)?;
    app.objects.commit_steps(&Scope::server(), session.steps).await?;
    Ok(session.token)
}
