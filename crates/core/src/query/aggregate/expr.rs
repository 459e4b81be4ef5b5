//! Expressions with known kinds. Every place that needs another kind says so with [`Expr::Convert`].

use super::Kind;
use crate::value::Value;

/// How a value comes about. A missing value is null, and most of what is made of null is null.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A column of the documents, by its position.
    Column(usize),
    /// A value that is the same in every document; arrays and objects are of kind JSON.
    Constant(Value),
    /// A value as another kind; what does not fit it is null.
    Convert {
        /// The value.
        value: Box<Expr>,
        /// Its kind.
        from: Kind,
        /// The kind it becomes.
        to: Kind,
    },
    /// What a JSON value holds at a path, in canonical form; an empty path is the value itself.
    At {
        /// The JSON value.
        json: Box<Expr>,
        /// Keys, outermost first.
        path: Vec<String>,
    },
    /// A number out of numbers.
    Calculate {
        /// How.
        operator: Arithmetic,
        /// Of what, at least one.
        operands: Vec<Expr>,
    },
    /// Texts, one after the other.
    Concat(Vec<Expr>),
    /// One of two values of the same kind.
    If {
        /// A Boolean.
        test: Box<Expr>,
        /// If it is true.
        then: Box<Expr>,
        /// If it is false or null.
        otherwise: Box<Expr>,
    },
    /// The first that is not null; all are of one kind.
    FirstPresent(Vec<Expr>),
    /// A Boolean; both sides are of this kind. Null equals null and has no order.
    Compare {
        /// How.
        operator: Comparison,
        /// The kind of both.
        kind: Kind,
        /// One side.
        left: Box<Expr>,
        /// The other.
        right: Box<Expr>,
    },
    /// A Boolean: each of these Booleans is true.
    All(Vec<Expr>),
    /// A Boolean: one of these Booleans is true.
    Any(Vec<Expr>),
    /// A Boolean: this one is not true.
    Not(Box<Expr>),
    /// A Boolean: the value is there and neither `false` nor 0.
    IsTrue {
        /// The value.
        value: Box<Expr>,
        /// Its kind.
        kind: Kind,
    },
    /// How many elements a JSON array has; null for anything else.
    Size(Box<Expr>),
    /// A number out of a date, in UTC.
    DatePart {
        /// Which.
        part: DatePart,
        /// The date.
        date: Box<Expr>,
    },
    /// A whole number as text, with zeros in front up to a width.
    Padded {
        /// The number.
        number: Box<Expr>,
        /// The least number of digits.
        width: u8,
    },
    /// A JSON object of JSON values.
    Document(Vec<(String, Expr)>),
    /// A JSON array of JSON values.
    List(Vec<Expr>),
}

/// Calculations on numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// The sum.
    Add,
    /// The first less the second.
    Subtract,
    /// The product.
    Multiply,
    /// The first by the second; null where that is 0.
    Divide,
}

/// Comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same, or both missing.
    Equal,
    /// Not the same.
    NotEqual,
    /// Smaller.
    Less,
    /// Smaller or equal.
    LessOrEqual,
    /// Greater.
    Greater,
    /// Greater or equal.
    GreaterOrEqual,
}

/// Parts of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatePart {
    /// The year.
    Year,
    /// 1 to 12.
    Month,
    /// 1 to 31.
    DayOfMonth,
    /// 1 to 366.
    DayOfYear,
    /// 1 (Sunday) to 7.
    DayOfWeek,
    /// 1 (Monday) to 7.
    IsoDayOfWeek,
    /// 0 to 53; weeks begin on Sunday, and the days before the first Sunday are in week 0.
    Week,
    /// 1 to 53, as ISO 8601 counts.
    IsoWeek,
    /// The year that the ISO week belongs to.
    IsoWeekYear,
    /// 0 to 23.
    Hour,
    /// 0 to 59.
    Minute,
    /// 0 to 59.
    Second,
    /// 0 to 999.
    Millisecond,
}

impl DatePart {
    /// Every part.
    pub const ALL: [DatePart; 13] = [
        DatePart::Year,
        DatePart::Month,
        DatePart::DayOfMonth,
        DatePart::DayOfYear,
        DatePart::DayOfWeek,
        DatePart::IsoDayOfWeek,
        DatePart::Week,
        DatePart::IsoWeek,
        DatePart::IsoWeekYear,
        DatePart::Hour,
        DatePart::Minute,
        DatePart::Second,
        DatePart::Millisecond,
    ];

    /// The name of its operator, without `$`.
    pub fn name(self) -> &'static str {
        match self {
            DatePart::Year => "year",
            DatePart::Month => "month",
            DatePart::DayOfMonth => "dayOfMonth",
            DatePart::DayOfYear => "dayOfYear",
            DatePart::DayOfWeek => "dayOfWeek",
            DatePart::IsoDayOfWeek => "isoDayOfWeek",
            DatePart::Week => "week",
            DatePart::IsoWeek => "isoWeek",
            DatePart::IsoWeekYear => "isoWeekYear",
            DatePart::Hour => "hour",
            DatePart::Minute => "minute",
            DatePart::Second => "second",
            DatePart::Millisecond => "millisecond",
        }
    }

    /// The part of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        DatePart::ALL.into_iter().find(|part| part.name() == name)
    }
}
