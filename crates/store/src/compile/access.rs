//! The row filter of access lists.

use std::sync::Arc;

use astrolabe_core::access::{Acl, AclEntry};
use astrolabe_core::query::RowAccess;

use crate::catalogue::declared_index_name;
use crate::columns::{ACL, NO_ACL, READERS, WRITERS, array_literal};
use crate::dialect::AclStorage;
use crate::statement::{Bind, SqlWriter, json_texts};

/// Principals that are bound one by one; more are bound as a list.
const BOUND_SINGLY_MAX: usize = 8;

/// How the rows are found that access lists let through. All ways find the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessPath {
    /// The rows are found by other conditions or in the wanted order, and the list of each is looked at.
    ByRow,
    /// The lists that name the caller come first, then the rows with one of them.
    ByList,
    /// Like [`AccessPath::ByList`], but of each list no more rows are taken than the page reaches, in the wanted order.
    ByEachList,
    /// Like [`AccessPath::ByRow`], but whoever steps through the rows looks at the lists, and counts the rows of the page:
    /// the statement yields all rows, each with the id of its list at the place that [`acl_place`](super::acl_place) tells.
    WhileStepping,
    /// The rows are found by the declared index of this number in the catalogue, and the list of each is looked at.
    Hinted(i64),
}

/// A right that access lists give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Right {
    /// To see.
    Read,
    /// To change and delete.
    Write,
}

impl Right {
    /// The table of who has it in which list.
    pub fn table(self) -> &'static str {
        match self {
            Right::Read => "_acl_reader",
            Right::Write => "_acl_writer",
        }
    }

    /// The one right that is asked for, and who asks; `None` when access lists do not matter, or both rights do.
    pub fn of(access: &RowAccess) -> Option<(Self, &Arc<[String]>)> {
        match access {
            RowAccess::All | RowAccess::ReadableAndWritable(_) => None,
            RowAccess::Readable(principals) => Some((Right::Read, principals)),
            RowAccess::Writable(principals) => Some((Right::Write, principals)),
        }
    }

    /// Whether a list gives the right to one of the principals.
    pub fn names(self, acl: &Acl, principals: &[String]) -> bool {
        let gives = |entry: &AclEntry| match self {
            Right::Read => entry.read,
            Right::Write => entry.write,
        };
        acl.entries.iter().any(|entry| gives(entry) && principals.contains(&entry.principal))
    }
}

/// Appends, after the table, what tells the database the index to use.
pub(super) fn append_index(sql: &mut SqlWriter<'_>, path: AccessPath) {
    if let (AccessPath::Hinted(id), Some(hint)) = (path, sql.dialect.index_hint) {
        sql.push(hint).name(&declared_index_name(id));
    }
}

/// Appends the condition that lets rows through; `All` must be left out by the caller.
pub(super) fn append_access<'a>(sql: &mut SqlWriter<'a>, access: &'a RowAccess, path: AccessPath) {
    match access {
        RowAccess::All => {
            sql.push("TRUE");
        }
        RowAccess::Readable(principals) => append_right(sql, Right::Read, principals, path),
        RowAccess::Writable(principals) => append_right(sql, Right::Write, principals, path),
        RowAccess::ReadableAndWritable(principals) => {
            append_right(sql, Right::Read, principals, AccessPath::ByRow);
            sql.push(" AND ");
            append_right(sql, Right::Write, principals, AccessPath::ByRow);
        }
    }
}

fn append_right<'a>(sql: &mut SqlWriter<'a>, right: Right, principals: &'a [String], path: AccessPath) {
    if sql.dialect.acl_storage == AclStorage::Arrays {
        if path == AccessPath::ByList {
            sql.column(ACL).push(" = ANY (ARRAY(SELECT ").bind(Bind::Integer(NO_ACL));
            sql.push(" UNION ALL SELECT m.acl FROM ");
            append_named(sql, right, principals);
            sql.push(")) AND ");
        }
        return append_overlap(sql, right, principals);
    }
    let no_acl = Bind::Integer(NO_ACL);
    match path {
        AccessPath::WhileStepping => {
            sql.push("TRUE");
        }
        AccessPath::ByRow | AccessPath::Hinted(_) => {
            sql.push("(").column(ACL).push(" = ").bind(no_acl);
            append_memberships(sql, right, principals);
            sql.push(")");
        }
        AccessPath::ByList => {
            sql.column(ACL).push(" IN (SELECT ").bind(no_acl).push(" UNION ALL SELECT m.acl FROM ");
            append_named(sql, right, principals);
            sql.push(")");
        }
        AccessPath::ByEachList => {
            sql.column(ACL).push(" = l.acl");
        }
    }
}

/// Appends the table `l` of the lists that let the caller through, each once.
pub(super) fn append_lists<'a>(sql: &mut SqlWriter<'a>, right: Right, principals: &'a [String]) {
    sql.push("(SELECT ").bind(Bind::Integer(NO_ACL)).push(" AS acl UNION SELECT m.acl FROM ");
    append_named(sql, right, principals);
    sql.push(") AS l");
}

fn append_named<'a>(sql: &mut SqlWriter<'a>, right: Right, principals: &'a [String]) {
    sql.table(right.table()).push(" AS m WHERE m.principal");
    append_principals(sql, principals);
}

/// Whether one of the principals is in the list of the row. A few are looked up one by one: for a list of them the database
/// would make a temporary table in each statement.
fn append_memberships<'a>(sql: &mut SqlWriter<'a>, right: Right, principals: &'a [String]) {
    let member = |sql: &mut SqlWriter<'a>| {
        sql.push(" OR EXISTS (SELECT 1 FROM ").push(right.table()).push(" AS m WHERE m.acl = ").column(ACL);
        sql.push(" AND m.principal");
    };
    match padded(principals) {
        Some(principals) => principals.for_each(|principal| {
            member(sql);
            sql.push(" = ").bind(Bind::text(principal)).push(")");
        }),
        None => {
            member(sql);
            append_text_list(sql, principals);
            sql.push(")");
        }
    }
}

/// The row says who has the right, or that everybody has.
fn append_overlap<'a>(sql: &mut SqlWriter<'a>, right: Right, principals: &'a [String]) {
    let column = match right {
        Right::Read => READERS,
        Right::Write => WRITERS,
    };
    sql.push("(").column(column).push(" IS NULL OR ").column(column).push(" && ");
    match padded(principals) {
        Some(principals) => {
            sql.push("ARRAY[");
            append_each(sql, principals);
            sql.push("]");
        }
        None => {
            let literal = array_literal(principals.iter().map(String::as_str));
            sql.bind(Bind::owned(literal)).push("::text::text[]");
        }
    }
    sql.push(")");
}

fn append_principals<'a>(sql: &mut SqlWriter<'a>, principals: &'a [String]) {
    match padded(principals) {
        Some(principals) => {
            sql.push(" IN (");
            append_each(sql, principals);
            sql.push(")");
        }
        None => append_text_list(sql, principals),
    }
}

fn append_each<'a>(sql: &mut SqlWriter<'a>, principals: impl Iterator<Item = &'a String>) {
    sql.separated(principals, ", ", |sql, principal| {
        sql.bind(Bind::text(principal));
    });
}

/// A few principals become a power of two of parameters, so that there are few texts of statements; the last one fills
/// up. `None` for more than a few and for none at all.
fn padded(principals: &[String]) -> Option<impl Iterator<Item = &String>> {
    let last = principals.last().filter(|_| principals.len() <= BOUND_SINGLY_MAX)?;
    let places = principals.len().next_power_of_two();
    Some(principals.iter().chain(std::iter::repeat(last)).take(places))
}

/// Principals that are read out of one parameter, which takes longer.
fn append_text_list<'a>(sql: &mut SqlWriter<'a>, principals: &'a [String]) {
    let list = json_texts(principals.iter().map(String::as_str));
    sql.in_list(&sql.dialect.text_list, list, true);
}
