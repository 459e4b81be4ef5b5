//! Verifying e-mail addresses: a mail with a link when an address is new, another one on request, and the visit that ends it.

use std::sync::Arc;

use astrolabe_core::access::Scope;
use astrolabe_core::app::App;
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::identity::identity_key;
use astrolabe_core::objects::{Object, Write, WriteKind};
use astrolabe_core::ports::{Expectation, FieldUpdate, RuleContext, WriteStep};
use astrolabe_core::query::{FieldPath, Filter, RowAccess, Test};
use astrolabe_core::value::Value;

use super::token::VERIFY;
use super::{Emails, Letter, find_user, note_step, user_of_email};
use crate::session::USER;

/// Whether the address of a user has been verified.
pub(crate) const VERIFIED: &str = "emailVerified";
const PAGE: &str = "verify_email";
const TEMPLATE: &str = "verify-email";

/// Whether a user has to verify the address before anything else.
pub(crate) fn must_verify_first(app: &App, user: &Object) -> bool {
    let policy = &app.objects.settings().emails;
    policy.verify && policy.prevent_log_in && !is_verified(user)
}

/// The refusal of a log-in before that.
pub(crate) fn not_verified() -> Error {
    Error::new(ErrorCode::EmailNotFound, "User email is not verified.")
}

fn is_verified(user: &Object) -> bool {
    matches!(user.value(VERIFIED), Value::Boolean(true))
}

impl Emails {
    /// A write that gives a user an address has it verified.
    pub(crate) fn verify_new_address(&self, context: RuleContext<'_>, write: &mut Write) -> Result<()> {
        let objects = context.objects;
        let policy = &objects.settings().emails;
        let Some(email) = write.new_text("email").filter(|email| !email.is_empty()).map(str::to_owned) else {
            return Ok(());
        };
        if !policy.verify {
            return Ok(());
        }
        // The face over cookies sends links of its own.
        if context.scope.session_terms().is_some() {
            if write.kind == WriteKind::Create {
                write.set(VERIFIED, Value::Boolean(false));
            }
            return Ok(());
        }
        let new = VERIFY.make(&self.secret, objects, &write.object_id, write.now, policy.token_validity_s);
        if policy.send {
            let user_name = write.new_text("username").filter(|_| write.kind == WriteKind::Create);
            let letter = Letter { template: TEMPLATE, page: PAGE, to: &email, user_name, token: &new.token };
            write.more_steps.push(self.mail_step(objects, letter)?);
        }
        write.set(VERIFIED, Value::Boolean(false));
        for (field, value) in new.values {
            write.set(&field, value);
        }
        Ok(())
    }

    /// Sends another mail to an address. Where the app wants that, the answer does not tell whether it has an account.
    pub(crate) async fn send_again(&self, app: &App, email: &str) -> Result<()> {
        let policy = &app.objects.settings().emails;
        let found = user_of_email(app, email).await?;
        match found {
            Some(user) if !is_verified(&user) => self.send_link(app, &user).await,
            _ if policy.hide_unknown => self.pretend_to_queue(app, TEMPLATE, email).await,
            Some(_) => Err(Error::new(ErrorCode::OtherCause, format!("Email {email} is already verified."))),
            None => Err(Error::new(ErrorCode::EmailNotFound, format!("No user found with email {email}"))),
        }
    }

    /// Sends another mail to the user of a name or of a link that may no longer count; whether there is such a user.
    pub(crate) async fn send_again_to(
        &self,
        app: &App,
        username: Option<&str>,
        token: Option<&str>,
    ) -> Result<bool> {
        let by_name = |name: &str| Filter::equals("_username_key", Value::String(identity_key(name)));
        let filters: Vec<_> =
            username.map(by_name).into_iter().chain(token.and_then(|token| VERIFY.of(token))).collect();
        let user = match filters.is_empty() {
            true => None,
            false => find_user(app, Filter::And(filters)).await?,
        };
        match user.filter(|user| !is_verified(user)) {
            Some(user) => self.send_link(app, &user).await.map(|()| true),
            None => Ok(false),
        }
    }

    async fn send_link(&self, app: &App, user: &Object) -> Result<()> {
        let objects = &app.objects;
        let policy = &objects.settings().emails;
        let (Some(email), true) = (user.text("email"), policy.verify) else { return Ok(()) };
        let now = objects.clock().now();
        let reused = match policy.reuse_token {
            true => VERIFY.still_valid(&self.secret, objects, user, now),
            false => None,
        };
        let (token, values) = match reused {
            Some(token) => (token, Vec::new()),
            None => {
                let new = VERIFY.make(&self.secret, objects, &user.object_id, now, policy.token_validity_s);
                (new.token, new.values)
            }
        };
        let mut steps = Vec::new();
        if !values.is_empty() {
            let still = Filter::equals("email", Value::String(email.to_owned()));
            steps.push(note_step(user, still, values));
        }
        if policy.send {
            let user_name = user.text("username");
            let letter = Letter { template: TEMPLATE, page: PAGE, to: email, user_name, token: &token };
            steps.push(self.mail_step(objects, letter)?);
        }
        objects.commit_steps(&Scope::server(), steps).await.map(|_| ())
    }

    /// Follows a link: whether it was one that counts.
    pub(crate) async fn verify(&self, app: &App, token: &str) -> Result<bool> {
        let objects = &app.objects;
        let policy = &objects.settings().emails;
        let (Some(filter), true) = (VERIFY.of(token), policy.verify) else { return Ok(false) };
        let now = objects.clock().now();
        let filter = match policy.token_validity_s {
            None => filter,
            Some(_) => {
                let test = Test::Greater(Value::Date(now));
                filter.and(Filter::Field { path: FieldPath::top(VERIFY.expires_at), test })
            }
        };
        let mut fields: Vec<(Arc<str>, FieldUpdate)> =
            vec![(VERIFIED.into(), FieldUpdate::Set(Value::Boolean(true)))];
        fields.extend(VERIFY.cleared().into_iter().map(|(name, value)| (name, FieldUpdate::Set(value))));
        let step = WriteStep::Update {
            class: objects.schema().class(USER).cloned().ok_or_else(Error::internal)?,
            filter,
            access: RowAccess::All,
            updated_at: Some(now),
            acl: None,
            fields,
            relations: Vec::new(),
            returning: Vec::new(),
            expect: Expectation::Some,
        };
        match objects.commit_steps(&Scope::server(), vec![step]).await {
            Ok(_) => Ok(true),
            Err(error) if error.code == ErrorCode::ObjectNotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}
