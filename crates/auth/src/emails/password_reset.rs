//! Replacing a forgotten password: a mail with a link, and the form that it leads to.

use std::sync::Arc;

use astrolabe_core::access::Scope;
use astrolabe_core::app::App;
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::identity::identity_key;
use astrolabe_core::objects::Object;
use astrolabe_core::ports::{Expectation, Mail, WriteStep};
use astrolabe_core::query::{Filter, RowAccess};
use astrolabe_core::schema::OBJECT_ID;
use astrolabe_core::value::{JsonMap, Value};

use super::token::RESET;
use super::{Emails, Letter, find_user, note_step, user_of_email};
use crate::session::USER;

const PAGE: &str = "request_password_reset";
const TEMPLATE: &str = "reset-password";

/// Why a link did not replace a password.
pub(crate) enum ResetRefusal {
    /// It is not, or no longer, the link of a user.
    LinkInvalid,
    /// It is too old.
    LinkExpired,
    /// The new password was refused, or something failed.
    Refused(Error),
}

impl ResetRefusal {
    /// What users are told.
    pub(crate) fn text(&self) -> &str {
        match self {
            ResetRefusal::LinkInvalid => "Failed to reset password: username / email / token is invalid",
            ResetRefusal::LinkExpired => "The password reset link has expired",
            ResetRefusal::Refused(error) => &error.message,
        }
    }
}

impl From<Error> for ResetRefusal {
    fn from(error: Error) -> Self {
        ResetRefusal::Refused(error)
    }
}

impl Emails {
    /// Sends a mail with a link. Where the app wants that, the answer does not tell whether the address has an account.
    pub(crate) async fn request_reset(&self, app: &App, email: &str) -> Result<()> {
        let user = match user_of_email(app, email).await? {
            Some(user) => Some(user),
            // A user without an address may have one for a name.
            None => {
                let named = Filter::equals("_username_key", Value::String(identity_key(email)));
                let without_email = Filter::equals("_email_key", Value::Null);
                find_user(app, Filter::And(vec![named, without_email])).await?
            }
        };
        match user {
            Some(user) => self.send_reset_link(app, &user, email).await,
            None if app.objects.settings().password_reset.hide_unknown => {
                self.pretend_to_queue(app, TEMPLATE, email).await
            }
            None => Err(Error::new(ErrorCode::ObjectNotFound, "A user with that email does not exist.")),
        }
    }

    async fn send_reset_link(&self, app: &App, user: &Object, asked: &str) -> Result<()> {
        let objects = &app.objects;
        let policy = &objects.settings().password_reset;
        // The address that is stored, which may be another form of the one that was typed.
        let to = user.text("email").or(user.text("username")).unwrap_or(asked);
        let now = objects.clock().now();
        let reused = match policy.reuse_token {
            true => RESET.still_valid(&self.secret, objects, user, now),
            false => None,
        };
        let mut steps = Vec::new();
        let token = match reused {
            Some(token) => token,
            None => {
                let new = RESET.make(&self.secret, objects, &user.object_id, now, policy.validity_s);
                let still = Filter::equals("_email_key", user.value("_email_key").clone());
                steps.push(note_step(user, still, new.values));
                new.token
            }
        };
        let user_name = user.text("username");
        let letter = Letter { template: TEMPLATE, page: PAGE, to, user_name, token: &token };
        match self.mail_step(objects, letter) {
            Ok(step) => steps.push(step),
            // An address from before anything was asked of addresses; who asks must not learn of it.
            Err(error) if error.code == ErrorCode::InvalidEmailAddress && policy.hide_unknown => {
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        objects.commit_steps(&Scope::server(), steps).await.map(|_| ())
    }

    /// Does the work of queueing a mail for an address that has no account, so that the time to answer does not tell. The
    /// mail is gone with the same commit.
    pub(super) async fn pretend_to_queue(&self, app: &App, template: &str, email: &str) -> Result<()> {
        let objects = &app.objects;
        let Ok(queued) = self.mailer.queue(objects, Mail::new(template, email)) else { return Ok(()) };
        let WriteStep::Insert { class, object_id, .. } = &queued else { return Ok(()) };
        let removed = WriteStep::Delete {
            class: Arc::clone(class),
            filter: Filter::equals(OBJECT_ID, Value::String(object_id.clone())),
            access: RowAccess::All,
            deleted_at: objects.clock().now(),
            expect: Expectation::Any,
        };
        objects.commit_steps(&Scope::server(), vec![queued, removed]).await.map(|_| ())
    }

    /// The user of a link that counts.
    pub(crate) async fn user_of_reset_link(&self, app: &App, token: &str) -> Result<Object, ResetRefusal> {
        let filter = RESET.of(token).ok_or(ResetRefusal::LinkInvalid)?;
        let user = find_user(app, filter).await?.ok_or(ResetRefusal::LinkInvalid)?;
        let now = app.objects.clock().now();
        let expires = app.objects.settings().password_reset.validity_s.is_some();
        match user.time(RESET.expires_at) {
            Some(expires_at) if expires && expires_at < now => Err(ResetRefusal::LinkExpired),
            _ => Ok(user),
        }
    }

    /// The address to send another mail to, of a link that is too old.
    pub(crate) async fn address_of_old_link(&self, app: &App, token: &str) -> Result<Option<String>> {
        let Some(filter) = RESET.of(token) else { return Ok(None) };
        let now = app.objects.clock().now();
        let user = find_user(app, filter).await?;
        let user = user.filter(|user| user.time(RESET.expires_at).is_some_and(|at| at < now));
        Ok(user.and_then(|user| user.text("email").map(str::to_owned)))
    }

    /// Replaces the password of the user of a link, once. The rules of users do the rest: the app's policy, the end of the
    /// sessions, and of the link itself.
    pub(crate) async fn reset_password(
        &self,
        app: &App,
        token: &str,
        password: &str,
    ) -> Result<(), ResetRefusal> {
        let user = self.user_of_reset_link(app, token).await?;
        let still = RESET.of(token).ok_or(ResetRefusal::LinkInvalid)?;
        let mut body = JsonMap::new();
        body.insert("password".into(), password.into());
        let changed = app.objects.update_if(&Scope::server(), USER, &user.object_id, body, still).await;
        match changed {
            Ok(_) => Ok(()),
            Err(error) if error.code == ErrorCode::ObjectNotFound => Err(ResetRefusal::LinkInvalid),
            Err(error) => Err(ResetRefusal::Refused(error)),
        }
    }
}
