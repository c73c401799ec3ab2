//! Selection of features by bbox, time, attribute value and filter.
//!
//! A [`Selection`] collects the conditions and returns indices in the code order of the layer, so
//! that a page of them is always the same page of the same snapshot.

use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::Date;
use lapwing_boundaries::atlas::Atlas;

use crate::features::attributes::{self, AttributeType, Schema, Value};
use crate::features::cql2::{Filter, TooSlow};

mod bbox;
mod interval;
mod order;

pub use bbox::{Bbox, InvalidBbox};
pub use interval::{Interval, InvalidInterval};
pub use order::{InvalidOrder, Order};

/// A selection of features of a layer; all of them until a condition is added.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    bbox: Option<Bbox>,
    interval: Option<Interval>,
    equal: Vec<Equal>,
    filter: Option<Filter>,
    order: Order,
}

/// An attribute and the value it must have.
#[derive(Clone, Debug, PartialEq)]
pub struct Equal {
    attribute: usize,
    value: Wanted,
}

#[derive(Clone, Debug, PartialEq)]
enum Wanted {
    Text(String),
    Number(f64),
    Boolean(bool),
    Date(Date),
    Timestamp(Timestamp),
}

impl Equal {
    /// The condition that an attribute has the value of this text; `None` if the text is not a
    /// value of the attribute's type.
    ///
    /// For a list, one of its items must have the value.
    pub fn read(schema: &Schema, attribute: usize, text: &str) -> Option<Self> {
        let kind = schema.attributes()[attribute].kind;
        let value = match kind {
            AttributeType::Integer | AttributeType::Number => {
                let number: f64 = text.trim().parse().ok()?;
                // `80.0` is an integer, too, as in JSON Schema.
                let whole = kind == AttributeType::Number || number.fract() == 0.0;
                Wanted::Number(number).filter(number.is_finite() && whole)?
            }
            AttributeType::Boolean => Wanted::Boolean(text.trim().parse().ok()?),
            AttributeType::Date => Wanted::Date(attributes::date(text)?),
            AttributeType::Timestamp => Wanted::Timestamp(attributes::timestamp(text)?),
            _ => Wanted::Text(text.to_owned()),
        };
        Some(Self { attribute, value })
    }

    fn holds(&self, schema: &Schema, atlas: &Atlas, index: usize) -> bool {
        match (&self.value, schema.value(atlas, index, self.attribute)) {
            (_, Value::Null) => false,
            (Wanted::Number(wanted), Value::Integer(number)) => *wanted == number as f64,
            (Wanted::Number(wanted), Value::Number(number)) => *wanted == number,
            (Wanted::Boolean(wanted), Value::Boolean(truth)) => *wanted == truth,
            (Wanted::Date(wanted), Value::Date(date)) => *wanted == date,
            (Wanted::Timestamp(wanted), Value::Timestamp(moment)) => *wanted == moment,
            (Wanted::Text(wanted), Value::List(items)) => items.iter().any(|item| item == wanted),
            (Wanted::Text(wanted), Value::Codes(codes)) => {
                codes.iter().any(|code| code.as_str() == wanted)
            }
            (Wanted::Text(wanted), other) => other.cell() == *wanted,
            _ => false,
        }
    }
}

impl Wanted {
    fn filter(self, keep: bool) -> Option<Self> {
        keep.then_some(self)
    }
}

impl Selection {
    /// Only features that intersect the box.
    #[must_use]
    pub fn meeting(mut self, bbox: Bbox) -> Self {
        self.bbox = Some(bbox);
        self
    }

    /// Only features of a layer whose vintage intersects the interval.
    #[must_use]
    pub fn during(mut self, interval: Interval) -> Self {
        self.interval = Some(interval);
        self
    }

    /// Only features with the value.
    #[must_use]
    pub fn equal(mut self, equal: Equal) -> Self {
        self.equal.push(equal);
        self
    }

    /// Only features that match the filter.
    #[must_use]
    pub fn filtered(mut self, filter: Filter) -> Self {
        self.filter = Some(match self.filter.take() {
            Some(earlier) => earlier.and(filter),
            None => filter,
        });
        self
    }

    /// Sorts the features.
    #[must_use]
    pub fn ordered(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// The indices of the features, in the requested order or else in code order. Fails if the
    /// deadline passes.
    pub fn indices(
        &self,
        atlas: &Atlas,
        schema: &Schema,
        deadline: Instant,
    ) -> Result<Vec<usize>, TooSlow> {
        let layer = &atlas.layers()[schema.layer()];
        let meta = layer.layer().meta();
        if self.interval.is_some_and(|interval| !interval.meets(meta.vintage)) {
            return Ok(Vec::new());
        }
        let mut indices = match &self.bbox {
            Some(bbox) => bbox.indices(layer),
            None => (0..layer.layer().len()).collect(),
        };
        for equal in &self.equal {
            indices.retain(|&index| equal.holds(schema, atlas, index));
        }
        // The most expensive condition is evaluated last.
        if let Some(filter) = &self.filter {
            indices = filter.select(atlas, schema, Some(&indices), deadline)?;
        }
        self.order.sort(atlas, schema, &mut indices);
        Ok(indices)
    }
}

#[cfg(test)]
mod tests {
    use lapwing_boundaries::area::Site;
    use lapwing_boundaries::code::AreaCode;
    use lapwing_boundaries::layer::Layer;

    use super::*;
    use crate::answers::squares;

    #[test]
    fn dates_are_in_the_form_of_rfc_3339() {
        let mut contents = squares::contents();
        let hall = Site {
            code: AreaCode::parse("H1").unwrap(),
            name: "Abbey Hall".to_owned(),
            position: squares::at(100.0, 100.0),
            properties: vec![("opened".to_owned(), "2024-05-01".into())],
        };
        contents.layers[4] = Layer::of_sites(contents.layers[4].meta().clone(), vec![hall]);
        let atlas = Atlas::build(contents, Timestamp::UNIX_EPOCH, &());
        let schema = Schema::of(&atlas, 4);
        let opened = schema.position("opened").unwrap();
        let found = |text: &str| {
            let equal = Equal::read(&schema, opened, text)?;
            Some(equal.holds(&schema, &atlas, 0))
        };
        assert_eq!(found("2024-05-01"), Some(true));
        assert_eq!(found("2024-05-02"), Some(false));
        for no_day in ["", "20240501", "2024-05-32", "2024-05-01T00:00:00", "May"] {
            assert_eq!(found(no_day), None, "{no_day:?}");
        }
    }
}
