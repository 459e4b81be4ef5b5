//! A statement: text and bound values, and the writer both grow in.

use std::borrow::Cow;

use astrolabe_core::query::TextQuery;

use crate::dialect::{Dialect, ListForm};

/// SQL text with its parameters. The text depends on the shape of a request only, never on its values, so that
/// prepared statements are found again.
#[derive(Debug, PartialEq)]
pub(crate) struct Statement<'a> {
    /// The text.
    pub sql: String,
    /// The parameters in order.
    pub binds: Vec<Bind<'a>>,
    /// It calls functions on whole JSON or text values. What such a call costs depends on the row, and SQLite does not look at
    /// the clock while it lasts.
    pub reads_values: bool,
    /// What has to be answered before it runs.
    pub questions: Vec<Question>,
}

/// A full-text search that the database cannot answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Question {
    /// Which parameter takes the answer: a JSON object with the scores of the texts that meet it, by object id.
    pub place: usize,
    /// The statement that yields object ids and texts.
    pub texts: String,
    /// Its parameter, if it has one: a list of terms as an array, of which every text that meets the question has one.
    pub terms: Option<String>,
    /// What is asked of the texts.
    pub query: TextQuery,
}

/// A bound value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Bind<'a> {
    /// SQL NULL.
    Null,
    /// Booleans, dates, counts.
    Integer(i64),
    /// Numbers.
    Real(f64),
    /// Texts and JSON.
    Text(Cow<'a, str>),
}

impl<'a> Bind<'a> {
    /// Text that lives as long as the request.
    pub fn text(text: &'a str) -> Self {
        Bind::Text(Cow::Borrowed(text))
    }

    /// Text that was made for the statement.
    pub fn owned(text: String) -> Self {
        Bind::Text(Cow::Owned(text))
    }
}

/// Grows a statement.
pub(crate) struct SqlWriter<'a> {
    /// The database it is for.
    pub dialect: &'a Dialect,
    sql: String,
    binds: Vec<Bind<'a>>,
    reads_values: bool,
    questions: Vec<Question>,
}

impl<'a> SqlWriter<'a> {
    /// An empty statement.
    pub fn new(dialect: &'a Dialect) -> Self {
        SqlWriter {
            dialect,
            sql: String::with_capacity(256),
            binds: Vec::with_capacity(8),
            reads_values: false,
            questions: Vec::new(),
        }
    }

    /// Appends SQL that is part of the program, never a name or value from outside.
    pub fn push(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// Appends a physical name out of the catalogue, quoted.
    pub fn name(&mut self, name: &str) -> &mut Self {
        append_quoted(&mut self.sql, name);
        self
    }

    /// Appends a table out of the catalogue.
    pub fn table(&mut self, name: &str) -> &mut Self {
        self.sql.push_str(&self.dialect.prefix);
        self.name(name)
    }

    /// Appends the test whether the list in a parameter has the value before it, or has it not.
    pub fn in_list(&mut self, form: &ListForm, list: String, has: bool) -> &mut Self {
        let (before, after) = if has { form.has } else { form.has_not };
        self.push(before).bind(Bind::owned(list)).push(after)
    }

    /// Appends the start of a call of a function of ours that reads the whole value in a column of the table `t`: its
    /// name and the column.
    pub fn call_on_value(&mut self, function: &str, column: &str) -> &mut Self {
        self.reads_values = true;
        self.push(function).push("(").column(column)
    }

    /// Appends a column of the table `t`.
    pub fn column(&mut self, name: &str) -> &mut Self {
        self.push("t.").name(name)
    }

    /// Appends a parameter.
    pub fn bind(&mut self, value: Bind<'a>) -> &mut Self {
        self.binds.push(value);
        if self.dialect.numbered_placeholders {
            self.sql.push('$');
            self.sql.push_str(&self.binds.len().to_string());
        } else {
            self.sql.push('?');
        }
        self
    }

    /// Appends the parameter of a question.
    pub fn question(&mut self, question: Question) -> &mut Self {
        self.reads_values |= question.terms.is_none();
        self.questions.push(Question { place: self.binds.len(), ..question });
        self.bind(Bind::owned("{}".to_owned()))
    }

    /// Appends `parts` with `separator` between them.
    pub fn separated<T>(
        &mut self,
        parts: impl IntoIterator<Item = T>,
        separator: &str,
        mut append: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                self.push(separator);
            }
            append(self, part);
        }
        self
    }

    /// The finished statement.
    pub fn finish(self) -> Statement<'a> {
        Statement {
            sql: self.sql,
            binds: self.binds,
            reads_values: self.reads_values,
            questions: self.questions,
        }
    }
}

/// Appends an identifier in double quotes. Physical names hold no quotes; should one ever do, it stays a name.
pub(crate) fn append_quoted(sql: &mut String, name: &str) {
    sql.push('"');
    for character in name.chars() {
        if character == '"' {
            sql.push('"');
        }
        sql.push(character);
    }
    sql.push('"');
}

/// An identifier in double quotes.
pub(crate) fn quoted(name: &str) -> String {
    let mut sql = String::with_capacity(name.len() + 2);
    append_quoted(&mut sql, name);
    sql
}

/// A JSON list of texts, for a single parameter.
pub(crate) fn json_texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut json = vec![b'['];
    for text in texts {
        if json.len() > 1 {
            json.push(b',');
        }
        astrolabe_core::value::append_json_string(&mut json, text);
    }
    json.push(b']');
    into_text(json)
}

/// Encoders of the kernel write bytes; what they write is UTF-8.
pub(crate) fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
