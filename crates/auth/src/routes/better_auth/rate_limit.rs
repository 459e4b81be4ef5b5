//! How often one address may call a path. Each process counts for itself.
//!
//! A request that is let in moves the window on; one that is refused does not make the wait longer. Source: Better Auth
//! 1.7.6, its rate limiter.

use std::collections::HashMap;
use std::net::IpAddr;

use astrolabe_core::limits;
use astrolabe_core::value::Timestamp;
use parking_lot::Mutex;

use super::call::Call;
use super::refusal::{Outcome, Refusal};

/// So many requests within so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rule {
    window_s: i64,
    max: u32,
}

const USUAL: Rule = Rule { window_s: 10, max: 100 };
const STRICT: Rule = Rule { window_s: 10, max: 3 };
const MAILS: Rule = Rule { window_s: 60, max: 3 };

/// The longest window; what is older than it counts nowhere.
const WINDOW_S_MAX: i64 = 60;

fn rule_of(path: &str) -> Rule {
    let strict =
        ["/sign-in", "/sign-up", "/change-password", "/change-email", "/verify-password", "/delete-user"];
    let mails = ["/request-password-reset", "/send-verification-email", "/forget-password"];
    match path {
        path if strict.iter().any(|prefix| path.starts_with(prefix)) => STRICT,
        path if mails.iter().any(|prefix| path.starts_with(prefix)) => MAILS,
        _ => USUAL,
    }
}

/// The counters of all apps of a server.
#[derive(Default)]
pub(super) struct RateLimiter {
    counters: Mutex<HashMap<Key, Counter>>,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    app: std::sync::Arc<str>,
    /// `None` counts everybody: for when there are too many to tell apart.
    address: Option<IpAddr>,
    path: &'static str,
}

#[derive(Debug, Clone, Copy)]
struct Counter {
    requests: u32,
    last: Timestamp,
}

impl RateLimiter {
    /// Counts a request. Fails with 429 for one too many. `path` is that of the route, so paths that nobody answers
    /// are counted together.
    pub(super) fn count(&self, call: &Call<'_>, path: &'static str) -> Outcome<()> {
        let client = call.hosted.client;
        // Whoever stands on this machine is the site's own server, which asks for all of its visitors.
        if !call.settings().rate_limited || (client.is_certain && client.ip.is_loopback()) {
            return Ok(());
        }
        let key = Key { app: call.app().id.clone(), address: Some(network_of(client.ip)), path };
        self.count_key(key, rule_of(path), call.now())
    }

    fn count_key(&self, mut key: Key, rule: Rule, now: Timestamp) -> Outcome<()> {
        let mut counters = self.counters.lock();
        if counters.len() >= limits::RATE_COUNTERS_MAX && !counters.contains_key(&key) {
            counters.retain(|_, counter| counter.last.plus_seconds(WINDOW_S_MAX) > now);
            if counters.len() >= limits::RATE_COUNTERS_MAX {
                key.address = None;
            }
        }
        let counter = counters.entry(key).or_insert(Counter { requests: 0, last: now });
        let free_at = counter.last.plus_seconds(rule.window_s);
        if free_at <= now {
            counter.requests = 0;
        }
        if counter.requests >= rule.max {
            return Err(Refusal::too_many((free_at.0 - now.0 + 999) / 1_000));
        }
        *counter = Counter { requests: counter.requests + 1, last: now };
        Ok(())
    }
}

/// One household or machine: a whole address of version 4, the first half of one of version 6.
pub(super) fn network_of(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(address: &str) -> Key {
        Key { app: "app".into(), address: address.parse().ok().map(network_of), path: "/sign-in/email" }
    }

    #[test]
    fn refused_requests_do_not_make_the_wait_longer() {
        let limiter = RateLimiter::default();
        let at = |ms| limiter.count_key(key("9.9.9.9"), STRICT, Timestamp(ms));
        assert_eq!([at(0), at(4_000), at(8_000)], [Ok(()), Ok(()), Ok(())]);
        assert_eq!(at(9_500), Err(Refusal::too_many(9)));
        assert_eq!(at(17_999), Err(Refusal::too_many(1)));
        assert_eq!(at(18_000), Ok(()));
    }

    #[test]
    fn addresses_are_counted_apart_and_networks_of_version_6_together() {
        let limiter = RateLimiter::default();
        let count = |address| limiter.count_key(key(address), Rule { window_s: 10, max: 1 }, Timestamp(0));
        assert!(count("9.9.9.9").is_ok() && count("9.9.9.8").is_ok() && count("9.9.9.9").is_err());
        assert!(
            count("2001:db8::1").is_ok() && count("2001:db8::2").is_err() && count("2001:db9::1").is_ok()
        );
    }

    #[test]
    fn rules_by_path() {
        for (path, rule) in [
            ("/get-session", USUAL),
            ("/sign-in/email", STRICT),
            ("/change-email", STRICT),
            ("/request-password-reset", MAILS),
            ("/reset-password", USUAL),
        ] {
            assert_eq!(rule_of(path), rule, "{path}");
        }
    }
}
