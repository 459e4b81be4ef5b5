//! How accounts over cookies behave: what Better Auth calls its options.

/// The settings of accounts over cookies, which only `/api/auth` looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieAccounts {
    /// The address of the site as browsers know it, such as `https://shop.example`, without a slash at the end; `None` is
    /// taken from each request.
    pub url: Option<String>,
    /// Origins that may call beside the site itself, and that links may lead to. `*` and `?` stand for any text.
    pub trusted_origins: Vec<String>,
    /// Visitors may sign up.
    pub sign_up: bool,
    /// Users may change their e-mail address.
    pub change_email: bool,
    /// Users may delete themselves.
    pub delete_user: bool,
    /// Users who delete themselves have to follow a link of a mail.
    pub confirm_deletion: bool,
    /// Requests are limited by address and path.
    pub rate_limited: bool,
    /// Seconds from the start or the last renewal of a session to its end.
    pub session_length_s: i64,
    /// A session is renewed when its last renewal is older, in seconds.
    pub session_renewal_s: i64,
    /// Seconds from its start after which a session ends, however often it was renewed.
    pub session_age_max_s: i64,
    /// Seconds from its start in which a session counts as fresh; 0 asks for no freshness anywhere.
    pub fresh_age_s: i64,
    /// Characters of a new password, at least.
    pub password_len_min: usize,
    /// Characters of a password, at most.
    pub password_len_max: usize,
    /// New passwords are not among those that everybody tries first.
    pub refuse_common_passwords: bool,
    /// What the names of cookies begin with.
    pub cookie_prefix: String,
    /// The domain that cookies are for; `None` is the host alone.
    pub cookie_domain: Option<String>,
}

/// Seconds that a session lives whose user did not want to be remembered.
pub const FORGOTTEN_SESSION_LENGTH_S: i64 = DAY_S;

const DAY_S: i64 = 24 * 60 * 60;

impl Default for CookieAccounts {
    fn default() -> Self {
        CookieAccounts {
            url: None,
            trusted_origins: Vec::new(),
            sign_up: true,
            change_email: true,
            delete_user: true,
            confirm_deletion: false,
            rate_limited: true,
            session_length_s: 7 * DAY_S,
            session_renewal_s: DAY_S,
            session_age_max_s: 90 * DAY_S,
            fresh_age_s: DAY_S,
            password_len_min: 8,
            password_len_max: 128,
            refuse_common_passwords: true,
            cookie_prefix: "better-auth".to_owned(),
            cookie_domain: None,
        }
    }
}
