//! The sessions of one user: what is open, how a session is renewed, and how sessions end.

use astrolabe_core::access::Scope;
use astrolabe_core::app::App;
use astrolabe_core::error::Result;
use astrolabe_core::objects::Object;
use astrolabe_core::ports::{Expectation, FieldUpdate, WriteStep};
use astrolabe_core::query::{FieldPath, Filter, RowAccess, Test};
use astrolabe_core::schema::OBJECT_ID;
use astrolabe_core::value::{Timestamp, Value};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Auth;
use crate::log_in::by_id;
use crate::session::{
    LENGTH_S, SESSION, delete_sessions, is_remembered, of_token, of_user, revoke_all, session_class,
};

/// Sessions of a user that are shown at most.
const SHOWN_MAX: u64 = 500;
/// What a handle begins with, so that nobody takes it for a token.
const HANDLE_PREFIX: &str = "h:";
/// Hexadecimal digits of the proof in a handle.
const PROOF_LEN: usize = 32;

/// The sessions of a user that have not ended.
pub(crate) async fn open_sessions(app: &App, user_id: &str) -> Result<Vec<Object>> {
    let now = app.objects.clock().now();
    let ended =
        Filter::Field { path: FieldPath::top("expiresAt"), test: Test::LessOrEqual(Value::Date(now)) };
    let open = Filter::And(vec![of_user(user_id), Filter::Nor(vec![ended])]);
    app.objects.find_objects(&Scope::server(), SESSION, open, SHOWN_MAX).await
}

/// What names a session to its user in place of the token, which only its own client knows. It ends the session and does
/// nothing else.
pub(crate) fn handle_of(auth: &Auth, app: &App, session_id: &str) -> String {
    format!("{HANDLE_PREFIX}{session_id}:{}", proof(auth, app, session_id))
}

fn proof(auth: &Auth, app: &App, session_id: &str) -> String {
    let key = auth.secret().derive(&app.id, "session-handles");
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else { return String::new() };
    mac.update(session_id.as_bytes());
    hex::encode(mac.finalize().into_bytes())[..PROOF_LEN].to_owned()
}

/// Ends the session of a token or handle, if it is the user's.
pub(crate) async fn end(auth: &Auth, app: &App, user_id: &str, token: &str) -> Result<()> {
    let which = match token.strip_prefix(HANDLE_PREFIX).and_then(|rest| rest.split_once(':')) {
        Some((id, given)) if given == proof(auth, app, id) => by_id(id),
        Some(_) => return Ok(()),
        None => of_token(token),
    };
    end_where(app, Filter::And(vec![of_user(user_id), which])).await
}

/// Ends all sessions of a user but one.
pub(crate) async fn end_others(app: &App, user_id: &str, session_id: &str) -> Result<()> {
    end_where(app, Filter::And(vec![of_user(user_id), Filter::Nor(vec![by_id(session_id)])])).await
}

/// Ends all sessions of a user.
pub(crate) async fn end_all(app: &App, user_id: &str) -> Result<()> {
    let step = revoke_all(&app.objects, user_id)?;
    app.objects.commit_steps(&Scope::server(), vec![step]).await.map(|_| ())
}

async fn end_where(app: &App, filter: Filter) -> Result<()> {
    let now = app.objects.clock().now();
    let step = delete_sessions(&session_class(&app.objects)?, filter, now);
    app.objects.commit_steps(&Scope::server(), vec![step]).await.map(|_| ())
}

/// When a session ends that is used now; `None` while it is not time to renew it, and for one that is not renewed. It
/// never ends later than its greatest age allows.
pub(crate) fn renewed_end(app: &App, session: &Object) -> Option<Timestamp> {
    let settings = &app.objects.settings().cookie_accounts;
    let Value::Number(length_s) = session.value(LENGTH_S) else { return None };
    if !is_remembered(session) {
        return None;
    }
    let (now, end) = (app.objects.clock().now(), session.time("expiresAt")?);
    let renewed_at = end.plus_seconds(-(*length_s as i64));
    if renewed_at.plus_seconds(settings.session_renewal_s) > now {
        return None;
    }
    let last = session.created_at.plus_seconds(settings.session_age_max_s);
    Some(now.plus_seconds(settings.session_length_s).min(last)).filter(|new| *new > end)
}

/// Renews a session, unless somebody else has just done it or ended it.
pub(crate) async fn renew(app: &App, session: &Object, end: Timestamp) -> Result<()> {
    let unchanged = Filter::equals("expiresAt", session.value("expiresAt").clone());
    let length_s = app.objects.settings().cookie_accounts.session_length_s;
    let step = WriteStep::Update {
        class: session_class(&app.objects)?,
        filter: Filter::And(vec![
            Filter::equals(OBJECT_ID, Value::String(session.object_id.clone())),
            unchanged,
        ]),
        access: RowAccess::All,
        updated_at: Some(app.objects.clock().now()),
        acl: None,
        fields: vec![
            ("expiresAt".into(), FieldUpdate::Set(Value::Date(end))),
            (LENGTH_S.into(), FieldUpdate::Set(Value::Number(length_s as f64))),
        ],
        relations: Vec::new(),
        returning: Vec::new(),
        expect: Expectation::Any,
    };
    app.objects.commit_steps(&Scope::server(), vec![step]).await.map(|_| ())
}
