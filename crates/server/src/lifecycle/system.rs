//! Time and randomness of the operating system. Everything else takes them through the ports.

use std::time::{SystemTime, UNIX_EPOCH};

use astrolabe_core::ports::{Clock, Ids};
use astrolabe_core::value::Timestamp;

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

/// Identifiers from the random numbers of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            tracing::error!(%error, "the operating system gives no random numbers");
            // Going on would hand out keys and tokens that can be guessed.
            std::process::abort();
        }
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
