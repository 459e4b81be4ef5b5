//! Log-ins and passwords: when an account is locked, and what is asked of passwords.

use astrolabe_core::query::Pattern;

use crate::config::kind::Kind;
use crate::config::setting::Setting;

/// Bytes of the sentence that users are told.
const ERROR_LEN_MAX: usize = 1_000;

pub(super) const ACCOUNTS: &[Setting] = &[
    Setting::new(
        "lockout.threshold",
        "ASTROLABE_LOCKOUT_THRESHOLD",
        Kind::Int {
            min: 1,
            max: 999,
            set: |draft, count| draft.settings.account_lockout.threshold = u32::try_from(count).ok(),
        },
    )
    .parse("accountLockout.threshold", "PARSE_SERVER_ACCOUNT_LOCKOUT_THRESHOLD")
    .default_words("not set: accounts are never locked")
    .doc("Wrong passwords in a row that lock an account."),
    Setting::new(
        "lockout.minutes",
        "ASTROLABE_LOCKOUT_MINUTES",
        Kind::Int {
            min: 1,
            max: 99_999,
            set: |draft, minutes| {
                draft.settings.account_lockout.minutes = u32::try_from(minutes).unwrap_or(u32::MAX);
            },
        },
    )
    .parse("accountLockout.duration", "PARSE_SERVER_ACCOUNT_LOCKOUT_DURATION")
    .default("5")
    .doc("How long an account stays locked, in minutes."),
    Setting::new(
        "lockout.unlock_on_password_reset",
        "ASTROLABE_LOCKOUT_UNLOCK_ON_PASSWORD_RESET",
        Kind::Bool(|draft, value| draft.settings.account_lockout.unlock_on_password_reset = value),
    )
    .parse("accountLockout.unlockOnPasswordReset", "PARSE_SERVER_ACCOUNT_LOCKOUT_UNLOCK_ON_PASSWORD_RESET")
    .default("false")
    .doc("A password that is set with the master key unlocks the account."),
    Setting::new(
        "passwords.pattern",
        "ASTROLABE_PASSWORDS_PATTERN",
        Kind::Text {
            what: "regular expression",
            set: |draft, text| pattern(text).map(|it| draft.settings.password_policy.pattern = Some(it)),
        },
    )
    .parse("passwordPolicy.validatorPattern", "PARSE_SERVER_PASSWORD_POLICY_VALIDATOR_PATTERN")
    .doc("What every new password must match, such as `^.{12,}$` for at least twelve characters."),
    Setting::new(
        "passwords.pattern_error",
        "ASTROLABE_PASSWORDS_PATTERN_ERROR",
        Kind::Text {
            what: "text",
            set: |draft, text| {
                if text.len() > ERROR_LEN_MAX {
                    return Err(format!("must have at most {ERROR_LEN_MAX} bytes"));
                }
                draft.settings.password_policy.pattern_error = Some(text.to_owned());
                Ok(())
            },
        },
    )
    .parse("passwordPolicy.validationError", "PARSE_SERVER_PASSWORD_POLICY_VALIDATION_ERROR")
    .default_words("a sentence that says no more than that")
    .doc("What users are told of a password that does not match."),
    Setting::new(
        "passwords.without_username",
        "ASTROLABE_PASSWORDS_WITHOUT_USERNAME",
        Kind::Bool(|draft, value| draft.settings.password_policy.without_username = value),
    )
    .parse("passwordPolicy.doNotAllowUsername", "PARSE_SERVER_PASSWORD_POLICY_DO_NOT_ALLOW_USERNAME")
    .default("false")
    .doc("A new password must not contain the user name."),
    Setting::new(
        "passwords.max_age_days",
        "ASTROLABE_PASSWORDS_MAX_AGE_DAYS",
        Kind::Int {
            min: 0,
            max: 36_500,
            set: |draft, days| {
                let days = u32::try_from(days).ok().filter(|days| *days > 0);
                draft.settings.password_policy.max_age_days = days;
            },
        },
    )
    .parse("passwordPolicy.maxPasswordAge", "PARSE_SERVER_PASSWORD_POLICY_MAX_PASSWORD_AGE")
    .default("0")
    .doc("Days after which a password opens no session any more; 0 is never."),
    Setting::new(
        "passwords.history",
        "ASTROLABE_PASSWORDS_HISTORY",
        Kind::Int {
            min: 0,
            max: 20,
            set: |draft, count| {
                draft.settings.password_policy.history = usize::try_from(count).unwrap_or_default();
            },
        },
    )
    .parse("passwordPolicy.maxPasswordHistory", "PARSE_SERVER_PASSWORD_POLICY_MAX_PASSWORD_HISTORY")
    .default("0")
    .doc("How many of the last passwords a new one must differ from."),
];

fn pattern(text: &str) -> Result<Pattern, String> {
    Pattern::parse(text, "").map_err(|_| {
        "must be a regular expression without look-around (`(?=…)`, `(?!…)`, `(?<=…)`) and back-references, \
         at most 1,000 bytes long"
            .to_owned()
    })
}
