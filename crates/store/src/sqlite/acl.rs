//! Access lists: stored once each, named by number in the rows that have them.
//!
//! A list never changes and is never removed, so what was read of a committed one holds for ever.

mod intern;
mod known;
mod reach;
#[cfg(test)]
mod tests;

pub(super) use intern::InternedAcls;
pub(super) use known::{AclLookup, KnownAcls, StoredAcl};
pub(super) use reach::{Purpose, Reach};
