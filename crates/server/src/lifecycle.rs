//! The life of the process: its clock and randomness, and how it is asked to end.

mod open_files;
mod shutdown;
mod system;

pub use open_files::raise_open_files_limit;
pub use shutdown::Shutdown;
pub use system::{SystemClock, SystemIds};
