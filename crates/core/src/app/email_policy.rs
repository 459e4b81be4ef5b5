//! What an app does about the e-mail addresses of its users, and the pages it shows them. The names in parentheses are
//! Parse Server's.

use std::collections::BTreeMap;

/// Whether addresses are verified, and what depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailPolicy {
    /// A new address is verified by a mail with a link (`verifyUserEmails`).
    pub verify: bool,
    /// Nobody logs in before that (`preventLoginWithUnverifiedEmail`).
    pub prevent_log_in: bool,
    /// A sign-up that waits for it answers with an error (`preventSignupWithUnverifiedEmail`).
    pub prevent_sign_up: bool,
    /// Seconds a link of verification counts (`emailVerifyTokenValidityDuration`); `None` is for ever.
    pub token_validity_s: Option<i64>,
    /// Another mail carries the link that still counts (`emailVerifyTokenReuseIfValid`).
    pub reuse_token: bool,
    /// The mail is sent, rather than only prepared (`sendUserEmailVerification`).
    pub send: bool,
    /// Nobody learns by asking for another mail which addresses have accounts (`emailVerifySuccessOnInvalidEmail`).
    pub hide_unknown: bool,
}

impl Default for EmailPolicy {
    fn default() -> Self {
        EmailPolicy {
            verify: false,
            prevent_log_in: false,
            prevent_sign_up: false,
            token_validity_s: None,
            reuse_token: false,
            send: true,
            hide_unknown: true,
        }
    }
}

/// How a forgotten password is replaced (`passwordPolicy`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetPolicy {
    /// Seconds a link counts (`resetTokenValidityDuration`); `None` is for ever.
    pub validity_s: Option<i64>,
    /// Another mail carries the link that still counts (`resetTokenReuseIfValid`).
    pub reuse_token: bool,
    /// Nobody learns by asking for a mail which addresses have accounts (`resetPasswordSuccessOnInvalidEmail`).
    pub hide_unknown: bool,
}

impl Default for ResetPolicy {
    fn default() -> Self {
        ResetPolicy { validity_s: None, reuse_token: false, hide_unknown: true }
    }
}

/// The pages that links of mails lead to, by the names of `pages.customUrls`.
pub const HOSTED_PAGES: &[&str] = &[
    "passwordReset",
    "passwordResetSuccess",
    "passwordResetLinkInvalid",
    "emailVerificationSuccess",
    "emailVerificationSendFail",
    "emailVerificationSendSuccess",
    "emailVerificationLinkInvalid",
    "emailVerificationLinkExpired",
];

/// Pages of the owner's own, which browsers are sent to instead: by name, one of [`HOSTED_PAGES`].
pub type CustomPages = BTreeMap<String, String>;
