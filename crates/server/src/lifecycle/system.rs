//! Time and randomness of the operating system. Everything else takes them through the ports.

use std::time::{SystemTime, UNIX_EPOCH};

use astrolabe_core::ports::{Clock, Ids};
use astrolabe_core::value::Timestamp;
use rand::Rng;

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one `Clock` that asks the operating system"
        )]
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// Identifiers from a generator that each thread seeds with random numbers of the operating system, and again after
/// every 64 KiB. It is fit for keys; to ask the system each time would cost a system call per identifier.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_and_time_is_of_this_century() {
        assert_ne!(SystemIds.key(), SystemIds.key());
        assert!(SystemClock.now() > Timestamp(1_700_000_000_000));
    }
}
