//! How much each app may use, unless its own record says otherwise.

use crate::config::kind::Kind;
use crate::config::setting::Setting;

/// A rate is kept in microseconds.
const RATE_MAX: u64 = 1_000_000;

pub(super) const LIMITS: &[Setting] = &[
    Setting::new(
        "limits.requests_per_second",
        "ASTROLABE_LIMITS_REQUESTS_PER_SECOND",
        Kind::Int {
            min: 1,
            max: RATE_MAX,
            set: |draft, rate| draft.settings.limits.requests_per_second = Some(rate),
        },
    )
    .default_words("no limit")
    .doc("Requests of one app in a second; more are answered with 429, code 155."),
    Setting::new(
        "limits.requests_per_minute",
        "ASTROLABE_LIMITS_REQUESTS_PER_MINUTE",
        Kind::Int {
            min: 1,
            max: RATE_MAX,
            set: |draft, rate| draft.settings.limits.requests_per_minute = Some(rate),
        },
    )
    .default_words("no limit")
    .doc("Requests of one app in a minute; more are answered with 429, code 155."),
    Setting::new(
        "limits.concurrent_requests",
        "ASTROLABE_LIMITS_CONCURRENT_REQUESTS",
        Kind::Int {
            min: 1,
            max: RATE_MAX,
            set: |draft, count| draft.settings.limits.concurrent_requests = Some(count),
        },
    )
    .default_words("no limit")
    .doc("Requests of one app that are answered at the same time; more are answered with 429, code 155."),
    Setting::new(
        "limits.storage",
        "ASTROLABE_LIMITS_STORAGE",
        Kind::Size {
            min: 1 << 20,
            max: 1 << 50,
            set: |draft, bytes| draft.settings.limits.storage_bytes = Some(bytes),
        },
    )
    .default_words("no limit")
    .doc("What the database of one app may take; beyond it nothing is added, and the answer is code 140."),
];
