//! Work of an app that goes on beside requests.

use super::BoxFuture;

/// Somebody who works for an app while it is open.
pub trait Background: Send + Sync {
    /// Whether there is work left, so that the app must stay open.
    fn is_busy(&self) -> bool;
    /// Looks for work now rather than later.
    fn wake(&self);
    /// Ends the work; returns when the app's database can be closed.
    fn stop(&self) -> BoxFuture<'_, ()>;
}

/// An app without such work.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBackground;

impl Background for NoBackground {
    fn is_busy(&self) -> bool {
        false
    }

    fn wake(&self) {}

    fn stop(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}
