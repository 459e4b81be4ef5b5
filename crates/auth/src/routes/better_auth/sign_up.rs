//! Signing up with an e-mail address and a password.

use astrolabe_core::access::{Caller, Scope};
use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::value::{Json, JsonMap};
use astrolabe_wire::hosted::HostedAnswer;

use super::account_json::{token_and_user, user_json};
use super::answer::{With, json_answer};
use super::body::Fields;
use super::call::Call;
use super::new_password::check_new;
use super::refusal::{EMAIL_PASSWORD_SIGN_UP_DISABLED, Outcome};
use super::user::{additional, ensure_fields};
use crate::session::USER;

/// Characters of the user name of somebody who signs up without one. See decision 013.
const USERNAME_LEN: usize = 25;

pub(super) async fn with_email(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let mut fields = Fields::of_body(call.body.as_ref())?;
    let (name, email) = (fields.text("name"), fields.email("email"));
    let password = fields.text("password");
    let image = fields.optional_text("image");
    fields.optional_text("callbackURL");
    let is_remembered = fields.optional_flag("rememberMe").unwrap_or(true);
    fields.check()?;
    if !call.settings().sign_up {
        return Err(EMAIL_PASSWORD_SIGN_UP_DISABLED);
    }
    check_new(call, password)?;
    ensure_fields(call.app()).await?;
    let mut body = additional(call)?;
    body.insert("username".into(), call.app().objects.ids().object_id(USERNAME_LEN).into());
    body.insert("name".into(), name.into());
    body.insert("email".into(), email.to_lowercase().into());
    body.insert("password".into(), password.into());
    body.extend(image.map(|image| ("image".to_owned(), image.into())));
    opened(call, body, is_remembered).await
}

/// Makes the user with its first session.
async fn opened(call: &Call<'_>, body: JsonMap, is_remembered: bool) -> Outcome<HostedAnswer> {
    let scope = Scope::for_caller(Caller::Anonymous).with_session_terms(call.replacing_terms(is_remembered));
    let made = call.app().objects.create(&scope, USER, body, None).await.map_err(told)?;
    let token = made.body.get("sessionToken").and_then(Json::as_str).ok_or_else(Error::internal)?;
    let session = call.session_of(token.to_owned()).await?;
    let user = user_json(&session.signed_in);
    let answer = json_answer(token_and_user(JsonMap::new(), Some(token), &user));
    Ok(answer.with_cookies(call.cookies.of_session(token, is_remembered)).with_token(call, token))
}

/// A user name is drawn by lot here, so a taken one is nobody's mistake.
fn told(error: Error) -> Error {
    if error.code == ErrorCode::UsernameTaken { Error::internal() } else { error }
}

/// Telling a new token to clients that keep no cookies.
pub(super) trait WithToken {
    /// Adds the signed token as a header.
    fn with_token(self, call: &Call<'_>, token: &str) -> Self;
}

impl WithToken for HostedAnswer {
    fn with_token(self, call: &Call<'_>, token: &str) -> Self {
        self.with(http::HeaderName::from_static("set-auth-token"), &call.cookies.signed(token))
    }
}
