//! The error every part of Astrolabe answers with, and the one table from its code to the wire numbers.
//!
//! Source of the numbers and statuses: Parse REST protocol, section "Errors" (`docs/reference/errors.md`).

use std::borrow::Cow;
use std::fmt;

use crate::limits;

/// `Result` with Astrolabe's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure a caller can act on: a stable code and a sentence that is safe to show to the caller.
///
/// Never put SQL, file paths, tokens or other people's data into the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What kind of failure this is.
    pub code: ErrorCode,
    /// The sentence for the caller.
    pub message: Cow<'static, str>,
    /// True when the message tells why access was refused; such texts are replaced by `Permission denied`
    /// while the app's `enableSanitizedErrorResponse` is on.
    pub permission: bool,
}

impl Error {
    /// An error whose message is always shown.
    pub fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Error { code, message: message.into(), permission: false }
    }

    /// An error that refuses access: its message is hidden from callers while error texts are sanitised.
    pub fn denied(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Error { code, message: message.into(), permission: true }
    }

    /// The failure of a part that should not fail. The cause belongs in the log, not in the answer.
    pub fn internal() -> Self {
        Error::new(ErrorCode::InternalServerError, "Internal server error.")
    }

    /// The text for callers of an app whose error texts are sanitised (`true`) or detailed (`false`).
    pub fn public_message(&self, sanitized: bool) -> &str {
        if self.permission && sanitized { "Permission denied" } else { &self.message }
    }
}

/// A name out of a request, for an error message: as it was sent, but cut, so that a hostile one cannot blow up an
/// answer. Messages travel inside of JSON, which escapes what would break a line.
pub fn shown(name: &str) -> String {
    name.chars().take(limits::NAME_LEN_MAX).collect()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

macro_rules! error_codes {
    ($(#[doc = $doc:literal] $name:ident = $number:expr, $status:literal, $slug:literal;)*) => {
        /// Stable names of the failures Astrolabe reports.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $(#[doc = $doc] $name,)* }

        impl ErrorCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name,)*];

            /// The Parse error number; `None` for answers that carry an HTTP status only.
            pub fn parse_number(self) -> Option<i32> {
                match self { $(ErrorCode::$name => $number,)* }
            }

            /// The HTTP status.
            pub fn http_status(self) -> u16 {
                match self { $(ErrorCode::$name => $status,)* }
            }

            /// The stable word used by Astrolabe's own endpoints.
            pub fn slug(self) -> &'static str {
                match self { $(ErrorCode::$name => $slug,)* }
            }

            /// What it means, in one sentence.
            pub fn description(self) -> &'static str {
                match self { $(ErrorCode::$name => $doc.trim_ascii(),)* }
            }
        }
    };
}

error_codes! {
    /// Anything without a code of its own.
    OtherCause = Some(-1), 400, "other_cause";
    /// A part of the server failed; the only code that answers 500.
    InternalServerError = Some(1), 500, "internal";
    /// Mail is needed and this server sends none.
    MailNotConfigured = Some(1), 400, "mail_not_configured";
    /// Too many requests of one caller.
    RateLimited = Some(100), 429, "rate_limited";
    /// The object is missing, or the caller may not know that it exists.
    ObjectNotFound = Some(101), 404, "object_not_found";
    /// A query, a parameter or an operator that is not valid.
    InvalidQuery = Some(102), 400, "invalid_query";
    /// A class name that is not valid, or a class that does not exist.
    InvalidClassName = Some(103), 400, "invalid_class_name";
    /// An object id was expected.
    MissingObjectId = Some(104), 400, "missing_object_id";
    /// A field name that is not valid or not writable.
    InvalidKeyName = Some(105), 400, "invalid_key_name";
    /// A pointer that is not valid.
    InvalidPointer = Some(106), 400, "invalid_pointer";
    /// A value that has the wrong JSON form.
    InvalidJson = Some(107), 400, "invalid_json";
    /// An endpoint or operation that does not exist.
    CommandUnavailable = Some(108), 400, "command_unavailable";
    /// The same code on an unknown path, where the status is 404.
    EndpointNotFound = Some(108), 404, "endpoint_not_found";
    /// A value whose type is not the field's.
    IncorrectType = Some(111), 400, "incorrect_type";
    /// The request or object exceeds a size limit.
    ObjectTooLarge = Some(116), 400, "object_too_large";
    /// The caller may not do this.
    OperationForbidden = Some(119), 400, "operation_forbidden";
    /// A nested key that is not valid.
    InvalidNestedKey = Some(121), 400, "invalid_nested_key";
    /// An access control list that is not valid.
    InvalidAcl = Some(123), 400, "invalid_acl";
    /// The operation ran into its time limit.
    Timeout = Some(124), 400, "timeout";
    /// An e-mail address that is not valid.
    InvalidEmailAddress = Some(125), 400, "invalid_email_address";
    /// More than one installation could be meant.
    AmbiguousInstallation = Some(132), 400, "ambiguous_installation";
    /// A schema request without the class name it needs, or an installation without what it needs.
    MissingClassName = Some(135), 400, "missing_class_name";
    /// A field that cannot be changed, in this operation or at all.
    FieldNotChangeable = Some(136), 400, "field_not_changeable";
    /// A unique value that exists already.
    DuplicateValue = Some(137), 400, "duplicate_value";
    /// A role name that is not valid.
    InvalidRoleName = Some(139), 400, "invalid_role_name";
    /// The object is there, but the `where` of the write does not hold for it; nothing was changed.
    ConditionNotMet = Some(412), 412, "condition_not_met";
    /// The app has used up its storage.
    QuotaExceeded = Some(140), 400, "quota_exceeded";
    /// A validator refused the value.
    ValidationError = Some(142), 400, "validation_error";
    /// The caller has used up a quota.
    RequestLimitExceeded = Some(155), 429, "request_limit_exceeded";
    /// A request with this `X-Parse-Request-Id` was done already.
    DuplicateRequest = Some(159), 400, "duplicate_request";
    /// Sign-up or log-in without a user name.
    UsernameMissing = Some(200), 400, "username_missing";
    /// Sign-up or log-in without a password.
    PasswordMissing = Some(201), 400, "password_missing";
    /// The user name belongs to somebody.
    UsernameTaken = Some(202), 400, "username_taken";
    /// The e-mail address belongs to somebody.
    EmailTaken = Some(203), 400, "email_taken";
    /// A request without the e-mail address that it is about.
    EmailMissing = Some(204), 400, "email_missing";
    /// No user has the e-mail address, or it has not been verified.
    EmailNotFound = Some(205), 400, "email_not_found";
    /// The request needs a session.
    SessionMissing = Some(206), 400, "session_missing";
    /// The session token is unknown or has expired.
    InvalidSessionToken = Some(209), 400, "invalid_session_token";
    /// An authentication method that is not available.
    UnsupportedService = Some(252), 400, "unsupported_service";
    /// A schema change that is not possible.
    InvalidSchemaOperation = Some(255), 400, "invalid_schema_operation";
    /// Other objects refer to the object, and their deletion rule keeps it.
    DeleteRestricted = Some(409), 409, "delete_restricted";
    /// The keys do not open the app: status only, no number.
    Unauthorized = None, 403, "unauthorized";
    /// An empty value where one is needed.
    InvalidValue = Some(162), 400, "invalid_value";
    /// The endpoint needs the master key: status only, no number.
    MasterKeyRequired = None, 403, "master_key_required";
    /// The body is larger than the app allows: status only, no number.
    BodyTooLarge = None, 413, "body_too_large";
    /// The body is in an encoding that is not read here: status only, no number.
    UnsupportedBody = None, 415, "unsupported_body";
    /// The body is not JSON: status only, no number.
    MalformedBody = None, 400, "malformed_body";
    /// The storage is overloaded or away; worth another try.
    Unavailable = Some(1), 503, "unavailable";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_failures_of_the_server_answer_5xx() {
        let server_side: Vec<_> = ErrorCode::ALL.iter().filter(|code| code.http_status() >= 500).collect();
        assert_eq!(server_side, [&ErrorCode::InternalServerError, &ErrorCode::Unavailable]);
    }

    #[test]
    fn permission_texts_are_hidden_only_when_sanitised() {
        let error = Error::denied(ErrorCode::OperationForbidden, "Insufficient rights on class Todo.");
        assert_eq!(error.public_message(true), "Permission denied");
        assert_eq!(error.public_message(false), "Insufficient rights on class Todo.");
    }
}
