//! Single values and their types.

use super::{Binder, Property, is_known, named, unknown_function};
use crate::features::attributes::AttributeType;
use crate::features::cql2::ast::Node;
use crate::features::cql2::error::FilterError;
use crate::features::cql2::expression::{Fold, Operator, Scalar};
use crate::features::cql2::instant::Instant;

/// The types of values that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    Number,
    Boolean,
    Instant,
}

impl Sort {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Instant => "a date or moment",
        }
    }
}

impl Binder<'_> {
    pub(super) fn scalar(&self, node: &Node) -> Result<(Scalar, Sort), FilterError> {
        Ok(match node {
            Node::Text(text) => (Scalar::Text(text.clone()), Sort::Text),
            Node::Number(number) => (Scalar::Number(*number), Sort::Number),
            Node::Boolean(truth) => (Scalar::Boolean(*truth), Sort::Boolean),
            Node::Date(text) => (Scalar::Instant(Instant::date(text)?), Sort::Instant),
            Node::Timestamp(text) => (Scalar::Instant(Instant::moment(text)?), Sort::Instant),
            Node::Property(name) => return self.scalar_property(node, name),
            Node::Call(name, args) => return self.scalar_call(node, name, args),
            Node::Interval(_) | Node::Geometry(_) | Node::List(_) => {
                return Err(self.mistaken(node, "a single value"));
            }
        })
    }

    fn scalar_property(&self, node: &Node, name: &str) -> Result<(Scalar, Sort), FilterError> {
        let of_vintage = |day: Option<jiff::civil::Date>| {
            let scalar = day.map_or(Scalar::Null, |day| Scalar::Instant(Instant::Day(day)));
            Ok((scalar, Sort::Instant))
        };
        let attribute = match self.property(name)? {
            Property::Attribute(attribute) => attribute,
            Property::ValidFrom => return of_vintage(self.vintage.valid_from),
            Property::ValidTo => return of_vintage(self.vintage.valid_to),
            Property::Geometry => {
                return Err(self.mistaken(
                    node,
                    "a single value (geometries belong in spatial functions such as S_INTERSECTS)",
                ));
            }
        };
        let sort = match self.kind(attribute) {
            AttributeType::Text | AttributeType::Codes => Sort::Text,
            AttributeType::Integer | AttributeType::Number => Sort::Number,
            AttributeType::Boolean => Sort::Boolean,
            AttributeType::Date | AttributeType::Timestamp => Sort::Instant,
            AttributeType::List => {
                return Err(self.mistaken(
                    node,
                    "a single value (lists belong in array functions such as A_CONTAINS)",
                ));
            }
        };
        Ok((Scalar::Attribute(attribute), sort))
    }

    fn scalar_call(
        &self,
        node: &Node,
        name: &str,
        args: &[Node],
    ) -> Result<(Scalar, Sort), FilterError> {
        let fold = match name {
            "casei" => Some(Fold::Case),
            "accenti" => Some(Fold::Accents),
            _ => None,
        };
        if let Some(fold) = fold {
            let [arg] = args else {
                let message = format!("{name} takes 1 argument, not {}", args.len());
                return Err(FilterError::WrongType(message));
            };
            let folded = match self.text(arg, name)? {
                Scalar::Text(text) => Scalar::Text(fold.of(&text)),
                other => Scalar::Fold(fold, Box::new(other)),
            };
            return Ok((folded, Sort::Text));
        }
        if let Some(operator) = named(&Operator::ALL, name) {
            let [a, b] = args else {
                let message = format!("{name} takes 2 numbers, not {}", args.len());
                return Err(FilterError::WrongType(message));
            };
            let sides = [self.number(a, name)?, self.number(b, name)?];
            if let [Scalar::Number(a), Scalar::Number(b)] = sides {
                let result = operator.apply(a, b).map_or(Scalar::Null, Scalar::Number);
                return Ok((result, Sort::Number));
            }
            return Ok((Scalar::Arithmetic(operator, Box::new(sides)), Sort::Number));
        }
        if !is_known(name) {
            return Err(unknown_function(name));
        }
        Ok((Scalar::Predicate(Box::new(self.predicate(node)?)), Sort::Boolean))
    }

    pub(super) fn text(&self, node: &Node, of: &str) -> Result<Scalar, FilterError> {
        match self.scalar(node)? {
            (scalar, Sort::Text) => Ok(scalar),
            _ => Err(self.mistaken(node, &format!("text for {}", of.to_uppercase()))),
        }
    }

    fn number(&self, node: &Node, of: &str) -> Result<Scalar, FilterError> {
        match self.scalar(node)? {
            (scalar, Sort::Number) => Ok(scalar),
            _ => Err(self.mistaken(node, &format!("a number for {of}"))),
        }
    }
}
