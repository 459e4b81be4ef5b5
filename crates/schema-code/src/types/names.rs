//! Names in generated code: that of the class wherever TypeScript can bear it.

use std::collections::HashSet;

/// What TypeScript reserves, and what the generated files use themselves.
const RESERVED: &[&str] = &[
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
    "yield",
    "any",
    "boolean",
    "never",
    "number",
    "object",
    "string",
    "symbol",
    "undefined",
    "unknown",
    "bigint",
    "Array",
    "Date",
    "Exclude",
    "Extract",
    "Object",
    "Omit",
    "Partial",
    "Promise",
    "Readonly",
    "Record",
    "String",
    "Number",
    "Boolean",
    "Pointer",
    "Relation",
    "Included",
    "Bytes",
    "File",
    "GeoPoint",
    "Polygon",
    "Acl",
    "ParseDate",
    "Delete",
    "Increment",
    "ChangeArray",
    "ChangeRelation",
    "Classes",
    "JsonObject",
    "ParseObject",
    "ParseACL",
    "ParseFile",
    "ParseGeoPoint",
    "ParsePolygon",
    "ParseRelation",
    "z",
    "integer",
    "real",
    "text",
    "sqliteTable",
    "primaryKey",
    "date",
    "bytes",
    "geoPoint",
    "polygon",
    "file",
    "pointer",
    "included",
    "relation",
    "acl",
    "json",
    "jsonObject",
    "increment",
    "changeArray",
    "changeRelation",
    "unset",
    "isPlain",
    "isRing",
    "accessLists",
    "astrolabe",
    "schemas",
    "base64Of",
    "Uint8Array",
];

/// Gives every thing a name of its own.
#[derive(Debug)]
pub(super) struct Names {
    taken: HashSet<String>,
}

impl Default for Names {
    fn default() -> Self {
        Names { taken: RESERVED.iter().map(|word| (*word).to_owned()).collect() }
    }
}

impl Names {
    /// The name for a class such that none of `endings` behind it is taken. Built-in classes lose their `_` where that
    /// is possible.
    pub fn of_class(&mut self, class: &str, endings: &[&str]) -> String {
        let mut name = class.strip_prefix('_').unwrap_or(class).to_owned();
        while endings.iter().any(|ending| self.taken.contains(&format!("{name}{ending}"))) {
            name.push('_');
        }
        self.taken.extend(endings.iter().map(|ending| format!("{name}{ending}")));
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_meet() {
        let mut names = Names::default();
        let endings = ["", "Create"];
        let cases = ["Todo", "TodoCreate", "User", "_User", "Date", "todo"];
        let expected = ["Todo", "TodoCreate_", "User", "User_", "Date_", "todo"];
        for (class, expected) in cases.into_iter().zip(expected) {
            assert_eq!(names.of_class(class, &endings), expected);
        }
    }
}
