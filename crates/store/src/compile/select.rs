//! Reads.

use astrolabe_core::query::{Filter, PlanColumn, ReadPlan, RowAccess, ScoredText, ShownIn};
use astrolabe_core::schema::{CREATED_AT, Class, Field, OBJECT_ID, UPDATED_AT};

use super::Names;
use super::access::{AccessPath, Right, append_index, append_lists};
use super::filter::{append_filter, append_score, append_where_by};
use super::order::{SortBy, append_order};
use super::page_of_lists::append_page_of_lists;
use crate::columns::{ACL, Storage, longitude_column};
use crate::dialect::{AclStorage, Dialect};
use crate::statement::{Bind, SqlWriter, Statement};

/// What one place of the answer is read from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SelectColumn<'s> {
    /// `objectId`.
    ObjectId,
    /// `createdAt`.
    CreatedAt,
    /// `updatedAt`.
    UpdatedAt,
    /// The access list, as rows hold it.
    Acl,
    /// A field, in every row or only in those that match.
    Field(&'s Field, Option<&'s Filter>),
    /// How well the row meets these texts.
    Score(&'s [ScoredText]),
    /// A field that was dropped after the plan was made: null.
    Dropped,
}

/// Resolves the columns of a plan against the class as it is now.
pub(crate) fn select_columns<'s>(plan: &'s ReadPlan, current: &'s Class) -> Vec<SelectColumn<'s>> {
    plan.columns.iter().map(|column| select_column(&plan.class, current, column)).collect()
}

fn select_column<'s>(planned: &'s Class, current: &'s Class, column: &'s PlanColumn) -> SelectColumn<'s> {
    match column {
        PlanColumn::ObjectId => SelectColumn::ObjectId,
        PlanColumn::CreatedAt => SelectColumn::CreatedAt,
        PlanColumn::UpdatedAt => SelectColumn::UpdatedAt,
        PlanColumn::Acl => SelectColumn::Acl,
        PlanColumn::Score(scored) => SelectColumn::Score(scored),
        PlanColumn::Field { index, shown } => {
            let only_in = match shown {
                ShownIn::EveryRow => None,
                ShownIn::Rows(rows) => Some(&**rows),
            };
            match current_field(planned, current, *index) {
                Some(field) => SelectColumn::Field(field, only_in),
                None => SelectColumn::Dropped,
            }
        }
    }
}

fn current_field<'s>(planned: &Class, current: &'s Class, index: usize) -> Option<&'s Field> {
    if std::ptr::eq(planned, current) {
        return current.fields.get_index(index).map(|(_, field)| field);
    }
    let (name, planned) = planned.fields.get_index(index)?;
    current.field(name).filter(|field| field.kind == planned.kind)
}

/// The rows of a plan.
pub(crate) fn select<'a>(
    dialect: &'a Dialect,
    names: Names<'a>,
    columns: &[SelectColumn<'a>],
    plan: &'a ReadPlan,
    path: AccessPath,
) -> Statement<'a> {
    let mut sql = SqlWriter::new(dialect);
    sql.push("SELECT ");
    if columns.is_empty() {
        sql.push("NULL");
    }
    sql.separated(columns, ", ", |sql, column| append_column(sql, names, *column));
    if path == AccessPath::WhileStepping && !columns.iter().any(is_acl) {
        sql.push(", ").column(ACL);
    }
    match (path, Right::of(&plan.access), plan.limit) {
        (AccessPath::ByEachList, Some((right, principals)), Some(limit)) => {
            append_lists_first(&mut sql, names, plan, (right, principals), limit);
        }
        (AccessPath::ByList, Some((right, principals)), Some(_))
            if dialect.acl_storage == AclStorage::Arrays =>
        {
            append_page_of_lists(&mut sql, names, plan, (right, principals));
        }
        (AccessPath::ByList, _, Some(_)) => append_page_first(&mut sql, names, plan),
        // There are no pages of single lists to begin with.
        (AccessPath::ByEachList, ..) => {
            append_page_rows(&mut sql, names, plan, AccessPath::ByList, SortBy::Columns);
        }
        _ => append_page_rows(&mut sql, names, plan, path, SortBy::Columns),
    }
    sql.finish()
}

/// Where the statement of [`AccessPath::WhileStepping`] has the id of a row's list: where it was asked for, or after the
/// other columns.
pub(crate) fn acl_place(columns: &[SelectColumn<'_>]) -> usize {
    let before = columns.iter().take_while(|column| !is_acl(column));
    let places: usize = before.map(places_of).sum();
    if columns.is_empty() { 1 } else { places }
}

fn is_acl(column: &SelectColumn<'_>) -> bool {
    matches!(column, SelectColumn::Acl)
}

fn places_of(column: &SelectColumn<'_>) -> usize {
    match column {
        SelectColumn::Field(field, _) if Storage::of(&field.kind) == Storage::Point => 2,
        _ => 1,
    }
}

/// Everything after the columns.
fn append_page_rows<'a>(
    sql: &mut SqlWriter<'a>,
    names: Names<'a>,
    plan: &'a ReadPlan,
    path: AccessPath,
    sort_by: SortBy,
) {
    append_from(sql, names, &plan.filter, &plan.access, path);
    append_order(sql, names, &plan.order, sort_by);
    match path {
        // As many as whoever steps through them wants; that there is a bound makes the database prefer an index that
        // yields the wanted order.
        AccessPath::WhileStepping if plan.limit.is_some() => {
            sql.push(" LIMIT -1");
        }
        AccessPath::WhileStepping => {}
        AccessPath::ByRow | AccessPath::ByList | AccessPath::ByEachList | AccessPath::Hinted(_) => {
            append_page(sql, plan.skip, plan.limit);
        }
    }
}

/// The same in two steps: which rows are on the page, then those rows. The first step needs no more than an index that
/// begins with the access list and goes on with the conditions and the sort keys. Its rows are sorted in any case, as they
/// come from several lists; were the keys left to an index, the database would rather walk one in the wanted order and
/// look at the list of every row it meets.
fn append_page_first<'a>(sql: &mut SqlWriter<'a>, names: Names<'a>, plan: &'a ReadPlan) {
    let row = sql.dialect.row_age;
    sql.push(" FROM ")
        .table(&names.class.table)
        .push(" AS t WHERE ")
        .push(row)
        .push(" IN (SELECT ")
        .push(row);
    append_page_rows(sql, names, plan, AccessPath::ByList, SortBy::Values);
    sql.push(")");
    append_order(sql, names, &plan.order, SortBy::Columns);
}

/// The page put together from the pages of the caller's lists: where an index begins with the list and goes on with the sort
/// keys, each of those is its beginning or its end, however many rows the list has.
fn append_lists_first<'a>(
    sql: &mut SqlWriter<'a>,
    names: Names<'a>,
    plan: &'a ReadPlan,
    (right, principals): (Right, &'a [String]),
    limit: u64,
) {
    let row = sql.dialect.row_age;
    sql.push(" FROM ");
    append_lists(sql, right, principals);
    sql.push(" CROSS JOIN ").table(&names.class.table).push(" AS t ON ");
    sql.push(row).push(" IN (SELECT ").push(row);
    append_from(sql, names, &plan.filter, &plan.access, AccessPath::ByEachList);
    append_order(sql, names, &plan.order, SortBy::Columns);
    append_page(sql, 0, Some(limit.saturating_add(plan.skip)));
    sql.push(")");
    append_order(sql, names, &plan.order, SortBy::Columns);
    append_page(sql, plan.skip, plan.limit);
}

/// How many rows a filter and access let through.
pub(crate) fn count<'a>(
    dialect: &'a Dialect,
    names: Names<'_>,
    filter: &'a Filter,
    access: &'a RowAccess,
    path: AccessPath,
) -> Statement<'a> {
    let mut sql = SqlWriter::new(dialect);
    sql.push("SELECT COUNT(*)");
    append_from(&mut sql, names, filter, access, path);
    sql.finish()
}

/// One row if a filter and access let any through.
pub(crate) fn exists<'a>(
    dialect: &'a Dialect,
    names: Names<'_>,
    filter: &'a Filter,
    access: &'a RowAccess,
) -> Statement<'a> {
    let mut sql = SqlWriter::new(dialect);
    sql.push("SELECT 1");
    append_from(&mut sql, names, filter, access, AccessPath::ByRow);
    sql.push(" LIMIT 1");
    sql.finish()
}

fn append_from<'a>(
    sql: &mut SqlWriter<'a>,
    names: Names<'_>,
    filter: &'a Filter,
    access: &'a RowAccess,
    path: AccessPath,
) {
    sql.push(" FROM ").table(&names.class.table).push(" AS t");
    append_index(sql, path);
    append_where_by(sql, names, filter, access, path);
}

fn append_column<'a>(sql: &mut SqlWriter<'a>, names: Names<'_>, column: SelectColumn<'a>) {
    match column {
        SelectColumn::ObjectId => sql.column(OBJECT_ID),
        SelectColumn::CreatedAt => sql.column(CREATED_AT),
        SelectColumn::UpdatedAt => sql.column(UPDATED_AT),
        SelectColumn::Acl => sql.separated(sql.dialect.acl_storage.shown_columns(), ", ", |sql, name| {
            sql.column(name);
        }),
        SelectColumn::Score(scored) => {
            append_score(sql, names, scored);
            sql
        }
        SelectColumn::Dropped => sql.push("NULL"),
        SelectColumn::Field(field, only_in) => match Storage::of(&field.kind) {
            // It yields nothing, but every place of the answer stays in the text.
            Storage::JoinTable => sql.push("NULL"),
            Storage::Point => {
                append_shown(sql, names, &field.column, only_in);
                sql.push(", ");
                append_shown(sql, names, &longitude_column(&field.column), only_in);
                sql
            }
            Storage::Text | Storage::Real | Storage::Integer => {
                append_shown(sql, names, &field.column, only_in);
                sql
            }
        },
    };
}

/// A condition that is null counts as one that does not hold, as it does in `WHERE`.
fn append_shown<'a>(sql: &mut SqlWriter<'a>, names: Names<'_>, column: &str, only_in: Option<&'a Filter>) {
    match only_in {
        None => {
            sql.column(column);
        }
        Some(rows) => {
            sql.push("CASE WHEN ");
            append_filter(sql, names, rows);
            sql.push(" THEN ").column(column).push(" END");
        }
    }
}

pub(super) fn append_page(sql: &mut SqlWriter<'_>, skip: u64, limit: Option<u64>) {
    if limit.is_none() && skip == 0 {
        return;
    }
    sql.push(" LIMIT ").bind(bounded(limit.unwrap_or(u64::MAX)));
    if skip > 0 {
        sql.push(" OFFSET ").bind(bounded(skip));
    }
}

fn bounded(number: u64) -> Bind<'static> {
    Bind::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}
