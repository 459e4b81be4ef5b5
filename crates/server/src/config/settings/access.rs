//! Who may do what: keys by address, classes, users and sessions.

use astrolabe_core::app::{KeywordDenylist, PathPatterns, ProtectedFieldsByClass, RateLimit};
use serde_json::Value as Json;

use crate::config::kind::Kind;
use crate::config::setting::Setting;

/// A century: long enough for "never", short enough for every date to stay valid.
const SESSION_LENGTH_S_MAX: u64 = 100 * 365 * 24 * 60 * 60;

pub(super) const ACCESS: &[Setting] = &[
    Setting::new(
        "access.master_key_ips",
        "ASTROLABE_MASTER_KEY_IPS",
        Kind::Networks(|draft, nets| draft.settings.master_key_ips = nets),
    )
    .parse("masterKeyIps", "PARSE_SERVER_MASTER_KEY_IPS")
    .default("127.0.0.1,::1")
    .doc("Addresses that may use the master key."),
    Setting::new(
        "access.read_only_master_key_ips",
        "ASTROLABE_READ_ONLY_MASTER_KEY_IPS",
        Kind::Networks(|draft, nets| draft.settings.read_only_master_key_ips = nets),
    )
    .parse("readOnlyMasterKeyIps", "PARSE_SERVER_READ_ONLY_MASTER_KEY_IPS")
    .default("0.0.0.0/0,::/0")
    .doc("Addresses that may use the read-only master key."),
    Setting::new(
        "access.maintenance_key_ips",
        "ASTROLABE_MAINTENANCE_KEY_IPS",
        Kind::Networks(|draft, nets| draft.settings.maintenance_key_ips = nets),
    )
    .parse("maintenanceKeyIps", "PARSE_SERVER_MAINTENANCE_KEY_IPS")
    .default("127.0.0.1,::1")
    .doc("Addresses that may use the maintenance key."),
    Setting::new(
        "access.allow_client_class_creation",
        "ASTROLABE_ALLOW_CLIENT_CLASS_CREATION",
        Kind::Bool(|draft, value| draft.settings.allow_client_class_creation = value),
    )
    .parse("allowClientClassCreation", "PARSE_SERVER_ALLOW_CLIENT_CLASS_CREATION")
    .default("false")
    .default_in_dev("true")
    .doc("Clients may make classes by writing to them."),
    Setting::new(
        "access.protected_fields",
        "ASTROLABE_PROTECTED_FIELDS",
        Kind::Object {
            what: "JSON object, `{\"Class\": {\"*\": [\"field\"]}}`",
            set: |draft, map| {
                let rules =
                    ProtectedFieldsByClass::from_json(map).map_err(|error| format!("is refused: {error}"))?;
                draft.settings.protected_fields = rules;
                Ok(())
            },
        },
    )
    .parse("protectedFields", "PARSE_SERVER_PROTECTED_FIELDS")
    .default_words("`email` of `_User` is for its owner")
    .doc("Fields that are hidden from some, beside those that class-level permissions protect."),
    Setting::new(
        "access.owners_see_protected_fields",
        "ASTROLABE_OWNERS_SEE_PROTECTED_FIELDS",
        Kind::Bool(|draft, value| draft.settings.owners_see_protected_fields = value),
    )
    .parse("protectedFieldsOwnerExempt", "PARSE_SERVER_PROTECTED_FIELDS_OWNER_EXEMPT")
    .default("true")
    .doc("Users see the protected fields of themselves."),
    Setting::new(
        "access.save_answers_show_protected_fields",
        "ASTROLABE_SAVE_ANSWERS_SHOW_PROTECTED_FIELDS",
        Kind::Bool(|draft, value| draft.settings.save_answers_show_protected_fields = value),
    )
    .parse("protectedFieldsSaveResponseExempt", "PARSE_SERVER_PROTECTED_FIELDS_SAVE_RESPONSE_EXEMPT")
    .default("true")
    .doc("Answers to writes hold protected fields."),
    Setting::new(
        "access.read_only_master_aggregates",
        "ASTROLABE_READ_ONLY_MASTER_AGGREGATES",
        Kind::Bool(|draft, value| draft.settings.read_only_master_aggregates = value),
    )
    .parse("allowAggregationForReadOnlyMasterKey", "PARSE_SERVER_ALLOW_AGGREGATION_FOR_READ_ONLY_MASTER_KEY")
    .default("true")
    .doc("The read-only master key may run aggregations."),
    Setting::new(
        "access.allow_public_explain",
        "ASTROLABE_ALLOW_PUBLIC_EXPLAIN",
        Kind::Bool(|draft, value| draft.settings.allow_public_explain = value),
    )
    .parse("databaseOptions.allowPublicExplain", "PARSE_SERVER_DATABASE_ALLOW_PUBLIC_EXPLAIN")
    .default("false")
    .doc("Clients may ask for the database's plan of a query, not only the holder of the master key."),
    Setting::new(
        "access.routes",
        "ASTROLABE_ROUTES",
        Kind::List {
            what: "list of regular expressions",
            set: |draft, list| {
                PathPatterns::parse_whole(list).map(|value| draft.settings.route_allow_list = Some(value))
            },
        },
    )
    .parse("routeAllowList", "PARSE_SERVER_ROUTE_ALLOW_LIST")
    .default_words("every route")
    .doc(
        "Routes below `/parse/` that clients may use, such as `classes/Todo` or `classes/.*`; each matches as a whole. \
         The master key may use every route.",
    ),
    Setting::new("access.denied_keywords", "ASTROLABE_DENIED_KEYWORDS", Kind::Items {
        what: "JSON list, `[{\"key\": \"pattern\", \"value\": \"pattern\"}]`",
        set: |draft, items| {
            KeywordDenylist::from_json(items).map(|value| draft.settings.keyword_denylist = value)
        },
    })
    .parse("requestKeywordDenylist", "PARSE_SERVER_REQUEST_KEYWORD_DENYLIST")
    .default_words("`__proto__`, `constructor` and `_bsontype` with `Code`, as whole keys inside of values")
    .doc("Keys and values that no object may hold when it is saved, at any depth."),
    Setting::new("access.rate_limits", "ASTROLABE_RATE_LIMITS", Kind::Items {
        what: "JSON list of limits, see [the guide](../guide/production.md)",
        set: |draft, items| {
            let limit = |item: &Json| match item.as_object() {
                Some(map) => RateLimit::from_json(map),
                None => Err("must hold objects".to_owned()),
            };
            let limits: Result<_, _> = items.iter().map(limit).collect();
            limits.map(|limits| draft.settings.rate_limits = limits)
        },
    })
    .parse("rateLimit", "PARSE_SERVER_RATE_LIMIT")
    .default_words("none")
    .doc("How many requests a caller may make to a route within a time; more are answered with 429."),
    Setting::new(
        "access.sanitized_errors",
        "ASTROLABE_SANITIZED_ERRORS",
        Kind::Bool(|draft, value| draft.settings.sanitized_errors = value),
    )
    .parse("enableSanitizedErrorResponse", "PARSE_SERVER_ENABLE_SANITIZED_ERROR_RESPONSE")
    .default("true")
    .doc("Answers do not tell why access was refused."),
];

pub(super) const USERS: &[Setting] = &[
    Setting::new(
        "users.private",
        "ASTROLABE_USERS_PRIVATE",
        Kind::Bool(|draft, value| draft.settings.enforce_private_users = value),
    )
    .parse("enforcePrivateUsers", "PARSE_SERVER_ENFORCE_PRIVATE_USERS")
    .default("true")
    .doc("New users can be seen by themselves only."),
    Setting::new(
        "users.lowercase_usernames",
        "ASTROLABE_USERS_LOWERCASE_USERNAMES",
        Kind::Bool(|draft, value| draft.settings.lowercase_usernames = value),
    )
    .parse("convertUsernameToLowercase", "PARSE_SERVER_CONVERT_USERNAME_TO_LOWERCASE")
    .default("false")
    .doc("User names are stored in lower case."),
    Setting::new(
        "users.lowercase_emails",
        "ASTROLABE_USERS_LOWERCASE_EMAILS",
        Kind::Bool(|draft, value| draft.settings.lowercase_emails = value),
    )
    .parse("convertEmailToLowercase", "PARSE_SERVER_CONVERT_EMAIL_TO_LOWERCASE")
    .default("false")
    .doc("E-mail addresses are stored in lower case."),
    Setting::new(
        "sessions.length",
        "ASTROLABE_SESSIONS_LENGTH",
        Kind::Seconds {
            min: 1,
            max: SESSION_LENGTH_S_MAX,
            set: |draft, seconds| {
                draft.settings.session_length_s = i64::try_from(seconds).unwrap_or(i64::MAX)
            },
        },
    )
    .parse("sessionLength", "PARSE_SERVER_SESSION_LENGTH")
    .default("365d")
    .doc("How long a session lives; Parse Server's number is seconds."),
    Setting::new(
        "sessions.expire",
        "ASTROLABE_SESSIONS_EXPIRE",
        Kind::Bool(|draft, value| draft.settings.sessions_expire = value),
    )
    .parse("expireInactiveSessions", "PARSE_SERVER_EXPIRE_INACTIVE_SESSIONS")
    .default("true")
    .doc("Sessions end after `sessions.length`; `false` lets them live for ever."),
    Setting::new(
        "sessions.extend_on_use",
        "ASTROLABE_SESSIONS_EXTEND_ON_USE",
        Kind::Bool(|draft, value| draft.settings.extend_sessions_on_use = value),
    )
    .parse("extendSessionOnUse", "PARSE_SERVER_EXTEND_SESSION_ON_USE")
    .default("false")
    .doc("A session that is used in the second half of its life starts anew."),
    Setting::new(
        "sessions.revoke_on_password_change",
        "ASTROLABE_SESSIONS_REVOKE_ON_PASSWORD_CHANGE",
        Kind::Bool(|draft, value| draft.settings.revoke_sessions_on_password_change = value),
    )
    .parse("revokeSessionOnPasswordReset", "PARSE_SERVER_REVOKE_SESSION_ON_PASSWORD_RESET")
    .default("true")
    .doc("A new password ends the user's other sessions."),
];
