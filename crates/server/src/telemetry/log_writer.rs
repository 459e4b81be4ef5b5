//! Where log lines go: into a buffer that a thread of its own writes to standard error.
//!
//! A system call for each line would cost a request more than everything else in its log. Lines stay in order. They are
//! written after [`DELAY`] at the latest, warnings and errors at once, and the rest when the program ends.

use std::io::{self, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line may wait for others. Nobody who watches a log sees the difference.
const DELAY: Duration = Duration::from_millis(20);

/// Bytes that wait at most; whoever logs beyond that writes them itself, so that a slow reader of the log slows the
/// server down instead of filling its memory.
const BUFFER_BYTES_MAX: usize = 256 * 1024;

/// The buffer in front of standard error. Clones share it.
#[derive(Clone, Default)]
pub struct LogWriter {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Vec<u8>>,
    filled: Condvar,
    /// Held while writing, so that what was taken out first is written first. It is the buffer that lines wait in next:
    /// two take turns, because one that grows anew each time costs more than the lines in it.
    output: Mutex<Vec<u8>>,
}

impl LogWriter {
    /// Starts the thread that writes. It ends with the process.
    pub fn start() -> io::Result<Self> {
        let writer = LogWriter::default();
        let shared = Arc::clone(&writer.shared);
        thread::Builder::new().name("log".to_owned()).spawn(move || shared.keep_writing())?;
        Ok(writer)
    }

    /// Takes a line that is not urgent.
    pub fn add(&self, line: &[u8]) {
        if self.shared.add(line) > BUFFER_BYTES_MAX {
            self.shared.flush();
        }
    }

    /// Writes what waits.
    pub fn flush(&self) {
        self.shared.flush();
    }
}

impl Shared {
    fn keep_writing(&self) {
        loop {
            let mut waiting = self.waiting.lock();
            while waiting.is_empty() {
                self.filled.wait(&mut waiting);
            }
            drop(waiting);
            thread::sleep(DELAY);
            self.flush();
        }
    }

    fn add(&self, line: &[u8]) -> usize {
        let mut waiting = self.waiting.lock();
        if waiting.is_empty() {
            self.filled.notify_one();
        }
        waiting.extend_from_slice(line);
        waiting.len()
    }

    fn flush(&self) {
        let mut lines = self.output.lock();
        std::mem::swap(&mut *lines, &mut *self.waiting.lock());
        // There is nowhere left to tell that standard error is closed.
        let _ = io::stderr().write_all(&lines);
        lines.clear();
    }
}

/// Takes one line of the log.
pub struct LineWriter<'w> {
    shared: &'w Shared,
    is_urgent: bool,
}

impl Write for LineWriter<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let waiting = self.shared.add(line);
        if self.is_urgent || waiting > BUFFER_BYTES_MAX {
            self.shared.flush();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for LogWriter {
    type Writer = LineWriter<'w>;

    fn make_writer(&'w self) -> Self::Writer {
        LineWriter { shared: &self.shared, is_urgent: false }
    }

    fn make_writer_for(&'w self, meta: &Metadata<'_>) -> Self::Writer {
        LineWriter { shared: &self.shared, is_urgent: *meta.level() <= Level::WARN }
    }
}
