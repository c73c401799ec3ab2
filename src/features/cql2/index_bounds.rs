//! Bounds on where an expression can be true, used to query the indexes before evaluation.

use geo::Rect;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::index::around;

use super::expression::{Comparison, Predicate, Scalar};
use super::relation::Relation;
use crate::features::attributes::Schema;

/// Where matches can be; there may be none.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reach {
    /// Anywhere.
    All,
    /// At these indices of the layer, in order.
    Places(Vec<usize>),
    /// Intersecting one of these rectangles, in BNG metres.
    Extents(Vec<Rect<f64>>),
}

/// The maximum number of rectangles; more are replaced by their common extent.
const MOST_EXTENTS: usize = 64;

impl Reach {
    const NOWHERE: Self = Self::Places(Vec::new());

    /// Derives the bounds of a condition.
    pub(super) fn of(predicate: &Predicate, atlas: &Atlas, schema: &Schema) -> Self {
        match predicate {
            Predicate::Always(false) => Self::NOWHERE,
            Predicate::And(terms) => {
                terms.iter().map(|term| Self::of(term, atlas, schema)).fold(Self::All, Self::and)
            }
            Predicate::Or(terms) => terms
                .iter()
                .map(|term| Self::of(term, atlas, schema))
                .fold(Self::NOWHERE, |a, b| a.or(b, atlas, schema)),
            Predicate::Spatial(Relation::Disjoint, _) => Self::All,
            Predicate::Spatial(_, shape) => match &shape.ground {
                Some(ground) => Self::Extents(vec![ground.extent]),
                None => Self::NOWHERE,
            },
            Predicate::Compare(Comparison::Equal, Scalar::Attribute(at), Scalar::Text(text))
            | Predicate::Compare(Comparison::Equal, Scalar::Text(text), Scalar::Attribute(at)) => {
                of_code(*at, [text.as_str()].into_iter(), atlas, schema)
            }
            Predicate::InTexts(Scalar::Attribute(at), texts) => {
                of_code(*at, texts.iter().map(String::as_str), atlas, schema)
            }
            _ => Self::All,
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, other) => other,
            (one, Self::All) => one,
            // Each candidate is evaluated again, so the narrower bound is enough.
            (Self::Places(a), Self::Places(b)) => {
                Self::Places(a.into_iter().filter(|index| b.binary_search(index).is_ok()).collect())
            }
            (Self::Places(indices), _) | (_, Self::Places(indices)) => Self::Places(indices),
            // An area may intersect a rectangle of each side without intersecting their
            // intersection: the smaller side is used.
            (Self::Extents(a), Self::Extents(b)) => {
                let ground = |all: &[Rect<f64>]| -> f64 {
                    all.iter().map(|rect| rect.width() * rect.height()).sum()
                };
                if ground(&a) <= ground(&b) { Self::Extents(a) } else { Self::Extents(b) }
            }
        }
    }

    fn or(self, other: Self, atlas: &Atlas, schema: &Schema) -> Self {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::Places(mut a), Self::Places(b)) => {
                a.extend(b);
                a.sort_unstable();
                a.dedup();
                Self::Places(a)
            }
            (a, b) => {
                let mut all = a.extents(atlas, schema);
                all.extend(b.extents(atlas, schema));
                Self::Extents(all)
            }
        }
    }

    fn extents(self, atlas: &Atlas, schema: &Schema) -> Vec<Rect<f64>> {
        let layer = atlas.layers()[schema.layer()].layer();
        match self {
            Self::Extents(extents) => extents,
            Self::Places(indices) => {
                indices.into_iter().map(|index| layer.extent_of(index)).collect()
            }
            Self::All => Vec::new(),
        }
    }

    /// The indices of the candidates in the layer, in order.
    pub(super) fn candidates(self, atlas: &Atlas, schema: &Schema) -> Vec<usize> {
        let indexed = &atlas.layers()[schema.layer()];
        let mut extents = match self {
            Self::All => return (0..indexed.layer().len()).collect(),
            Self::Places(indices) => return indices,
            Self::Extents(extents) => extents,
        };
        if extents.len() > MOST_EXTENTS {
            let whole = extents.iter().copied().reduce(around);
            extents = whole.into_iter().collect();
        }
        let mut indices: Vec<usize> = if indexed.layer().is_areas() {
            extents.iter().flat_map(|&rect| indexed.area_index().meeting(rect)).collect()
        } else {
            let within = |&rect: &Rect<f64>| indexed.site_index().within(rect).map(|(at, _)| at);
            extents.iter().flat_map(within).collect()
        };
        indices.sort_unstable();
        indices.dedup();
        indices
    }
}

/// The bounds for a code in a list: of the layer itself by its order, of the areas containing its
/// sites by their extents.
fn of_code<'a>(
    attribute: usize,
    codes: impl Iterator<Item = &'a str>,
    atlas: &Atlas,
    schema: &Schema,
) -> Reach {
    let layer = atlas.layers()[schema.layer()].layer();
    if schema.attributes()[attribute].name == "code" {
        let find = |code: &str| layer.area_index(code).or_else(|| layer.site_index(code));
        let mut indices: Vec<usize> = codes.filter_map(find).collect();
        indices.sort_unstable();
        return Reach::Places(indices);
    }
    let Some(holders) = schema.holders(attribute) else { return Reach::All };
    let holders = atlas.layers()[holders].layer();
    let areas = codes.filter_map(|code| holders.area_index(code));
    Reach::Extents(areas.map(|area| holders.areas()[area].extent()).collect())
}
