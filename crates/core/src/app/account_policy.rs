//! What an app asks of log-ins and passwords. The names in parentheses are Parse Server's.

use crate::query::Pattern;

/// When an account is closed to log-ins because of wrong passwords (`accountLockout`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLockout {
    /// Wrong passwords in a row that lock an account (`threshold`); `None` never locks.
    pub threshold: Option<u32>,
    /// Minutes an account stays locked (`duration`).
    pub minutes: u32,
    /// A password that an administrator sets unlocks the account (`unlockOnPasswordReset`).
    pub unlock_on_password_reset: bool,
}

impl Default for AccountLockout {
    fn default() -> Self {
        AccountLockout { threshold: None, minutes: 5, unlock_on_password_reset: false }
    }
}

/// What a new password has to be, and how long it counts (`passwordPolicy`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PasswordPolicy {
    /// What every password has to match (`validatorPattern`).
    pub pattern: Option<Pattern>,
    /// What users are told of a password that does not (`validationError`).
    pub pattern_error: Option<String>,
    /// A password must not contain the user name (`doNotAllowUsername`).
    pub without_username: bool,
    /// Days a password counts (`maxPasswordAge`); `None` is for ever.
    pub max_age_days: Option<u32>,
    /// Last passwords that a new one must differ from (`maxPasswordHistory`); 0 asks for nothing.
    pub history: usize,
}
