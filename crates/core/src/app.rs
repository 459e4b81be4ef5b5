//! An app: the unit of isolation. It has its own database, keys, users and settings.

mod account_policy;
mod cookie_accounts;
mod email_policy;
mod host_name;
mod keys;
mod keyword_denylist;
mod limits;
mod meter;
mod path_patterns;
mod protected_fields;
mod rate_limit;
mod request_complexity;
mod route_pattern;
mod secret;
mod settings;

use std::fmt;
use std::sync::Arc;

use crate::error::Result;
use crate::objects::Objects;
use crate::ports::{Background, BoxFuture, Callers};

pub use account_policy::{AccountLockout, PasswordPolicy};
pub use cookie_accounts::{CookieAccounts, FORGOTTEN_SESSION_LENGTH_S};
pub use email_policy::{CustomPages, EmailPolicy, HOSTED_PAGES, ResetPolicy};
pub use host_name::HostName;
pub use keys::{AppKeys, HashedKey, same_key};
pub use keyword_denylist::KeywordDenylist;
pub use limits::AppLimits;
pub use meter::{Answered, InFlight, Meter, Usage};
pub use path_patterns::PathPatterns;
pub use protected_fields::ProtectedFieldsByClass;
pub use rate_limit::{RateCounters, RateLimit, RateState, RateZone, RatedRequest};
pub use request_complexity::RequestComplexity;
pub use route_pattern::RoutePattern;
pub use secret::{SECRET_LEN_MIN, ServerSecret};
pub use settings::AppSettings;

/// Everything a request needs of its app.
pub struct App {
    /// The application id that clients send.
    pub id: Arc<str>,
    /// What opens it.
    pub keys: AppKeys,
    /// How it behaves.
    pub settings: AppSettings,
    /// Its data.
    pub objects: Objects,
    /// Who its callers are.
    pub callers: Arc<dyn Callers>,
    /// How many requests were made where that is limited.
    pub rate_counters: Arc<RateCounters>,
    /// What it uses.
    pub meter: Arc<Meter>,
    /// Work that goes on beside requests.
    pub background: Arc<dyn Background>,
}

impl App {
    /// Ends its work and closes its database.
    pub async fn close(&self) {
        self.background.stop().await;
        self.objects.store().close().await;
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The apps of a server.
pub trait Apps: Send + Sync {
    /// The app of an application id, opened when needed; `None` when there is no such app.
    fn by_id<'a>(&'a self, app_id: &'a str) -> BoxFuture<'a, Result<Option<Arc<App>>>>;

    /// The app of a host name, for protocols without keys: the one that names the host, else the only app there is.
    fn by_host<'a>(&'a self, host: &'a HostName) -> BoxFuture<'a, Result<Option<Arc<App>>>>;
}

/// Letters, digits, `_` and `-`, at most 64: an application id is also the name of a folder.
pub fn is_valid_app_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}
