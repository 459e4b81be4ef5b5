//! What an app uses, counted as it happens, and the bounds it is held to. No request waits for another here.
//!
//! Who stores the sums, and who looks at the size of the database, is left to the server.

mod throttle;
mod usage;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use arc_swap::ArcSwap;

use super::AppLimits;
use crate::error::{Error, ErrorCode, Result};
use crate::ports::{WriteJob, WriteOutcome, WriteStep};
use crate::value::Timestamp;

use throttle::Throttle;
pub use usage::Usage;

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60_000;

/// The meter of one app.
#[derive(Debug, Default)]
pub struct Meter {
    limits: ArcSwap<AppLimits>,
    in_this_second: Throttle,
    in_this_minute: Throttle,
    in_flight: AtomicU64,
    requests: AtomicU64,
    errors: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    objects_written: AtomicU64,
    storage_bytes: AtomicU64,
    last_used_ms: AtomicI64,
}

/// A request that is being answered; it counts as one at the same time until it is dropped.
#[derive(Debug)]
pub struct InFlight {
    meter: Arc<Meter>,
}

/// A request that has been answered.
#[derive(Debug, Clone, Copy)]
pub struct Answered {
    /// The HTTP status was 400 or more.
    pub refused: bool,
    /// Bytes of its body.
    pub bytes_in: u64,
    /// Bytes of the answer's body.
    pub bytes_out: u64,
    /// When it was answered.
    pub at: Timestamp,
}

impl Meter {
    /// A meter that goes on from earlier sums.
    pub fn new(limits: AppLimits, earlier: &Usage) -> Self {
        Meter {
            limits: ArcSwap::from_pointee(limits),
            requests: earlier.requests.into(),
            errors: earlier.errors.into(),
            bytes_in: earlier.bytes_in.into(),
            bytes_out: earlier.bytes_out.into(),
            objects_written: earlier.objects_written.into(),
            storage_bytes: earlier.storage_bytes.into(),
            last_used_ms: earlier.last_used_ms.into(),
            ..Meter::default()
        }
    }

    /// The bounds.
    pub fn limits(&self) -> Arc<AppLimits> {
        self.limits.load_full()
    }

    /// Other bounds, for requests from now on.
    pub fn set_limits(&self, limits: AppLimits) {
        if **self.limits.load() != limits {
            self.limits.store(Arc::new(limits));
        }
    }

    /// The sums at this moment.
    pub fn usage(&self) -> Usage {
        Usage {
            requests: self.requests.load(Relaxed),
            errors: self.errors.load(Relaxed),
            bytes_in: self.bytes_in.load(Relaxed),
            bytes_out: self.bytes_out.load(Relaxed),
            objects_written: self.objects_written.load(Relaxed),
            storage_bytes: self.storage_bytes.load(Relaxed),
            last_used_ms: self.last_used_ms.load(Relaxed),
        }
    }

    /// Lets a request begin. Fails with 155 when the app has used up what it may.
    pub fn begin(self: &Arc<Self>, now: Timestamp) -> Result<InFlight> {
        let limits = self.limits.load();
        let before = self.in_flight.fetch_add(1, Relaxed);
        // From here on the request leaves by being dropped.
        let request = InFlight { meter: Arc::clone(self) };
        if limits.concurrent_requests.is_some_and(|max| before >= max) {
            return Err(used_up(
                "The app answers as many requests at the same time as it may; try again later.",
            ));
        }
        let passes = |throttle: &Throttle, rate: Option<u64>, window_ms| {
            rate.is_none_or(|rate| throttle.lets_through(now, rate, window_ms))
        };
        if !passes(&self.in_this_second, limits.requests_per_second, SECOND_MS) {
            return Err(used_up("The app has used up its requests of this second; try again later."));
        }
        if !passes(&self.in_this_minute, limits.requests_per_minute, MINUTE_MS) {
            return Err(used_up("The app has used up its requests of this minute; try again later."));
        }
        Ok(request)
    }

    /// Counts a request that named the app.
    pub fn count(&self, answered: Answered) {
        self.requests.fetch_add(1, Relaxed);
        self.errors.fetch_add(u64::from(answered.refused), Relaxed);
        self.bytes_in.fetch_add(answered.bytes_in, Relaxed);
        self.bytes_out.fetch_add(answered.bytes_out, Relaxed);
        self.last_used_ms.fetch_max(answered.at.0, Relaxed);
    }

    /// The largest body, where the server allows `server_max`.
    pub fn body_bytes_max(&self, server_max: usize) -> usize {
        let own = self.limits.load().body_bytes.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        own.map_or(server_max, |own| own.min(server_max))
    }

    /// Notes what the database takes.
    pub fn set_storage_bytes(&self, bytes: u64) {
        self.storage_bytes.store(bytes, Relaxed);
    }

    /// Fails with 140 when a job would add to a database that takes more than it may. Removing is always possible, and
    /// so are log-ins, without which nobody could.
    pub(crate) fn check_room(&self, job: &WriteJob) -> Result<()> {
        let Some(max) = self.limits.load().storage_bytes else { return Ok(()) };
        if self.storage_bytes.load(Relaxed) < max || !job.steps.iter().any(adds) {
            return Ok(());
        }
        Err(Error::new(ErrorCode::QuotaExceeded, "The app has used up its storage."))
    }

    /// Counts what a committed job has written.
    pub(crate) fn count_written(&self, outcome: &WriteOutcome, writes: impl Iterator<Item = bool>) {
        let written = outcome.steps.iter().zip(writes).filter(|(_, writes)| *writes);
        self.objects_written.fetch_add(written.map(|(step, _)| step.rows).sum(), Relaxed);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.meter.in_flight.fetch_sub(1, Relaxed);
    }
}

fn adds(step: &WriteStep) -> bool {
    match step {
        WriteStep::Insert { class, .. } | WriteStep::Update { class, .. } => &*class.name != "_Session",
        WriteStep::Delete { .. } | WriteStep::Require { .. } | WriteStep::RequireNone { .. } => false,
    }
}

fn used_up(message: &'static str) -> Error {
    Error::new(ErrorCode::RequestLimitExceeded, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter(limits: AppLimits) -> Arc<Meter> {
        Arc::new(Meter::new(limits, &Usage::default()))
    }

    #[test]
    fn places_are_free_again_when_requests_end() {
        let meter = meter(AppLimits { concurrent_requests: Some(2), ..AppLimits::default() });
        let now = Timestamp(1_000);
        let (first, _second) = (meter.begin(now).unwrap(), meter.begin(now).unwrap());
        assert_eq!(meter.begin(now).unwrap_err().code, ErrorCode::RequestLimitExceeded);
        drop(first);
        let _third = meter.begin(now).unwrap();
        assert!(meter.begin(now).is_err());
    }

    #[test]
    fn new_bounds_hold_at_once() {
        let meter = meter(AppLimits::default());
        meter.set_limits(AppLimits { requests_per_minute: Some(1), ..AppLimits::default() });
        assert!(meter.begin(Timestamp(1_000)).is_ok());
        assert!(meter.begin(Timestamp(1_000)).is_err());
        assert!(meter.begin(Timestamp(61_000)).is_ok());
    }

    #[test]
    fn sums_go_on_from_earlier_ones() {
        let earlier = Usage { requests: 5, bytes_out: 7, ..Usage::default() };
        let meter = Meter::new(AppLimits::default(), &earlier);
        meter.count(Answered { refused: true, bytes_in: 3, bytes_out: 4, at: Timestamp(9) });
        let now = Usage { requests: 6, errors: 1, bytes_in: 3, bytes_out: 11, last_used_ms: 9, ..earlier };
        assert_eq!(meter.usage(), now);
    }

    #[test]
    fn the_smaller_bound_on_bodies_stands() {
        let own = |bytes| meter(AppLimits { body_bytes: bytes, ..AppLimits::default() }).body_bytes_max(100);
        assert_eq!((own(None), own(Some(10)), own(Some(1_000))), (100, 10, 100));
    }
}
