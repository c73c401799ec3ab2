//! Feature selection: `only` and `within`.
//!
//! Official files cover a whole country. `only` selects by attribute, `within` by location in
//! another layer. `lapwing fetch` requests no more than the selection where the publisher supports
//! that. The build applies the selection exactly, so the result does not depend on whether the file
//! was already cut.

use crate::layer::LayerId;
use crate::manifest::Keys;

/// A condition on an attribute: it must match one of the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only {
    /// The field.
    pub field: String,
    /// The accepted values.
    pub values: Vec<ValuePattern>,
}

/// An accepted attribute value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValuePattern {
    /// Exactly this text.
    Is(String),
    /// Any text with this prefix, written `E04*` in the catalogue.
    Begins(String),
}

impl ValuePattern {
    fn parse(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(start) => Self::Begins(start.to_owned()),
            None => Self::Is(text.to_owned()),
        }
    }

    /// Returns true if the pattern accepts `value`.
    pub fn matches(&self, value: &str) -> bool {
        match self {
            Self::Is(text) => value == text,
            Self::Begins(start) => value.starts_with(start),
        }
    }
}

/// The layer within which features must lie: an area with at least half of its surface, a point
/// with its position.
#[derive(Clone, Debug, PartialEq)]
pub struct Within {
    /// The layer whose areas decide.
    pub layer: LayerId,
    /// How far outside those areas a point may lie, in metres. Does not apply to areas.
    pub margin_m: f64,
}

/// The largest margin. A larger one is a mistake in the unit: Great Britain is shorter than this.
const MOST_MARGIN_M: u64 = 1_000_000;

/// Reads `only = { LAD22CD = ["E06000061"], … }`.
pub(super) fn read_only(keys: &Keys<'_, '_>) -> Vec<Only> {
    let mut all = Vec::new();
    for (field, values) in keys.lists_by_name("only") {
        if values.is_empty() {
            keys.refuse(
                "only",
                format!("`only` has no value for {field}: add one, or remove the field"),
            );
        }
        let values = values.iter().map(|value| ValuePattern::parse(value)).collect();
        all.push(Only { field, values });
    }
    all
}

/// Reads `within = "local_authority"` or `within = { layer = "…", margin_m = 5000 }`.
pub(super) fn read_within(keys: &Keys<'_, '_>) -> Option<Within> {
    let parse = |keys: &Keys<'_, '_>, key: &'static str, text: &str| {
        LayerId::parse(text).map_err(|error| keys.refuse(key, error.to_string())).ok()
    };
    if !keys.has("within") {
        return None;
    }
    if !keys.is_table("within") {
        let layer = parse(keys, "within", &keys.text("within")?)?;
        return Some(Within { layer, margin_m: 0.0 });
    }
    let table = keys.table("within", "`within`")?;
    let layer =
        table.required_text("layer", "the id of a layer of areas, such as \"local_authority\"");
    let margin = table.whole_number("margin_m", 0..=MOST_MARGIN_M).unwrap_or(0);
    let layer = layer.and_then(|text| parse(&table, "layer", &text));
    table.finish();
    Some(Within { layer: layer?, margin_m: margin as f64 })
}
