//! How many requests one caller may make to a route within a time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::RoutePattern;
use crate::error::{Error, ErrorCode, Result};
use crate::limits;
use crate::value::{Json, JsonMap, Timestamp};

/// A limit.
#[derive(Debug, Clone, PartialEq)]
pub struct RateLimit {
    route: RoutePattern,
    window_ms: i64,
    requests: u64,
    /// The methods it is about; `None` is all.
    methods: Option<Vec<String>>,
    message: String,
    includes_master_key: bool,
    includes_this_machine: bool,
    /// Whose requests are counted together.
    pub zone: RateZone,
}

/// Whose requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateZone {
    /// Those from one address.
    Address,
    /// Those with one session, else those from one address.
    Session,
    /// Those of one user, else those from one address.
    User,
    /// All.
    Global,
}

/// A request, as far as limits look at it.
#[derive(Debug, Clone, Copy)]
pub struct RatedRequest<'a> {
    /// Its path below the mount, with a slash in front.
    pub path: &'a str,
    /// Its methods: its own, and that of the batch it is part of.
    pub methods: &'a [&'a str],
    /// It bears the master key.
    pub is_privileged: bool,
    /// It comes from this machine for certain.
    pub is_from_this_machine: bool,
}

impl RateLimit {
    /// Reads a limit. The error ends a sentence about it: what it must be.
    pub fn from_json(map: &JsonMap) -> Result<Self, String> {
        const KNOWN: [&str; 9] = [
            "requestPath",
            "requestTimeWindow",
            "requestCount",
            "requestMethods",
            "errorResponseMessage",
            "includeMasterKey",
            "includeInternalRequests",
            "redisUrl",
            "zone",
        ];
        if let Some(name) = map.keys().find(|name| !KNOWN.contains(&name.as_str())) {
            return Err(format!("must not hold `{name}`; a limit has {}", KNOWN.join(", ")));
        }
        if map.get("redisUrl").is_some_and(|url| !url.is_null()) {
            return Err("must not hold `redisUrl`: requests are counted by each process for itself".into());
        }
        let text = |name| map.get(name).and_then(Json::as_str);
        let flag = |name| match map.get(name) {
            None | Some(Json::Null) => Ok(false),
            Some(Json::Bool(flag)) => Ok(*flag),
            Some(_) => Err(format!("must have `true` or `false` as its `{name}`")),
        };
        let number = |name| {
            let number = map.get(name).and_then(Json::as_u64).filter(|number| *number > 0);
            number.ok_or_else(|| format!("must have a whole number greater than 0 as its `{name}`"))
        };
        let path = text("requestPath").ok_or("must have a text as its `requestPath`")?;
        Ok(RateLimit {
            route: RoutePattern::parse(path)
                .map_err(|problem| format!("has a `requestPath` that {problem}"))?,
            window_ms: i64::try_from(number("requestTimeWindow")?).unwrap_or(i64::MAX),
            requests: number("requestCount")?,
            methods: methods(map.get("requestMethods"))?,
            message: text("errorResponseMessage").unwrap_or("Too many requests.").to_owned(),
            includes_master_key: flag("includeMasterKey")?,
            includes_this_machine: flag("includeInternalRequests")?,
            zone: RateZone::parse(map.get("zone"))?,
        })
    }

    fn concerns(&self, request: RatedRequest<'_>) -> bool {
        let is_left_out = request.is_from_this_machine && !self.includes_this_machine
            || request.is_privileged && !self.includes_master_key;
        let is_method = |method: &&str| self.methods.iter().flatten().any(|named| named == method);
        let has_method = self.methods.is_none() || request.methods.iter().any(is_method);
        !is_left_out && has_method && self.route.matches(request.path)
    }
}

fn methods(json: Option<&Json>) -> Result<Option<Vec<String>>, String> {
    let upper = |text: &str| text.trim().to_ascii_uppercase();
    let methods: Option<Vec<_>> = match json {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::String(text)) => Some(text.split(['|', ',']).map(upper).collect()),
        Some(Json::Array(items)) => items.iter().map(|item| item.as_str().map(upper)).collect(),
        Some(_) => None,
    };
    methods.map(Some).ok_or_else(|| "must have a list of methods as its `requestMethods`".into())
}

impl RateZone {
    fn parse(json: Option<&Json>) -> Result<Self, String> {
        match json {
            None | Some(Json::Null) => Ok(RateZone::Address),
            Some(json) => match json.as_str() {
                Some("ip") => Ok(RateZone::Address),
                Some("session") => Ok(RateZone::Session),
                Some("user") => Ok(RateZone::User),
                Some("global") => Ok(RateZone::Global),
                _ => Err("must have `ip`, `session`, `user` or `global` as its `zone`".into()),
            },
        }
    }
}

/// What a limit leaves to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateState {
    /// Requests in a window.
    pub limit: u64,
    /// What is left of them.
    pub remaining: u64,
    /// When the window ends.
    pub resets_at: Timestamp,
    /// This request was one too many.
    pub is_exceeded: bool,
}

/// How many requests were made. Each process counts for itself.
#[derive(Debug, Default)]
pub struct RateCounters(Mutex<HashMap<(usize, String), Window>>);

#[derive(Debug, Clone, Copy)]
struct Window {
    end: Timestamp,
    requests: u64,
}

impl RateCounters {
    /// Counts a request for each limit that concerns it, and refuses it (100) where that is one too many. `caller` tells
    /// who makes it, as the zone has it. The state is that of the limit that leaves least.
    pub fn count(
        &self,
        limits: &[RateLimit],
        request: RatedRequest<'_>,
        now: Timestamp,
        caller: impl Fn(RateZone) -> String,
    ) -> (Option<RateState>, Result<()>) {
        let mut least: Option<RateState> = None;
        for (index, limit) in limits.iter().enumerate().filter(|(_, limit)| limit.concerns(request)) {
            let state = self.add((index, caller(limit.zone)), limit, now).state(limit);
            if state.is_exceeded {
                return (Some(state), Err(Error::new(ErrorCode::RateLimited, limit.message.clone())));
            }
            least = least.filter(|least| least.remaining <= state.remaining).or(Some(state));
        }
        (least, Ok(()))
    }

    fn add(&self, key: (usize, String), limit: &RateLimit, now: Timestamp) -> Window {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= limits::RATE_COUNTERS_MAX && !windows.contains_key(&key) {
            windows.retain(|_, window| window.end > now);
            // As many callers as that at once are no callers but an attack; they share one window.
            if windows.len() >= limits::RATE_COUNTERS_MAX {
                return count_in(&mut windows, (key.0, String::new()), limit, now);
            }
        }
        count_in(&mut windows, key, limit, now)
    }
}

fn count_in(
    windows: &mut HashMap<(usize, String), Window>,
    key: (usize, String),
    limit: &RateLimit,
    now: Timestamp,
) -> Window {
    let fresh = Window { end: Timestamp(now.0.saturating_add(limit.window_ms)), requests: 0 };
    let window = windows.entry(key).or_insert(fresh);
    if window.end <= now {
        *window = fresh;
    }
    window.requests = window.requests.saturating_add(1);
    *window
}

impl Window {
    fn state(self, limit: &RateLimit) -> RateState {
        RateState {
            limit: limit.requests,
            remaining: limit.requests.saturating_sub(self.requests),
            resets_at: self.end,
            is_exceeded: self.requests > limit.requests,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn limit(json: Json) -> Result<RateLimit, String> {
        RateLimit::from_json(json.as_object().unwrap())
    }

    fn request(path: &str) -> RatedRequest<'_> {
        RatedRequest { path, methods: &["POST"], is_privileged: false, is_from_this_machine: false }
    }

    #[test]
    fn windows_open_and_close() {
        let limits =
            [limit(json!({"requestPath": "/login", "requestTimeWindow": 1000, "requestCount": 2})).unwrap()];
        let counters = RateCounters::default();
        let count = |who: &str, ms| {
            counters.count(&limits, request("/login"), Timestamp(ms), |_| who.to_owned()).1.is_ok()
        };
        assert_eq!([count("a", 0), count("a", 10), count("a", 20)], [true, true, false]);
        assert_eq!([count("b", 20), count("a", 999), count("a", 1000)], [true, false, true]);
    }

    #[test]
    fn the_state_is_that_of_the_limit_that_leaves_least() {
        let limits = [(5, 1_000), (2, 9_000)].map(|(count, window)| {
            limit(json!({"requestPath": "/login", "requestTimeWindow": window, "requestCount": count}))
                .unwrap()
        });
        let counters = RateCounters::default();
        let count = || counters.count(&limits, request("/login"), Timestamp(10), |_| String::new());
        let state = |remaining, is_exceeded| {
            Some(RateState { limit: 2, remaining, resets_at: Timestamp(9_010), is_exceeded })
        };
        assert_eq!(count().0, state(1, false));
        assert_eq!(count().0, state(0, false));
        let (refused, error) = count();
        assert!(error.is_err());
        assert_eq!(refused, state(0, true));
        assert_eq!(counters.count(&[], request("/login"), Timestamp(0), |_| String::new()).0, None);
    }

    #[test]
    fn what_is_counted() {
        let base = json!({"requestPath": "/login", "requestTimeWindow": 1000, "requestCount": 1});
        let machine = RatedRequest { is_from_this_machine: true, ..request("/login") };
        let master = RatedRequest { is_privileged: true, ..request("/login") };
        let batched = RatedRequest { methods: &["GET", "POST"], ..request("/login") };
        for (more, request, counted) in [
            (json!({}), request("/login"), true),
            (json!({}), request("/users"), false),
            (json!({}), machine, false),
            (json!({"includeInternalRequests": true}), machine, true),
            (json!({}), master, false),
            (json!({"includeMasterKey": true}), master, true),
            (json!({"requestMethods": ["GET"]}), request("/login"), false),
            (json!({"requestMethods": "GET|POST"}), request("/login"), true),
            (json!({"requestMethods": ["POST"]}), batched, true),
        ] {
            let mut rule = base.as_object().cloned().unwrap();
            rule.extend(more.as_object().cloned().unwrap());
            assert_eq!(RateLimit::from_json(&rule).unwrap().concerns(request), counted, "{more}");
        }
    }

    #[test]
    fn refused() {
        for (more, word) in [
            (json!({"requestPath": 5}), "requestPath"),
            (json!({"requestPath": "/*"}), "requestPath"),
            (json!({"requestCount": 0}), "requestCount"),
            (json!({"requestTimeWindow": "1"}), "requestTimeWindow"),
            (json!({"zone": "moon"}), "zone"),
            (json!({"requestMethods": [1]}), "requestMethods"),
            (json!({"redisUrl": "redis://"}), "redisUrl"),
            (json!({"path": "/"}), "path"),
        ] {
            let mut rule = json!({"requestPath": "/a", "requestTimeWindow": 1, "requestCount": 1});
            rule.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
            assert!(limit(rule).is_err_and(|problem| problem.contains(word)), "{more}");
        }
    }
}
