//! Passwords of users who are signed in.

use astrolabe_core::access::{NewPassword, SessionTerms};
use astrolabe_core::error::ErrorCode;
use astrolabe_core::schema::HASHED_PASSWORD;
use astrolabe_core::value::{Json, JsonMap};
use astrolabe_wire::hosted::HostedAnswer;

use super::account_json::{token_and_user, user_json};
use super::answer::{With, done, json_answer};
use super::body::Fields;
use super::call::{Call, Session};
use super::new_password::{check_len, check_new};
use super::refusal::{CREDENTIAL_ACCOUNT_NOT_FOUND, INVALID_PASSWORD, Outcome, Refusal};
use super::sign_up::WithToken;
use crate::guesses::Guess;
use crate::session::USER;

/// Sets a password in place of one that the caller knows.
pub(super) async fn change(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let mut fields = Fields::of_body(call.body.as_ref())?;
    let (new, current) = (fields.text("newPassword"), fields.text("currentPassword"));
    let ends_sessions = fields.optional_flag("revokeOtherSessions").unwrap_or(false);
    fields.check()?;
    let session = call.required_session().await?;
    check_new(call, new)?;
    let hash = check_password(call, &session, current).await?;
    let new_password = NewPassword::Known { hash, ends_sessions };
    let terms = SessionTerms { new_password, ..call.terms(session.is_remembered()) };
    let scope = session.scope().with_session_terms(terms);
    let mut body = JsonMap::new();
    body.insert("password".into(), new.into());
    let changed = call.app().objects.update(&scope, USER, session.user_id(), body, None, None).await;
    let changed = changed.map_err(|error| match error.code {
        // The password was changed by somebody else since it was checked.
        ErrorCode::ObjectNotFound => INVALID_PASSWORD,
        _ => error.into(),
    })?;
    let Some(token) = changed.body.get("sessionToken").and_then(Json::as_str) else {
        return Ok(json_answer(token_and_user(JsonMap::new(), None, &user_json(&session.signed_in))));
    };
    let opened = call.session_of(token.to_owned()).await?;
    let answer = json_answer(token_and_user(JsonMap::new(), Some(token), &user_json(&opened.signed_in)));
    Ok(answer.with_cookies(call.cookies.of_session(token, opened.is_remembered())).with_token(call, token))
}

/// Whether a password is that of the user who is signed in.
pub(super) async fn verify(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let mut fields = Fields::of_body(call.body.as_ref())?;
    let password = fields.text("password");
    fields.check()?;
    let session = call.required_session().await?;
    check_password(call, &session, password).await?;
    Ok(done())
}

/// Fails unless the password is the user's; its hash. Wrong ones make whoever tries them wait.
pub(super) async fn check_password(call: &Call<'_>, session: &Session, password: &str) -> Outcome<String> {
    check_len(call, password)?;
    let hash = session.signed_in.user.text(HASHED_PASSWORD).ok_or(CREDENTIAL_ACCOUNT_NOT_FOUND)?;
    let account = session.signed_in.user.text("_email_key").unwrap_or(session.user_id());
    let guess = Guess::new(call.app(), account, call.hosted.client.ip);
    let guesses = call.auth.guesses();
    guesses.wait_s(&guess, call.now()).map_or(Ok(()), |seconds| Err(Refusal::too_many(seconds)))?;
    if call.auth.hasher().verify(password, Some(hash)).await? {
        guesses.was_right(&guess, call.now());
        return Ok(hash.to_owned());
    }
    guesses.was_wrong(&guess, call.now());
    Err(INVALID_PASSWORD)
}
