//! Evaluation for one area or site in three-valued logic: a comparison with a missing value is
//! unknown, and only features for which the filter is true are selected (OGC 21-065r2, section
//! 6.3).

use std::borrow::Cow;
use std::cmp::Ordering;

use lapwing_boundaries::atlas::Atlas;

use super::expression::{Comparison, Fold, List, ListRelation, Predicate, Scalar};
use super::instant::Instant;
use super::pattern::{is_like, without_accents, without_case};
use super::prepared_geometry::Shape;
use super::relation::Relation;
use crate::features::attributes::{Schema, Value};

/// A single value, or the several codes of a site on a boundary, of which any may match.
#[derive(Clone, Debug)]
enum Datum<'a> {
    Null,
    Text(Cow<'a, str>),
    Texts(Vec<Cow<'a, str>>),
    Number(f64),
    Boolean(bool),
    Instant(Instant),
}

/// One area or site.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) atlas: &'a Atlas,
    pub(super) schema: &'a Schema,
    pub(super) index: usize,
}

impl Predicate {
    /// True, false, or `None` for unknown.
    pub(super) fn of(&self, subject: Subject<'_>) -> Option<bool> {
        match self {
            Self::Always(truth) => Some(*truth),
            Self::And(terms) => all(terms.iter().map(|term| term.of(subject))),
            Self::Or(terms) => {
                all(terms.iter().map(|term| term.of(subject).map(|truth| !truth))).map(|none| !none)
            }
            Self::Not(term) => term.of(subject).map(|truth| !truth),
            Self::Truth(attribute) => match subject.value(*attribute) {
                Value::Boolean(truth) => Some(truth),
                _ => None,
            },
            Self::AttributeIsNull(attribute) => {
                Some(matches!(subject.value(*attribute), Value::Null))
            }
            Self::ScalarIsNull(scalar) => Some(matches!(scalar.of(subject), Datum::Null)),
            Self::Compare(by, a, b) => a.of(subject).compare(*by, &b.of(subject)),
            Self::Like(text, pattern) => {
                let (text, pattern) = (text.of(subject), pattern.of(subject));
                text.any_text(|text| pattern.any_text(|pattern| Some(is_like(text, pattern))))
            }
            Self::Between(of, low, high) => {
                let of = of.of(subject);
                let above = of.compare(Comparison::GreaterOrEqual, &low.of(subject));
                let below = of.compare(Comparison::LessOrEqual, &high.of(subject));
                all([above, below].into_iter())
            }
            Self::In(of, items) => {
                let of = of.of(subject);
                let differs = items
                    .iter()
                    .map(|item| of.compare(Comparison::Equal, &item.of(subject)).map(|same| !same));
                all(differs).map(|none| !none)
            }
            Self::InTexts(of, texts) => of.of(subject).any_text(|text| Some(texts.contains(text))),
            Self::Spatial(relation, shape) => Some(subject.stands(*relation, shape)),
            Self::Temporal(relation, [a, b], [c, d]) => Some(relation.holds(
                [a.of(subject).instant()?, b.of(subject).instant()?],
                [c.of(subject).instant()?, d.of(subject).instant()?],
            )),
            Self::Lists(relation, a, b) => Some(relation.holds(&a.of(subject)?, &b.of(subject)?)),
        }
    }
}

/// False if any is false, else unknown if any is unknown, else true.
fn all(mut terms: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut unknown = false;
    let is_false = terms.any(|term| {
        unknown |= term.is_none();
        term == Some(false)
    });
    match (is_false, unknown) {
        (true, _) => Some(false),
        (false, true) => None,
        (false, false) => Some(true),
    }
}

impl<'a> Subject<'a> {
    fn value(self, attribute: usize) -> Value<'a> {
        self.schema.value(self.atlas, self.index, attribute)
    }

    fn stands(self, relation: Relation, shape: &Shape) -> bool {
        let indexed = &self.atlas.layers()[self.schema.layer()];
        let layer = indexed.layer();
        if layer.is_areas() {
            let area = &layer.areas()[self.index];
            let outline = &indexed.area_index().outlines()[self.index];
            relation.of_area((area.geometry(), area.extent(), outline), shape)
        } else {
            relation.of_site(layer.sites()[self.index].position.coord(), shape)
        }
    }
}

impl Scalar {
    fn of<'a>(&'a self, subject: Subject<'a>) -> Datum<'a> {
        match self {
            Self::Text(text) => Datum::Text(text.into()),
            Self::Number(number) => Datum::Number(*number),
            Self::Boolean(truth) => Datum::Boolean(*truth),
            Self::Instant(instant) => Datum::Instant(*instant),
            Self::Null => Datum::Null,
            Self::Attribute(attribute) => match subject.value(*attribute) {
                Value::Null | Value::List(_) => Datum::Null,
                Value::Text(text) => Datum::Text(text),
                Value::Integer(number) => Datum::Number(number as f64),
                Value::Number(number) => Datum::Number(number),
                Value::Boolean(truth) => Datum::Boolean(truth),
                Value::Date(date) => Datum::Instant(Instant::Day(date)),
                Value::Timestamp(moment) => Datum::Instant(Instant::Moment(moment)),
                Value::Codes(codes) => {
                    Datum::Texts(codes.into_iter().map(|code| code.as_str().into()).collect())
                }
            },
            Self::Fold(fold, of) => match of.of(subject) {
                Datum::Text(text) => Datum::Text(fold.of(&text).into()),
                Datum::Texts(texts) => {
                    Datum::Texts(texts.iter().map(|text| fold.of(text).into()).collect())
                }
                other => other,
            },
            Self::Arithmetic(operator, sides) => {
                let [a, b] = &**sides;
                match (a.of(subject), b.of(subject)) {
                    (Datum::Number(a), Datum::Number(b)) => {
                        operator.apply(a, b).map_or(Datum::Null, Datum::Number)
                    }
                    _ => Datum::Null,
                }
            }
            Self::Predicate(predicate) => predicate.of(subject).map_or(Datum::Null, Datum::Boolean),
        }
    }
}

impl Fold {
    /// The text after CASEI or ACCENTI.
    pub(super) fn of(self, text: &str) -> String {
        match self {
            Self::Case => without_case(text),
            Self::Accents => without_accents(text),
        }
    }
}

impl Datum<'_> {
    fn instant(&self) -> Option<Instant> {
        match self {
            Self::Instant(instant) => Some(*instant),
            _ => None,
        }
    }

    /// Returns whether a test is true of the text, or of any of several; unknown if there is none.
    fn any_text(&self, test: impl Fn(&str) -> Option<bool>) -> Option<bool> {
        match self {
            Self::Text(text) => test(text),
            Self::Texts(texts) => {
                all(texts.iter().map(|text| test(text).map(|truth| !truth))).map(|none| !none)
            }
            _ => None,
        }
    }

    fn compare(&self, by: Comparison, other: &Self) -> Option<bool> {
        if by == Comparison::NotEqual {
            // For several codes: none of them is equal.
            return self.compare(Comparison::Equal, other).map(|same| !same);
        }
        let fits = |order: Ordering| match by {
            Comparison::Equal => order.is_eq(),
            Comparison::NotEqual => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::Greater => order.is_gt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::GreaterOrEqual => order.is_ge(),
        };
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b).map(fits),
            (Self::Boolean(a), Self::Boolean(b)) => Some(fits(a.cmp(b))),
            (Self::Instant(a), Self::Instant(b)) => Some(fits(a.compare(*b))),
            (Self::Text(_) | Self::Texts(_), _) => {
                self.any_text(|a| other.any_text(|b| Some(fits(a.cmp(b)))))
            }
            _ => None,
        }
    }
}

impl List {
    fn of<'a>(&'a self, subject: Subject<'a>) -> Option<Vec<Cow<'a, str>>> {
        match self {
            Self::Constant(items) => Some(items.iter().map(Cow::from).collect()),
            Self::Attribute(attribute) => match subject.value(*attribute) {
                Value::List(items) => Some(items),
                Value::Codes(codes) => {
                    Some(codes.into_iter().map(|code| code.as_str().into()).collect())
                }
                _ => None,
            },
        }
    }
}

impl ListRelation {
    fn holds(self, a: &[Cow<'_, str>], b: &[Cow<'_, str>]) -> bool {
        let within = |inner: &[Cow<'_, str>], outer: &[Cow<'_, str>]| {
            inner.iter().all(|item| outer.contains(item))
        };
        match self {
            Self::Contains => within(b, a),
            Self::ContainedBy => within(a, b),
            Self::Equals => within(a, b) && within(b, a),
            Self::Overlaps => a.iter().any(|item| b.contains(item)),
        }
    }
}
