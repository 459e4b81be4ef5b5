//! `$relativeTime`: times that are told from now, such as `in 2 days` or `3 hours 20 minutes ago`.
//!
//! Source: Parse REST protocol, "Queries". Errors are those of Parse Server.

use crate::error::{Error, ErrorCode, Result, shown};
use crate::value::Timestamp;

/// The time that a text tells.
pub(super) fn relative_time(text: &str, now: Timestamp) -> Result<Timestamp> {
    read(text, now).map_err(|reason| {
        let message = format!("bad $relativeTime ({}) value. {reason}", shown(text));
        Error::new(ErrorCode::InvalidJson, message)
    })
}

fn read(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let text = text.to_lowercase();
    if text == "now" {
        return Ok(now);
    }
    let words: Vec<_> = text.split_whitespace().collect();
    let (direction, pairs) = match words.as_slice() {
        ["in", .., "ago"] => return Err("Time cannot have both 'in' and 'ago'".to_owned()),
        ["in", pairs @ ..] => (1, pairs),
        [pairs @ .., "ago"] => (-1, pairs),
        _ => return Err("Time should either start with 'in' or end with 'ago'".to_owned()),
    };
    if pairs.len() % 2 != 0 {
        return Err("Invalid time string. Dangling unit or number.".to_owned());
    }
    let mut seconds: i64 = 0;
    for pair in pairs.chunks_exact(2) {
        let number: i64 = pair[0].parse().map_err(|_| format!("'{}' is not an integer.", shown(pair[0])))?;
        let unit = seconds_of(pair[1]).ok_or_else(|| format!("Invalid interval: '{}'", shown(pair[1])))?;
        let sum = number.checked_mul(unit).and_then(|more| seconds.checked_add(more));
        seconds = sum.ok_or_else(|| "The time is too far away.".to_owned())?;
    }
    let ms = seconds.checked_mul(1_000 * direction).and_then(|ms| now.0.checked_add(ms));
    ms.map(Timestamp).ok_or_else(|| "The time is too far away.".to_owned())
}

/// A year has 365 days here.
fn seconds_of(unit: &str) -> Option<i64> {
    Some(match unit {
        "sec" | "secs" | "second" | "seconds" => 1,
        "min" | "mins" | "minute" | "minutes" => 60,
        "hr" | "hrs" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => 86_400,
        "wk" | "wks" | "week" | "weeks" => 7 * 86_400,
        "yr" | "yrs" | "year" | "years" => 365 * 86_400,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let now = Timestamp(1_000_000);
        for (text, expected) in [
            ("now", Ok(0)),
            ("NOW", Ok(0)),
            ("in 2 days", Ok(172_800)),
            ("1 week ago", Ok(-604_800)),
            ("In 1 hr 1 MIN", Ok(3_660)),
            ("  in  1  sec ", Ok(1)),
            ("in -1 seconds", Ok(-1)),
            ("1 yr 1 wk 1 d 1 hr 1 min 1 sec ago", Ok(-32_230_861)),
            ("in", Ok(0)),
            ("ago", Ok(0)),
            ("", Err("Time should either start with 'in' or end with 'ago'")),
            (" now", Err("Time should either start with 'in' or end with 'ago'")),
            ("2 days", Err("Time should either start with 'in' or end with 'ago'")),
            ("in 2 days ago", Err("Time cannot have both 'in' and 'ago'")),
            ("in days", Err("Invalid time string. Dangling unit or number.")),
            ("in 1.5 days", Err("'1.5' is not an integer.")),
            ("in 1 moon", Err("Invalid interval: 'moon'")),
            ("in 999999999999999999 years", Err("The time is too far away.")),
            ("in 999999999999999 seconds 999999999999999 days", Err("The time is too far away.")),
        ] {
            let found = read(text, now).map(|time| (time.0 - now.0) / 1_000);
            assert_eq!(found, expected.map_err(str::to_owned), "{text}");
        }
    }
}
