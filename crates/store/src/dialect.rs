//! What differs between the databases, as a value that the compiler is handed. Nothing outside this file asks
//! which database it is.

use std::borrow::Cow;

use astrolabe_core::query::Pattern;

/// How one database writes SQL. Functions with names of their own (`json_contains`, `number_add`, …) exist under
/// the same name on every database; see `sqlite::functions` and the SQL files beside
/// `postgres/functions.rs`.
#[derive(Debug, Clone)]
pub(crate) struct Dialect {
    /// Parameters are `$1`, `$2`, … instead of `?`.
    pub numbered_placeholders: bool,
    /// Before the name of a table: where it is, quoted and with a dot, or nothing.
    pub prefix: Cow<'static, str>,
    /// A parameter that holds a JSON list of texts.
    pub text_list: ListForm,
    /// The same of doubles.
    pub real_list: ListForm,
    /// The same of integers.
    pub integer_list: ListForm,
    /// What surrounds a File column to get the file's name.
    pub file_name: (&'static str, &'static str),
    /// After an ascending sort key, so that missing values come first.
    pub ascending: &'static str,
    /// After a descending sort key, so that missing values come last.
    pub descending: &'static str,
    /// The column that tells the age of a row.
    pub row_age: &'static str,
    /// That column at the end of an index, where the database does not add it by itself.
    pub age_in_index: &'static str,
    /// Before a column, makes a value of it that no index yields in order.
    pub as_value: &'static str,
    /// Before the name of the index that a query has to use; `None` where the database decides alone.
    pub index_hint: Option<&'static str>,
    /// The elements of a JSON array as rows.
    pub elements: Elements,
    /// Column types.
    pub types: ColumnTypes,
    /// What surrounds an expression to make a text of it, compared byte by byte.
    pub as_text: (&'static str, &'static str),
    /// What surrounds a number to make a 64-bit integer of it, without its fraction.
    pub as_integer: (&'static str, &'static str),
    /// How rows hold their access lists.
    pub acl_storage: AclStorage,
    /// Columns of every class that no field and no plan names, with a comma in front.
    pub hidden_columns: &'static str,
    /// Indexes of a class have names of their own; else the database names them.
    pub named_class_indexes: bool,
    /// After the column list of a class's table.
    pub table_suffix: &'static str,
    /// The same for a join table, which is looked up by its primary key alone.
    pub join_table_suffix: &'static str,
    /// Text indexes store terms, and `text_score` is a function of the database; else texts are looked at outside of it.
    pub stored_terms: bool,
    /// A search pattern in the syntax that the function `text_matches` knows.
    pub pattern: fn(&Pattern) -> Cow<'_, str>,
}

/// What surrounds a parameter that holds a list.
#[derive(Debug, Clone)]
pub(crate) struct ListForm {
    /// To be read like a table with the column `value`.
    pub rows: (&'static str, &'static str),
    /// After a column, for the test whether the list has its value.
    pub has: (&'static str, &'static str),
    /// The opposite test.
    pub has_not: (&'static str, &'static str),
}

/// How rows hold their access lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AclStorage {
    /// As the number of one of the app's distinct lists, which are in tables of their own.
    Interned,
    /// As two arrays, of readers and of writers; null where there is no list.
    Arrays,
}

/// How the elements of a JSON array become rows of `e`.
#[derive(Debug, Clone)]
pub(crate) struct Elements {
    /// After a table, surrounds the array: a row for each element.
    pub inner: (&'static str, &'static str),
    /// The same, and a row of nulls where there is no element.
    pub outer: (&'static str, &'static str),
    /// The element as JSON text.
    pub value: &'static str,
    /// Its position, from 0.
    pub position: &'static str,
}

/// Names of the column types.
#[derive(Debug, Clone)]
pub(crate) struct ColumnTypes {
    /// Texts and JSON, compared byte by byte.
    pub text: &'static str,
    /// Doubles.
    pub real: &'static str,
    /// 64-bit integers.
    pub integer: &'static str,
}

impl Dialect {
    /// A table or index as statements name it.
    pub fn located(&self, name: &str) -> String {
        format!("{}{}", self.prefix, crate::statement::quoted(name))
    }
}

const SQLITE_LIST: ListForm = ListForm {
    rows: ("(SELECT value FROM json_each(", "))"),
    has: (" IN (SELECT value FROM json_each(", "))"),
    has_not: (" NOT IN (SELECT value FROM json_each(", "))"),
};

/// SQLite 3.39 or newer.
pub(crate) static SQLITE: Dialect = Dialect {
    numbered_placeholders: false,
    prefix: Cow::Borrowed(""),
    text_list: SQLITE_LIST,
    real_list: SQLITE_LIST,
    integer_list: SQLITE_LIST,
    file_name: ("(", " ->> '$.name')"),
    ascending: "",
    descending: " DESC",
    row_age: "t.rowid",
    age_in_index: "",
    as_value: "+",
    index_hint: Some(" INDEXED BY "),
    elements: Elements {
        inner: (" CROSS JOIN json_each(json_as_list(", ")) AS e"),
        outer: (" LEFT JOIN json_each(json_as_list(", ")) AS e ON TRUE"),
        value: "json_of_element(e.type, e.value)",
        position: "e.key",
    },
    types: ColumnTypes { text: "TEXT", real: "REAL", integer: "INTEGER" },
    as_text: ("CAST(", " AS TEXT)"),
    as_integer: ("CAST(", " AS INTEGER)"),
    acl_storage: AclStorage::Interned,
    hidden_columns: "",
    named_class_indexes: true,
    table_suffix: " STRICT",
    join_table_suffix: " STRICT, WITHOUT ROWID",
    stored_terms: true,
    pattern: |pattern| Cow::Borrowed(pattern.text()),
};

/// PostgreSQL 14 or newer, with the tables in one schema.
pub(crate) fn postgres(schema: &str) -> Dialect {
    Dialect {
        numbered_placeholders: true,
        prefix: Cow::Owned(format!("{}.", crate::statement::quoted(schema))),
        text_list: ListForm {
            rows: ("(SELECT value FROM json_array_elements_text(", "::json))"),
            has: (" = ANY (ARRAY(SELECT json_array_elements_text(", "::json)))"),
            has_not: (" <> ALL (ARRAY(SELECT json_array_elements_text(", "::json)))"),
        },
        real_list: ListForm {
            rows: ("(SELECT value::float8 FROM json_array_elements_text(", "::json))"),
            has: (" = ANY (ARRAY(SELECT value::float8 FROM json_array_elements_text(", "::json)))"),
            has_not: (" <> ALL (ARRAY(SELECT value::float8 FROM json_array_elements_text(", "::json)))"),
        },
        integer_list: ListForm {
            rows: ("(SELECT value::int8 FROM json_array_elements_text(", "::json))"),
            has: (" = ANY (ARRAY(SELECT value::int8 FROM json_array_elements_text(", "::json)))"),
            has_not: (" <> ALL (ARRAY(SELECT value::int8 FROM json_array_elements_text(", "::json)))"),
        },
        file_name: ("(", "::json ->> 'name')"),
        ascending: " NULLS FIRST",
        descending: " DESC NULLS LAST",
        row_age: "t._row",
        age_in_index: ", _row",
        as_value: "",
        index_hint: None,
        elements: Elements {
            inner: (
                " CROSS JOIN json_array_elements(json_as_list(",
                ")) WITH ORDINALITY AS e (value, place)",
            ),
            outer: (
                " LEFT JOIN json_array_elements(json_as_list(",
                ")) WITH ORDINALITY AS e (value, place) ON TRUE",
            ),
            value: "nullif(e.value::text, 'null') COLLATE \"C\"",
            position: "(e.place - 1)",
        },
        types: ColumnTypes { text: "text COLLATE \"C\"", real: "float8", integer: "int8" },
        as_text: ("CAST(", " AS text) COLLATE \"C\""),
        as_integer: ("CAST(trunc(", ") AS int8)"),
        acl_storage: AclStorage::Arrays,
        hidden_columns: ", _row int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        named_class_indexes: false,
        table_suffix: "",
        join_table_suffix: "",
        stored_terms: false,
        pattern: crate::postgres::pattern::translated,
    }
}
