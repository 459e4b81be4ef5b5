//! Dates in expressions: their parts, and texts of them. Everything is in UTC.

use super::expressions::Typed;
use super::operators::Call;
use super::{DatePart, Expr, Kind, invalid};
use crate::error::{Result, shown};
use crate::value::{Json, Value};

/// The form of `$dateToString` when none is given.
const ISO_FORMAT: &str = "%Y-%m-%dT%H:%M:%S.%LZ";
/// Bytes of a format; each part of a date in it is computed on its own.
const FORMAT_LEN_MAX: usize = 64;

/// `{$year: date}`, or `{$year: {date, timezone}}`.
pub(super) fn date_part(call: &Call<'_>, part: DatePart) -> Result<Typed> {
    let date = match call.operand {
        Json::Object(map) if map.contains_key("date") => {
            check_members(call, &["date", "timezone"])?;
            check_timezone(map.get("timezone"))?;
            call.read(&map["date"])?
        }
        _ => call.one()?,
    };
    let date = Box::new(date.into_kind(&Kind::Date, call.name)?);
    Ok(Typed::new(Expr::DatePart { part, date }, Kind::Number))
}

/// `{$dateToString: {date, format, timezone, onNull}}`.
pub(super) fn date_to_string(call: &Call<'_>) -> Result<Typed> {
    let date = call.operand.get("date").ok_or_else(|| call.takes("date and format"))?;
    check_members(call, &["date", "format", "timezone", "onNull"])?;
    check_timezone(call.operand.get("timezone"))?;
    let date = call.read(date)?.into_kind(&Kind::Date, call.name)?;
    let format = match call.operand.get("format") {
        None => ISO_FORMAT,
        Some(Json::String(format)) if format.len() <= FORMAT_LEN_MAX => format,
        Some(_) => return Err(call.takes("a format that is a short text")),
    };
    let text = Expr::Concat(pieces(format, &date)?);
    let text = match call.operand.get("onNull") {
        None => text,
        Some(other) => {
            let other = call.read(other)?.into_kind(&Kind::Text, call.name)?;
            Expr::FirstPresent(vec![text, other])
        }
    };
    Ok(Typed::new(text, Kind::Text))
}

fn check_members(call: &Call<'_>, known: &[&str]) -> Result<()> {
    let mut names = call.operand.as_object().into_iter().flat_map(|map| map.keys());
    match names.find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(invalid(format!("{} does not know {}", call.name, shown(name)))),
        None => Ok(()),
    }
}

fn check_timezone(timezone: Option<&Json>) -> Result<()> {
    match timezone.map(Json::as_str) {
        None | Some(Some("UTC" | "GMT" | "Etc/UTC" | "Z" | "+00:00" | "+0000")) => Ok(()),
        _ => Err(invalid("timezone is not available in aggregations; dates are in UTC")),
    }
}

/// The pieces of a format. One without a date's part is null all the same where the date is.
fn pieces(format: &str, date: &Expr) -> Result<Vec<Expr>> {
    let mut pieces = vec![Expr::If {
        test: Box::new(Expr::IsTrue { value: Box::new(date.clone()), kind: Kind::Date }),
        then: Box::new(text("")),
        otherwise: Box::new(Expr::Constant(Value::Null)),
    }];
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        pieces.extend((!before.is_empty()).then(|| text(before)));
        let specifier = after.chars().next().unwrap_or_default();
        pieces.push(piece(specifier, date)?);
        rest = &after[specifier.len_utf8()..];
    }
    pieces.extend((!rest.is_empty()).then(|| text(rest)));
    Ok(pieces)
}

fn piece(specifier: char, date: &Expr) -> Result<Expr> {
    let (part, width) = match specifier {
        '%' => return Ok(text("%")),
        'z' => return Ok(text("+0000")),
        'Y' => (DatePart::Year, 4),
        'm' => (DatePart::Month, 2),
        'd' => (DatePart::DayOfMonth, 2),
        'H' => (DatePart::Hour, 2),
        'M' => (DatePart::Minute, 2),
        'S' => (DatePart::Second, 2),
        'L' => (DatePart::Millisecond, 3),
        'j' => (DatePart::DayOfYear, 3),
        'w' => (DatePart::DayOfWeek, 1),
        'u' => (DatePart::IsoDayOfWeek, 1),
        'U' => (DatePart::Week, 2),
        'V' => (DatePart::IsoWeek, 2),
        'G' => (DatePart::IsoWeekYear, 4),
        _ => return Err(invalid("format of $dateToString holds a part that is not known")),
    };
    let number = Box::new(Expr::DatePart { part, date: Box::new(date.clone()) });
    Ok(Expr::Padded { number, width })
}

fn text(text: &str) -> Expr {
    Expr::Constant(Value::String(text.to_owned()))
}
