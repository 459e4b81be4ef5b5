//! E-mail: templates, a durable queue in the database of each app, SMTP, and the outbox of a developer.
//!
//! Whoever has something to tell a user queues a mail through the port [`astrolabe_core::ports::Mailer`], in the commit of the
//! change that it tells of. A worker per open app sends it afterwards. What a mail says is decided by its template, when it
//! is sent, and by nobody here.

mod address;
mod message;
mod outbox;
mod queue;
mod retry;
mod seal;
mod smtp;
mod templates;
mod worker;

pub use address::{Sender, check_recipient};
pub use message::Rendered;
pub use outbox::{KeptMail, Outbox};
pub use queue::MailQueue;
pub use smtp::{SmtpAddress, SmtpTransport};
pub use templates::{TEMPLATE_NAMES, Templates};
pub use worker::{MailWorker, WaitingApps};

use thiserror::Error as ThisError;

/// Where mail goes.
#[derive(Clone)]
pub enum Destination {
    /// Nowhere: nothing is queued either.
    Nowhere,
    /// To a mail server.
    Smtp(SmtpTransport),
    /// Into a folder, for a developer to look at.
    Outbox(Outbox),
}

/// Why a mail was not sent. The text holds no address.
#[derive(Debug, ThisError)]
pub enum SendError {
    /// It will not work later either.
    #[error("{0}")]
    Permanent(String),
    /// It may work later.
    #[error("{0}")]
    Transient(String),
}
