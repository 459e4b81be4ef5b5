//! What happens to the e-mail addresses of users: they are verified, and a forgotten password is replaced through them.
//!
//! Source: Parse Server, `verifyUserEmails`, `passwordPolicy` and the routes beside them.

pub(crate) mod password_reset;
mod token;
pub(crate) mod verification;

use std::sync::Arc;

use astrolabe_core::access::Scope;
use astrolabe_core::app::{App, ServerSecret};
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::identity::identity_key;
use astrolabe_core::objects::{Object, Objects};
use astrolabe_core::ports::{Expectation, FieldUpdate, Mail, Mailer, WriteStep};
use astrolabe_core::query::{Filter, RowAccess};
use astrolabe_core::schema::OBJECT_ID;
use astrolabe_core::value::Value;

use crate::session::USER;

pub(crate) use token::RESET;

/// What mail to users needs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Emails {
    mailer: Arc<dyn Mailer>,
    secret: ServerSecret,
}

impl Emails {
    pub(crate) fn new(mailer: Arc<dyn Mailer>, secret: ServerSecret) -> Self {
        Emails { mailer, secret }
    }

    /// Fails with 1 where no mail can be sent, or nobody knows where its links should lead.
    pub(crate) fn check_ready(&self, objects: &Objects) -> Result<()> {
        self.links_url(objects).map(|_| ())
    }

    fn links_url<'o>(&self, objects: &'o Objects) -> Result<&'o str> {
        objects.settings().links_url().filter(|_| self.mailer.is_ready()).ok_or_else(|| {
            let text = "An appName, publicServerURL, and emailAdapter are required for password reset and email \
                        verification functionality.";
            Error::new(ErrorCode::MailNotConfigured, text)
        })
    }

    /// The step that queues a mail with a link to a page.
    fn mail_step(&self, objects: &Objects, letter: Letter<'_>) -> Result<WriteStep> {
        let Letter { template, page, to, user_name, token } = letter;
        let link = format!("{}/apps/{}/{page}?token={token}", self.links_url(objects)?, objects.app_id());
        let mut mail = Mail::new(template, to).with("link", link);
        if let Some(name) = user_name {
            mail = mail.with("userName", name);
        }
        self.mailer.queue(objects, mail)
    }
}

/// A mail with a link.
struct Letter<'a> {
    template: &'a str,
    /// The page that the link leads to.
    page: &'a str,
    to: &'a str,
    user_name: Option<&'a str>,
    token: &'a str,
}

async fn find_user(app: &App, filter: Filter) -> Result<Option<Object>> {
    app.objects.find_object(&Scope::server(), USER, filter).await
}

/// The user of an address, in whatever form it is written.
async fn user_of_email(app: &App, email: &str) -> Result<Option<Object>> {
    find_user(app, Filter::equals("_email_key", Value::String(identity_key(email)))).await
}

/// The step that notes something of a user who is still as it was read, which is nobody's change of the user.
fn note_step(user: &Object, still: Filter, values: Vec<(Arc<str>, Value)>) -> WriteStep {
    let by_id = Filter::equals(OBJECT_ID, Value::String(user.object_id.clone()));
    WriteStep::Update {
        class: Arc::clone(&user.class),
        filter: Filter::And(vec![by_id, still]),
        access: RowAccess::All,
        updated_at: None,
        acl: None,
        fields: values.into_iter().map(|(name, value)| (name, FieldUpdate::Set(value))).collect(),
        relations: Vec::new(),
        returning: Vec::new(),
        expect: Expectation::Some,
    }
}
