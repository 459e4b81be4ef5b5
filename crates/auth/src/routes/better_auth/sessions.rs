//! Who is signed in, and the sessions of a user.

use astrolabe_core::value::Timestamp;
use astrolabe_wire::hosted::HostedAnswer;

use super::account_json::{append_session, session_and_user};
use super::answer::{With, done, json_answer};
use super::body::Fields;
use super::call::{Call, Session};
use super::refusal::{Outcome, SESSION_NOT_FRESH};
use crate::user_sessions::{self, handle_of, renewed_end};

/// Who is signed in: `null` for nobody. A session that is used is renewed once a day.
pub(super) async fn get(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let Some(session) = call.session().await? else {
        let answer = json_answer(b"null".to_vec()).not_kept();
        let sent = call.cookies.session_token(&call.hosted.parts.headers).is_some();
        return Ok(if sent { answer.with_cookies(call.cookies.cleared()) } else { answer });
    };
    let is_wanted = !call.query.get("disableRefresh").is_some_and(|flag| flag != "false" && flag != "");
    match renewed_end(call.app(), &session.signed_in.session).filter(|_| is_wanted) {
        None => Ok(json_answer(session_and_user(&session)).not_kept()),
        Some(end) => renewed(call, session, end).await,
    }
}

async fn renewed(call: &Call<'_>, session: Session, end: Timestamp) -> Outcome<HostedAnswer> {
    user_sessions::renew(call.app(), &session.signed_in.session, end).await?;
    let session = call.session_of(session.token).await?;
    let cookies = call.cookies.of_session(&session.token, true);
    Ok(json_answer(session_and_user(&session)).not_kept().with_cookies(cookies))
}

/// The user's sessions. The one that asks shows its token, the others a handle that ends them and does nothing else.
pub(super) async fn list(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let session = call.required_session().await?;
    if !session.is_fresh(call) {
        return Err(SESSION_NOT_FRESH);
    }
    let mut out = vec![b'['];
    for other in user_sessions::open_sessions(call.app(), session.user_id()).await? {
        if out.len() > 1 {
            out.push(b',');
        }
        let is_own = other.object_id == session.signed_in.session.object_id;
        let token =
            if is_own { session.token.clone() } else { handle_of(call.auth, call.app(), &other.object_id) };
        append_session(&mut out, &other, session.user_id(), &token);
    }
    out.push(b']');
    Ok(json_answer(out).not_kept())
}

/// Ends one session of the user, by its token or its handle. That of somebody else is left alone without a word.
pub(super) async fn revoke(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let mut fields = Fields::of_body(call.body.as_ref())?;
    let token = fields.text("token");
    fields.check()?;
    let session = call.required_session().await?;
    user_sessions::end(call.auth, call.app(), session.user_id(), token).await?;
    Ok(done())
}

/// Ends every session of the user.
pub(super) async fn revoke_all(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let session = call.required_session().await?;
    user_sessions::end_all(call.app(), session.user_id()).await?;
    Ok(done())
}

/// Ends every session of the user but the one that asks.
pub(super) async fn revoke_others(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let session = call.required_session().await?;
    user_sessions::end_others(call.app(), session.user_id(), &session.signed_in.session.object_id).await?;
    Ok(done())
}
