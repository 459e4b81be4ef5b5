//! The form of log lines. Lines of the access log, one for each request, take a short way to the same form that the
//! general formatter gives all others.

use std::fmt::{self, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// The target of access log lines.
const ACCESS: &str = "astrolabe::access";

/// JSON lines: `general` for all but the access log.
pub struct JsonLines<F> {
    /// Formats everything else.
    pub general: F,
}

impl<S, N, F> FormatEvent<S, N> for JsonLines<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if event.metadata().target() == ACCESS {
            access_line(context, writer, event)
        } else {
            self.general.format_event(context, writer, event)
        }
    }
}

fn access_line<S, N>(context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    writer.write_str("{\"timestamp\":\"")?;
    SystemTime.format_time(&mut writer)?;
    write!(writer, "\",\"level\":\"{}\"", event.metadata().level())?;
    let mut members = Members { writer: &mut writer, text: String::new(), result: Ok(()) };
    event.record(&mut members);
    members.result?;
    write!(writer, ",\"target\":\"{ACCESS}\"")?;
    if let Some(span) = context.lookup_current() {
        // The span has formatted its own fields, as a JSON object.
        let extensions = span.extensions();
        let fields = extensions.get::<FormattedFields<N>>().map_or("", |fields| fields.fields.as_str());
        match fields.strip_prefix('{') {
            Some("}") | None => write!(writer, ",\"span\":{{\"name\":\"{}\"}}", span.name())?,
            Some(members) => write!(writer, ",\"span\":{{\"name\":\"{}\",{members}", span.name())?,
        }
    }
    writer.write_str("}\n")
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
struct Quoted<'t>(&'t str);

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
    use tracing_subscriber::fmt::format;

    use super::*;

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

    /// The line of an event, by the short way and by the general one.
    fn lines(log: impl Fn()) -> [Value; 2] {
        let json = || format::json().flatten_event(true).with_current_span(true).with_span_list(false);
        let (short, general) = (Lines::default(), Lines::default());
        let (to_short, to_general) = (short.clone(), general.clone());
        let builder = || tracing_subscriber::fmt().fmt_fields(format::JsonFields::new());
        let subscriber = builder()
            .event_format(JsonLines { general: json() })
            .with_writer(move || to_short.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, &log);
        let subscriber = builder().event_format(json()).with_writer(move || to_general.clone()).finish();
        tracing::subscriber::with_default(subscriber, &log);
        [short, general].map(|lines| {
            let mut line: Value = serde_json::from_slice(&lines.0.lock()).unwrap();
            assert!(line.as_object_mut().unwrap().remove("timestamp").is_some());
            line
        })
    }

    #[test]
    fn access_lines_have_the_form_of_all_lines() {
        let [short, general] = lines(|| {
            let span = tracing::info_span!("request", request.id = %"abc");
            let _entered = span.enter();
            let (path, status, took) = ("/a\"\n\u{1}ä", 200_u16, 0.25);
            tracing::info!(
                target: ACCESS,
                { http.path = %path, http.status = status, duration_ms = took, app.id = "x\\y", yes = true },
                "answered {path}",
            );
        });
        assert_eq!(short, general);
        assert_eq!(short["span"]["request.id"], "abc");
        let [short, general] = lines(|| tracing::info!(target: ACCESS, "no span"));
        assert_eq!(short, general);
    }
}
