//! Rows that come one by one in the wanted order, with the ids of their access lists: which of them a caller gets, and
//! which of these are on the page.
//!
//! A list is compared with the caller once, not in each row that has it, and without a look into the database where the
//! connection has met it before.

use std::collections::HashMap;

use astrolabe_core::ports::StoreResult;
use astrolabe_core::query::ReadPlan;

use super::AclLookup;
use crate::columns::NO_ACL;
use crate::compile::Right;

/// Lets the rows of one read through.
pub(in crate::sqlite) struct Gate<'p> {
    right: Right,
    principals: &'p [String],
    last: (i64, bool),
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
        let (last, verdicts) = ((NO_ACL, true), HashMap::new());
        (left > 0).then_some(Gate { right, principals, last, verdicts, skip: plan.skip, left })
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

    /// Neighbouring rows often share a list. One that is not there lets nobody through.
    fn allows(&mut self, acl: i64, acls: &mut AclLookup<'_>) -> StoreResult<bool> {
        if acl == NO_ACL || acl == self.last.0 {
            return Ok(acl == NO_ACL || self.last.1);
        }
        let allowed = match self.verdicts.get(&acl) {
            Some(allowed) => *allowed,
            None => {
                let list = acls.get(acl)?;
                let allowed = list.is_some_and(|list| self.right.names(list.acl(), self.principals));
                self.verdicts.insert(acl, allowed);
                allowed
            }
        };
        self.last = (acl, allowed);
        Ok(allowed)
    }
}
