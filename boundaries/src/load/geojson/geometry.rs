//! Conversion of a GeoJSON geometry, with members in any order, to a raw geometry.

use std::fmt;

use geo::Coord;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::super::collection::{ReadGeometry, collection, points, polygons};
use super::super::raw::{RawGeometry, RawRing};

/// A geometry object as read.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct GeometryParts {
    #[serde(rename = "type")]
    kind: Option<Node>,
    coordinates: Option<Node>,
    geometries: Option<Vec<GeometryParts>>,
}

/// Any JSON value in place of coordinates.
enum Node {
    Number(f64),
    /// Two or more numbers. Numbers after the second (height, measure) are dropped.
    Position(Coord<f64>),
    List(Vec<Node>),
    Text(String),
    /// Any other value, described in words.
    Wrong(&'static str),
}

impl Node {
    fn describe(&self) -> &str {
        match self {
            Self::Number(_) => "a number",
            Self::Position(_) => "a position",
            Self::List(list) if list.is_empty() => "an empty list",
            Self::List(_) => "a list",
            Self::Text(_) => "text",
            Self::Wrong(what) => what,
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("coordinates")
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Number(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Number(number as f64))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Number(number as f64))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Wrong("true or false"))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Wrong("null"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Node::Wrong("an object"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let x = match seq.next_element()? {
            None => return Ok(Node::List(Vec::new())),
            Some(Node::Number(x)) => x,
            Some(first) => {
                let mut list = vec![first];
                while let Some(node) = seq.next_element()? {
                    list.push(node);
                }
                list.shrink_to_fit();
                return Ok(Node::List(list));
            }
        };
        let second = seq.next_element()?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(match second {
            Some(Node::Number(y)) => Node::Position(Coord { x, y }),
            Some(_) => Node::Wrong("a position whose second value is not a number"),
            None => Node::Wrong("a position of one number"),
        })
    }
}

/// Why a geometry is invalid, and the polygon and ring concerned, if known.
pub(super) type GeometryError = (String, Option<(usize, usize)>);

impl GeometryParts {
    /// Converts to a raw geometry.
    ///
    /// # Errors
    ///
    /// Fails if the geometry violates the format.
    pub(super) fn into_raw(self) -> Result<ReadGeometry, GeometryError> {
        let kind = match self.kind {
            Some(Node::Text(kind)) => kind,
            Some(_) => return Err(("the geometry's \"type\" is not text".to_owned(), None)),
            None => return Err(("the geometry has no \"type\"".to_owned(), None)),
        };
        match kind.as_str() {
            "Polygon" | "MultiPolygon" | "Point" | "MultiPoint" => {}
            "LineString" | "MultiLineString" => return Ok(RawGeometry::Other(kind).into()),
            "GeometryCollection" => {
                let members = self.geometries.unwrap_or_default();
                let members = members.into_iter().map(Self::into_raw);
                return Ok(collection(&kind, members.collect::<Result<_, _>>()?));
            }
            _ => return Err((format!("{kind:?} is not a GeoJSON geometry type"), None)),
        }
        let Some(coordinates) = self.coordinates else {
            return Err((format!("the {kind} has no \"coordinates\""), None));
        };
        match kind.as_str() {
            "Polygon" => Ok(polygons(vec![rings(0, coordinates)?])),
            "MultiPolygon" => {
                let list = list(coordinates, "the MultiPolygon's coordinates", None)?;
                let all = list.into_iter().enumerate().map(|(p, polygon)| rings(p, polygon));
                Ok(polygons(all.collect::<Result<_, _>>()?))
            }
            _ => point(&kind, coordinates),
        }
    }
}

fn list(node: Node, what: &str, ring: Option<(usize, usize)>) -> Result<Vec<Node>, GeometryError> {
    match node {
        Node::List(list) => Ok(list),
        other => Err((format!("{what} are {}, not a list", other.describe()), ring)),
    }
}

fn rings(polygon: usize, node: Node) -> Result<Vec<RawRing>, GeometryError> {
    let rings = list(node, "the coordinates of the polygon", Some((polygon, 0)))?;
    rings.into_iter().enumerate().map(|(r, ring)| positions(ring, (polygon, r))).collect()
}

fn positions(node: Node, ring: (usize, usize)) -> Result<RawRing, GeometryError> {
    list(node, "the coordinates of the ring", Some(ring))?
        .into_iter()
        .enumerate()
        .map(|(i, node)| match node {
            Node::Position(at) => Ok(at),
            other => {
                let message = format!(
                    "vertex {i} is {}: it must be a position of two numbers",
                    other.describe()
                );
                Err((message, Some(ring)))
            }
        })
        .collect()
}

/// Converts the coordinates of a Point or MultiPoint.
fn point(kind: &str, coordinates: Node) -> Result<ReadGeometry, GeometryError> {
    let wrong =
        |node: &Node| Err((format!("the coordinates of the {kind} are {}", node.describe()), None));
    match (kind, coordinates) {
        (_, Node::List(list)) if list.is_empty() => Ok(RawGeometry::Empty.into()),
        ("Point", Node::Position(at)) => Ok(RawGeometry::Point(at).into()),
        ("MultiPoint", Node::List(list)) => {
            let members = list.into_iter().map(|node| match node {
                Node::Position(at) => Ok(RawGeometry::Point(at).into()),
                other => wrong(&other),
            });
            Ok(points(kind, members.collect::<Result<_, _>>()?))
        }
        (_, node) => wrong(&node),
    }
}
