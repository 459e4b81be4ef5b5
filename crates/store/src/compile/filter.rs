//! Conditions.
//!
//! A missing value is not equal to any operand but null, and an operand of another type than the field equals
//! nothing; the negated tests hold for both. A condition may be null in SQL where it does not hold: AND and OR take
//! that for false, and negation is written `IS NOT TRUE`, never `NOT`.

mod geo;
mod opaque;
mod pattern;
mod scalar;
mod text;

use astrolabe_core::query::{FieldPath, Filter, RowAccess, Test};
use astrolabe_core::schema::{Field, FieldType, OBJECT_ID};
use astrolabe_core::value::{Pointer, Value};

use super::Names;
use super::access::{AccessPath, append_access};
use super::target::{Target, resolve};
use crate::columns::{OWNING_ID, RELATED_ID};
use crate::statement::{Bind, SqlWriter, json_texts};
pub(super) use geo::append_distance;
use geo::append_geo;
use opaque::{Opaque, append_opaque};
use scalar::append_scalar;
pub(super) use text::append_score;
use text::append_text;

/// Appends ` WHERE …`, or nothing when every row passes; access lists are tested row by row.
pub(super) fn append_where<'a>(
    sql: &mut SqlWriter<'a>,
    names: Names<'_>,
    filter: &'a Filter,
    access: &'a RowAccess,
) {
    append_where_by(sql, names, filter, access, AccessPath::ByRow);
}

/// The same, with the rows that access lists let through found as `path` says.
pub(super) fn append_where_by<'a>(
    sql: &mut SqlWriter<'a>,
    names: Names<'_>,
    filter: &'a Filter,
    access: &'a RowAccess,
    path: AccessPath,
) {
    let filters_rows = !is_all(filter);
    let filters_access = *access != RowAccess::All && path != AccessPath::WhileStepping;
    if filters_rows || filters_access {
        sql.push(" WHERE ");
    }
    if filters_rows {
        append_filter(sql, names, filter);
    }
    if filters_rows && filters_access {
        sql.push(" AND ");
    }
    if filters_access {
        append_access(sql, access, path);
    }
}

/// Whether the filter lets every row through by its form.
pub(crate) fn is_all(filter: &Filter) -> bool {
    matches!(filter, Filter::And(parts) if parts.iter().all(is_all))
}

/// Appends a condition.
pub(super) fn append_filter<'a>(sql: &mut SqlWriter<'a>, names: Names<'_>, filter: &'a Filter) {
    match filter {
        Filter::And(parts) if parts.is_empty() => {
            sql.push("TRUE");
        }
        Filter::And(parts) => {
            sql.push("(").separated(parts, " AND ", |sql, part| append_filter(sql, names, part)).push(")");
        }
        Filter::Or(parts) => append_any(sql, names, parts),
        Filter::Nor(parts) => {
            sql.push("(");
            append_any(sql, names, parts);
            sql.push(" IS NOT TRUE)");
        }
        Filter::Field { path, test } => append_test(sql, names, path, test),
        Filter::RelatedTo { owner, field } => append_related(sql, names, owner, field),
        Filter::Never => {
            sql.push("FALSE");
        }
    }
}

fn append_any<'a>(sql: &mut SqlWriter<'a>, names: Names<'_>, parts: &'a [Filter]) {
    if parts.is_empty() {
        return append_truth(sql, false);
    }
    sql.push("(").separated(parts, " OR ", |sql, part| append_filter(sql, names, part)).push(")");
}

fn append_test<'a>(sql: &mut SqlWriter<'a>, names: Names<'_>, path: &FieldPath, test: &'a Test) {
    match resolve(names.class, path) {
        Target::Scalar { column, kind: FieldType::String } if let Test::Text(query) = test => {
            append_text(sql, names.class, path, column, query);
        }
        target if is_geo(test) => append_geo(sql, &target, test),
        Target::Scalar { column, kind } => append_scalar(sql, column, kind, test),
        Target::File(column) => append_opaque(sql, &Opaque::File(column), test),
        Target::Document(column) => append_opaque(sql, &Opaque::Document(column), test),
        Target::List(column) => append_opaque(sql, &Opaque::List(column), test),
        Target::Point(column) => append_opaque(sql, &Opaque::Point(column), test),
        Target::Relation { table, class } => append_opaque(sql, &Opaque::Relation { table, class }, test),
        Target::Nested(column) => {
            append_opaque(sql, &Opaque::Nested { column, path: path_json(path) }, test);
        }
        Target::Missing => append_truth(sql, matches_missing(test)),
    }
}

pub(super) fn append_truth(sql: &mut SqlWriter<'_>, truth: bool) {
    sql.push(if truth { "TRUE" } else { "FALSE" });
}

/// Whether a test looks at places on the map.
fn is_geo(test: &Test) -> bool {
    matches!(test, Test::Near(_) | Test::Within(_) | Test::Surrounds(_))
}

/// Whether a row without the value passes.
pub(super) fn matches_missing(test: &Test) -> bool {
    match test {
        Test::Equal(operand) => *operand == Value::Null,
        Test::NotEqual(operand) => *operand != Value::Null,
        Test::In(operands) => operands.contains(&Value::Null),
        Test::NotIn(operands) => !operands.contains(&Value::Null),
        Test::Exists(wanted) => !wanted,
        Test::Less(_) | Test::LessOrEqual(_) | Test::Greater(_) | Test::GreaterOrEqual(_) => false,
        Test::All(_) | Test::AllStarting(_) | Test::ContainedBy(_) | Test::Matches(_) => false,
        Test::Text(_) | Test::Near(_) | Test::Within(_) | Test::Surrounds(_) => false,
    }
}

/// A relation that does not exist, or whose members are of another class, has no members here.
fn append_related<'a>(sql: &mut SqlWriter<'a>, names: Names<'_>, owner: &'a Pointer, field: &str) {
    let relation = names.schema.class(&owner.class_name).and_then(|class| class.field(field));
    let leads_here =
        |field: &&Field| matches!(&field.kind, FieldType::Relation(class) if *class == names.class.name);
    let Some(relation) = relation.filter(leads_here) else { return append_truth(sql, false) };
    sql.column(OBJECT_ID).push(" IN (SELECT ").push(RELATED_ID).push(" FROM ").table(&relation.column);
    sql.push(" WHERE ").push(OWNING_ID).push(" = ").bind(Bind::text(&owner.object_id)).push(")");
}

/// Appends a test of a value in a JSON column that may hold anything, at a path inside of it.
pub(super) fn append_json_test<'a>(sql: &mut SqlWriter<'a>, column: &str, path: &FieldPath, test: &'a Test) {
    append_opaque(sql, &Opaque::Nested { column, path: path_json(path) }, test);
}

/// The keys inside a field as a JSON list.
pub(super) fn path_json(path: &FieldPath) -> String {
    json_texts(path.nested.iter().map(String::as_str))
}
