//! The lines of the access log. As JSON they go straight to the writer, since there is one for every request.

use std::cell::RefCell;
use std::fmt;
use std::io::Write;

use astrolabe_core::ports::Clock;
use astrolabe_wire::access_log::{AccessLine, AccessLog};
use tracing::Level;

use super::json_lines::Quoted;
use super::log_writer::LogWriter;
use crate::lifecycle::SystemClock;

/// What the level of the access log is set by.
macro_rules! target {
    () => {
        "astrolabe::access"
    };
}

thread_local! {
    static LINE: RefCell<Vec<u8>> = RefCell::default();
}

/// Lines in the form that `JsonLines` gives all others.
pub fn json(writer: LogWriter) -> AccessLog {
    std::sync::Arc::new(move |line| {
        if tracing::enabled!(target: target!(), Level::INFO) {
            LINE.with_borrow_mut(|text| {
                text.clear();
                // Writing into memory cannot fail.
                let _ = write_json(text, line);
                writer.add(text);
            });
        }
    })
}

fn write_json(text: &mut Vec<u8>, line: &AccessLine<'_>) -> std::io::Result<()> {
    text.extend_from_slice(b"{\"timestamp\":\"");
    SystemClock.now().append_iso(text);
    writeln!(
        text,
        "\",\"level\":\"INFO\",\"message\":\"answered\",\"http.method\":{},\"http.path\":{},\"http.status\":{},\
         \"duration_ms\":{},\"client.address\":\"{}\",\"app.id\":{},\"target\":\"{}\",\"request.id\":\"{}\"}}",
        Quoted(line.method.as_str()),
        Quoted(line.path),
        line.status.as_u16(),
        Milliseconds(line.took),
        line.client,
        Quoted(line.app),
        target!(),
        line.id.as_str(),
    )
}

/// Readable lines, for people.
pub fn readable() -> AccessLog {
    std::sync::Arc::new(|line| {
        tracing::info!(
            target: target!(),
            {
                http.method = line.method.as_str(),
                http.path = line.path,
                http.status = line.status.as_u16(),
                duration_ms = %Milliseconds(line.took),
                client.address = %line.client,
                app.id = line.app,
                request.id = line.id.as_str(),
            },
            "answered",
        );
    })
}

/// With three decimal places.
struct Milliseconds(std::time::Duration);

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros();
        write!(f, "{}.{:03}", micros / 1_000, micros % 1_000)
    }
}
