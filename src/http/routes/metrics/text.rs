//! Metric families as text, in the Prometheus format 0.0.4 or OpenMetrics 1.0, which differ little.
//!
//! prometheus-client 0.26 was weighed. It writes both formats, and its trait `Collector` lets the
//! caller keep its own counters, but needs a registry and an encoder for each family and sample, which
//! is more code than [`Text::family`] and [`Text::sample`]; it also writes whole floats as `1.0`.

use std::fmt::Write as _;

/// The type of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Counter,
    Gauge,
    Histogram,
}

/// A page being written.
#[derive(Debug)]
pub(super) struct Text {
    out: String,
    open_metrics: bool,
}

impl Text {
    pub(super) fn new(open_metrics: bool) -> Self {
        Self { out: String::with_capacity(16 << 10), open_metrics }
    }

    /// Begins a family. The `name` of a counter ends in `_total`, which OpenMetrics omits here.
    pub(super) fn family(&mut self, name: &str, kind: Type, help: &str) {
        let name = match kind {
            Type::Counter if self.open_metrics => name.trim_end_matches("_total"),
            _ => name,
        };
        let kind = match kind {
            Type::Counter => "counter",
            Type::Gauge => "gauge",
            Type::Histogram => "histogram",
        };
        // Writing to a `String` cannot fail, here and below.
        let _ = write!(self.out, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    /// A sample of the family.
    pub(super) fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        self.out.push_str(name);
        for (at, (label, text)) in labels.iter().enumerate() {
            let _ = write!(self.out, "{}{label}=\"", if at == 0 { '{' } else { ',' });
            for c in text.chars() {
                match c {
                    '\\' => self.out.push_str("\\\\"),
                    '"' => self.out.push_str("\\\""),
                    '\n' => self.out.push_str("\\n"),
                    c => self.out.push(c),
                }
            }
            self.out.push('"');
        }
        let end = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.out, "{end} {value}");
    }

    /// A family of one sample without labels.
    pub(super) fn single(&mut self, name: &str, kind: Type, help: &str, value: f64) {
        self.family(name, kind, help);
        self.sample(name, &[], value);
    }

    pub(super) fn finish(mut self) -> String {
        if self.open_metrics {
            self.out.push_str("# EOF\n");
        }
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(open_metrics: bool) -> String {
        let mut text = Text::new(open_metrics);
        text.family("rows_total", Type::Counter, "Rows.");
        text.sample("rows_total", &[("title", "a \"b\" \\ c\nd"), ("x", "y")], 3.0);
        text.single("resident_bytes", Type::Gauge, "Memory.", 0.5);
        text.finish()
    }

    #[test]
    fn both_forms_are_written_by_their_rules() {
        let rest = "rows_total{title=\"a \\\"b\\\" \\\\ c\\nd\",x=\"y\"} 3\n\
                    # HELP resident_bytes Memory.\n# TYPE resident_bytes gauge\nresident_bytes 0.5\n";
        let prometheus = "# HELP rows_total Rows.\n# TYPE rows_total counter\n";
        assert_eq!(page(false), format!("{prometheus}{rest}"));
        let open_metrics = "# HELP rows Rows.\n# TYPE rows counter\n";
        assert_eq!(page(true), format!("{open_metrics}{rest}# EOF\n"));
    }
}
