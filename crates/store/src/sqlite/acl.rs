//! Access lists: stored once each, named by number in the rows that have them.
//!
//! A list never changes, and its id is never given to another one, so what was read of a committed one holds for ever.
//! One that no row names any more is removed.

mod gate;
mod intern;
mod known;
mod reach;
mod sweep;
#[cfg(test)]
mod tests;

pub(super) use gate::{Gate, Passage};
pub(super) use intern::InternedAcls;
pub(super) use known::{AclLookup, KnownAcls};
pub(super) use reach::{Purpose, Reach};
pub(super) use sweep::AclSweep;
