//! Plans and steps of the kernel to SQL statements.
//!
//! The emitter is written by hand because it runs for every request. Two rules hold throughout: names in the
//! text come out of the catalogue, and everything a client sent is a bound value.

mod access;
mod aggregate;
mod delete;
mod filter;
mod insert;
mod order;
mod page_of_lists;
mod relation;
mod row_acl;
mod select;
mod target;
mod terms;
mod update;

use astrolabe_core::schema::{Class, Schema};

pub(crate) use access::{AccessPath, Right};
pub(crate) use aggregate::{aggregate, out_of_range};
pub(crate) use delete::delete;
pub(crate) use filter::is_all;
pub(crate) use insert::{NewRow, insert};
pub(crate) use relation::{add_members, drop_members_of, remove_members};
pub(crate) use row_acl::RowAcl;
pub(crate) use select::{SelectColumn, acl_place, count, exists, select, select_columns};
pub(crate) use update::{Changes, update};

/// What names are resolved against: the class as it is now, and its neighbours for relations.
#[derive(Clone, Copy)]
pub(crate) struct Names<'s> {
    /// All classes.
    pub schema: &'s Schema,
    /// The class of the statement, aliased `t`.
    pub class: &'s Class,
}
