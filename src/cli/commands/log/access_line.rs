//! A fast formatter for the log line of a request. It writes the same bytes as tracing-subscriber
//! without the cost of its general machinery, which matters where every request writes a line.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Debug, Write as _};
use std::time::{SystemTime, UNIX_EPOCH};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The tracing target of the lines of requests.
const ACCESS: &str = "lapwing::access";

/// The format of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Json,
}

/// Formats the lines of requests itself and passes all other events to `rest`.
#[derive(Debug)]
pub(super) struct Quick<F> {
    form: Form,
    rest: F,
}

impl<F> Quick<F> {
    pub(super) fn new(form: Form, rest: F) -> Self {
        Self { form, rest }
    }
}

impl<S, N, F> FormatEvent<S, N> for Quick<F>
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
            static KEPT: RefCell<String> = const { RefCell::new(String::new()) };
        }
        // For a person's eyes it has colours.
        if event.metadata().target() != ACCESS || writer.has_ansi_escapes() {
            return self.rest.format_event(context, writer, event);
        }
        KEPT.with_borrow_mut(|line| {
            line.clear();
            write(line, self.form, event);
            writer.write_str(line)
        })
    }
}

fn write(line: &mut String, form: Form, event: &Event<'_>) {
    let level = event.metadata().level().as_str();
    match form {
        Form::Text => {
            write_time(line);
            // Flush right in five columns.
            line.push_str(&"      "[..6_usize.saturating_sub(level.len())]);
            line.push_str(level);
            line.push(' ');
            line.push_str(ACCESS);
            line.push(':');
        }
        Form::Json => {
            line.push_str("{\"timestamp\":\"");
            write_time(line);
            line.push_str("\",\"level\":\"");
            line.push_str(level);
            line.push('"');
        }
    }
    event.record(&mut Fields { line, form });
    if form == Form::Json {
        line.push_str(",\"target\":\"");
        line.push_str(ACCESS);
        line.push_str("\"}");
    }
    line.push('\n');
}

/// `2026-11-22T06:29:13.101191Z`. A thread keeps all of it but the fraction, for a second.
fn write_time(line: &mut String) {
    /// As long as years have four digits.
    const UP_TO_SECONDS: usize = "2026-11-22T06:29:13".len();
    thread_local! {
        static KEPT: Cell<(u64, [u8; UP_TO_SECONDS])> = const { Cell::new((0, [0; 19])) };
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (mut second, mut text) = KEPT.get();
    if second != now.as_secs() {
        second = now.as_secs();
        let whole = jiff::Timestamp::new(second.cast_signed(), 0).unwrap_or_default();
        let whole = whole.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        if let Ok(whole) = whole.as_bytes().try_into() {
            text = whole;
            KEPT.set((second, text));
        }
    }
    line.push_str(str::from_utf8(&text).unwrap_or_default());
    line.push('.');
    push_digits(line, now.subsec_micros().into(), 6);
    line.push('Z');
}

/// A whole number, with zeros before it up to so many digits, six at the most.
fn push_digits(line: &mut String, number: u64, least: usize) {
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(number);
    line.push_str(&"000000"[..least.saturating_sub(digits.len())]);
    line.push_str(digits);
}

/// Adds fields to a line, each with what stands before it.
struct Fields<'a> {
    line: &'a mut String,
    form: Form,
}

impl Fields<'_> {
    fn name(&mut self, field: &Field) {
        match self.form {
            Form::Text => {
                self.line.push(' ');
                self.line.push_str(field.name());
                self.line.push('=');
            }
            Form::Json => {
                self.line.push_str(",\"");
                self.line.push_str(field.name());
                self.line.push_str("\":");
            }
        }
    }

    /// In quotation marks.
    fn quoted(&mut self, text: &str) {
        let is_plain = |b: u8| (b' '..=b'~').contains(&b) && b != b'"' && b != b'\\';
        // All of them, with no way out between, so that many are looked at together.
        if text.bytes().fold(true, |plain, b| plain & is_plain(b)) {
            self.line.push('"');
            self.line.push_str(text);
            self.line.push('"');
            return;
        }
        // Memory can be written to, and text as JSON.
        let _ = match self.form {
            Form::Text => write!(self.line, "{text:?}"),
            Form::Json => self.line.write_str(&serde_json::Value::from(text).to_string()),
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
        // A number of thousandths is its own shortest text.
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
        match self.form {
            Form::Text => {
                let _ = write!(self.line, "{value:?}");
            }
            Form::Json => self.quoted(&format!("{value:?}")),
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

    fn tell() {
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

    /// The lines, without their times but for the form of those.
    fn told(form: Form, quickly: bool) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let log = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone());
        let text = format::format().with_ansi(false);
        let json = format::format().json().flatten_event(true);
        match (form, quickly) {
            (Form::Text, true) => {
                let log = log.event_format(Quick::new(form, text)).finish();
                tracing::subscriber::with_default(log, tell);
            }
            (Form::Text, false) => {
                tracing::subscriber::with_default(log.event_format(text).finish(), tell);
            }
            (Form::Json, true) => {
                let log = log.fmt_fields(JsonFields::new());
                let log = log.event_format(Quick::new(form, json)).finish();
                tracing::subscriber::with_default(log, tell);
            }
            (Form::Json, false) => {
                let log = log.fmt_fields(JsonFields::new()).event_format(json).finish();
                tracing::subscriber::with_default(log, tell);
            }
        }
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let digits_of_times = |line: &str| {
            let start = line.find("20").unwrap();
            let (time, rest) = line[start..].split_once('Z').unwrap();
            let form = time.replace(|c: char| c.is_ascii_digit(), "0");
            format!("{}{form}Z{rest}\n", &line[..start])
        };
        text.lines().map(digits_of_times).collect()
    }

    #[test]
    fn lines_are_those_of_tracing_subscriber() {
        for form in [Form::Text, Form::Json] {
            let ours = told(form, true);
            assert_eq!(ours, told(form, false));
            assert_eq!(ours.lines().count(), 13, "{ours}");
        }
    }

    #[test]
    fn the_time_is_the_current_one() {
        let mut line = String::new();
        let before = jiff::Timestamp::now();
        write_time(&mut line);
        let told: jiff::Timestamp = line.parse().unwrap();
        let after = jiff::Timestamp::now();
        assert!(told.as_microsecond() >= before.as_microsecond(), "{told} {before}");
        assert!(told <= after, "{told} {after}");
    }
}
