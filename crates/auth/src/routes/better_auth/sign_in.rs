//! Signing in with an e-mail address and a password, and signing out.

use astrolabe_core::access::{Caller, Scope};
use astrolabe_core::error::ErrorCode;
use astrolabe_core::identity::identity_key;
use astrolabe_core::value::JsonMap;
use astrolabe_wire::hosted::HostedAnswer;
use http::header;

use super::account_json::{token_and_user, user_json};
use super::answer::{With, json_answer};
use super::body::{Fields, is_email};
use super::call::Call;
use super::new_password::check_len;
use super::refusal::{
    EMAIL_NOT_VERIFIED, INVALID_EMAIL, INVALID_EMAIL_OR_PASSWORD, Outcome, PASSWORD_EXPIRED, Refusal,
};
use super::sign_up::WithToken;
use crate::guesses::Guess;
use crate::log_in::{LogIn, log_out};
use crate::password_policy;

pub(super) async fn with_email(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let mut fields = Fields::of_body(call.body.as_ref())?;
    let (email, password) = (fields.text("email"), fields.text("password"));
    let callback = fields.optional_text("callbackURL").filter(|url| !url.is_empty());
    let is_remembered = fields.optional_flag("rememberMe").unwrap_or(true);
    fields.check()?;
    if !is_email(email) {
        return Err(INVALID_EMAIL);
    }
    check_len(call, password)?;
    let token = checked(call, email, password, is_remembered).await?;
    let session = call.session_of(token).await?;
    let mut front = JsonMap::new();
    front.insert("redirect".into(), callback.is_some().into());
    front.extend(callback.map(|url| ("url".to_owned(), url.into())));
    let user = user_json(&session.signed_in);
    let answer = json_answer(token_and_user(front, Some(&session.token), &user))
        .with_cookies(call.cookies.of_session(&session.token, is_remembered))
        .with_token(call, &session.token);
    Ok(match callback {
        Some(url) => answer.with(header::LOCATION, url),
        None => answer,
    })
}

/// Checks the password and opens a session: its token. An account that is locked answers as a wrong password does, or
/// strangers could find out which addresses have one.
async fn checked(call: &Call<'_>, email: &str, password: &str, is_remembered: bool) -> Outcome<String> {
    let scope = Scope::for_caller(Caller::Anonymous).with_session_terms(call.replacing_terms(is_remembered));
    let guess = Guess::new(call.app(), &identity_key(email), call.hosted.client.ip);
    let guesses = call.auth.guesses();
    guesses.wait_s(&guess, call.now()).map_or(Ok(()), |seconds| Err(Refusal::too_many(seconds)))?;
    match call.auth.log_in(call.app(), &scope, LogIn::by_email(email, password)).await {
        Ok(logged_in) => {
            guesses.was_right(&guess, call.now());
            Ok(logged_in.session_token)
        }
        Err(error) if error.code == ErrorCode::EmailNotFound => Err(EMAIL_NOT_VERIFIED),
        Err(error) if error == password_policy::expired() => Err(PASSWORD_EXPIRED),
        Err(error) if error.code == ErrorCode::ObjectNotFound => {
            guesses.was_wrong(&guess, call.now());
            Err(INVALID_EMAIL_OR_PASSWORD)
        }
        Err(error) => Err(error.into()),
    }
}

/// Ends the session, if there is one.
pub(super) async fn out(call: &Call<'_>) -> Outcome<HostedAnswer> {
    if let Some(token) = call.token() {
        log_out(call.app(), &token).await?;
    }
    Ok(json_answer(br#"{"success":true}"#.to_vec()).with_cookies(call.cookies.cleared()))
}
