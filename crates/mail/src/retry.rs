//! When a mail that could not be sent is tried again, and when it is given up.

/// How often a mail is tried. With the pauses below the last try is about a day after the first.
pub(crate) const ATTEMPTS_MAX: u32 = 29;
/// Seconds until a mail that somebody is sending may be taken over: longer than any try takes.
pub(crate) const CLAIM_S: i64 = 30;
/// Seconds after which a waiting mail is removed that no server could open or send.
pub(crate) const WAITING_S_MAX: i64 = 3 * 24 * 60 * 60;

const FIRST_PAUSE_S: i64 = 5;
const PAUSE_S_MAX: i64 = 60 * 60;

/// Seconds until the next try after this many; `None` gives up.
pub(crate) fn pause_s(attempts: u32) -> Option<i64> {
    if attempts >= ATTEMPTS_MAX {
        return None;
    }
    let doublings = attempts.saturating_sub(1).min(12);
    Some((FIRST_PAUSE_S << doublings).min(PAUSE_S_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour_and_end_after_a_day() {
        let pauses: Vec<_> = (1..).map_while(pause_s).collect();
        assert_eq!(pauses[..4], [5, 10, 20, 40]);
        assert!(pauses.is_sorted() && pauses.last() == Some(&PAUSE_S_MAX));
        let all_s: i64 = pauses.iter().sum();
        assert!((18 * 3600..30 * 3600).contains(&all_s), "{all_s}");
        assert!(all_s < WAITING_S_MAX);
    }
}
