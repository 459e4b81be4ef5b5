//! E-mail as the kernel and the slices above it see it: what is to be told to whom. How it is worded, kept until it is
//! sent, and sent is the mailer's business.

use super::{BoxFuture, WriteStep};
use crate::access::Scope;
use crate::error::{Error, ErrorCode, Result};
use crate::objects::Objects;
use crate::value::{Json, JsonMap};

/// A mail to be sent.
#[derive(Clone, PartialEq)]
pub struct Mail {
    /// The name of its template, such as `verify-email`.
    pub template: String,
    /// The address it goes to. Non-ASCII ones are fine.
    pub to: String,
    /// What the template is given beside `appName`, `appId` and `to`. It may hold secrets: it is never logged, and is
    /// sealed while it waits.
    pub variables: JsonMap,
}

impl Mail {
    /// A mail without variables.
    pub fn new(template: impl Into<String>, to: impl Into<String>) -> Self {
        Mail { template: template.into(), to: to.into(), variables: JsonMap::new() }
    }

    /// Adds a variable.
    pub fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }
}

/// Neither addresses nor links reach a log.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("template", &self.template).finish_non_exhaustive()
    }
}

/// Queues mail. One mailer serves all apps; what it queues lies in the database of the app.
pub trait Mailer: Send + Sync {
    /// Whether mail goes anywhere: to a mail server, or into the outbox of a developer.
    fn is_ready(&self) -> bool;

    /// The step that queues a mail. Committed with the change that the mail tells of, both happen or none. Sending begins
    /// after the commit, without anybody having to ask for it. Fails with 125 for an address that no mail can go to, and
    /// with 1 for a template that is not there and when mail goes nowhere.
    fn queue(&self, objects: &Objects, mail: Mail) -> Result<WriteStep>;

    /// Queues a mail by itself. It will be sent once this has returned, even if the server is killed.
    fn enqueue<'a>(&'a self, objects: &'a Objects, mail: Mail) -> BoxFuture<'a, Result<()>> {
        let step = self.queue(objects, mail);
        Box::pin(async move { objects.commit_steps(&Scope::server(), vec![step?]).await.map(|_| ()) })
    }
}

/// A server that sends no mail.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMailer;

impl Mailer for NoMailer {
    fn is_ready(&self) -> bool {
        false
    }

    fn queue(&self, _: &Objects, _: Mail) -> Result<WriteStep> {
        Err(Error::new(ErrorCode::MailNotConfigured, "This server sends no mail."))
    }
}
