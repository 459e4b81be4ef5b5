//! The log: lines on standard error, since standard output belongs to what commands print.
//!
//! Readable lines in development, JSON in production. The fields of the enclosing spans, the request id among
//! them, stand on every line.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::util::TryInitError;

use crate::config::{LogConfig, LogFormat};

/// Starts the log of this process.
pub fn start(config: &LogConfig) -> Result<(), TryInitError> {
    let filter = EnvFilter::new(&config.level);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match config.format {
        LogFormat::Pretty => {
            builder.with_ansi(io::stderr().is_terminal()).with_target(false).finish().try_init()
        }
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .finish()
            .try_init(),
    }
}
