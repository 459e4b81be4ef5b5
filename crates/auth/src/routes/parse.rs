//! The Parse face: log-in, log-out, and who am I. The rest of `/users` and `/sessions` are the ordinary object
//! endpoints on `_User` and `_Session`.

use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::query::KeySelection;
use astrolabe_core::value::Json;
use astrolabe_wire::parse::routes::{get, post};
use astrolabe_wire::parse::{Answer, ParseCall, Routes, json_bytes, object_with_token};
use http::StatusCode;

use crate::Auth;
use crate::log_in::{LogIn, log_in_as_user, log_out, user_as_seen_by_itself};
use crate::session::{find_by_token, told_as_opened, upgrade};

/// Adds the routes, relative to the mount.
pub fn routes(routes: Routes, auth: &Auth) -> Routes {
    let log_in = with(auth, log_in);
    let verify_password = with(auth, verify_password);
    let (reset, verification) = (with(auth, request_password_reset), with(auth, request_verification));
    routes
        .route("/login", get(log_in.clone()).post(log_in))
        .route("/verifyPassword", get(verify_password.clone()).post(verify_password))
        .route("/requestPasswordReset", post(reset))
        .route("/verificationEmailRequest", post(verification))
        .route("/loginAs", post(log_in_as))
        .route("/logout", post(log_out_current))
        .route("/users/me", get(current_user))
        .route("/roles/me", get(current_roles))
        .route("/sessions/me", get(current_session))
        .route("/upgradeToRevocableSession", post(upgrade_session))
}

/// A handler that is given the account service.
fn with<F, Answering>(auth: &Auth, handler: F) -> impl Fn(ParseCall) -> Answering + Clone + use<F, Answering>
where
    F: Fn(Auth, ParseCall) -> Answering + Clone,
{
    let auth = auth.clone();
    move |call| handler(auth.clone(), call)
}

async fn log_in(auth: Auth, call: ParseCall) -> Result<Answer> {
    call.require_writer()?;
    let context = call.context.clone();
    let request = LogIn::from_params(&call.params())?;
    let outcome = auth.log_in(&context.app, &context.scope, request).await?;
    Ok(object_with_token(outcome.user, &outcome.session_token))
}

async fn verify_password(auth: Auth, call: ParseCall) -> Result<Answer> {
    let context = call.context.clone();
    let request = LogIn::from_params(&call.params())?;
    Ok(json_bytes(StatusCode::OK, auth.verify_password(&context.app, &context.scope, request).await?))
}

/// By the address, or by the token of a link that has become too old.
async fn request_password_reset(auth: Auth, call: ParseCall) -> Result<Answer> {
    call.require_writer()?;
    auth.emails().check_ready(&call.app().objects)?;
    let given = |name: &str| call.body.get(name).filter(|json| !json.is_null() && json.as_str() != Some(""));
    let email = match (given("token"), given("email")) {
        (Some(Json::String(token)), _) => auth.emails().address_of_old_link(call.app(), token).await?,
        (Some(_), _) => return Err(Error::new(ErrorCode::InvalidValue, "token must be a string")),
        (None, Some(email)) => email.as_str().map(str::to_owned),
        (None, None) => return Err(no_email()),
    };
    let email = email.ok_or_else(email_is_no_string)?;
    auth.emails().request_reset(call.app(), &email).await?;
    Ok(json_bytes(StatusCode::OK, b"{}".to_vec()))
}

async fn request_verification(auth: Auth, call: ParseCall) -> Result<Answer> {
    call.require_writer()?;
    auth.emails().check_ready(&call.app().objects)?;
    let email = match call.body.get("email") {
        None | Some(Json::Null) => return Err(no_email()),
        Some(Json::String(email)) if email.is_empty() => return Err(no_email()),
        Some(Json::String(email)) => email,
        Some(_) => return Err(email_is_no_string()),
    };
    auth.emails().send_again(call.app(), email).await?;
    Ok(json_bytes(StatusCode::OK, b"{}".to_vec()))
}

fn no_email() -> Error {
    Error::new(ErrorCode::EmailMissing, "you must provide an email")
}

fn email_is_no_string() -> Error {
    Error::new(ErrorCode::InvalidEmailAddress, "you must provide a valid email string")
}

/// Support staff see what a user sees, without knowing the password.
async fn log_in_as(call: ParseCall) -> Result<Answer> {
    if call.require_master().is_err() {
        return Err(Error::denied(ErrorCode::OperationForbidden, "master key is required"));
    }
    call.require_writer()?;
    let outcome = log_in_as_user(call.app(), call.scope(), &user_id_param(&call)?).await?;
    Ok(object_with_token(outcome.user, &outcome.session_token))
}

fn user_id_param(call: &ParseCall) -> Result<String> {
    match call.body.get("userId").and_then(Json::as_str) {
        Some(id) if !id.is_empty() => Ok(id.to_owned()),
        _ => Err(Error::new(ErrorCode::InvalidValue, "userId must not be empty, null, or undefined")),
    }
}

/// Without a session there is nothing to end, which is fine too.
async fn log_out_current(call: ParseCall) -> Result<Answer> {
    call.require_writer()?;
    if let Some(token) = &call.context.session_token {
        log_out(call.app(), token).await?;
    }
    Ok(json_bytes(StatusCode::OK, b"{}".to_vec()))
}

async fn current_user(call: ParseCall) -> Result<Answer> {
    let invalid = || Error::denied(ErrorCode::InvalidSessionToken, "Invalid session token");
    let token = call.context.session_token.as_ref().ok_or_else(invalid)?;
    // The token counts even beside a master key, which has no user.
    let caller = call.app().callers.resolve(call.app(), token).await?;
    let user = user_as_seen_by_itself(call.app(), caller).await;
    let user = user.map_err(|error| match error.code {
        // Locked out by the access list, or removed just now.
        ErrorCode::ObjectNotFound => invalid(),
        _ => error,
    })?;
    Ok(object_with_token(user, token))
}

/// The names of all roles the caller has, those that come through other roles too. Access lists may hide the roles
/// themselves from their members; that they are members is theirs to know.
async fn current_roles(call: ParseCall) -> Result<Answer> {
    let Some(user) = call.scope().user() else {
        return Err(Error::denied(ErrorCode::InvalidSessionToken, "Invalid session token"));
    };
    let roles: Vec<&str> = user.role_names().collect();
    Ok(json_bytes(StatusCode::OK, serde_json::json!({ "roles": roles }).to_string().into_bytes()))
}

async fn current_session(call: ParseCall) -> Result<Answer> {
    let Some(token) = &call.context.session_token else {
        return Err(Error::new(ErrorCode::InvalidSessionToken, "Session token required."));
    };
    let session = find_by_token(call.app(), token, &KeySelection::default()).await?;
    Ok(object_with_token(session, token))
}

/// Old SDKs trade a token for a session; here every token is of a session, so they get another one.
async fn upgrade_session(call: ParseCall) -> Result<Answer> {
    let Some(user_id) = call.scope().user_id() else {
        return Err(Error::new(ErrorCode::ObjectNotFound, "invalid session"));
    };
    let token = upgrade(call.app(), call.scope(), user_id).await?;
    let session = told_as_opened(call.app(), &token).await?;
    Ok(object_with_token(session, &token))
}
