//! A fast formatter for the log line of a request. It writes the same bytes as tracing-subscriber in
//! 2,600 instructions, where that takes 12,100 for text and 17,200 for JSON (callgrind). A lookup over
//! HTTP takes 19,700 without its line.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Debug, Write as _};
use std::time::{SystemTime, UNIX_EPOCH};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::cli::config::LogFormat;

/// The tracing target of the lines of requests.
const ACCESS: &str = "lapwing::access";

/// Formats the lines of requests itself and passes all other events to `rest`.
#[derive(Debug)]
pub(super) struct AccessLineFormat<F> {
    format: LogFormat,
    rest: F,
}

impl<F> AccessLineFormat<F> {
    pub(super) fn new(format: LogFormat, rest: F) -> Self {
        Self { format, rest }
    }
}

impl<S, N, F> FormatEvent<S, N> for AccessLineFormat<F>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        thread_local! {
            static LINE: RefCell<String> = const { RefCell::new(String::new()) };
        }
        // On a terminal, tracing-subscriber writes it in colour.
        if event.metadata().target() != ACCESS || writer.has_ansi_escapes() {
            return self.rest.format_event(context, writer, event);
        }
        LINE.with_borrow_mut(|line| {
            line.clear();
            write(line, self.format, event);
            writer.write_str(line)
        })
    }
}

fn write(line: &mut String, format: LogFormat, event: &Event<'_>) {
    let level = event.metadata().level().as_str();
    match format {
        LogFormat::Text => {
            write_time(line);
            // Flush right in five columns.
            line.push_str(&"      "[..6_usize.saturating_sub(level.len())]);
            line.push_str(level);
            line.push(' ');
            line.push_str(ACCESS);
            line.push(':');
        }
        LogFormat::Json => {
            line.push_str("{\"timestamp\":\"");
            write_time(line);
            line.push_str("\",\"level\":\"");
            line.push_str(level);
            line.push('"');
        }
    }
    event.record(&mut Fields { line, format });
    if format == LogFormat::Json {
        line.push_str(",\"target\":\"");
        line.push_str(ACCESS);
        line.push_str("\"}");
    }
    line.push('\n');
}

/// Writes the time as `2026-11-22T06:29:13.101191Z`. Each thread formats all but the fraction once a
/// second.
fn write_time(line: &mut String) {
    /// The length up to the seconds, for years of four digits.
    const UP_TO_SECONDS: usize = "2026-11-22T06:29:13".len();
    thread_local! {
        static LAST: Cell<(u64, [u8; UP_TO_SECONDS])> = const { Cell::new((0, [0; UP_TO_SECONDS])) };
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (mut second, mut text) = LAST.get();
    if second != now.as_secs() {
        second = now.as_secs();
        let whole = jiff::Timestamp::new(second.cast_signed(), 0).unwrap_or_default();
        let whole = whole.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        if let Ok(whole) = whole.as_bytes().try_into() {
            text = whole;
            LAST.set((second, text));
        }
    }
    line.push_str(str::from_utf8(&text).unwrap_or_default());
    line.push('.');
    push_digits(line, now.subsec_micros().into(), 6);
    line.push('Z');
}

/// Writes an integer, padded with zeros to `width` digits, at most six.
fn push_digits(line: &mut String, number: u64, width: usize) {
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(number);
    line.push_str(&"000000"[..width.saturating_sub(digits.len())]);
    line.push_str(digits);
}

/// Adds the fields of an event to a line, each with its separator and name.
struct Fields<'a> {
    line: &'a mut String,
    format: LogFormat,
}

impl Fields<'_> {
    fn name(&mut self, field: &Field) {
        match self.format {
            LogFormat::Text => {
                self.line.push(' ');
                self.line.push_str(field.name());
                self.line.push('=');
            }
            LogFormat::Json => {
                self.line.push_str(",\"");
                self.line.push_str(field.name());
                self.line.push_str("\":");
            }
        }
    }

    /// Writes a text in quotation marks, escaped where necessary.
    fn quoted(&mut self, text: &str) {
        let is_plain = |b: u8| (b' '..=b'~').contains(&b) && b != b'"' && b != b'\\';
        // Without an early exit, so that the compiler can vectorize it.
        if text.bytes().fold(true, |plain, b| plain & is_plain(b)) {
            self.line.push('"');
            self.line.push_str(text);
            self.line.push('"');
            return;
        }
        // Writing to a string cannot fail.
        let _ = match self.format {
            LogFormat::Text => write!(self.line, "{text:?}"),
            LogFormat::Json => self.line.write_str(&serde_json::Value::from(text).to_string()),
        };
    }
}

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.name(field);
        self.quoted(value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.name(field);
        push_digits(self.line, value, 1);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.name(field);
        self.line.push_str(if value { "true" } else { "false" });
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.name(field);
        let thousandths = (value * 1000.0).round();
        // The shortest text of a multiple of 0.001 has at most three decimal places.
        if (1.0..1e12).contains(&thousandths) && thousandths / 1000.0 == value {
            let thousandths = thousandths as u64;
            push_digits(self.line, thousandths / 1000, 1);
            self.line.push('.');
            push_digits(self.line, thousandths % 1000, 3);
            let without_zeros = self.line.trim_end_matches('0').len();
            self.line.truncate(without_zeros);
            if self.line.ends_with('.') {
                self.line.push('0');
            }
        } else {
            let _ = write!(self.line, "{value:?}");
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.name(field);
        match self.format {
            LogFormat::Text => {
                let _ = write!(self.line, "{value:?}");
            }
            LogFormat::Json => self.quoted(&format!("{value:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::format::{self, JsonFields};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn log_lines() {
        for (route, ms, complete) in
            [("/v1/lookup", 0.042, true), ("-", 5.0, false), ("a \"b\\\u{7}é", 1234.5678, true)]
        {
            tracing::info!(
                target: "lapwing::access",
                method = %"GET",
                route,
                status = 200_u16,
                bytes = 1104_u64,
                ms,
                complete,
                request_id = "0123-abc",
            );
        }
        for ms in [0.001, 0.01, 0.1, 1.0, 10.25, 0.0, 1e-7, 1e13, 123_456.789] {
            tracing::warn!(target: "lapwing::access", ms);
        }
        tracing::info!("another line");
    }

    /// The lines as formatted here or by tracing-subscriber, with every digit of their times zero.
    fn logged(format: LogFormat, is_ours: bool) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let log = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone());
        let text = format::format().with_ansi(false);
        let json = format::format().json().flatten_event(true);
        match (format, is_ours) {
            (LogFormat::Text, true) => {
                let log = log.event_format(AccessLineFormat::new(format, text)).finish();
                tracing::subscriber::with_default(log, log_lines);
            }
            (LogFormat::Text, false) => {
                tracing::subscriber::with_default(log.event_format(text).finish(), log_lines);
            }
            (LogFormat::Json, true) => {
                let log = log.fmt_fields(JsonFields::new());
                let log = log.event_format(AccessLineFormat::new(format, json)).finish();
                tracing::subscriber::with_default(log, log_lines);
            }
            (LogFormat::Json, false) => {
                let log = log.fmt_fields(JsonFields::new()).event_format(json).finish();
                tracing::subscriber::with_default(log, log_lines);
            }
        }
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let without_time = |line: &str| {
            let start = line.find("20").unwrap();
            let (time, rest) = line[start..].split_once('Z').unwrap();
            let zeros = time.replace(|c: char| c.is_ascii_digit(), "0");
            format!("{}{zeros}Z{rest}\n", &line[..start])
        };
        text.lines().map(without_time).collect()
    }

    #[test]
    fn lines_are_those_of_tracing_subscriber() {
        for format in [LogFormat::Text, LogFormat::Json] {
            let ours = logged(format, true);
            assert_eq!(ours, logged(format, false));
            assert_eq!(ours.lines().count(), 13, "{ours}");
        }
    }

    #[test]
    fn the_time_is_the_current_one() {
        let mut line = String::new();
        let before = jiff::Timestamp::now();
        write_time(&mut line);
        let logged: jiff::Timestamp = line.parse().unwrap();
        let after = jiff::Timestamp::now();
        assert!(logged.as_microsecond() >= before.as_microsecond(), "{logged} {before}");
        assert!(logged <= after, "{logged} {after}");
    }
}
