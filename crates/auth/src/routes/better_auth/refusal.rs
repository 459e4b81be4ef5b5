//! Refusals in the face's form: a status with `{"message", "code"}`, a status with a message alone, or a status alone.
//!
//! Source: Better Auth 1.7.6, `BASE_ERROR_CODES`; the words are a part of what clients compare.

use std::borrow::Cow;

use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::value::{Json, JsonMap};
use astrolabe_wire::hosted::HostedAnswer;
use http::{HeaderName, HeaderValue, StatusCode};

use super::answer::json_answer;

/// Seconds to wait, by a name that `Retry-After` is not.
const X_RETRY_AFTER: HeaderName = HeaderName::from_static("x-retry-after");

/// `Result` with a [`Refusal`].
pub(super) type Outcome<T> = Result<T, Refusal>;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    /// `None` is an answer without a body.
    message: Option<Cow<'static, str>>,
    code: Option<&'static str>,
    retry_after_s: Option<i64>,
}

macro_rules! refusals {
    ($($name:ident = $status:ident, $message:literal;)*) => {
        $(pub(super) const $name: Refusal = Refusal {
            status: StatusCode::$status,
            message: Some(Cow::Borrowed($message)),
            code: Some(stringify!($name)),
            retry_after_s: None,
        };)*
    };
}

refusals! {
    UNAUTHORIZED = UNAUTHORIZED, "Unauthorized";
    INVALID_EMAIL_OR_PASSWORD = UNAUTHORIZED, "Invalid email or password";
    EMAIL_NOT_VERIFIED = FORBIDDEN, "Email not verified";
    PASSWORD_EXPIRED = FORBIDDEN, "The password has expired. Reset it to sign in.";
    INVALID_EMAIL = BAD_REQUEST, "Invalid email";
    INVALID_PASSWORD = BAD_REQUEST, "Invalid password";
    PASSWORD_TOO_SHORT = BAD_REQUEST, "Password too short";
    PASSWORD_TOO_LONG = BAD_REQUEST, "Password too long";
    PASSWORD_COMPROMISED = BAD_REQUEST, "This password is among those that are tried first. Choose another one.";
    USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL = UNPROCESSABLE_ENTITY, "User already exists. Use another email.";
    EMAIL_PASSWORD_SIGN_UP_DISABLED = BAD_REQUEST, "Email and password sign up is not enabled";
    FIELD_NOT_ALLOWED = BAD_REQUEST, "Field not allowed to be set";
    EMAIL_CAN_NOT_BE_UPDATED = BAD_REQUEST, "Email can not be updated";
    CREDENTIAL_ACCOUNT_NOT_FOUND = BAD_REQUEST, "Credential account not found";
    SESSION_EXPIRED = BAD_REQUEST, "Session expired. Re-authenticate to perform this action.";
    SESSION_NOT_FRESH = FORBIDDEN, "Session is not fresh";
    CHANGE_EMAIL_DISABLED = BAD_REQUEST, "Change email is disabled";
    EMAIL_MISMATCH = BAD_REQUEST, "Email mismatch";
    EMAIL_ALREADY_VERIFIED = BAD_REQUEST, "Email is already verified";
    VERIFICATION_EMAIL_NOT_ENABLED = BAD_REQUEST, "Verification email isn't enabled";
    RESET_PASSWORD_DISABLED = BAD_REQUEST, "Reset password isn't enabled";
    INVALID_TOKEN = BAD_REQUEST, "Invalid token";
    TOKEN_EXPIRED = UNAUTHORIZED, "Token expired";
    USER_NOT_FOUND = UNAUTHORIZED, "User not found";
    INVALID_USER = UNAUTHORIZED, "Invalid user";
    FAILED_TO_GET_USER_INFO = NOT_FOUND, "Failed to get user info";
    INVALID_ORIGIN = FORBIDDEN, "Invalid origin";
    MISSING_OR_NULL_ORIGIN = FORBIDDEN, "Missing or null Origin";
    CROSS_SITE_NAVIGATION_LOGIN_BLOCKED = FORBIDDEN,
        "Cross-site navigation login blocked. This request appears to be a CSRF attack.";
    INVALID_CALLBACK_URL = FORBIDDEN, "Invalid callbackURL";
    INVALID_REDIRECT_URL = FORBIDDEN, "Invalid redirectURL";
    INVALID_ERROR_CALLBACK_URL = FORBIDDEN, "Invalid errorCallbackURL";
    INVALID_NEW_USER_CALLBACK_URL = FORBIDDEN, "Invalid newUserCallbackURL";
    METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED = METHOD_NOT_ALLOWED,
        "POST method requires deferSessionRefresh to be enabled in session config";
}

impl Refusal {
    /// A status without a body.
    pub(super) fn bare(status: StatusCode) -> Self {
        Refusal { status, message: None, code: None, retry_after_s: None }
    }

    /// The status 400 with words alone.
    pub(super) fn words(message: impl Into<Cow<'static, str>>) -> Self {
        Refusal {
            status: StatusCode::BAD_REQUEST,
            message: Some(message.into()),
            code: None,
            retry_after_s: None,
        }
    }

    /// A status with words and a code.
    pub(super) fn coded(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Refusal { code: Some(code), status, ..Refusal::words(message) }
    }

    /// A value that has not the form it must have.
    pub(super) fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Refusal::coded(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", message)
    }

    /// One request too many.
    pub(super) fn too_many(retry_after_s: i64) -> Self {
        let message = "Too many requests. Please try again later.";
        Refusal {
            status: StatusCode::TOO_MANY_REQUESTS,
            retry_after_s: Some(retry_after_s.max(1)),
            ..Refusal::words(message)
        }
    }

    /// The code, which links carry back to the site.
    pub(super) fn code(&self) -> &'static str {
        self.code.unwrap_or("UNKNOWN")
    }

    /// The same with another status.
    pub(super) fn with_status(self, status: StatusCode) -> Self {
        Refusal { status, ..self }
    }

    /// Whether it is the caller's doing, and so for its page to tell.
    pub(super) fn is_told(&self) -> bool {
        self.code.is_some() && self.status.is_client_error()
    }

    /// The answer.
    pub(super) fn into_answer(self) -> HostedAnswer {
        let Some(message) = self.message else {
            return HostedAnswer { status: self.status, headers: Vec::new(), body: Vec::new() };
        };
        let mut body = JsonMap::new();
        body.insert("message".into(), message.into());
        if let Some(code) = self.code {
            body.insert("code".into(), code.into());
        }
        let mut answer = json_answer(Json::Object(body).to_string().into_bytes());
        answer.status = self.status;
        let wait = self.retry_after_s.and_then(|s| HeaderValue::from_str(&s.to_string()).ok());
        answer.headers.extend(wait.map(|wait| (X_RETRY_AFTER, wait)));
        answer
    }
}

/// What the kernel refuses, in the words of this face.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = StatusCode::from_u16(error.code.http_status()).unwrap_or(StatusCode::BAD_REQUEST);
        match error.code {
            ErrorCode::InvalidSessionToken => UNAUTHORIZED,
            ErrorCode::EmailTaken => USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL,
            ErrorCode::InvalidEmailAddress => INVALID_EMAIL,
            ErrorCode::RateLimited | ErrorCode::RequestLimitExceeded => Refusal::too_many(1),
            ErrorCode::EndpointNotFound => Refusal::bare(StatusCode::NOT_FOUND),
            ErrorCode::BodyTooLarge => {
                Refusal::coded(status, "PAYLOAD_TOO_LARGE", "Request body is too large")
            }
            ErrorCode::InternalServerError | ErrorCode::Unavailable => Refusal::bare(status),
            _ if error.permission || error.code == ErrorCode::OperationForbidden => {
                Refusal::coded(StatusCode::FORBIDDEN, "FORBIDDEN", error.public_message(true).to_owned())
            }
            _ => Refusal { status, ..Refusal::invalid(error.message) },
        }
    }
}
