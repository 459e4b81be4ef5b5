//! Log lines as JSON: the time, the level, the event's fields, where it is from, and the request it belongs to.

use std::fmt::{self, Write};

use astrolabe_wire::request_id::RequestId;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The format.
pub struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        writer.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut writer)?;
        write!(writer, "\",\"level\":\"{}\"", metadata.level())?;
        let mut members = Members { writer: &mut writer, text: String::new(), result: Ok(()) };
        event.record(&mut members);
        members.result?;
        write!(writer, ",\"target\":{}", Quoted(metadata.target()))?;
        if let Some(id) = RequestId::current() {
            write!(writer, ",\"request.id\":\"{}\"", id.as_str())?;
        }
        writer.write_str("}\n")
    }
}

/// Writes the fields of an event as members of a JSON object, each after a comma.
struct Members<'v, 'w> {
    writer: &'v mut Writer<'w>,
    /// For values that have to be formatted first; kept from field to field.
    text: String,
    result: fmt::Result,
}

impl Members<'_, '_> {
    fn member(&mut self, field: &Field, value: impl fmt::Display) {
        if self.result.is_ok() {
            self.result = write!(self.writer, ",\"{}\":{value}", field.name());
        }
    }
}

impl Visit for Members<'_, '_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.member(field, serde_json::Number::from_f64(value).unwrap_or_else(|| 0.into()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.member(field, Quoted(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let formatted = write!(text, "{value:?}");
        self.result = self.result.and(formatted);
        self.member(field, Quoted(&text));
        self.text = text;
    }
}

/// A JSON string.
pub struct Quoted<'t>(pub &'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
        if self.0.bytes().all(is_plain) {
            f.write_char('"')?;
            f.write_str(self.0)?;
            f.write_char('"')
        } else {
            f.write_str(&serde_json::to_string(self.0).map_err(|_| fmt::Error)?)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use parking_lot::Mutex;
    use serde_json::Value;

    use super::*;
    use crate::lifecycle::SystemIds;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn line(log: impl Fn()) -> Value {
        let lines = Lines::default();
        let to_lines = lines.clone();
        let subscriber =
            tracing_subscriber::fmt().event_format(JsonLines).with_writer(move || to_lines.clone()).finish();
        tracing::subscriber::with_default(subscriber, log);
        let line = serde_json::from_slice(&lines.0.lock());
        line.unwrap()
    }

    #[tokio::test]
    async fn lines_are_json_whatever_is_in_them() {
        let (path, took) = ("/a\"\n\u{1}ä", 0.25);
        let log = || {
            line(
                || tracing::warn!(target: "a::b", { path = %path, status = 200_u16, took, yes = true }, "so {path}"),
            )
        };
        let id = RequestId::new(&SystemIds);
        let mut line = id.scope(async { log() }).await;
        assert!(line.as_object_mut().unwrap().remove("timestamp").is_some());
        let expected = serde_json::json!({
            "level": "WARN", "message": format!("so {path}"), "path": path, "status": 200, "took": 0.25, "yes": true,
            "target": "a::b", "request.id": id.as_str(),
        });
        assert_eq!(line, expected);
        assert!(log().get("request.id").is_none());
    }
}
