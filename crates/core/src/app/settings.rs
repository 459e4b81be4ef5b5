//! How an app behaves. The names in parentheses are Parse Server's.

use ipnet::IpNet;

use super::{
    AccountLockout, AppLimits, CookieAccounts, CustomPages, EmailPolicy, KeywordDenylist, PasswordPolicy,
    PathPatterns, ProtectedFieldsByClass, RateLimit, RequestComplexity, ResetPolicy,
};

/// The settings of one app. Defaults are those of `astrolabe start`.
#[derive(Debug, Clone, PartialEq)]
pub struct AppSettings {
    /// The app's name for people (`appName`); `None` shows the application id.
    pub app_name: Option<String>,
    /// Clients may make classes and fields by writing to them (`allowClientClassCreation`).
    pub allow_client_class_creation: bool,
    /// Clients may choose object ids (`allowCustomObjectId`).
    pub allow_custom_object_id: bool,
    /// Characters of a new object id (`objectIdSize`), 5 to 64.
    pub object_id_size: usize,
    /// New users can be seen by themselves only (`enforcePrivateUsers`).
    pub enforce_private_users: bool,
    /// Fields that are hidden from some, beside those of the classes (`protectedFields`).
    pub protected_fields: ProtectedFieldsByClass,
    /// Users see the protected fields of themselves (`protectedFieldsOwnerExempt`).
    pub owners_see_protected_fields: bool,
    /// Answers to writes hold protected fields (`protectedFieldsSaveResponseExempt`).
    pub save_answers_show_protected_fields: bool,
    /// Answers do not tell why access was refused (`enableSanitizedErrorResponse`).
    pub sanitized_errors: bool,
    /// Everybody may ask for the database's plan of a query (`databaseOptions.allowPublicExplain`).
    pub allow_public_explain: bool,
    /// The read-only master key may aggregate (`allowAggregationForReadOnlyMasterKey`).
    pub read_only_master_aggregates: bool,
    /// Objects a query returns when it names no limit (`defaultLimit`).
    pub default_limit: u64,
    /// The largest limit a query may ask for (`maxLimit`).
    pub max_limit: Option<u64>,
    /// Bytes of a request body (`maxUploadSize`).
    pub max_body_bytes: usize,
    /// Seconds a session lives (`sessionLength`).
    pub session_length_s: i64,
    /// Sessions expire at all (`expireInactiveSessions`).
    pub sessions_expire: bool,
    /// A session in use lives on (`extendSessionOnUse`).
    pub extend_sessions_on_use: bool,
    /// When wrong passwords lock an account (`accountLockout`).
    pub account_lockout: AccountLockout,
    /// What is asked of passwords (`passwordPolicy`).
    pub password_policy: PasswordPolicy,
    /// How accounts over cookies behave.
    pub cookie_accounts: CookieAccounts,
    /// How a forgotten password is replaced (`passwordPolicy`).
    pub password_reset: ResetPolicy,
    /// What is done about e-mail addresses.
    pub emails: EmailPolicy,
    /// Pages of the owner's own that links of mails lead to (`pages.customUrls`, `customPages`).
    pub pages: CustomPages,
    /// A password change ends the user's other sessions (`revokeSessionOnPasswordReset`).
    pub revoke_sessions_on_password_change: bool,
    /// User names are stored in lower case (`convertUsernameToLowercase`).
    pub lowercase_usernames: bool,
    /// E-mail addresses are stored in lower case (`convertEmailToLowercase`).
    pub lowercase_emails: bool,
    /// Peers that may use the master key (`masterKeyIps`).
    pub master_key_ips: Vec<IpNet>,
    /// Peers that may use the read-only master key (`readOnlyMasterKeyIps`).
    pub read_only_master_key_ips: Vec<IpNet>,
    /// Peers that may use the maintenance key (`maintenanceKeyIps`).
    pub maintenance_key_ips: Vec<IpNet>,
    /// Origins of browsers that may call; empty is every origin (`allowOrigin`).
    pub allow_origins: Vec<String>,
    /// Request headers that browsers may send beside the known ones (`allowHeaders`).
    pub allow_headers: Vec<String>,
    /// Paths below the mount where a request with an id is done once (`idempotencyOptions.paths`).
    pub idempotent_paths: PathPatterns,
    /// Seconds the id of a request is remembered (`idempotencyOptions.ttl`).
    pub idempotency_ttl_s: i64,
    /// How much one request of a client may ask for (`requestComplexity`).
    pub request_complexity: RequestComplexity,
    /// What nobody may store (`requestKeywordDenylist`).
    pub keyword_denylist: KeywordDenylist,
    /// Routes that clients may use; `None` is all (`routeAllowList`).
    pub route_allow_list: Option<PathPatterns>,
    /// How often routes may be used (`rateLimit`).
    pub rate_limits: Vec<RateLimit>,
    /// The address of the Parse API as clients see it, without a slash at the end (`publicServerURL`,
    /// `serverURL`); `None` is derived from the request.
    pub public_url: Option<String>,
    /// The address of the Parse API for links in mails where `public_url` is not set. Unlike other addresses it is never
    /// derived from a request: whoever asks for a mail could make it lead to a host of its own.
    pub own_url: Option<String>,
    /// How much the app may use.
    pub limits: AppLimits,
}

impl Default for AppSettings {
    fn default() -> Self {
        AppSettings {
            app_name: None,
            allow_client_class_creation: false,
            allow_custom_object_id: false,
            object_id_size: 10,
            enforce_private_users: true,
            protected_fields: ProtectedFieldsByClass::default(),
            owners_see_protected_fields: true,
            save_answers_show_protected_fields: true,
            sanitized_errors: true,
            allow_public_explain: false,
            read_only_master_aggregates: true,
            default_limit: 100,
            max_limit: None,
            max_body_bytes: 20 * 1024 * 1024,
            session_length_s: 365 * 24 * 60 * 60,
            sessions_expire: true,
            extend_sessions_on_use: false,
            account_lockout: AccountLockout::default(),
            password_policy: PasswordPolicy::default(),
            cookie_accounts: CookieAccounts::default(),
            password_reset: ResetPolicy::default(),
            emails: EmailPolicy::default(),
            pages: CustomPages::default(),
            revoke_sessions_on_password_change: true,
            lowercase_usernames: false,
            lowercase_emails: false,
            master_key_ips: loopback(),
            read_only_master_key_ips: anywhere(),
            maintenance_key_ips: loopback(),
            allow_origins: Vec::new(),
            allow_headers: Vec::new(),
            idempotent_paths: PathPatterns::default(),
            idempotency_ttl_s: 300,
            request_complexity: RequestComplexity::default(),
            keyword_denylist: KeywordDenylist::default(),
            route_allow_list: None,
            rate_limits: Vec::new(),
            public_url: None,
            own_url: None,
            limits: AppLimits::default(),
        }
    }
}

impl AppSettings {
    /// The address of the Parse API for links in mails.
    pub fn links_url(&self) -> Option<&str> {
        self.public_url.as_deref().or(self.own_url.as_deref())
    }
}

fn loopback() -> Vec<IpNet> {
    vec![
        IpNet::from(std::net::IpAddr::from([127, 0, 0, 1])),
        IpNet::from(std::net::IpAddr::from(LOOPBACK_V6)),
    ]
}

const LOOPBACK_V6: [u16; 8] = [0, 0, 0, 0, 0, 0, 0, 1];

fn anywhere() -> Vec<IpNet> {
    use std::net::{Ipv4Addr, Ipv6Addr};
    [IpNet::new(Ipv4Addr::UNSPECIFIED.into(), 0), IpNet::new(Ipv6Addr::UNSPECIFIED.into(), 0)]
        .into_iter()
        .flatten()
        .collect()
}
