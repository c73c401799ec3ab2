//! Geometries in CQL2 text: Well-Known Text (OGC 06-103r4, section 7) and `BBOX`.

use geo::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

use super::{Parser, Token};
use crate::features::cql2::error::FilterError;
use crate::features::cql2::literal::{bbox, ring};

const KINDS: [&str; 8] = [
    "POINT",
    "LINESTRING",
    "POLYGON",
    "MULTIPOINT",
    "MULTILINESTRING",
    "MULTIPOLYGON",
    "GEOMETRYCOLLECTION",
    "BBOX",
];

/// Returns whether a word is a geometry type.
pub(super) fn is_geometry(word: &str) -> bool {
    KINDS.iter().any(|kind| word.eq_ignore_ascii_case(kind))
}

/// The geometry that begins with the next word.
pub(super) fn geometry(parser: &mut Parser) -> Result<Geometry<f64>, FilterError> {
    let at = parser.at();
    let Token::Word(kind) = parser.take() else {
        return Err(parser.expected("a geometry"));
    };
    let kind = kind.to_ascii_uppercase();
    if ["Z", "M", "ZM"].iter().any(|dimensions| parser.peek().is_word(dimensions)) {
        parser.take();
    }
    if parser.peek().is_word("EMPTY") {
        return Err(FilterError::syntax(
            "an empty geometry intersects nothing: give one with coordinates",
            at,
        ));
    }
    parser.meter.enter()?;
    let geometry = match &kind[..] {
        "BBOX" => {
            let numbers = list(parser, number)?;
            bbox(&numbers)?
        }
        "POINT" => Point(bracketed(parser, position)?).into(),
        "LINESTRING" => line(parser)?.into(),
        "POLYGON" => polygon(parser)?.into(),
        "MULTIPOINT" => {
            let points = list(parser, |parser| {
                if *parser.peek() == Token::Sign("(") {
                    bracketed(parser, position)
                } else {
                    position(parser)
                }
            })?;
            MultiPoint(points.into_iter().map(Point).collect()).into()
        }
        "MULTILINESTRING" => MultiLineString(list(parser, line)?).into(),
        "MULTIPOLYGON" => MultiPolygon(list(parser, polygon)?).into(),
        _ => {
            let members = list(parser, |parser| match parser.peek() {
                Token::Word(word) if is_geometry(word) => geometry(parser),
                _ => Err(parser.expected("a geometry")),
            })?;
            Geometry::GeometryCollection(GeometryCollection(members))
        }
    };
    parser.meter.leave(1);
    Ok(geometry)
}

type Read<T> = fn(&mut Parser) -> Result<T, FilterError>;

fn bracketed<T>(parser: &mut Parser, read: Read<T>) -> Result<T, FilterError> {
    parser.needs_sign("(", "before coordinates")?;
    let value = read(parser)?;
    parser.needs_sign(")", "after coordinates")?;
    Ok(value)
}

/// One or more items in brackets, separated by commas.
fn list<T>(parser: &mut Parser, read: Read<T>) -> Result<Vec<T>, FilterError> {
    parser.needs_sign("(", "before coordinates")?;
    let mut items = vec![read(parser)?];
    while parser.takes_sign(",") {
        items.push(read(parser)?);
    }
    parser.needs_sign(")", "or \",\" in a geometry")?;
    Ok(items)
}

fn line(parser: &mut Parser) -> Result<LineString<f64>, FilterError> {
    let at = parser.at();
    let positions = list(parser, position)?;
    if positions.len() < 2 {
        return Err(FilterError::syntax("a line needs at least two positions", at));
    }
    Ok(LineString(positions))
}

fn polygon(parser: &mut Parser) -> Result<Polygon<f64>, FilterError> {
    let mut rings = list(parser, |parser| ring(list(parser, position)?))?;
    let shell = rings.remove(0);
    Ok(Polygon::new(shell, rings))
}

/// Two numbers; a third and fourth, height and measure, are ignored.
fn position(parser: &mut Parser) -> Result<Coord<f64>, FilterError> {
    parser.meter.vertex()?;
    let (x, y) = (number(parser)?, number(parser)?);
    for _ in 0..2 {
        if matches!(parser.peek(), Token::Number(_) | Token::Sign("-" | "+")) {
            number(parser)?;
        }
    }
    Ok(Coord { x, y })
}

fn number(parser: &mut Parser) -> Result<f64, FilterError> {
    let negative = parser.takes_sign("-");
    if !negative {
        parser.takes_sign("+");
    }
    match *parser.peek() {
        Token::Number(number) => {
            parser.take();
            Ok(if negative { -number } else { number })
        }
        _ => Err(parser.expected("a coordinate")),
    }
}
