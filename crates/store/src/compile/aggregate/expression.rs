//! Expressions. As values, Booleans are 0 and 1; as conditions they are what SQL takes for one.

use astrolabe_core::query::aggregate::{Arithmetic, Comparison, Expr, Kind};

use super::conversion::{append_constant, append_converted};
use crate::statement::{Bind, SqlWriter, json_texts};

/// Appends a value.
pub(super) fn append_value<'a>(sql: &mut SqlWriter<'a>, expr: &'a Expr) {
    match expr {
        Expr::Column(position) => {
            sql.push(&format!("t.c{position}"));
        }
        Expr::Constant(value) => append_constant(sql, value),
        Expr::Convert { value, from, to } => {
            append_converted(sql, from, to, |sql| append_value(sql, value));
        }
        Expr::At { json, path } => {
            append_call(sql, "json_at", json);
            let path = json_texts(path.iter().map(String::as_str));
            sql.push(", ").bind(Bind::owned(path)).push(")");
        }
        Expr::Calculate { operator, operands } => append_calculation(sql, *operator, operands),
        Expr::Concat(texts) => append_joined(sql, texts.len(), &mut |sql, at| append_value(sql, &texts[at])),
        Expr::If { test, then, otherwise } => {
            sql.push("CASE WHEN ");
            append_truth(sql, test);
            sql.push(" THEN ");
            append_value(sql, then);
            sql.push(" ELSE ");
            append_value(sql, otherwise);
            sql.push(" END");
        }
        Expr::FirstPresent(values) => {
            sql.push("COALESCE(").separated(values, ", ", append_value).push(")");
        }
        Expr::Compare { .. } | Expr::All(_) | Expr::Any(_) | Expr::Not(_) | Expr::IsTrue { .. } => {
            let integer = sql.dialect.types.integer;
            sql.push("CAST(CASE WHEN ");
            append_truth(sql, expr);
            sql.push(" THEN 1 ELSE 0 END AS ").push(integer).push(")");
        }
        Expr::Size(json) => {
            append_call(sql, "json_size", json);
            sql.push(")");
        }
        Expr::DatePart { part, date } => {
            sql.push("date_part_of('").push(part.name()).push("', ");
            append_value(sql, date);
            sql.push(")");
        }
        Expr::Padded { number, width } => {
            let (before, after) = sql.dialect.as_text;
            sql.push(before);
            append_call(sql, "padded", number);
            sql.push(&format!(", {width})")).push(after);
        }
        Expr::Document(members) => append_document(sql, members),
        Expr::List(items) => append_list(sql, items),
    }
}

fn append_call<'a>(sql: &mut SqlWriter<'a>, function: &str, operand: &'a Expr) {
    sql.push(function).push("(");
    append_value(sql, operand);
}

fn append_calculation<'a>(sql: &mut SqlWriter<'a>, operator: Arithmetic, operands: &'a [Expr]) {
    let sign = match operator {
        Arithmetic::Add => " + ",
        Arithmetic::Subtract => " - ",
        Arithmetic::Multiply => " * ",
        Arithmetic::Divide => {
            let [dividend, divisor] = operands else {
                sql.push("NULL");
                return;
            };
            sql.push("(");
            append_value(sql, dividend);
            sql.push(" / NULLIF(");
            append_value(sql, divisor);
            sql.push(", 0))");
            return;
        }
    };
    sql.push("(").separated(operands, sign, append_value).push(")");
}

/// Appends texts in a row, as a balanced tree: databases bound how deep an expression may be.
fn append_joined<'a>(
    sql: &mut SqlWriter<'a>,
    pieces: usize,
    piece: &mut impl FnMut(&mut SqlWriter<'a>, usize),
) {
    fn append<'a>(
        sql: &mut SqlWriter<'a>,
        (from, to): (usize, usize),
        piece: &mut impl FnMut(&mut SqlWriter<'a>, usize),
    ) {
        if to - from == 1 {
            return piece(sql, from);
        }
        let middle = usize::midpoint(from, to);
        sql.push("(");
        append(sql, (from, middle), piece);
        sql.push(" || ");
        append(sql, (middle, to), piece);
        sql.push(")");
    }
    match pieces {
        0 => {
            sql.push("''");
        }
        pieces => append(sql, (0, pieces), piece),
    }
}

/// A JSON object; a missing value is null in it.
fn append_document<'a>(sql: &mut SqlWriter<'a>, members: &'a [(String, Expr)]) {
    let names = members.iter().map(|(name, _)| name.as_str());
    append_object(sql, names, |sql, at| append_value(sql, &members[at].1));
}

/// Appends a JSON object of JSON texts. Its names came from a client, so they are bound.
pub(super) fn append_object<'a, 'n>(
    sql: &mut SqlWriter<'a>,
    names: impl Iterator<Item = &'n str>,
    mut member: impl FnMut(&mut SqlWriter<'a>, usize),
) {
    let prefixes = names.enumerate().map(|(at, name)| {
        let mut prefix = if at == 0 { b"{".to_vec() } else { b",".to_vec() };
        astrolabe_core::value::append_json_string(&mut prefix, name);
        prefix.push(b':');
        crate::statement::into_text(prefix)
    });
    let prefixes: Vec<_> = prefixes.collect();
    if prefixes.is_empty() {
        sql.push("'{}'");
        return;
    }
    append_joined(sql, prefixes.len() * 2 + 1, &mut |sql, at| match prefixes.get(at / 2) {
        None => {
            sql.push("'}'");
        }
        Some(prefix) if at % 2 == 0 => {
            let (before, after) = sql.dialect.as_text;
            sql.push(before).bind(Bind::owned(prefix.clone())).push(after);
        }
        Some(_) => {
            sql.push("COALESCE(");
            member(sql, at / 2);
            sql.push(", 'null')");
        }
    });
}

fn append_list<'a>(sql: &mut SqlWriter<'a>, items: &'a [Expr]) {
    append_joined(sql, items.len() * 2 + 1, &mut |sql, at| match at {
        0 if items.is_empty() => {
            sql.push("'[]'");
        }
        0 => {
            sql.push("'['");
        }
        at if at == items.len() * 2 => {
            sql.push("']'");
        }
        at if at % 2 == 0 => {
            sql.push("','");
        }
        at => {
            sql.push("COALESCE(");
            append_value(sql, &items[at / 2]);
            sql.push(", 'null')");
        }
    });
}

/// Appends a condition; null counts as false.
fn append_truth<'a>(sql: &mut SqlWriter<'a>, expr: &'a Expr) {
    match expr {
        Expr::Compare { operator, kind, left, right } => {
            append_comparison(sql, *operator, kind, [left, right])
        }
        Expr::All(tests) => {
            sql.push("(").separated(tests, " AND ", append_truth).push(")");
        }
        Expr::Any(tests) => {
            sql.push("(").separated(tests, " OR ", append_truth).push(")");
        }
        Expr::Not(test) => {
            sql.push("((");
            append_truth(sql, test);
            sql.push(") IS NOT TRUE)");
        }
        Expr::IsTrue { value, kind } => {
            let (before, after) = match kind {
                Kind::Json => ("json_is_true(", ")"),
                Kind::Number | Kind::Boolean => ("(COALESCE(", ", 0) <> 0)"),
                Kind::Text | Kind::Date | Kind::Pointer(_) => ("(", " IS NOT NULL)"),
            };
            sql.push(before);
            append_value(sql, value);
            sql.push(after);
        }
        value => {
            sql.push("(COALESCE(");
            append_value(sql, value);
            sql.push(", 0) <> 0)");
        }
    }
}

fn append_comparison<'a>(
    sql: &mut SqlWriter<'a>,
    operator: Comparison,
    kind: &Kind,
    [left, right]: [&'a Expr; 2],
) {
    let (sign, word) = match operator {
        Comparison::Equal => (" IS NOT DISTINCT FROM ", None),
        Comparison::NotEqual => (" IS DISTINCT FROM ", None),
        Comparison::Less => (" < ", Some("lt")),
        Comparison::LessOrEqual => (" <= ", Some("lte")),
        Comparison::Greater => (" > ", Some("gt")),
        Comparison::GreaterOrEqual => (" >= ", Some("gte")),
    };
    match (kind, word) {
        (Kind::Json, Some(word)) => {
            append_call(sql, "json_path_test", left);
            sql.push(", '[]', '").push(word).push("', ");
            append_value(sql, right);
            sql.push(")");
        }
        // Equal JSON values have the same canonical form.
        (Kind::Json, None) => {
            append_call(sql, "json_at", left);
            sql.push(", '[]')").push(sign);
            append_call(sql, "json_at", right);
            sql.push(", '[]')");
        }
        (_, _) => {
            sql.push("(");
            append_value(sql, left);
            sql.push(sign);
            append_value(sql, right);
            sql.push(")");
        }
    }
}
