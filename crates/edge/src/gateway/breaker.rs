//! Leaves an upstream alone that fails all the time: after so many failures in a row it is not asked for a while, then one
//! request tries.

use std::time::Duration;

use astrolabe_core::value::Timestamp;
use parking_lot::Mutex;

/// When to stop asking, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerRule {
    /// Failures in a row.
    pub failures: u32,
    /// How long the upstream is left alone.
    pub open_ms: i64,
}

/// See the module. Time is passed in.
#[derive(Debug)]
pub struct Breaker {
    rule: BreakerRule,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: Timestamp,
    },
    /// One request tries; should nothing be heard of it until then, another one may.
    Trying {
        until: Timestamp,
    },
}

impl Breaker {
    /// A closed one.
    pub fn new(rule: BreakerRule) -> Self {
        Breaker { rule, state: Mutex::new(State::Closed { failures: 0 }) }
    }

    /// Whether a request may go out; else for how long none may.
    pub fn admit(&self, now: Timestamp) -> Result<(), Duration> {
        let mut state = self.state.lock();
        match *state {
            State::Closed { .. } => Ok(()),
            State::Open { until } | State::Trying { until } if now < until => {
                Err(Duration::from_millis(u64::try_from(until.0 - now.0).unwrap_or_default()))
            }
            State::Open { .. } | State::Trying { .. } => {
                *state = State::Trying { until: self.later(now) };
                Ok(())
            }
        }
    }

    /// A request that was admitted has succeeded.
    pub fn succeeded(&self) {
        *self.state.lock() = State::Closed { failures: 0 };
    }

    /// A request that was admitted has failed.
    pub fn failed(&self, now: Timestamp) {
        let mut state = self.state.lock();
        *state = match *state {
            State::Closed { failures } if failures + 1 < self.rule.failures => {
                State::Closed { failures: failures + 1 }
            }
            // A request from before it opened does not prolong it.
            open @ State::Open { .. } => open,
            State::Closed { .. } | State::Trying { .. } => State::Open { until: self.later(now) },
        };
    }

    fn later(&self, now: Timestamp) -> Timestamp {
        Timestamp(now.0.saturating_add(self.rule.open_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_after_failures_in_a_row_and_lets_one_try() {
        let breaker = Breaker::new(BreakerRule { failures: 3, open_ms: 1_000 });
        let at = Timestamp;
        let fails = |ms| {
            assert_eq!(breaker.admit(at(ms)), Ok(()), "{ms}");
            breaker.failed(at(ms));
        };
        fails(0);
        fails(1);
        breaker.succeeded();
        (2..5).for_each(fails);
        assert_eq!(breaker.admit(at(5)), Err(Duration::from_millis(999)));
        breaker.failed(at(900));
        assert_eq!(breaker.admit(at(1_003)), Err(Duration::from_millis(1)));
        // One tries, the others wait.
        fails(1_004);
        assert_eq!(breaker.admit(at(1_005)), Err(Duration::from_millis(999)));
        assert_eq!(breaker.admit(at(2_004)), Ok(()));
        assert_eq!(breaker.admit(at(2_005)), Err(Duration::from_millis(999)));
        // Nothing was heard of the one that tried.
        assert_eq!(breaker.admit(at(3_004)), Ok(()));
        breaker.succeeded();
        fails(3_005);
        assert_eq!(breaker.admit(at(3_006)), Ok(()));
    }
}
