//! A page of what somebody may read, where rows hold their access lists: a page of each list that names the caller, put
//! together.
//!
//! Each of these pages comes out of an index that begins with the number of the list and goes on with the sort key, so no
//! more rows are touched than there are on the pages. Numbers only narrow down: the rows of the page are tested by what
//! they say themselves.

use astrolabe_core::query::{FieldPath, OrderBy, OrderKey, ReadPlan};
use astrolabe_core::schema::{CREATED_AT, Class, FieldType, IndexKind};

use super::Names;
use super::access::{AccessPath, Right, append_access, append_lists};
use super::filter::{append_filter, is_all};
use super::order::{SortBy, append_keys, append_order, append_order_of_keys};
use super::select::append_page;
use crate::columns::ACL;
use crate::statement::SqlWriter;

/// Appends everything after the columns. The rows of the page are an array, because the database takes one for short, and
/// looks each of them up.
pub(super) fn append_page_of_lists<'a>(
    sql: &mut SqlWriter<'a>,
    names: Names<'a>,
    plan: &'a ReadPlan,
    (right, principals): (Right, &'a [String]),
) {
    let age = sql.dialect.row_age;
    sql.push(" FROM ").table(&names.class.table).push(" AS t WHERE ").push(age);
    sql.push(" = ANY (ARRAY(SELECT p.age FROM ");
    append_lists(sql, right, principals);
    sql.push(" CROSS JOIN LATERAL (");
    append_page_of_list(sql, names, plan);
    sql.push(") AS p");
    append_order_of_keys(sql, names, &plan.order);
    append_page(sql, plan.skip, plan.limit);
    sql.push(")) AND ");
    append_access(sql, &plan.access, AccessPath::ByRow);
    append_order(sql, names, &plan.order, SortBy::Columns);
}

/// Where no index yields the wanted order for a list, the order stays outside of what finds the rows: else the database
/// may walk an index in that order, and with it every row of the class.
fn append_page_of_list<'a>(sql: &mut SqlWriter<'a>, names: Names<'a>, plan: &'a ReadPlan) {
    let apart = !comes_in_order(names.class, &plan.order);
    sql.push("SELECT ");
    append_keys(sql, names, &plan.order);
    sql.push(if apart { " FROM (SELECT t.* FROM " } else { " FROM " });
    sql.table(&names.class.table).push(" AS t WHERE ").column(ACL).push(" = l.acl");
    if !is_all(&plan.filter) {
        sql.push(" AND ");
        append_filter(sql, names, &plan.filter);
    }
    if apart {
        sql.push(" OFFSET 0) AS t");
    }
    append_order(sql, names, &plan.order, SortBy::Columns);
    append_page(sql, 0, plan.limit.map(|limit| limit.saturating_add(plan.skip)));
}

/// Whether an index that begins with the access list goes on with the first sort key.
fn comes_in_order(class: &Class, order: &[OrderBy]) -> bool {
    let Some(OrderBy { key: OrderKey::Field(FieldPath { field, nested }), .. }) = order.first() else {
        return false;
    };
    let is_indexed = |field: &str| {
        let own = class.field(field).is_some_and(|field| {
            field.indexed && !field.unique && !matches!(field.kind, FieldType::Pointer(_))
        });
        let declared = class.indexes.values().any(|index| {
            let is_first = index.keys.first().is_some_and(|key| *key.field == *field);
            is_first && !index.unique && index.kind == IndexKind::Sorted
        });
        own || declared
    };
    nested.is_empty() && (**field == *CREATED_AT || is_indexed(field))
}
