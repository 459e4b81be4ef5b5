//! Parts of dates, in UTC and the proleptic Gregorian calendar.

use super::DatePart;
use crate::value::Timestamp;

const MS_PER_DAY: i64 = 86_400_000;
/// Days before each month of a year that is no leap year.
const DAYS_BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

impl DatePart {
    /// The part of a time.
    pub fn of(self, time: Timestamp) -> i64 {
        let (days, ms) = (time.0.div_euclid(MS_PER_DAY), time.0.rem_euclid(MS_PER_DAY));
        let (year, month, day) = time.civil();
        let day_of_year = day_of_year(year, month, day);
        // The first day of 1970 was a Thursday.
        let (after_sunday, after_monday) = ((days + 4).rem_euclid(7), (days + 3).rem_euclid(7));
        match self {
            DatePart::Year => year,
            DatePart::Month => month,
            DatePart::DayOfMonth => day,
            DatePart::DayOfYear => day_of_year,
            DatePart::DayOfWeek => after_sunday + 1,
            DatePart::IsoDayOfWeek => after_monday + 1,
            DatePart::Week => (day_of_year + 6 - after_sunday) / 7,
            DatePart::IsoWeek => iso_week(year, day_of_year, after_monday).1,
            DatePart::IsoWeekYear => iso_week(year, day_of_year, after_monday).0,
            DatePart::Hour => ms / 3_600_000,
            DatePart::Minute => ms / 60_000 % 60,
            DatePart::Second => ms / 1_000 % 60,
            DatePart::Millisecond => ms % 1_000,
        }
    }
}

fn is_leap(year: i64) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

fn day_of_year(year: i64, month: i64, day: i64) -> i64 {
    let before = usize::try_from(month - 1).ok().and_then(|month| DAYS_BEFORE.get(month)).copied();
    before.unwrap_or_default() + day + i64::from(month > 2 && is_leap(year))
}

/// The ISO year and week: a week belongs to the year of its Thursday.
fn iso_week(year: i64, day_of_year: i64, after_monday: i64) -> (i64, i64) {
    let thursday = day_of_year - after_monday + 3;
    let days_in = |year| if is_leap(year) { 366 } else { 365 };
    let (year, thursday) = match thursday {
        day if day < 1 => (year - 1, day + days_in(year - 1)),
        day if day > days_in(year) => (year + 1, day - days_in(year)),
        day => (year, day),
    };
    (year, (thursday - 1) / 7 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        use DatePart::*;
        for (iso, expected) in [
            ("1970-01-01T00:00:00.000Z", [(Year, 1970), (DayOfWeek, 5), (Week, 0), (IsoWeek, 1)]),
            ("2020-02-29T23:59:58.007Z", [(DayOfYear, 60), (Hour, 23), (Second, 58), (Millisecond, 7)]),
            ("2020-12-31T00:00:00.000Z", [(DayOfYear, 366), (Month, 12), (DayOfMonth, 31), (IsoWeek, 53)]),
            ("2021-01-03T12:34:00.000Z", [(IsoWeekYear, 2020), (IsoWeek, 53), (Week, 1), (DayOfWeek, 1)]),
            ("2018-12-31T00:00:00.000Z", [(IsoWeekYear, 2019), (IsoWeek, 1), (IsoDayOfWeek, 1), (Week, 52)]),
            ("1969-12-31T23:59:59.999Z", [(Year, 1969), (Minute, 59), (DayOfWeek, 4), (Millisecond, 999)]),
        ] {
            let time = Timestamp::parse_iso(iso).unwrap();
            assert_eq!(expected.map(|(part, _)| (part, part.of(time))), expected, "{iso}");
        }
    }
}
