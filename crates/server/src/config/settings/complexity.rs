//! How much one request of a client may ask for.

use crate::config::kind::Kind;
use crate::config::setting::Setting;

const MAX: u64 = 1_000_000;

pub(super) const COMPLEXITY: &[Setting] = &[
    Setting::new(
        "complexity.include_depth",
        "ASTROLABE_COMPLEXITY_INCLUDE_DEPTH",
        Kind::Bound { max: MAX, set: |draft, bound| draft.settings.request_complexity.include_depth = bound },
    )
    .parse("requestComplexity.includeDepth", "PARSE_SERVER_REQUEST_COMPLEXITY_INCLUDE_DEPTH")
    .default("-1")
    .doc("Levels of an `include`."),
    Setting::new(
        "complexity.include_count",
        "ASTROLABE_COMPLEXITY_INCLUDE_COUNT",
        Kind::Bound { max: MAX, set: |draft, bound| draft.settings.request_complexity.include_count = bound },
    )
    .parse("requestComplexity.includeCount", "PARSE_SERVER_REQUEST_COMPLEXITY_INCLUDE_COUNT")
    .default("-1")
    .doc("Pointers that a query includes, each level counted."),
    Setting::new(
        "complexity.query_depth",
        "ASTROLABE_COMPLEXITY_QUERY_DEPTH",
        Kind::Bound { max: MAX, set: |draft, bound| draft.settings.request_complexity.query_depth = bound },
    )
    .parse("requestComplexity.queryDepth", "PARSE_SERVER_REQUEST_COMPLEXITY_QUERY_DEPTH")
    .default("-1")
    .doc("Levels of `$or`, `$and` and `$nor` inside each other."),
    Setting::new(
        "complexity.subquery_depth",
        "ASTROLABE_COMPLEXITY_SUBQUERY_DEPTH",
        Kind::Bound {
            max: MAX,
            set: |draft, bound| draft.settings.request_complexity.subquery_depth = bound,
        },
    )
    .parse("requestComplexity.subqueryDepth", "PARSE_SERVER_REQUEST_COMPLEXITY_SUBQUERY_DEPTH")
    .default("-1")
    .doc("Levels of subqueries inside each other."),
    Setting::new(
        "complexity.subquery_limit",
        "ASTROLABE_COMPLEXITY_SUBQUERY_LIMIT",
        Kind::Bound {
            max: MAX,
            set: |draft, bound| draft.settings.request_complexity.subquery_limit = bound,
        },
    )
    .parse("requestComplexity.subqueryLimit", "PARSE_SERVER_REQUEST_COMPLEXITY_SUBQUERY_LIMIT")
    .default("-1")
    .doc("Objects that a subquery looks at; further ones are left out in silence, as Parse Server does."),
    Setting::new(
        "complexity.batch_requests",
        "ASTROLABE_COMPLEXITY_BATCH_REQUESTS",
        Kind::Bound {
            max: MAX,
            set: |draft, bound| draft.settings.request_complexity.batch_requests = bound,
        },
    )
    .parse("requestComplexity.batchRequestLimit", "PARSE_SERVER_REQUEST_COMPLEXITY_BATCH_REQUEST_LIMIT")
    .default("-1")
    .doc("Requests of a batch."),
    Setting::new(
        "complexity.allow_regex",
        "ASTROLABE_COMPLEXITY_ALLOW_REGEX",
        Kind::Bool(|draft, value| draft.settings.request_complexity.refuses_regex = !value),
    )
    .parse("requestComplexity.allowRegex", "PARSE_SERVER_REQUEST_COMPLEXITY_ALLOW_REGEX")
    .default("true")
    .doc("Clients may use `$regex`."),
];
