//! Carrying requests of protocols without keys, in which the name of the host chooses the app.
//!
//! The gate finds the app and reads the body; everything else, the form of errors included, belongs to the face behind it.

mod call;
mod gate;

pub use call::{HostedAnswer, HostedCall, PublicAddress};
pub use gate::{HostedFace, HostedGate};
