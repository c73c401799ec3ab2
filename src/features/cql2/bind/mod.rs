//! Binding: resolves names in the schema of a layer, checks types, and projects geometries to the
//! grid.

use std::sync::Arc;

use geo::Geometry;
use lapwing_boundaries::layer::Vintage;

use super::ast::{Node, shown};
use super::error::FilterError;
use super::expression::{Comparison, List, ListRelation, Predicate, Scalar};
use super::instant::{Instant, TimeRelation};
use super::prepared_geometry::Shape;
use super::relation::Relation;
use crate::features::attributes::{AttributeType, GEOMETRY, Schema};
use crate::features::crs::Crs;

mod mistakes;
mod scalar;

use mistakes::{do_not_compare, is_known, unknown_function};
use scalar::Sort;

/// The context of names and coordinates.
pub(super) struct Binder<'a> {
    pub(super) schema: &'a Schema,
    pub(super) vintage: Vintage,
    pub(super) crs: Crs,
}

/// What a name resolves to.
enum Property {
    Attribute(usize),
    Geometry,
    ValidFrom,
    ValidTo,
}

impl Binder<'_> {
    fn property(&self, name: &str) -> Result<Property, FilterError> {
        if let Some(attribute) = self.schema.position(name) {
            return Ok(Property::Attribute(attribute));
        }
        match name {
            GEOMETRY => Ok(Property::Geometry),
            "valid_from" => Ok(Property::ValidFrom),
            "valid_to" => Ok(Property::ValidTo),
            _ => {
                let own = self.schema.attributes().iter().map(|a| a.name.clone());
                let others = [GEOMETRY, "valid_from", "valid_to"].map(str::to_owned);
                let known = own.chain(others).collect();
                Err(FilterError::UnknownProperty { name: shown(name), known })
            }
        }
    }

    fn kind(&self, attribute: usize) -> AttributeType {
        self.schema.attributes()[attribute].kind
    }

    /// A condition.
    pub(super) fn predicate(&self, node: &Node) -> Result<Predicate, FilterError> {
        let (name, args) = match node {
            Node::Boolean(truth) => return Ok(Predicate::Always(*truth)),
            Node::Call(name, args) => (name.as_str(), args.as_slice()),
            Node::Property(name) => {
                return match self.property(name)? {
                    Property::Attribute(at) if self.kind(at) == AttributeType::Boolean => {
                        Ok(Predicate::Truth(at))
                    }
                    _ => Err(self.mistaken(node, "a condition such as name = 'Castle'")),
                };
            }
            _ => return Err(self.mistaken(node, "a condition such as name = 'Castle'")),
        };
        let all = |args: &[Node]| {
            args.iter().map(|arg| self.predicate(arg)).collect::<Result<Vec<_>, _>>()
        };
        match (name, args) {
            ("and", [_, _, ..]) => Ok(Predicate::And(all(args)?)),
            ("or", [_, _, ..]) => Ok(Predicate::Or(all(args)?)),
            ("not", [one]) => Ok(Predicate::Not(Box::new(self.predicate(one)?))),
            ("isnull", [one]) => self.is_null(one),
            ("like", [value, pattern]) => {
                Ok(Predicate::Like(self.text(value, "LIKE")?, self.text(pattern, "LIKE")?))
            }
            ("between", [value, low, high]) => self.between(value, low, high),
            ("in", [value, Node::List(items)]) => self.is_in(value, items),
            _ => self.other(name, args),
        }
    }

    fn other(&self, name: &str, args: &[Node]) -> Result<Predicate, FilterError> {
        let pair = || {
            <&[Node; 2]>::try_from(args).map_err(|_| {
                FilterError::WrongType(format!(
                    "{} takes 2 arguments, not {}",
                    shown(name),
                    args.len()
                ))
            })
        };
        if let Some(comparison) = named(&Comparison::ALL, name) {
            let [a, b] = pair()?;
            return self.compare(comparison, a, b);
        }
        if let Some(relation) = named(&Relation::ALL, name) {
            let [a, b] = pair()?;
            return self.spatial(relation, a, b);
        }
        if let Some(relation) = named(&TimeRelation::ALL, name) {
            let [a, b] = pair()?;
            let (a, b) = (self.span(a, relation, name)?, self.span(b, relation, name)?);
            return Ok(Predicate::Temporal(relation, a, b));
        }
        if let Some(relation) = named(&ListRelation::ALL, name) {
            let [a, b] = pair()?;
            return Ok(Predicate::Lists(relation, self.list(a, name)?, self.list(b, name)?));
        }
        match name {
            "and" | "or" | "not" | "isnull" | "like" | "between" | "in" => {
                let message = format!("{name} cannot take {} arguments", args.len());
                Err(FilterError::WrongType(message))
            }
            "+" | "-" | "*" | "/" | "div" | "%" | "^" | "casei" | "accenti" => {
                let message = format!("{name} is not a condition: compare its result with a value");
                Err(FilterError::WrongType(message))
            }
            _ => Err(unknown_function(name)),
        }
    }

    fn is_null(&self, node: &Node) -> Result<Predicate, FilterError> {
        if let Node::Property(name) = node {
            return Ok(match self.property(name)? {
                Property::Attribute(at) => Predicate::AttributeIsNull(at),
                Property::Geometry => Predicate::Always(false),
                Property::ValidFrom => Predicate::Always(self.vintage.valid_from.is_none()),
                Property::ValidTo => Predicate::Always(self.vintage.valid_to.is_none()),
            });
        }
        if matches!(node, Node::Geometry(_) | Node::List(_) | Node::Interval(_)) {
            return Ok(Predicate::Always(false));
        }
        Ok(Predicate::ScalarIsNull(self.scalar(node)?.0))
    }

    fn compare(&self, by: Comparison, a: &Node, b: &Node) -> Result<Predicate, FilterError> {
        let ((left, sort), (right, other)) = (self.scalar(a)?, self.scalar(b)?);
        if sort != other {
            return Err(do_not_compare(a, sort, b, other));
        }
        if sort == Sort::Boolean && !matches!(by, Comparison::Equal | Comparison::NotEqual) {
            let message = "booleans can only be compared with = and <>";
            return Err(FilterError::WrongType(message.to_owned()));
        }
        Ok(Predicate::Compare(by, left, right))
    }

    fn between(&self, value: &Node, low: &Node, high: &Node) -> Result<Predicate, FilterError> {
        let (of, sort) = self.scalar(value)?;
        let bound = |node: &Node| {
            let (bound, other) = self.scalar(node)?;
            match sort {
                _ if sort != other => Err(do_not_compare(value, sort, node, other)),
                Sort::Number | Sort::Instant => Ok(bound),
                _ => Err(self.mistaken(value, "a number or date before BETWEEN")),
            }
        };
        Ok(Predicate::Between(of, bound(low)?, bound(high)?))
    }

    fn is_in(&self, value: &Node, items: &[Node]) -> Result<Predicate, FilterError> {
        let (of, sort) = self.scalar(value)?;
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            let (scalar, other) = self.scalar(item)?;
            if sort != other {
                return Err(do_not_compare(value, sort, item, other));
            }
            list.push(scalar);
        }
        let texts = list.iter().map(|item| match item {
            Scalar::Text(text) => Some(text.clone()),
            _ => None,
        });
        match texts.collect() {
            Some(texts) if !list.is_empty() => Ok(Predicate::InTexts(of, Arc::new(texts))),
            _ => Ok(Predicate::In(of, list)),
        }
    }

    fn spatial(&self, relation: Relation, a: &Node, b: &Node) -> Result<Predicate, FilterError> {
        match (self.geometry_of(a)?, self.geometry_of(b)?) {
            (None, None) => Ok(Predicate::Always(relation.of_itself())),
            (None, Some(shape)) => self.shape(relation, shape),
            (Some(shape), None) => self.shape(relation.reversed(), shape),
            (Some(a), Some(b)) => relation.of_literals(a, b).map(Predicate::Always),
        }
    }

    fn shape(&self, relation: Relation, of: &Geometry<f64>) -> Result<Predicate, FilterError> {
        Ok(Predicate::Spatial(relation, Arc::new(Shape::new(of, self.crs)?)))
    }

    /// A geometry of the client, or `None` for that of the area or site.
    fn geometry_of<'n>(&self, node: &'n Node) -> Result<Option<&'n Geometry<f64>>, FilterError> {
        match node {
            Node::Geometry(geometry) => Ok(Some(geometry)),
            Node::Property(name) => match self.property(name)? {
                Property::Geometry => Ok(None),
                _ => Err(self.mistaken(node, "a geometry, or the property geometry")),
            },
            Node::Call(name, _) if !is_known(name) => Err(unknown_function(name)),
            _ => Err(self.mistaken(node, "a geometry, or the property geometry")),
        }
    }

    /// The first and last instant of the argument of a temporal function.
    fn span(
        &self,
        node: &Node,
        relation: TimeRelation,
        name: &str,
    ) -> Result<[Scalar; 2], FilterError> {
        if let Node::Interval(ends) = node {
            let [start, end] = &**ends;
            return Ok([self.end(start, Instant::Past)?, self.end(end, Instant::Future)?]);
        }
        let (scalar, sort) = self.scalar(node)?;
        if sort != Sort::Instant {
            return Err(self.mistaken(node, "a date, timestamp or interval"));
        }
        if !relation.takes_instants() {
            let message = format!(
                "{} takes two intervals, but {} is an instant: write INTERVAL('2024-05-01', '..')",
                name.to_uppercase(),
                node.words()
            );
            return Err(FilterError::WrongType(message));
        }
        Ok([scalar.clone(), scalar])
    }

    fn end(&self, node: &Node, open: Instant) -> Result<Scalar, FilterError> {
        // For the layer's own dates, null means that the vintage is open on that side.
        if let Node::Property(name) = node {
            let day = match self.property(name)? {
                Property::ValidFrom => Some(self.vintage.valid_from),
                Property::ValidTo => Some(self.vintage.valid_to),
                _ => None,
            };
            if let Some(day) = day {
                return Ok(Scalar::Instant(day.map_or(open, Instant::Day)));
            }
        }
        if let Node::Text(text) = node {
            return Instant::end(text, open).map(Scalar::Instant);
        }
        match self.scalar(node)? {
            (scalar, Sort::Instant) => Ok(scalar),
            _ => Err(self.mistaken(node, "a date, a timestamp or '..' as the end of an interval")),
        }
    }

    fn list(&self, node: &Node, name: &str) -> Result<List, FilterError> {
        let expected = || self.mistaken(node, &format!("a list for {}", name.to_uppercase()));
        let item = |node: &Node| match node {
            Node::Text(text) | Node::Date(text) | Node::Timestamp(text) => Ok(text.clone()),
            Node::Number(number) => Ok(number.to_string()),
            Node::Boolean(truth) => Ok(truth.to_string()),
            _ => Err(self.mistaken(node, "a text, number, date or boolean in a list")),
        };
        match node {
            Node::List(items) => {
                items.iter().map(item).collect::<Result<_, _>>().map(List::Constant)
            }
            Node::Property(name) => match self.property(name)? {
                Property::Attribute(at)
                    if matches!(self.kind(at), AttributeType::List | AttributeType::Codes) =>
                {
                    Ok(List::Attribute(at))
                }
                _ => Err(expected()),
            },
            Node::Text(_) | Node::Number(_) | Node::Boolean(_) => {
                Ok(List::Constant(vec![item(node)?]))
            }
            Node::Call(name, _) if !is_known(name) => Err(unknown_function(name)),
            _ => Err(expected()),
        }
    }

    /// A node of the wrong type.
    fn mistaken(&self, node: &Node, expected: &str) -> FilterError {
        let kind = match node {
            Node::Property(name) => self
                .schema
                .position(name)
                .map_or(String::new(), |at| format!(", which is {},", self.kind(at).words())),
            _ => String::new(),
        };
        FilterError::WrongType(format!("expected {expected}, found {}{kind}", node.words()))
    }
}

fn named<T: Copy>(all: &[(&str, T)], name: &str) -> Option<T> {
    all.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}
