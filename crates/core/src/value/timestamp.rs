//! A point in time with the precision Parse has: milliseconds.

use jiff::civil::DateTime;
use jiff::fmt::temporal::{Pieces, PiecesOffset};

/// Milliseconds since 1970-01-01T00:00:00Z, within the years -9999 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Reads an ISO 8601 date and time. Without an offset it is taken as UTC, as is a date alone.
    pub fn parse_iso(text: &str) -> Option<Self> {
        let pieces = Pieces::parse(text).ok()?;
        let local = pieces.date().to_datetime(pieces.time().unwrap_or_default());
        let offset_s = match pieces.offset() {
            None => 0,
            Some(PiecesOffset::Zulu) => 0,
            Some(PiecesOffset::Numeric(numeric)) => i64::from(numeric.offset().seconds()),
            Some(_) => return None,
        };
        let since_epoch = local.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
        let ms = i64::try_from(since_epoch.as_millis()).ok()?;
        Some(Timestamp(ms - offset_s * 1_000))
    }

    /// Appends the form Parse uses everywhere: `2020-01-01T00:00:00.000Z`.
    pub fn append_iso(self, out: &mut Vec<u8>) {
        let (days, ms_of_day) = (self.0.div_euclid(86_400_000), self.0.rem_euclid(86_400_000));
        let (year, month, day) = civil_from_days(days);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        match year {
            0..=9999 => write_digits(&mut text[..4], year),
            _ => append_far_year(out, year),
        }
        write_digits(&mut text[5..7], month);
        write_digits(&mut text[8..10], day);
        write_digits(&mut text[11..13], ms_of_day / 3_600_000);
        write_digits(&mut text[14..16], ms_of_day / 60_000 % 60);
        write_digits(&mut text[17..19], ms_of_day / 1_000 % 60);
        write_digits(&mut text[20..23], ms_of_day % 1_000);
        out.extend_from_slice(if (0..=9999).contains(&year) { &text } else { &text[4..] });
    }

    /// The same form as a new string.
    pub fn to_iso(self) -> String {
        let mut out = Vec::with_capacity(24);
        self.append_iso(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Year, month and day in UTC.
    pub(crate) fn civil(self) -> (i64, i64, i64) {
        civil_from_days(self.0.div_euclid(86_400_000))
    }

    /// The time `seconds` later.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Timestamp(self.0.saturating_add(seconds.saturating_mul(1_000)))
    }
}

/// Years outside 0..=9999 take a sign and six digits (ECMA-262, Date Time String Format).
fn append_far_year(out: &mut Vec<u8>, year: i64) {
    let mut text = *b"+000000";
    if year < 0 {
        text[0] = b'-';
    }
    write_digits(&mut text[1..], year.abs());
    out.extend_from_slice(&text);
}

/// Fills a place with the last digits of a number.
fn write_digits(place: &mut [u8], mut number: i64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Year, month and day in the proleptic Gregorian calendar, counted from 1970-01-01. Works on 400-year eras
/// that start on 1 March, so that the leap day is the last day of its year.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_forms_clients_send() {
        for (text, ms) in [
            ("1970-01-01T00:00:00.000Z", Some(0)),
            ("2020-02-29T23:59:59.999Z", Some(1_583_020_799_999)),
            ("2020-02-29T23:59:59Z", Some(1_583_020_799_000)),
            ("2020-01-01T01:00:00+01:00", Some(1_577_836_800_000)),
            ("2020-01-01", Some(1_577_836_800_000)),
            ("9999-12-31T23:59:59.999Z", Some(253_402_300_799_999)),
            ("1969-12-31T23:59:59.999Z", Some(-1)),
            ("2021-02-29T00:00:00.000Z", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(Timestamp::parse_iso(text).map(|t| t.0), ms, "{text}");
        }
    }

    proptest! {
        #[test]
        fn iso_round_trip(ms in -60_000_000_000_000_i64..250_000_000_000_000) {
            let text = Timestamp(ms).to_iso();
            prop_assert_eq!(Timestamp::parse_iso(&text), Some(Timestamp(ms)), "{}", text);
        }
    }
}
