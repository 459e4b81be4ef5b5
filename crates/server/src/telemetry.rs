//! The log: lines on standard error, since standard output belongs to what commands print.
//!
//! Readable lines in development, JSON in production. Lines that are written while a request is answered carry its id.

mod access_lines;
mod json_lines;
mod log_writer;
mod request_fields;

use std::io::{self, IsTerminal};

use anyhow::anyhow;
use astrolabe_wire::access_log::AccessLog;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogConfig, LogFormat};
use json_lines::JsonLines;
use log_writer::LogWriter;
use request_fields::RequestFields;

/// The log of this process. Lines that still wait are written when it is dropped.
pub struct Log {
    writer: LogWriter,
    format: LogFormat,
}

impl Log {
    /// Where the access log goes.
    pub fn access(&self) -> AccessLog {
        match self.format {
            LogFormat::Pretty => access_lines::readable(),
            LogFormat::Json => access_lines::json(self.writer.clone()),
        }
    }
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
        LogFormat::Pretty => builder
            .with_ansi(io::stderr().is_terminal())
            .with_target(false)
            .fmt_fields(RequestFields::default())
            .finish()
            .try_init(),
        LogFormat::Json => builder.event_format(JsonLines).finish().try_init(),
    };
    started.map_err(|error| anyhow!("the log cannot be started: {error}"))?;
    Ok(Log { writer, format: config.format })
}
