//! The permission context of a kernel call.

use std::sync::Arc;

use super::SessionTerms;
use super::acl::PUBLIC;
use crate::query::RowAccess;

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Holds the master key.
    Master {
        /// With the read-only master key: may see everything and change nothing.
        read_only: bool,
    },
    /// Holds the maintenance key: like master, for internal fields too.
    Maintenance,
    /// Presented the token of a session.
    User(Arc<UserCaller>),
    /// Holds no more than the keys of the app.
    Anonymous,
}

/// A signed-in user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCaller {
    /// The user's object id.
    pub user_id: Arc<str>,
    /// The session's object id.
    pub session_id: Arc<str>,
    principals: Arc<[String]>,
}

impl UserCaller {
    /// `roles` are names, without the `role:` prefix.
    pub fn new(user_id: &str, session_id: &str, roles: &[String]) -> Self {
        let own = [PUBLIC.to_owned(), user_id.to_owned()];
        let principals = own.into_iter().chain(roles.iter().map(|role| format!("role:{role}"))).collect();
        UserCaller { user_id: user_id.into(), session_id: session_id.into(), principals }
    }

    /// The names of the user's roles.
    pub fn role_names(&self) -> impl Iterator<Item = &str> {
        self.principals.iter().filter_map(|principal| principal.strip_prefix("role:"))
    }
}

/// Proof that somebody decided who is asking. Every kernel call takes one, and only this module makes them, so
/// no path reaches data without a decision.
#[derive(Debug, Clone)]
pub struct Scope {
    authority: Authority,
    principals: Arc<[String]>,
    installation_id: Option<Arc<str>>,
    session_terms: Option<Arc<SessionTerms>>,
}

#[derive(Debug, Clone)]
enum Authority {
    Server,
    Caller(Caller),
}

impl Scope {
    /// The rights of a caller.
    pub fn for_caller(caller: Caller) -> Self {
        let principals = match &caller {
            Caller::User(user) => Arc::clone(&user.principals),
            _ => Arc::new([PUBLIC.to_owned()]),
        };
        Scope { authority: Authority::Caller(caller), principals, installation_id: None, session_terms: None }
    }

    /// The same rights, used by a known installation of a client.
    pub fn from_installation(mut self, installation_id: Option<Arc<str>>) -> Self {
        self.installation_id = installation_id;
        self
    }

    /// The same rights, with terms for the sessions that the call opens.
    pub fn with_session_terms(mut self, terms: SessionTerms) -> Self {
        self.session_terms = Some(Arc::new(terms));
        self
    }

    /// The server's own rights, for work that no caller asked for directly (looking up a session). Never hand
    /// such a scope to code that acts on a request's values.
    pub fn server() -> Self {
        Scope {
            authority: Authority::Server,
            principals: Arc::new([]),
            installation_id: None,
            session_terms: None,
        }
    }

    /// Who is asking; `None` is the server itself.
    pub fn caller(&self) -> Option<&Caller> {
        match &self.authority {
            Authority::Server => None,
            Authority::Caller(caller) => Some(caller),
        }
    }

    /// The signed-in user.
    pub fn user(&self) -> Option<&UserCaller> {
        match &self.authority {
            Authority::Caller(Caller::User(user)) => Some(user),
            _ => None,
        }
    }

    /// The signed-in user's id.
    pub fn user_id(&self) -> Option<&str> {
        self.user().map(|user| &*user.user_id)
    }

    /// The installation that asks; sessions remember it.
    pub fn installation_id(&self) -> Option<&str> {
        self.installation_id.as_deref()
    }

    /// What the sessions that this call opens are to be like.
    pub fn session_terms(&self) -> Option<&SessionTerms> {
        self.session_terms.as_deref()
    }

    /// Whether access lists and class-level permissions do not apply.
    pub fn is_privileged(&self) -> bool {
        match &self.authority {
            Authority::Server => true,
            Authority::Caller(caller) => matches!(caller, Caller::Master { .. } | Caller::Maintenance),
        }
    }

    /// Whether the server itself asks.
    pub fn is_server(&self) -> bool {
        matches!(self.authority, Authority::Server)
    }

    /// Whether internal fields and times may be written.
    pub fn is_maintenance(&self) -> bool {
        matches!(self.authority, Authority::Server | Authority::Caller(Caller::Maintenance))
    }

    /// Whether every write is to be refused.
    pub fn is_read_only(&self) -> bool {
        matches!(self.authority, Authority::Caller(Caller::Master { read_only: true }))
    }

    /// `*`, the user's id and `role:` names: what access lists are compared with.
    pub fn principals(&self) -> &Arc<[String]> {
        &self.principals
    }

    /// The rows this scope may read.
    pub fn readable(&self) -> RowAccess {
        if self.is_privileged() { RowAccess::All } else { RowAccess::Readable(Arc::clone(&self.principals)) }
    }

    /// The rows this scope may both read and change.
    pub fn readable_and_writable(&self) -> RowAccess {
        match self.writable() {
            RowAccess::Writable(principals) => RowAccess::ReadableAndWritable(principals),
            every_row => every_row,
        }
    }

    /// The rows this scope may change.
    pub fn writable(&self) -> RowAccess {
        if self.is_privileged() { RowAccess::All } else { RowAccess::Writable(Arc::clone(&self.principals)) }
    }
}
