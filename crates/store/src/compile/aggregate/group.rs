//! Groups, in up to three steps: the keys and values of each document, their numbers within the group where an
//! accumulator picks one of them, and the groups.

use astrolabe_core::query::aggregate::{Accumulator, Expr, GroupId, Kind, Measure};

use super::Chain;
use super::conversion::append_converted;
use super::expression::{append_object, append_value};
use crate::statement::SqlWriter;

impl<'a> Chain<'a> {
    pub(super) fn group(&mut self, keys: &'a [Expr], id: &'a GroupId, accumulators: &'a [Accumulator]) {
        self.group_inputs(keys, accumulators);
        if accumulators.iter().any(is_numbered) {
            self.number_inputs(keys.len(), accumulators);
        }
        self.gather(keys, id, accumulators);
    }

    /// `g0`, … are the keys, `a0`, … what is gathered.
    fn group_inputs(&mut self, keys: &'a [Expr], accumulators: &'a [Accumulator]) {
        self.begin(false);
        for (index, key) in keys.iter().enumerate() {
            append_value(&mut self.sql, key);
            self.sql.push(&format!(" AS g{index}, "));
        }
        for (index, accumulator) in accumulators.iter().enumerate() {
            append_value(&mut self.sql, &accumulator.value);
            self.sql.push(&format!(" AS a{index}, "));
        }
        self.sql.push("NULL AS z");
        self.same_keys(0);
        self.append_before();
        self.end();
    }

    /// `n0`, … say which document of its group is the first, in the order that matters to the accumulator.
    fn number_inputs(&mut self, keys: usize, accumulators: &'a [Accumulator]) {
        let (ascending, descending) = (self.sql.dialect.ascending, self.sql.dialect.descending);
        self.begin(false);
        self.sql.push("*");
        for (index, accumulator) in accumulators.iter().enumerate().filter(|(_, one)| is_numbered(one)) {
            let mut within: Vec<_> = (0..keys).map(|key| format!("t.g{key}")).collect();
            if accumulator.measure == Measure::AddToSet {
                within.push(format!("t.a{index}"));
            }
            self.sql.push(", ROW_NUMBER() OVER (");
            if !within.is_empty() {
                self.sql.push("PARTITION BY ").push(&within.join(", ")).push(" ");
            }
            self.sql.push("ORDER BY ");
            let value = format!("json_path_key(t.a{index}, '[]')");
            match accumulator.measure {
                Measure::Min => {
                    self.sql.push(&format!("(t.a{index} IS NULL), {value}{ascending}, t.a{index}"));
                }
                Measure::Max => {
                    self.sql.push(&format!("(t.a{index} IS NULL), {value}{descending}, t.a{index} DESC"));
                }
                measure if self.order.is_empty() => {
                    self.sql.push(if measure == Measure::Last { "1 DESC" } else { "1" });
                }
                measure => self.append_keys(measure == Measure::Last),
            }
            self.sql.push(&format!(") AS n{index}"));
        }
        self.append_before();
        self.end();
    }

    fn gather(&mut self, keys: &'a [Expr], id: &'a GroupId, accumulators: &'a [Accumulator]) {
        self.begin(false);
        let first = usize::from(*id != GroupId::Left);
        if first == 1 {
            append_id(&mut self.sql, id);
            self.sql.push(" AS c0, ");
        }
        for (index, accumulator) in accumulators.iter().enumerate() {
            self.append_measure(index, accumulator);
            self.sql.push(&format!(" AS c{}, ", first + index));
        }
        self.sql.push("NULL AS z");
        let mut sort_keys = 0;
        for (index, key) in keys.iter().enumerate() {
            // JSON values have an order by what they are, and by their text where that leaves them equal.
            if matches!(key, Expr::At { .. }) {
                self.sql.push(&format!(", json_path_key(t.g{index}, '[]') AS k{sort_keys}"));
                sort_keys += 1;
            }
            self.sql.push(&format!(", t.g{index} AS k{sort_keys}"));
            sort_keys += 1;
        }
        self.append_before();
        if keys.is_empty() {
            self.sql.push(" HAVING COUNT(*) > 0");
        } else {
            let keys: Vec<_> = (0..keys.len()).map(|key| format!("t.g{key}")).collect();
            self.sql.push(" GROUP BY ").push(&keys.join(", "));
        }
        self.end();
        self.values = first + accumulators.len();
        self.order = vec![false; sort_keys];
    }

    fn append_measure(&mut self, index: usize, accumulator: &Accumulator) {
        let value = format!("t.a{index}");
        let picked = format!("CASE WHEN t.n{index} = 1 THEN {value} END");
        let real = self.sql.dialect.types.real;
        let text = match accumulator.measure {
            Measure::Sum => format!("COALESCE(SUM({value}), 0.0)"),
            Measure::Average => format!("AVG({value})"),
            Measure::Count => format!("CAST(COUNT(*) AS {real})"),
            Measure::Push => return self.append_list(&value),
            Measure::AddToSet => return self.append_list(&picked),
            _ if is_numbered(accumulator) => format!("MAX({picked})"),
            Measure::Min => format!("MIN({value})"),
            Measure::Max | Measure::First | Measure::Last => format!("MAX({value})"),
        };
        self.sql.push(&text);
    }

    /// A JSON list of JSON texts.
    fn append_list(&mut self, value: &str) {
        self.sql.push("COALESCE('[' || string_agg(").push(value).push(", ','");
        self.order_by();
        self.sql.push(") || ']', '[]')");
    }
}

/// Whether the accumulator picks values by the numbers of their documents.
fn is_numbered(accumulator: &Accumulator) -> bool {
    match accumulator.measure {
        Measure::First | Measure::Last | Measure::AddToSet => true,
        Measure::Min | Measure::Max => accumulator.kind == Kind::Json,
        Measure::Sum | Measure::Average | Measure::Count | Measure::Push => false,
    }
}

fn append_id<'a>(sql: &mut SqlWriter<'a>, id: &'a GroupId) {
    match id {
        GroupId::Left | GroupId::Null => {
            sql.push("NULL");
        }
        GroupId::Single => {
            sql.push("t.g0");
        }
        GroupId::Document(members) => {
            append_object(sql, members.iter().map(|(name, _)| name.as_str()), |sql, at| {
                let column = format!("t.g{at}");
                match &members[at].1 {
                    Kind::Json => {
                        sql.push(&column);
                    }
                    kind => append_converted(sql, kind, &Kind::Json, |sql| {
                        sql.push(&column);
                    }),
                }
            });
        }
    }
}
