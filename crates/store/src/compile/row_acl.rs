//! Access lists in rows: as the number of an interned list, or as two arrays.

use astrolabe_core::access::Acl;

use crate::columns::{ACL, NO_ACL, READERS, WRITERS, acl_number, array_literal};
use crate::dialect::AclStorage;
use crate::statement::{Bind, SqlWriter};

/// An access list as it is written into a row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RowAcl<'a> {
    /// Its number in the table of lists.
    Interned(i64),
    /// The list itself; `None` is public.
    Arrays(Option<&'a Acl>),
}

impl AclStorage {
    /// The columns that are written.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            AclStorage::Interned => &[ACL],
            AclStorage::Arrays => &[READERS, WRITERS, ACL],
        }
    }

    /// The columns that say what the list is.
    pub fn shown_columns(self) -> &'static [&'static str] {
        match self {
            AclStorage::Interned => &[ACL],
            AclStorage::Arrays => &[READERS, WRITERS],
        }
    }
}

impl RowAcl<'_> {
    /// Appends the value of each of the columns.
    pub(super) fn append_values<'w>(
        self,
        sql: &mut SqlWriter<'w>,
        mut before_each: impl FnMut(&mut SqlWriter<'w>, usize),
    ) {
        match self {
            RowAcl::Interned(id) => {
                before_each(sql, 0);
                sql.bind(Bind::Integer(id));
            }
            RowAcl::Arrays(acl) => {
                let readers = acl.map(|acl| array_literal(acl.readers()));
                let writers = acl.map(|acl| array_literal(acl.writers()));
                for (index, half) in [readers, writers].into_iter().enumerate() {
                    before_each(sql, index);
                    sql.bind(half.map_or(Bind::Null, Bind::owned)).push("::text::text[]");
                }
                before_each(sql, 2);
                sql.bind(Bind::Integer(acl.map_or(NO_ACL, acl_number)));
            }
        }
    }
}
