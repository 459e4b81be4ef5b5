//! Objects and queries, and the stable names of what comes later.

use astrolabe_core::app::PathPatterns;

use crate::config::kind::Kind;
use crate::config::setting::Setting;

pub(super) const OBJECTS: &[Setting] = &[
    Setting::new(
        "objects.id_size",
        "ASTROLABE_OBJECTS_ID_SIZE",
        Kind::Int {
            min: 5,
            max: 64,
            set: |draft, size| draft.settings.object_id_size = usize::try_from(size).unwrap_or(usize::MAX),
        },
    )
    .parse("objectIdSize", "PARSE_SERVER_OBJECT_ID_SIZE")
    .default("10")
    .doc("Characters of a new object id."),
    Setting::new(
        "objects.custom_ids",
        "ASTROLABE_OBJECTS_CUSTOM_IDS",
        Kind::Bool(|draft, value| draft.settings.allow_custom_object_id = value),
    )
    .parse("allowCustomObjectId", "PARSE_SERVER_ALLOW_CUSTOM_OBJECT_ID")
    .default("false")
    .doc("Clients may choose the ids of the objects they make."),
    Setting::new(
        "queries.default_limit",
        "ASTROLABE_QUERIES_DEFAULT_LIMIT",
        Kind::Int { min: 1, max: 1_000_000, set: |draft, limit| draft.settings.default_limit = limit },
    )
    .parse("defaultLimit", "PARSE_SERVER_DEFAULT_LIMIT")
    .default("100")
    .doc("Objects a query returns when it names no limit; never more than `queries.max_limit`."),
    Setting::new(
        "queries.max_limit",
        "ASTROLABE_QUERIES_MAX_LIMIT",
        Kind::Int { min: 1, max: 1_000_000, set: |draft, limit| draft.settings.max_limit = Some(limit) },
    )
    .parse("maxLimit", "PARSE_SERVER_MAX_LIMIT")
    .default_words("no limit but the size of an answer")
    .doc("The largest limit a query may ask for."),
];

/// A month: clients do not try again for longer.
const IDEMPOTENCY_TTL_S_MAX: u64 = 30 * 24 * 60 * 60;

pub(super) const IDEMPOTENCY: &[Setting] = &[
    Setting::new(
        "idempotency.paths",
        "ASTROLABE_IDEMPOTENCY_PATHS",
        Kind::List {
            what: "list of regular expressions",
            set: |draft, list| PathPatterns::parse(list).map(|value| draft.settings.idempotent_paths = value),
        },
    )
    .parse("idempotencyOptions.paths", "PARSE_SERVER_EXPERIMENTAL_IDEMPOTENCY_PATHS")
    .default_words("none")
    .doc(
        "Paths below `/parse/` where a POST or PUT with an `X-Parse-Request-Id` is done only once, such as \
         `classes/.*`; each matches from the beginning.",
    ),
    Setting::new(
        "idempotency.ttl",
        "ASTROLABE_IDEMPOTENCY_TTL",
        Kind::Seconds {
            min: 1,
            max: IDEMPOTENCY_TTL_S_MAX,
            set: |draft, seconds| {
                draft.settings.idempotency_ttl_s = i64::try_from(seconds).unwrap_or(i64::MAX)
            },
        },
    )
    .parse("idempotencyOptions.ttl", "PARSE_SERVER_EXPERIMENTAL_IDEMPOTENCY_TTL")
    .default("5m")
    .doc("How long the id of a request is remembered; Parse Server's number is seconds."),
];

/// Stable names whose features come later; to use one stops the start.
pub(super) const LATER: &[Setting] = &[
    Setting::new("cloud.file", "ASTROLABE_CLOUD", Kind::NotYet("Cloud Code is"))
        .flag("--cloud")
        .doc("The main file of Cloud Code."),
    Setting::new("site.dir", "ASTROLABE_SITE", Kind::NotYet("serving the Astro site is"))
        .flag("--site")
        .doc("The built Astro site to serve."),
];
