//! A bound on the memory that bodies take together, so that many large ones at once cannot exhaust the machine.

use std::sync::Arc;

use astrolabe_core::error::{Error, ErrorCode, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes that one permit stands for.
const UNIT_BYTES: usize = 1024;
/// Bodies up to this size take nothing from the budget: there is always room for the usual ones.
const FREE_BYTES: usize = 64 * 1024;

/// The bytes of large bodies that may be held at the same time. Cheap to clone.
#[derive(Clone)]
pub struct BodyBudget {
    units: Arc<Semaphore>,
}

/// What one body has taken; given back when it is dropped.
#[derive(Default)]
pub struct ReservedBytes {
    permit: Option<OwnedSemaphorePermit>,
    bytes: usize,
}

impl BodyBudget {
    /// A budget of `bytes`.
    pub fn new(bytes: usize) -> Self {
        BodyBudget { units: Arc::new(Semaphore::new(bytes / UNIT_BYTES)) }
    }

    /// Makes room for a body that has grown to `bytes`. Fails with 155 (status 429) when there is none.
    pub(super) fn grow(&self, reserved: &mut ReservedBytes, bytes: usize) -> Result<()> {
        let wanted = bytes.saturating_sub(FREE_BYTES).div_ceil(UNIT_BYTES);
        let more = wanted.saturating_sub(reserved.bytes / UNIT_BYTES);
        if more == 0 {
            return Ok(());
        }
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.units).try_acquire_many_owned(more).map_err(|_| {
            Error::new(
                ErrorCode::RequestLimitExceeded,
                "Too many large requests are being handled; try again later.",
            )
        })?;
        match &mut reserved.permit {
            Some(present) => present.merge(permit),
            None => reserved.permit = Some(permit),
        }
        reserved.bytes = wanted * UNIT_BYTES;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_bodies_share_what_there_is_and_small_ones_are_free() {
        let budget = BodyBudget::new(100 * 1024);
        let (mut first, mut second, mut small) = Default::default();
        assert!(budget.grow(&mut first, 120_000).is_ok());
        assert!(budget.grow(&mut second, 120_000).is_err());
        assert!(budget.grow(&mut small, 64 * 1024).is_ok());
        drop(first);
        assert!(budget.grow(&mut second, 90_000).is_ok() && budget.grow(&mut second, 120_000).is_ok());
    }
}
