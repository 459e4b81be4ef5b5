//! Tests of a String column by a pattern. What every match begins with becomes a range, so that an index serves it.

use astrolabe_core::query::Pattern;

use crate::statement::{Bind, SqlWriter};

/// Appends the test.
pub(super) fn append_pattern<'a>(sql: &mut SqlWriter<'a>, column: &str, pattern: &'a Pattern) {
    sql.push("(");
    if let Some(prefix) = pattern.prefix() {
        append_range(sql, column, prefix);
        sql.push(if pattern.is_prefix() { "" } else { " AND " });
    }
    if !pattern.is_prefix() {
        let searched = (sql.dialect.pattern)(pattern);
        sql.call_on_value("text_matches", column).push(", ").bind(Bind::Text(searched)).push(")");
    }
    sql.push(")");
}

fn append_range<'a>(sql: &mut SqlWriter<'a>, column: &str, prefix: &'a str) {
    sql.column(column).push(" >= ").bind(Bind::text(prefix));
    if let Some(end) = after_prefix(prefix) {
        sql.push(" AND ").column(column).push(" < ").bind(Bind::owned(end));
    }
}

/// The first text after all that begin with the prefix, by code points; `None` when there is none.
fn after_prefix(prefix: &str) -> Option<String> {
    let mut end = prefix.to_owned();
    while let Some(last) = end.pop() {
        // The range leaves out what is no character, such as surrogates.
        if let Some(next) = (last..=char::MAX).nth(1) {
            end.push(next);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::after_prefix;

    #[test]
    fn ends() {
        for (prefix, expected) in [
            ("a", Some("b")),
            ("az", Some("a{")),
            ("\u{d7ff}", Some("\u{e000}")),
            ("a\u{10ffff}", Some("b")),
            ("\u{10ffff}", None),
            ("", None),
        ] {
            assert_eq!(after_prefix(prefix).as_deref(), expected, "{prefix}");
        }
    }
}
