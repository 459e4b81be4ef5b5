//! The steps of all stages but groups.

use astrolabe_core::query::aggregate::{Expr, Kind, Shape, SortKey, Stage};
use astrolabe_core::query::{FieldPath, Filter, Test};

use super::expression::append_value;
use super::{Chain, computes};
use crate::compile::Names;
use crate::compile::filter::{append_filter, append_json_test, append_truth, matches_missing};
use crate::statement::{Bind, SqlWriter};

impl<'a> Chain<'a> {
    pub(super) fn stage(&mut self, stage: &'a Stage) {
        match stage {
            Stage::Match { shape, filter } => self.match_documents(shape, filter),
            Stage::Compute(exprs) => self.compute(exprs, self.keeps_computed && computes(stage)),
            Stage::Unwind { column, keeps_empty, with_index } => {
                self.unwind(*column, *keeps_empty, *with_index);
            }
            Stage::Group { keys, id, accumulators } => self.group(keys, id, accumulators),
            Stage::Sort(keys) => self.sort(keys),
            Stage::Shuffle => self.shuffle(),
            Stage::Skip(documents) => self.page(*documents, None),
            Stage::Limit(documents) => self.page(0, Some(*documents)),
        }
    }

    fn match_documents(&mut self, shape: &Shape, filter: &'a Filter) {
        self.begin(false);
        self.sql.push("*");
        self.append_before();
        self.sql.push(" WHERE ");
        let class = shape.as_class();
        let names = Names { schema: self.names.schema, class: &class };
        append_condition(&mut self.sql, names, shape, filter);
        self.end();
    }

    fn compute(&mut self, exprs: &'a [Expr], kept: bool) {
        self.begin(kept);
        for (index, expr) in exprs.iter().enumerate() {
            append_value(&mut self.sql, expr);
            self.sql.push(&format!(" AS c{index}, "));
        }
        // So that no comma is left alone where there are no columns.
        self.sql.push("NULL AS z");
        self.same_keys(0);
        self.append_before();
        self.end();
        self.values = exprs.len();
    }

    fn unwind(&mut self, column: usize, keeps_empty: bool, with_index: bool) {
        let elements = &self.sql.dialect.elements;
        let (before, after) = if keeps_empty { elements.outer } else { elements.inner };
        self.begin(false);
        for index in 0..self.values {
            let value = if index == column { elements.value.to_owned() } else { format!("t.c{index}") };
            self.sql.push(&format!("{value} AS c{index}, "));
        }
        if with_index {
            let real = self.sql.dialect.types.real;
            self.sql.push(&format!("CAST({} AS {real}) AS c{}, ", elements.position, self.values));
        }
        self.sql.push(&format!("{} AS k{}", elements.position, self.order.len()));
        self.same_keys(0);
        self.append_before();
        self.sql.push(before).push(&format!("t.c{column}")).push(after);
        self.end();
        self.values += usize::from(with_index);
        self.order.push(false);
    }

    /// The keys of before come last, so that equals keep their order.
    fn sort(&mut self, keys: &'a [SortKey]) {
        self.begin(false);
        for (index, key) in keys.iter().enumerate() {
            append_sort_value(&mut self.sql, key);
            self.sql.push(&format!(" AS k{index}, "));
        }
        self.sql.push("NULL AS z");
        self.keep_values();
        self.same_keys(keys.len());
        self.append_before();
        self.end();
        self.order.splice(0..0, keys.iter().map(|key| key.descending));
    }

    fn shuffle(&mut self) {
        self.begin(true);
        self.sql.push("random() AS k0");
        self.keep_values();
        self.append_before();
        self.end();
        self.order = vec![false];
    }

    /// Appends the values after another column.
    fn keep_values(&mut self) {
        for index in 0..self.values {
            self.sql.push(&format!(", t.c{index}"));
        }
    }

    fn page(&mut self, skip: u64, limit: Option<u64>) {
        let bounded = |number: u64| Bind::Integer(i64::try_from(number).unwrap_or(i64::MAX));
        self.begin(false);
        self.sql.push("*");
        self.append_before();
        self.order_by();
        self.sql.push(" LIMIT ").bind(bounded(limit.unwrap_or(u64::MAX)));
        if skip > 0 {
            self.sql.push(" OFFSET ").bind(bounded(skip));
        }
        self.end();
    }
}

fn append_sort_value<'a>(sql: &mut SqlWriter<'a>, key: &'a SortKey) {
    if key.kind != Kind::Json {
        return append_value(sql, &key.value);
    }
    sql.push("json_path_key(");
    append_value(sql, &key.value);
    sql.push(", '[]')");
}

/// A condition on documents. Columns of a fixed kind are tested like the fields of a class; the others hold any JSON.
fn append_condition<'a>(sql: &mut SqlWriter<'a>, names: Names<'_>, shape: &Shape, filter: &'a Filter) {
    match filter {
        Filter::And(parts) if parts.is_empty() => append_truth(sql, true),
        Filter::And(parts) => append_all(sql, names, shape, parts, " AND "),
        Filter::Or(parts) => append_all(sql, names, shape, parts, " OR "),
        Filter::Nor(parts) => {
            sql.push("(");
            append_all(sql, names, shape, parts, " OR ");
            sql.push(" IS NOT TRUE)");
        }
        Filter::Field { path, test } => append_test(sql, names, shape, path, test, filter),
        _ => append_truth(sql, false),
    }
}

fn append_all<'a>(
    sql: &mut SqlWriter<'a>,
    names: Names<'_>,
    shape: &Shape,
    parts: &'a [Filter],
    separator: &str,
) {
    sql.push("(");
    sql.separated(parts, separator, |sql, part| append_condition(sql, names, shape, part));
    sql.push(")");
}

fn append_test<'a>(
    sql: &mut SqlWriter<'a>,
    names: Names<'_>,
    shape: &Shape,
    path: &FieldPath,
    test: &'a Test,
    whole: &'a Filter,
) {
    match shape.get(&path.field) {
        None => append_truth(sql, matches_missing(test)),
        Some((position, column)) if column.kind == Kind::Json => {
            append_json_test(sql, &Shape::physical_name(position), path, test);
        }
        Some(_) => append_filter(sql, names, whole),
    }
}
