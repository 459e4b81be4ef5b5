//! Members of relations.

use crate::columns::{OWNING_ID, RELATED_ID};
use crate::dialect::Dialect;
use crate::statement::{Bind, SqlWriter, Statement, json_texts};

/// Adds members to the relation of one owner; those that are in it already stay.
pub(crate) fn add_members<'a>(
    dialect: &'a Dialect,
    join_table: &str,
    owner: &'a str,
    members: &[String],
) -> Statement<'a> {
    let (before, after) = dialect.text_list.rows;
    let mut sql = SqlWriter::new(dialect);
    sql.push("INSERT INTO ").table(join_table).push(" (").push(OWNING_ID).push(", ").push(RELATED_ID);
    sql.push(") SELECT ").bind(Bind::text(owner)).push(", e.value FROM ");
    sql.push(before).bind(Bind::owned(ids(members))).push(after);
    // Without WHERE, SQLite would take ON for the start of a join condition.
    sql.push(" AS e WHERE TRUE ON CONFLICT DO NOTHING");
    sql.finish()
}

/// Removes members from the relation of one owner.
pub(crate) fn remove_members<'a>(
    dialect: &'a Dialect,
    join_table: &str,
    owner: &'a str,
    members: &[String],
) -> Statement<'a> {
    let mut sql = SqlWriter::new(dialect);
    sql.push("DELETE FROM ").table(join_table).push(" WHERE ").push(OWNING_ID).push(" = ");
    sql.bind(Bind::text(owner)).push(" AND ").push(RELATED_ID);
    sql.in_list(&dialect.text_list, ids(members), true);
    sql.finish()
}

/// Removes all members of the relations of these owners.
pub(crate) fn drop_members_of<'a>(
    dialect: &'a Dialect,
    join_table: &str,
    owners: &[String],
) -> Statement<'a> {
    let mut sql = SqlWriter::new(dialect);
    sql.push("DELETE FROM ").table(join_table).push(" WHERE ").push(OWNING_ID);
    sql.in_list(&dialect.text_list, ids(owners), true);
    sql.finish()
}

fn ids(ids: &[String]) -> String {
    json_texts(ids.iter().map(String::as_str))
}
