//! The text around the values of an answer, cut from a sample that serde writes.
//!
//! The answer types alone define the names, the order and the nesting of members. A new field does
//! not compile until the samples have it, a renamed one is copied under its new name, and a moved
//! one makes [`around`] panic.

use serde::Serialize;

/// Writes a value as JSON. The values of an answer cannot fail to be written to memory.
pub(crate) fn json(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Returns the text before each of `values` in the JSON of `sample`, and the text after the last.
///
/// # Panics
///
/// Panics if the sample does not contain the values in this order.
pub(crate) fn around<const N: usize>(
    sample: &impl Serialize,
    values: [&str; N],
) -> ([String; N], String) {
    let json = json(sample);
    let mut rest = json.as_str();
    let before = values.map(|value| {
        let Some((before, after)) = rest.split_once(value) else {
            panic!("no {value} in {rest}: write the values in the order of the answer's fields");
        };
        rest = after;
        before.to_owned()
    });
    (before, rest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Sample {
        first: u8,
        second: &'static str,
    }

    #[test]
    fn a_sample_is_cut_at_its_values() {
        let sample = Sample { first: 7, second: "x" };
        let (before, after) = around(&sample, ["7", "\"x\""]);
        assert_eq!(before, ["{\"first\":", ",\"second\":"]);
        assert_eq!(after, "}");
    }

    #[test]
    #[should_panic(expected = "in the order of the answer's fields")]
    fn values_in_another_order_are_refused() {
        around(&Sample { first: 7, second: "x" }, ["\"x\"", "7"]);
    }
}
