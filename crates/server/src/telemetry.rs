//! The log: lines on standard error, since standard output belongs to what commands print.
//!
//! Readable lines in development, JSON in production. The fields of the enclosing spans, the request id among
//! them, stand on every line.

mod access_format;
mod log_writer;

use std::io::{self, IsTerminal};

use anyhow::anyhow;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogConfig, LogFormat};
use access_format::JsonLines;
use log_writer::LogWriter;

/// The log of this process. Lines that still wait are written when it is dropped.
pub struct Log {
    writer: LogWriter,
}

impl Drop for Log {
    fn drop(&mut self) {
        self.writer.flush();
    }
}

/// Starts the log of this process.
pub fn start(config: &LogConfig) -> anyhow::Result<Log> {
    let writer = LogWriter::start()?;
    let filter = EnvFilter::new(&config.level);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer.clone());
    let started = match config.format {
        LogFormat::Pretty => {
            builder.with_ansi(io::stderr().is_terminal()).with_target(false).finish().try_init()
        }
        LogFormat::Json => {
            let general = format::json().flatten_event(true).with_current_span(true).with_span_list(false);
            let fields = format::JsonFields::new();
            builder.fmt_fields(fields).event_format(JsonLines { general }).finish().try_init()
        }
    };
    started.map_err(|error| anyhow!("the log cannot be started: {error}"))?;
    Ok(Log { writer })
}
