//! What differs between the databases, as a value that the compiler is handed. Nothing outside this file asks
//! which database it is.

/// How one database writes SQL. Functions with names of their own (`json_contains`, `number_add`, …) exist under
/// the same name on every database; see `sqlite::functions`.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// Parameters are `$1`, `$2`, … instead of `?`.
    pub numbered_placeholders: bool,
    /// What surrounds a parameter that holds a JSON list of texts, to make a subquery of its elements.
    pub text_list: (&'static str, &'static str),
    /// The same for a list of numbers.
    pub number_list: (&'static str, &'static str),
    /// What surrounds a File column to get the file's name.
    pub file_name: (&'static str, &'static str),
    /// After an ascending sort key, so that missing values come first.
    pub ascending: &'static str,
    /// After a descending sort key, so that missing values come last.
    pub descending: &'static str,
    /// The column that tells the age of a row.
    pub row_age: &'static str,
    /// Before a column, makes a value of it that no index yields in order.
    pub as_value: &'static str,
    /// Before the name of the index that a query has to use; `None` where the database decides alone.
    pub index_hint: Option<&'static str>,
    /// The elements of a JSON array as rows.
    pub elements: Elements,
    /// Column types.
    pub types: ColumnTypes,
    /// After the column list of a class's table.
    pub table_suffix: &'static str,
    /// The same for a join table, which is looked up by its primary key alone.
    pub join_table_suffix: &'static str,
}

/// How the elements of a JSON array become rows of `e`.
#[derive(Debug)]
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
#[derive(Debug)]
pub(crate) struct ColumnTypes {
    /// Texts and JSON, compared byte by byte.
    pub text: &'static str,
    /// Doubles.
    pub real: &'static str,
    /// 64-bit integers.
    pub integer: &'static str,
}

/// SQLite 3.39 or newer.
pub(crate) const SQLITE: Dialect = Dialect {
    numbered_placeholders: false,
    text_list: ("(SELECT value FROM json_each(", "))"),
    number_list: ("(SELECT value FROM json_each(", "))"),
    file_name: ("(", " ->> '$.name')"),
    ascending: "",
    descending: " DESC",
    row_age: "t.rowid",
    as_value: "+",
    index_hint: Some(" INDEXED BY "),
    elements: Elements {
        inner: (" CROSS JOIN json_each(json_as_list(", ")) AS e"),
        outer: (" LEFT JOIN json_each(json_as_list(", ")) AS e ON TRUE"),
        value: "json_of_element(e.type, e.value)",
        position: "e.key",
    },
    types: ColumnTypes { text: "TEXT", real: "REAL", integer: "INTEGER" },
    table_suffix: " STRICT",
    join_table_suffix: " STRICT, WITHOUT ROWID",
};
