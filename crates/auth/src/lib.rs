//! Accounts: users, sessions and passwords, with the Parse face on them.
//!
//! The rules of `_User` and `_Session` are given to the kernel as [`astrolabe_core::ports::ClassRules`], so they
//! hold for every way to these classes; log-in and session look-up are services on top.

mod callers;
mod common_passwords;
mod emails;
mod guesses;
mod links;
mod lockout;
mod log_in;
pub mod pages;
mod password;
mod password_policy;
mod role_rules;
mod roles;
pub mod routes;
mod session;
mod session_rules;
mod user_rules;
mod user_sessions;

use std::sync::Arc;

use astrolabe_core::app::ServerSecret;
use astrolabe_core::ports::{Ids, Mailer, RuleSet};

use emails::Emails;
use guesses::Guesses;

pub use callers::SessionCallers;
pub use password::{PasswordCost, PasswordHasher};
pub use role_rules::RoleRules;
pub use session_rules::SessionRules;
pub use user_rules::UserRules;

/// The account service, one for all apps of a server.
#[derive(Clone)]
pub struct Auth {
    hasher: Arc<PasswordHasher>,
    mailer: Arc<dyn Mailer>,
    secret: ServerSecret,
    guesses: Arc<Guesses>,
    emails: Emails,
}

impl Auth {
    /// Starts the threads that hash passwords. Mail to users goes through `mailer`.
    pub fn new(cost: PasswordCost, ids: Arc<dyn Ids>, mailer: Arc<dyn Mailer>, secret: ServerSecret) -> Self {
        let emails = Emails::new(Arc::clone(&mailer), secret.clone());
        Auth {
            hasher: Arc::new(PasswordHasher::new(cost, ids)),
            mailer,
            secret,
            guesses: Arc::new(Guesses::new()),
            emails,
        }
    }

    /// The rules of the account classes, for the kernel.
    pub fn class_rules(&self) -> RuleSet {
        RuleSet::default()
            .with(Arc::new(UserRules::new(Arc::clone(&self.hasher), self.emails.clone())))
            .with(Arc::new(SessionRules))
            .with(Arc::new(RoleRules))
    }

    /// Where mail to users is queued.
    pub fn mailer(&self) -> &Arc<dyn Mailer> {
        &self.mailer
    }

    /// What keys of the accounts are derived from.
    pub fn secret(&self) -> &ServerSecret {
        &self.secret
    }

    /// Wrong passwords, and who has to wait for them.
    pub(crate) fn guesses(&self) -> &Guesses {
        &self.guesses
    }

    pub(crate) fn emails(&self) -> &Emails {
        &self.emails
    }

    pub(crate) fn hasher(&self) -> &PasswordHasher {
        &self.hasher
    }
}
