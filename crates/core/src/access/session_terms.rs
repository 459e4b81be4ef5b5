//! What a face of the account service says of the sessions that its calls open.

use std::fmt;

/// How a session is to be that a call opens, and what a new password does to the user's sessions. Without terms the app's
/// settings for sessions count.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionTerms {
    /// Seconds from its start, or from its last renewal, to its end.
    pub length_s: i64,
    /// Whether it is renewed while it is used, and outlives the browser.
    pub is_remembered: bool,
    /// Where it was opened; empty when that is not known.
    pub ip_address: String,
    /// What it was opened with.
    pub user_agent: Option<String>,
    /// The token of a session that it takes the place of.
    pub replaces: Option<String>,
    /// What happens when the call sets a password.
    pub new_password: NewPassword,
}

/// What happens to the sessions of a user whose password is set.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum NewPassword {
    /// What the app's settings say.
    #[default]
    AsSettings,
    /// The caller knew the old password.
    Known {
        /// The hash of the old one; the change counts only while it is still the present one.
        hash: String,
        /// All sessions end and the caller gets a new one; else they all stay.
        ends_sessions: bool,
    },
}

/// Tokens and hashes never reach a log.
impl fmt::Debug for SessionTerms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionTerms").field("length_s", &self.length_s).finish_non_exhaustive()
    }
}
