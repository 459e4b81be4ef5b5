//! A rate without a lock: as many at once as the rate allows in its window, then an even flow.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::value::Timestamp;

/// The moment, in microseconds, at which everything that was let through will have flowed off.
#[derive(Debug, Default)]
pub(super) struct Throttle(AtomicI64);

impl Throttle {
    /// Whether one more may pass where `rate` may in a window of `window_ms`.
    pub fn lets_through(&self, now: Timestamp, rate: u64, window_ms: i64) -> bool {
        let (now, window) = (now.0.saturating_mul(1_000), window_ms.saturating_mul(1_000));
        let Some(step) = window.checked_div(i64::try_from(rate).unwrap_or(i64::MAX)) else { return false };
        let step = step.max(1);
        let passed = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |drained| {
            // A clock that was set back must not close the app for as long as it was wrong.
            let drained = if drained > now.saturating_add(window) { now } else { drained.max(now) };
            (drained - now <= window - step).then(|| drained + step)
        });
        passed.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passing(throttle: &Throttle, tries: usize, now_ms: i64, rate: u64) -> usize {
        (0..tries).filter(|_| throttle.lets_through(Timestamp(now_ms), rate, 1_000)).count()
    }

    #[test]
    fn a_burst_passes_and_then_an_even_flow() {
        let throttle = Throttle::default();
        assert_eq!(passing(&throttle, 50, 5_000, 10), 10);
        assert_eq!(passing(&throttle, 50, 5_100, 10), 1);
        assert_eq!(passing(&throttle, 50, 5_350, 10), 2);
        assert_eq!(passing(&throttle, 50, 9_000, 10), 10);
    }

    #[test]
    fn no_rate_lets_nothing_through_and_a_clock_set_back_does_not_close() {
        let throttle = Throttle::default();
        assert_eq!(passing(&throttle, 5, 5_000, 0), 0);
        assert_eq!(passing(&throttle, 5, 3_600_000, 5), 5);
        assert_eq!(passing(&throttle, 5, 5_000, 5), 5);
    }
}
