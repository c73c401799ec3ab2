//! Which of a file's features belong to the catalogue: `only` and `within`.
//!
//! Official files hold a whole country. `only` chooses by an attribute, `within` by the ground of
//! another layer; `lapwing fetch` asks the publisher for no more than that, and the build chooses
//! exactly, so that a county is the same whether it was cut before or not.

use crate::layer::LayerId;
use crate::manifest::Keys;

/// One condition on an attribute: any of the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only {
    /// The field.
    pub field: String,
    /// What it may hold.
    pub values: Vec<Wish>,
}

/// A value that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// This text.
    Is(String),
    /// A text that begins so: `E04*` in the catalogue.
    Begins(String),
}

impl Wish {
    fn parse(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(start) => Self::Begins(start.to_owned()),
            None => Self::Is(text.to_owned()),
        }
    }

    /// Whether a value is wanted.
    pub fn is_met_by(&self, value: &str) -> bool {
        match self {
            Self::Is(text) => value == text,
            Self::Begins(start) => value.starts_with(start),
        }
    }
}

/// The ground on which features must lie: an area with at least half of its own ground, a point
/// with its position.
#[derive(Clone, Debug, PartialEq)]
pub struct Within {
    /// The layer whose areas are that ground.
    pub layer: LayerId,
    /// How far outside of it a point may lie, metres; areas take no notice.
    pub margin_m: f64,
}

/// A margin of more is a mistake in the unit: Great Britain is less than this from end to end.
const MOST_MARGIN_M: u64 = 1_000_000;

/// Reads `only = { LAD22CD = ["E06000061"], … }`.
pub(super) fn read_only(keys: &Keys<'_, '_>) -> Vec<Only> {
    let mut all = Vec::new();
    for (field, values) in keys.lists_by_name("only") {
        if values.is_empty() {
            keys.refuse("only", format!("`only` names no value for {field}"));
        }
        let values = values.iter().map(|value| Wish::parse(value)).collect();
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
    let layer = table.required_text("layer", "the layer of areas on whose ground it must lie");
    let margin = table.whole_number("margin_m", 0..=MOST_MARGIN_M).unwrap_or(0);
    let layer = layer.and_then(|text| parse(&table, "layer", &text));
    table.finish();
    Some(Within { layer: layer?, margin_m: margin as f64 })
}
