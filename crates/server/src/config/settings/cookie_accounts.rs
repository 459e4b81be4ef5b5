//! Accounts over cookies, at `/api/auth`: where the site is, who may call, sessions and passwords.

use super::checks;
use crate::config::kind::Kind;
use crate::config::setting::Setting;

/// Ten years.
const SESSION_LENGTH_S_MAX: u64 = 10 * 365 * 24 * 60 * 60;

pub(super) const COOKIE_ACCOUNTS: &[Setting] = &[
    Setting::new(
        "accounts.url",
        "ASTROLABE_ACCOUNTS_URL",
        Kind::Text {
            what: "address such as `https://shop.example`",
            set: |draft, text| {
                checks::origin(text).map(|url| draft.settings.cookie_accounts.url = Some(url))
            },
        },
    )
    .default_words("that of the public address, else of each request")
    .doc(
        "The site as browsers know it. Links in mails lead there, its pages may call, and with `https` its cookies are \
         `Secure`.",
    ),
    Setting::new(
        "accounts.trusted_origins",
        "ASTROLABE_ACCOUNTS_TRUSTED_ORIGINS",
        Kind::List {
            what: "list of origins, with `*` and `?` for any text",
            set: |draft, list| {
                checks::origin_patterns(list)
                    .map(|list| draft.settings.cookie_accounts.trusted_origins = list)
            },
        },
    )
    .default("")
    .default_in_dev("http://localhost:*,http://127.0.0.1:*")
    .doc("Other sites and apps whose pages may call, and that links may lead to."),
    Setting::new(
        "accounts.sign_up",
        "ASTROLABE_ACCOUNTS_SIGN_UP",
        Kind::Bool(|draft, value| draft.settings.cookie_accounts.sign_up = value),
    )
    .default("true")
    .doc("Visitors may sign up. The permissions of the class `_User` count besides."),
    Setting::new(
        "accounts.change_email",
        "ASTROLABE_ACCOUNTS_CHANGE_EMAIL",
        Kind::Bool(|draft, value| draft.settings.cookie_accounts.change_email = value),
    )
    .default("true")
    .doc("Users may change their e-mail address."),
    Setting::new(
        "accounts.delete_user",
        "ASTROLABE_ACCOUNTS_DELETE_USER",
        Kind::Bool(|draft, value| draft.settings.cookie_accounts.delete_user = value),
    )
    .default("true")
    .doc("Users may delete themselves."),
    Setting::new(
        "accounts.confirm_deletion",
        "ASTROLABE_ACCOUNTS_CONFIRM_DELETION",
        Kind::Bool(|draft, value| draft.settings.cookie_accounts.confirm_deletion = value),
    )
    .default("false")
    .doc("Users who delete themselves have to follow a link of a mail."),
    Setting::new(
        "accounts.rate_limit",
        "ASTROLABE_ACCOUNTS_RATE_LIMIT",
        Kind::Bool(|draft, value| draft.settings.cookie_accounts.rate_limited = value),
    )
    .default("true")
    .default_in_dev("false")
    .doc("Requests are limited by address and path. Those from this machine itself never are."),
    Setting::new(
        "accounts.session_length",
        "ASTROLABE_ACCOUNTS_SESSION_LENGTH",
        seconds(|draft, seconds| draft.settings.cookie_accounts.session_length_s = signed(seconds)),
    )
    .default("7d")
    .doc("How long a session lives from its start or its last renewal."),
    Setting::new(
        "accounts.session_renewal",
        "ASTROLABE_ACCOUNTS_SESSION_RENEWAL",
        seconds(|draft, seconds| draft.settings.cookie_accounts.session_renewal_s = signed(seconds)),
    )
    .default("1d")
    .doc("A session in use is renewed when its last renewal is older than this."),
    Setting::new(
        "accounts.session_age_max",
        "ASTROLABE_ACCOUNTS_SESSION_AGE_MAX",
        seconds(|draft, seconds| draft.settings.cookie_accounts.session_age_max_s = signed(seconds)),
    )
    .default("90d")
    .doc("When a session ends for good, however often it was renewed."),
    Setting::new(
        "accounts.fresh_age",
        "ASTROLABE_ACCOUNTS_FRESH_AGE",
        Kind::Seconds {
            min: 0,
            max: SESSION_LENGTH_S_MAX,
            set: |draft, seconds| draft.settings.cookie_accounts.fresh_age_s = signed(seconds),
        },
    )
    .default("1d")
    .doc("How long after its start a session may list sessions, change the address, and delete the user; 0 is for ever."),
    Setting::new(
        "accounts.password_length_min",
        "ASTROLABE_ACCOUNTS_PASSWORD_LENGTH_MIN",
        Kind::Int {
            min: 1,
            max: 64,
            set: |draft, length| draft.settings.cookie_accounts.password_len_min = size(length),
        },
    )
    .default("8")
    .doc("Characters of a new password, at least."),
    Setting::new(
        "accounts.password_length_max",
        "ASTROLABE_ACCOUNTS_PASSWORD_LENGTH_MAX",
        Kind::Int {
            min: 64,
            max: 1_024,
            set: |draft, length| draft.settings.cookie_accounts.password_len_max = size(length),
        },
    )
    .default("128")
    .doc("Characters of a password, at most."),
    Setting::new(
        "accounts.refuse_common_passwords",
        "ASTROLABE_ACCOUNTS_REFUSE_COMMON_PASSWORDS",
        Kind::Bool(|draft, value| draft.settings.cookie_accounts.refuse_common_passwords = value),
    )
    .default("true")
    .doc("A new password must not be one of the 3,000 that are tried first."),
    Setting::new(
        "accounts.cookie_prefix",
        "ASTROLABE_ACCOUNTS_COOKIE_PREFIX",
        Kind::Text {
            what: "letters, digits, `-`, `_` and `.`",
            set: |draft, text| {
                checks::cookie_prefix(text).map(|text| draft.settings.cookie_accounts.cookie_prefix = text)
            },
        },
    )
    .default("better-auth")
    .doc("What the names of the cookies begin with."),
    Setting::new(
        "accounts.cookie_domain",
        "ASTROLABE_ACCOUNTS_COOKIE_DOMAIN",
        Kind::Text {
            what: "host name",
            set: |draft, text| {
                checks::cookie_domain(text)
                    .map(|text| draft.settings.cookie_accounts.cookie_domain = Some(text))
            },
        },
    )
    .default_words("not set: the host that answers")
    .doc("The domain whose hosts all get the cookies."),
];

const fn seconds(set: fn(&mut crate::config::draft::Draft, u64)) -> Kind {
    Kind::Seconds { min: 60, max: SESSION_LENGTH_S_MAX, set }
}

fn signed(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

fn size(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}
