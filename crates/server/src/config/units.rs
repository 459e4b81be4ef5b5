//! Numbers with units: sizes and durations.

const SIZE_UNITS: &[(&str, u64)] = &[
    ("kb", 1 << 10),
    ("mb", 1 << 20),
    ("gb", 1 << 30),
    ("k", 1 << 10),
    ("m", 1 << 20),
    ("g", 1 << 30),
    ("b", 1),
];

const DURATION_UNITS: &[(&str, u64)] = &[("s", 1), ("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)];

const SHORT_UNITS: &[(&str, u64)] =
    &[("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// Bytes of `20mb`, `512 KB` or `1048576`.
pub(crate) fn parse_size(text: &str) -> Option<u64> {
    with_unit(text, SIZE_UNITS)
}

/// Seconds of `30d`, `12h`, `15m`, `90s` or `90`.
pub(super) fn parse_seconds(text: &str) -> Option<u64> {
    with_unit(text, DURATION_UNITS)
}

/// Milliseconds of `500ms`, `5s`, `2m` or `500`.
pub(super) fn parse_millis(text: &str) -> Option<u64> {
    with_unit(text, SHORT_UNITS)
}

/// `20mb` for a number of bytes.
pub(super) fn show_size(bytes: u64) -> String {
    show(bytes, &[("gb", 1 << 30), ("mb", 1 << 20), ("kb", 1 << 10)], " bytes")
}

/// `30d` for a number of seconds.
pub(super) fn show_seconds(seconds: u64) -> String {
    show(seconds, &[("d", 24 * 60 * 60), ("h", 60 * 60), ("m", 60)], "s")
}

/// `5s` for a number of milliseconds.
pub(super) fn show_millis(millis: u64) -> String {
    match millis.is_multiple_of(1_000) {
        true => show_seconds(millis / 1_000),
        false => format!("{millis}ms"),
    }
}

fn with_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().ok()?;
    let unit = text[digits..].trim_start();
    if unit.is_empty() {
        return Some(number);
    }
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*factor)
}

fn show(number: u64, units: &[(&str, u64)], plain: &str) -> String {
    match units.iter().find(|(_, factor)| number >= *factor && number.is_multiple_of(*factor)) {
        Some((name, factor)) => format!("{}{name}", number / factor),
        None => format!("{number}{plain}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(parse_size("20mb"), Some(20 * 1024 * 1024));
        assert_eq!(parse_size("1 KB"), Some(1024));
        assert_eq!(parse_size("77"), Some(77));
        assert_eq!(parse_size("20 apples"), None);
        assert_eq!(parse_size("mb"), None);
        assert_eq!(parse_size("99999999999999999999gb"), None);
        assert_eq!(show_size(20 * 1024 * 1024), "20mb");
    }

    #[test]
    fn durations() {
        assert_eq!(parse_seconds("1h"), Some(3600));
        assert_eq!(parse_seconds("31536000"), Some(31_536_000));
        assert_eq!(parse_seconds("-1"), None);
        assert_eq!(show_seconds(31_536_000), "365d");
        assert_eq!(parse_millis("5s"), Some(5_000));
        assert_eq!(parse_millis("250 ms"), Some(250));
        assert_eq!(parse_millis("250"), Some(250));
        assert_eq!(show_millis(5_000), "5s");
        assert_eq!(show_millis(50), "50ms");
    }
}
