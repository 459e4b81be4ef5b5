//! The life of the process: its clock and randomness, and how it is asked to end.

mod shutdown;
mod system;

pub use shutdown::Shutdown;
pub use system::{SystemClock, SystemIds};
