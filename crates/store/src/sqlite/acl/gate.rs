//! Rows that come one by one in the wanted order, with the ids of their access lists: which of them a caller gets, and
//! which of these are on the page.
//!
//! A list that the connection has met before takes no look into the database.

use std::collections::HashMap;

use astrolabe_core::ports::StoreResult;
use astrolabe_core::query::ReadPlan;

use super::AclLookup;
use crate::columns::NO_ACL;
use crate::compile::Right;

/// A list whose comparison with the caller takes more comparisons of texts is compared once for each read, not in each
/// row that has it.
const COMPARISONS_MAX: usize = 32;

/// Lets the rows of one read through.
pub(in crate::sqlite) struct Gate<'p> {
    right: Right,
    principals: &'p [String],
    /// Of the lists that are long to compare.
    verdicts: HashMap<i64, bool>,
    skip: u64,
    left: u64,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sqlite) enum Passage {
    /// It is not for the caller, or not on the page.
    No,
    /// It is on the page.
    Yes,
    /// It is on the page, and no other after it.
    YesAtLast,
}

impl<'p> Gate<'p> {
    /// A gate for a plan whose rows depend on one right; not for one that wants no rows.
    pub fn of(plan: &'p ReadPlan) -> Option<Self> {
        let (right, principals) = Right::of(&plan.access)?;
        let left = plan.limit.unwrap_or(u64::MAX);
        (left > 0).then_some(Gate { right, principals, verdicts: HashMap::new(), skip: plan.skip, left })
    }

    /// Judges the next row by the id of its list.
    pub fn pass(&mut self, acl: i64, acls: &mut AclLookup<'_>) -> StoreResult<Passage> {
        if !self.allows(acl, acls)? {
            return Ok(Passage::No);
        }
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(Passage::No);
        }
        self.left = self.left.saturating_sub(1);
        Ok(if self.left == 0 { Passage::YesAtLast } else { Passage::Yes })
    }

    /// A list that is not there lets nobody through.
    fn allows(&mut self, acl: i64, acls: &mut AclLookup<'_>) -> StoreResult<bool> {
        if acl == NO_ACL {
            return Ok(true);
        }
        if let Some(allowed) = self.verdicts.get(&acl) {
            return Ok(*allowed);
        }
        let Some(list) = acls.get(acl)? else { return Ok(false) };
        let allowed = self.right.names(list.acl(), self.principals);
        if list.acl().entries.len() * self.principals.len() > COMPARISONS_MAX {
            self.verdicts.insert(acl, allowed);
        }
        Ok(allowed)
    }
}
