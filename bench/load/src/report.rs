//! The figures of a run as one line of JSON: over the whole run, and over the reads that were due while a storm raged.

use std::io::Write;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde_json::{Value, json};

use crate::storm::StormReport;

/// Three significant digits, as wrk shows.
const DIGITS: u8 = 3;

/// One read: when it was due, counted from the start of the run, and how long after that its answer was there.
pub struct Sample {
    pub due: Duration,
    pub took: Duration,
}

/// Prints the report.
pub fn print(
    samples: &[Sample],
    storm: Option<&StormReport>,
    start: Instant,
    rate: u64,
    length: Duration,
) -> anyhow::Result<()> {
    let storm = storm.map(|storm| storm_figures(samples, storm, start)).transpose()?;
    let report = json!({
        "rate": rate,
        "seconds": length.as_secs(),
        "reads": percentiles(samples.iter().map(|sample| sample.took))?,
        "storm": storm,
    });
    writeln!(std::io::stdout(), "{report}")?;
    Ok(())
}

fn storm_figures(samples: &[Sample], storm: &StormReport, start: Instant) -> anyhow::Result<Value> {
    let began = storm.began.saturating_duration_since(start);
    let during = began..began + storm.took;
    let hit = samples.iter().filter(|sample| during.contains(&sample.due));
    Ok(json!({
        "took_ms": storm.took.as_secs_f64() * 1000.0,
        "requests": percentiles(storm.times.iter().copied())?,
        "reads_during": percentiles(hit.map(|sample| sample.took))?,
    }))
}

fn percentiles(times: impl Iterator<Item = Duration>) -> anyhow::Result<Value> {
    let mut histogram = Histogram::<u64>::new(DIGITS)?;
    for time in times {
        histogram.record(u64::try_from(time.as_micros())?)?;
    }
    let at = |quantile: f64| histogram.value_at_quantile(quantile) as f64 / 1000.0;
    Ok(json!({
        "count": histogram.len(),
        "p50_ms": at(0.5),
        "p99_ms": at(0.99),
        "max_ms": histogram.max() as f64 / 1000.0,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The storm is from 1 s to 3 s: only what was due in it counts, however late it was answered.
    #[test]
    fn only_reads_due_in_the_storm_count_as_hit_by_it() -> anyhow::Result<()> {
        let start = Instant::now();
        let ms = Duration::from_millis;
        let storm = StormReport { began: start + ms(1_000), took: ms(2_000), times: vec![ms(2_000)] };
        let samples = [(0, 1), (999, 5_000), (1_000, 20), (2_999, 40), (3_000, 7_000)]
            .map(|(due, took)| Sample { due: ms(due), took: ms(took) });
        let figures = storm_figures(&samples, &storm, start)?;
        assert_eq!(figures["reads_during"]["count"], 2);
        assert_eq!(figures["reads_during"]["max_ms"].as_f64().map(f64::round), Some(40.0));
        Ok(())
    }
}
