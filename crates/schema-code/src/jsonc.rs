//! JSON with comments: read, and printed so that one line is one field, index, permission or step.

use astrolabe_core::value::{Json, JsonMap};
use jsonc_parser::ParseOptions;

use crate::FileError;

/// Objects down to this level have a line for each member; deeper ones stand in one line.
const OPEN_LEVELS: usize = 2;

/// Comments and a comma too many are welcome; anything else beyond JSON is a mistake.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_loose_object_property_names: false,
    allow_trailing_commas: true,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads an object.
pub(crate) fn parse(file: &str, text: &str) -> Result<JsonMap, FileError> {
    let value: Json = jsonc_parser::parse_to_serde_value(text, &OPTIONS)
        .map_err(|error| FileError::new(file, error.to_string()))?;
    match value {
        Json::Object(map) => Ok(map),
        _ => Err(FileError::new(file, "must hold a JSON object")),
    }
}

/// The lines of comment above the object, which stay when a file is written anew.
pub(crate) fn head_comment(text: &str) -> String {
    let is_head = |line: &&str| line.trim_start().starts_with("//") || line.trim().is_empty();
    let head: Vec<_> = text.lines().take_while(is_head).collect();
    head.join("\n").trim().to_owned()
}

/// The file of an object.
pub(crate) fn print(head: &str, map: &JsonMap) -> String {
    let mut out = String::new();
    if !head.is_empty() {
        out.push_str(head);
        out.push('\n');
    }
    open(&mut out, map, 1);
    out.push('\n');
    out
}

fn open(out: &mut String, map: &JsonMap, level: usize) {
    out.push('{');
    for (number, (key, value)) in map.iter().enumerate() {
        out.push_str(if number == 0 { "\n" } else { ",\n" });
        indent(out, level);
        out.push_str(&format!("{}: ", Json::from(key.as_str())));
        match value {
            Json::Object(inner) if level < OPEN_LEVELS && !inner.is_empty() => open(out, inner, level + 1),
            Json::Array(items) if level < OPEN_LEVELS && !items.is_empty() => {
                open_list(out, items, level + 1)
            }
            value => line(out, value),
        }
    }
    if !map.is_empty() {
        out.push('\n');
        indent(out, level - 1);
    }
    out.push('}');
}

fn open_list(out: &mut String, items: &[Json], level: usize) {
    out.push('[');
    for (number, item) in items.iter().enumerate() {
        out.push_str(if number == 0 { "\n" } else { ",\n" });
        indent(out, level);
        line(out, item);
    }
    out.push('\n');
    indent(out, level - 1);
    out.push(']');
}

fn indent(out: &mut String, level: usize) {
    out.extend(std::iter::repeat_n("  ", level));
}

/// A value in one line, with the spaces a person would leave.
fn line(out: &mut String, value: &Json) {
    match value {
        Json::Object(map) if !map.is_empty() => {
            out.push_str("{ ");
            for (number, (key, value)) in map.iter().enumerate() {
                out.push_str(if number == 0 { "" } else { ", " });
                out.push_str(&format!("{}: ", Json::from(key.as_str())));
                line(out, value);
            }
            out.push_str(" }");
        }
        Json::Array(items) => {
            out.push('[');
            for (number, item) in items.iter().enumerate() {
                out.push_str(if number == 0 { "" } else { ", " });
                line(out, item);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read() {
        let text = "// Head.\n{\n  \"a\": {\n    \"b\": { \"c\": [1, \"x\\\"y\"] }\n  },\n  \"d\": {},\n  \"e\": []\n}\n";
        let map = parse("f", text).unwrap();
        assert_eq!(print(&head_comment(text), &map), text);
    }

    #[test]
    fn comments_are_welcome_and_little_else() {
        assert!(parse("f", "/* a */ { // b\n \"c\": 1, }").is_ok());
        for text in ["", "[]", "{", "{'a': 1}", "{a: 1}", "{\"a\" 1}", "{\"a\": NaN}", "{} {}"] {
            let error = parse("f.jsonc", text).unwrap_err();
            assert!(error.to_string().starts_with("f.jsonc: "), "{text}: {error}");
        }
    }
}
