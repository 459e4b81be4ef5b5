//! The operators of expressions.

use super::dates::{date_part, date_to_string};
use super::expressions::{Expressions, Typed, common_kind, constant};
use super::{Arithmetic, Comparison, DatePart, Expr, Kind, invalid};
use crate::error::{Error, Result, shown};
use crate::value::Json;

/// Reads `{name: operand}`, which stands `level` operators below the outermost one.
pub(super) fn operator(within: &Expressions<'_>, name: &str, operand: &Json, level: usize) -> Result<Typed> {
    let call = Call { within, name, operand, level };
    match name {
        "$literal" => constant(operand),
        "$add" => call.add(),
        "$subtract" => call.subtract(),
        "$multiply" => call.calculate(Arithmetic::Multiply),
        "$divide" => call.calculate(Arithmetic::Divide),
        "$concat" => {
            let texts: Result<_> =
                call.operands()?.into_iter().map(|text| text.into_kind(&Kind::Text, name)).collect();
            Ok(Typed::new(Expr::Concat(texts?), Kind::Text))
        }
        "$cond" => call.cond(),
        "$ifNull" => call.if_null(),
        "$size" => {
            let list = call.one()?.converted_to_json();
            Ok(Typed::new(Expr::Size(Box::new(list)), Kind::Number))
        }
        "$and" | "$or" => {
            let tests = call.operands()?.into_iter().map(Typed::into_truth).collect();
            Ok(truth(if name == "$and" { Expr::All(tests) } else { Expr::Any(tests) }))
        }
        "$not" => Ok(truth(Expr::Not(Box::new(call.one()?.into_truth())))),
        "$dateToString" => date_to_string(&call),
        name => match (comparison(name), DatePart::from_name(name.trim_start_matches('$'))) {
            (Some(comparison), _) => call.compare(comparison),
            (None, Some(part)) => date_part(&call, part),
            (None, None) => Err(not_available(name)),
        },
    }
}

pub(super) fn not_available(name: &str) -> Error {
    invalid(format!("{} is not available in aggregations", shown(name)))
}

fn truth(expr: Expr) -> Typed {
    Typed::new(expr, Kind::Boolean)
}

fn comparison(name: &str) -> Option<Comparison> {
    Some(match name {
        "$eq" => Comparison::Equal,
        "$ne" => Comparison::NotEqual,
        "$lt" => Comparison::Less,
        "$lte" => Comparison::LessOrEqual,
        "$gt" => Comparison::Greater,
        "$gte" => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

/// An operator with its operand.
pub(super) struct Call<'a> {
    within: &'a Expressions<'a>,
    pub name: &'a str,
    pub operand: &'a Json,
    level: usize,
}

impl Call<'_> {
    pub fn read(&self, json: &Json) -> Result<Typed> {
        self.within.read(json, self.level + 1)
    }

    /// The elements of the operand; one that is no array is the only one.
    fn operands(&self) -> Result<Vec<Typed>> {
        let operands = match self.operand {
            Json::Array(items) => items.iter().map(|item| self.read(item)).collect::<Result<Vec<_>>>()?,
            single => vec![self.read(single)?],
        };
        if operands.is_empty() { Err(self.takes("at least one value")) } else { Ok(operands) }
    }

    fn some<const N: usize>(&self) -> Result<[Typed; N]> {
        self.operands()?.try_into().map_err(|_| self.takes(&format!("{N} values")))
    }

    pub fn one(&self) -> Result<Typed> {
        let [only] = self.some()?;
        Ok(only)
    }

    pub fn takes(&self, what: &str) -> Error {
        invalid(format!("{} takes {what}", self.name))
    }

    fn calculate(&self, operator: Arithmetic) -> Result<Typed> {
        let operands = self.operands()?;
        if operator == Arithmetic::Divide && operands.len() != 2 {
            return Err(self.takes("2 values"));
        }
        self.numbers(operator, operands)
    }

    fn numbers(&self, operator: Arithmetic, operands: Vec<Typed>) -> Result<Typed> {
        let operands: Result<Vec<_>> =
            operands.into_iter().map(|operand| operand.into_kind(&Kind::Number, self.name)).collect();
        Ok(Typed::new(Expr::Calculate { operator, operands: operands? }, Kind::Number))
    }

    /// Numbers; or one date, and numbers of milliseconds.
    fn add(&self) -> Result<Typed> {
        let mut operands = self.operands()?;
        let dates = operands.iter().filter(|operand| operand.kind == Kind::Date).count();
        match dates {
            0 => return self.numbers(Arithmetic::Add, operands),
            1 => {}
            _ => return Err(self.takes("one date at most")),
        }
        operands.iter_mut().filter(|operand| operand.kind == Kind::Date).for_each(as_milliseconds);
        let sum = self.numbers(Arithmetic::Add, operands)?;
        Ok(Typed::new(sum.converted(Kind::Date), Kind::Date))
    }

    /// A number, date or number of milliseconds less another.
    fn subtract(&self) -> Result<Typed> {
        let mut operands: [Typed; 2] = self.some()?;
        let is_date = operands.each_ref().map(|operand| operand.kind == Kind::Date);
        operands.iter_mut().filter(|operand| operand.kind == Kind::Date).for_each(as_milliseconds);
        let difference = self.numbers(Arithmetic::Subtract, operands.into())?;
        match is_date {
            [true, false] => Ok(Typed::new(difference.converted(Kind::Date), Kind::Date)),
            [false, true] => Err(self.takes("no date after a number")),
            _ => Ok(difference),
        }
    }

    fn cond(&self) -> Result<Typed> {
        let [test, then, otherwise]: [Typed; 3] = match self.operand {
            Json::Object(map) => {
                let part = |key| map.get(key).ok_or_else(|| self.takes("if, then and else"));
                let parts = [part("if")?, part("then")?, part("else")?];
                if map.len() > parts.len() {
                    return Err(self.takes("if, then and else"));
                }
                let [test, then, otherwise] = parts;
                [self.read(test)?, self.read(then)?, self.read(otherwise)?]
            }
            _ => self.some()?,
        };
        let values = vec![then, otherwise];
        let kind = common_kind(&values);
        let [then, otherwise]: [Expr; 2] =
            self.unified(values, &kind)?.try_into().map_err(|_| self.takes("if, then and else"))?;
        let (test, then, otherwise) = (Box::new(test.into_truth()), Box::new(then), Box::new(otherwise));
        Ok(Typed::new(Expr::If { test, then, otherwise }, kind))
    }

    fn if_null(&self) -> Result<Typed> {
        let values = self.operands()?;
        if values.len() < 2 {
            return Err(self.takes("at least 2 values"));
        }
        let kind = common_kind(&values);
        Ok(Typed::new(Expr::FirstPresent(self.unified(values, &kind)?), kind))
    }

    /// Ids and texts are compared as texts, values of two other kinds as JSON.
    fn compare(&self, operator: Comparison) -> Result<Typed> {
        let sides: [Typed; 2] = self.some()?;
        let is_text = |side: &Typed| matches!(side.kind, Kind::Text | Kind::Pointer(_));
        let kind = match common_kind(&sides) {
            Kind::Json if sides.iter().all(is_text) => Kind::Text,
            kind => kind,
        };
        let [left, right] = sides;
        let (left, right) = (left.into_kind(&kind, self.name)?, right.into_kind(&kind, self.name)?);
        Ok(truth(Expr::Compare { operator, kind, left: Box::new(left), right: Box::new(right) }))
    }

    fn unified(&self, values: Vec<Typed>, kind: &Kind) -> Result<Vec<Expr>> {
        values.into_iter().map(|value| value.into_kind(kind, self.name)).collect()
    }
}

fn as_milliseconds(date: &mut Typed) {
    let taken = std::mem::replace(date, Typed::null());
    *date = Typed::new(taken.converted(Kind::Number), Kind::Number);
}
