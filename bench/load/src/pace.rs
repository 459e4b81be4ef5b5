//! The clock of the load: says when each request is due. It has a thread of its own, because the timers of the runtime
//! tick in milliseconds, and at 10,000 requests a second that would send them in bursts of ten.

use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{Receiver, channel};

/// A request that is due: its number, counted from 0, and when it should have left.
pub struct Due {
    pub number: u64,
    pub at: Instant,
}

/// Starts the clock. The channel ends with the last request.
pub fn start(rate: u64, length: Duration, start: Instant, backlog_max: usize) -> Receiver<Due> {
    let (sender, receiver) = channel(backlog_max);
    let total = (length.as_secs_f64() * rate as f64) as u64;
    thread::spawn(move || {
        for number in 0..total {
            let at = start + Duration::from_secs_f64(number as f64 / rate as f64);
            // Late is no problem: all that became due meanwhile leaves at once, with its own due time.
            if let Some(early) = at.checked_duration_since(Instant::now()) {
                thread::sleep(early);
            }
            // A full queue means a server that does not answer at all; the time limit of the run will say so.
            if sender.blocking_send(Due { number, at }).is_err() {
                return;
            }
        }
    });
    receiver
}
