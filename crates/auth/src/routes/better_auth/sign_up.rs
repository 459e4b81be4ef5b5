//! Signing up with an e-mail address and a password.

use astrolabe_core::access::{Caller, Scope};
use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::objects::WriteAnswer;
use astrolabe_core::value::{Json, JsonMap};
use astrolabe_wire::hosted::HostedAnswer;

use super::account_json::{token_and_user, user_json, waiting_user};
use super::answer::{With, json_answer};
use super::body::Fields;
use super::call::Call;
use super::emails::send_link;
use super::letters::{self, hidden, user_of_email};
use super::new_password::check_new;
use super::refusal::{EMAIL_PASSWORD_SIGN_UP_DISABLED, Outcome, VERIFICATION_EMAIL_NOT_ENABLED};
use super::user::{additional, ensure_fields};
use crate::session::USER;

/// Characters of the user name of somebody who signs up without one. See decision 013.
const USERNAME_LEN: usize = 25;

pub(super) async fn with_email(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let mut fields = Fields::of_body(call.body.as_ref())?;
    let (name, email) = (fields.text("name"), fields.email("email"));
    let password = fields.text("password");
    let image = fields.optional_text("image");
    let callback = fields.optional_text("callbackURL");
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
    let policy = &call.app().settings.emails;
    let base = match policy.verify && policy.send {
        true => Some(letters::base_url(call).ok_or(VERIFICATION_EMAIL_NOT_ENABLED)?),
        false => None,
    };
    let new = New { body, is_remembered, base, callback };
    if policy.verify && policy.prevent_log_in {
        hidden(waiting(call, new)).await
    } else {
        opened(call, new).await
    }
}

/// A user about to be made.
struct New<'b> {
    body: JsonMap,
    is_remembered: bool,
    /// Where the link of the mail leads that verifies the address; `None` sends no mail.
    base: Option<String>,
    callback: Option<&'b str>,
}

impl New<'_> {
    async fn create(&self, call: &Call<'_>) -> Result<WriteAnswer, Error> {
        let terms = call.replacing_terms(self.is_remembered);
        let scope = Scope::for_caller(Caller::Anonymous).with_session_terms(terms);
        call.app().objects.create(&scope, USER, self.body.clone(), None).await.map_err(told)
    }
}

/// Makes the user with its first session.
async fn opened(call: &Call<'_>, new: New<'_>) -> Outcome<HostedAnswer> {
    let made = new.create(call).await?;
    let token = made.body.get("sessionToken").and_then(Json::as_str).ok_or_else(Error::internal)?;
    let session = call.session_of(token.to_owned()).await?;
    if let Some(base) = &new.base {
        send_link(call, base, &session.signed_in.user, new.callback).await;
    }
    let user = user_json(&session.signed_in);
    let answer = json_answer(token_and_user(JsonMap::new(), Some(token), &user));
    Ok(answer.with_cookies(call.cookies.of_session(token, new.is_remembered)).with_token(call, token))
}

/// Makes a user who has to verify the address before it is let in. Whether somebody has it already is told by nothing.
async fn waiting(call: &Call<'_>, new: New<'_>) -> Outcome<HostedAnswer> {
    let id = match new.create(call).await {
        Ok(made) => Some(made.object_id),
        // Made all the same: the app wants the Parse face to answer like this.
        Err(error) if error.code == ErrorCode::EmailNotFound => None,
        Err(error) if error.code == ErrorCode::EmailTaken => {
            let ids = call.app().objects.ids();
            return Ok(told_to_wait(call, &new, &ids.object_id(call.app().settings.object_id_size)));
        }
        Err(error) => return Err(error.into()),
    };
    let email = new.body.get("email").and_then(Json::as_str).unwrap_or_default();
    let user = user_of_email(call, email).await?.ok_or_else(Error::internal)?;
    if let Some(base) = &new.base {
        send_link(call, base, &user, new.callback).await;
    }
    Ok(told_to_wait(call, &new, &id.unwrap_or(user.object_id)))
}

fn told_to_wait(call: &Call<'_>, new: &New<'_>, id: &str) -> HostedAnswer {
    let schema = call.app().objects.schema();
    let user = schema.class(USER).map(|class| waiting_user(class, id, &new.body, call.now()));
    json_answer(token_and_user(JsonMap::new(), None, &user.unwrap_or_default()))
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
