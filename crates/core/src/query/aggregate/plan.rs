//! The plan of an aggregation: which rows, and what becomes of them stage by stage.

use super::{Expr, Kind, Shape};
use crate::query::{Filter, ReadPlan};

/// An aggregation, ready for a store. Permissions are already part of it.
#[derive(Debug, Clone)]
pub struct AggregatePlan {
    /// The rows that go into the first stage. The documents of that stage have the columns of
    /// [`Shape::of_rows`]; the plan has no order and no page.
    pub rows: ReadPlan,
    /// What is done, first to last.
    pub stages: Vec<Stage>,
    /// The documents that come out.
    pub output: Shape,
    /// Documents to yield at most.
    pub documents_max: u64,
}

/// One step. Documents come in the order of the stage before, rows in the order of their age.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// Lets documents through.
    Match {
        /// What the documents look like.
        shape: Shape,
        /// Conditions on fields, and nothing else.
        filter: Filter,
    },
    /// Makes other documents: one expression for each of their columns.
    Compute(Vec<Expr>),
    /// Makes one document of each element of a JSON array; a value that is no array counts as its only element.
    Unwind {
        /// The array, which becomes its element.
        column: usize,
        /// Documents without an element stay.
        keeps_empty: bool,
        /// A further column tells the position of the element, from 0.
        with_index: bool,
    },
    /// Makes one document of all that have the same keys; there is none where nothing comes in. The first column is the
    /// key, unless there is to be none, then come the accumulators.
    Group {
        /// What the documents have in common.
        keys: Vec<Expr>,
        /// How it is shown.
        id: GroupId,
        /// What is gathered of them.
        accumulators: Vec<Accumulator>,
    },
    /// Puts them in order; those that are equal keep the order they had.
    Sort(Vec<SortKey>),
    /// Puts them in any order.
    Shuffle,
    /// Leaves out the first.
    Skip(u64),
    /// Stops after so many.
    Limit(u64),
}

/// A sort key.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    /// What to sort by.
    pub value: Expr,
    /// Its kind.
    pub kind: Kind,
    /// Largest first. Missing values come first when ascending and last when descending.
    pub descending: bool,
}

/// What the key column of a group holds.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupId {
    /// There is no such column.
    Left,
    /// Null: there is one group.
    Null,
    /// The only key.
    Single,
    /// A JSON object of the keys, each with its name and kind.
    Document(Vec<(String, Kind)>),
}

/// A column of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Accumulator {
    /// What it is computed of.
    pub value: Expr,
    /// The kind of that.
    pub kind: Kind,
    /// How.
    pub measure: Measure,
}

/// How the values of a group become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The sum of numbers; 0 without any.
    Sum,
    /// The mean of numbers.
    Average,
    /// How many documents there are.
    Count,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
    /// The value of the first document.
    First,
    /// The value of the last document.
    Last,
    /// All JSON values that are not missing, in order.
    Push,
    /// The same, each once.
    AddToSet,
}

impl Measure {
    /// The kind of the result for values of `kind`.
    pub(super) fn result(self, kind: &Kind) -> Kind {
        match self {
            Measure::Sum | Measure::Average | Measure::Count => Kind::Number,
            Measure::Min | Measure::Max | Measure::First | Measure::Last => kind.clone(),
            Measure::Push | Measure::AddToSet => Kind::Json,
        }
    }
}
