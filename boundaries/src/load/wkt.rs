//! Well-known text (OGC 06-103r4, section 7), with an `SRID=…;` in front as PostGIS writes it, and
//! well-known binary as hexadecimal digits.

use geo::Coord;

use super::collection::{ReadGeometry, collection, multipolygon, points, polygons};
use super::raw::{RawGeometry, RawRing};
use super::wkb;

/// Collections in files are a few levels deep. Deeper ones would only exhaust the stack.
const DEEPEST: usize = 16;

/// A geometry of a CSV cell.
#[derive(Debug, PartialEq)]
pub struct TextGeometry {
    /// The geometry.
    pub geometry: ReadGeometry,
    /// The EPSG code in front of it.
    pub srid: Option<u32>,
}

/// Reads well-known text or hexadecimal well-known binary. Measures and heights are dropped.
///
/// # Errors
///
/// Fails if the text is neither, with the place where it is not.
pub fn read(text: &str) -> Result<TextGeometry, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(TextGeometry { geometry: RawGeometry::Empty.into(), srid: None });
    }
    if is_hexadecimal(text) {
        let geometry = wkb::read(&bytes_of(text))?;
        return Ok(TextGeometry { geometry, srid: None });
    }
    let (srid, text) = match text.split_once(';') {
        Some((srid, rest)) if starts_with_word(srid, "SRID=") => {
            (srid[5..].trim().parse().ok(), rest)
        }
        _ => (None, text),
    };
    let mut parser = Parser { text, at: 0 };
    let geometry = parser.geometry(0)?;
    parser.skip_spaces();
    if parser.at < text.len() {
        return Err(parser.unexpected("the end"));
    }
    Ok(TextGeometry { geometry, srid })
}

/// Returns true if a text begins as a geometry does.
pub(super) fn is_geometry(text: &str) -> bool {
    const KINDS: [&str; 8] = [
        "POLYGON",
        "MULTIPOLYGON",
        "POINT",
        "MULTIPOINT",
        "LINESTRING",
        "MULTILINESTRING",
        "GEOMETRYCOLLECTION",
        "SRID=",
    ];
    let text = text.trim_start();
    KINDS.iter().any(|kind| starts_with_word(text, kind)) || is_hexadecimal(text)
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// The byte order and type of well-known binary are ten digits.
fn is_hexadecimal(text: &str) -> bool {
    text.len() > 10
        && text.len().is_multiple_of(2)
        && (text.starts_with("00") || text.starts_with("01"))
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn bytes_of(digits: &str) -> Vec<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16).unwrap_or_default() as u8;
    let (pairs, _) = digits.as_bytes().as_chunks::<2>();
    pairs.iter().map(|[high, low]| value(*high) << 4 | value(*low)).collect()
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn unexpected(&self, expected: &str) -> String {
        let found: String = self.rest().chars().take(20).collect();
        let found = if found.is_empty() { "the end".to_owned() } else { format!("{found:?}") };
        format!(
            "the well-known text has {found} where {expected} must be, at character {}",
            self.at
        )
    }

    /// Takes a character if it is next.
    fn takes(&mut self, wanted: char) -> bool {
        self.skip_spaces();
        let is_next = self.rest().starts_with(wanted);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, wanted: char) -> Result<(), String> {
        if self.takes(wanted) { Ok(()) } else { Err(self.unexpected(&format!("{wanted:?}"))) }
    }

    /// Takes a word of letters, in capitals.
    fn word(&mut self) -> String {
        self.skip_spaces();
        let word: String = self.rest().chars().take_while(char::is_ascii_alphabetic).collect();
        self.at += word.len();
        word.to_ascii_uppercase()
    }

    fn takes_empty(&mut self) -> bool {
        let before = self.at;
        let is_empty = self.word() == "EMPTY";
        if !is_empty {
            self.at = before;
        }
        is_empty
    }

    /// Reads items in brackets, separated by commas. `EMPTY` is none.
    fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        if self.takes_empty() {
            return Ok(Vec::new());
        }
        self.expect('(')?;
        let mut items = vec![item(self)?];
        while self.takes(',') {
            items.push(item(self)?);
        }
        self.expect(')')?;
        Ok(items)
    }

    fn number(&mut self) -> Result<f64, String> {
        self.skip_spaces();
        let end = self.rest().find(|c: char| c.is_whitespace() || "(),".contains(c));
        let token = &self.rest()[..end.unwrap_or(self.rest().len())];
        let number = token.parse().map_err(|_| self.unexpected("a number"))?;
        self.at += token.len();
        Ok(number)
    }

    fn position(&mut self) -> Result<Coord<f64>, String> {
        let (x, y) = (self.number()?, self.number()?);
        for _ in 0..2 {
            self.skip_spaces();
            if self.rest().starts_with([',', ')']) {
                break;
            }
            self.number()?;
        }
        Ok(Coord { x, y })
    }

    fn ring(&mut self) -> Result<RawRing, String> {
        self.list(Self::position)
    }

    fn rings(&mut self) -> Result<Vec<RawRing>, String> {
        self.list(Self::ring)
    }

    /// Passes over the brackets of a geometry that is not used.
    fn skip_brackets(&mut self) -> Result<(), String> {
        if self.takes_empty() {
            return Ok(());
        }
        self.expect('(')?;
        let mut depth = 1;
        while depth > 0 {
            let next = self.rest().find(['(', ')']).ok_or_else(|| self.unexpected("')'"))?;
            depth = if self.rest()[next..].starts_with('(') { depth + 1 } else { depth - 1 };
            self.at += next + 1;
        }
        Ok(())
    }

    /// Reads the kind of a geometry without its dimensions: `POLYGON Z` and `POLYGONZM` are polygons.
    fn kind(&mut self) -> String {
        let mut kind = self.word();
        for suffix in ["ZM", "Z", "M"] {
            if let Some(stem) = kind.strip_suffix(suffix) {
                kind = stem.to_owned();
                break;
            }
        }
        let before = self.at;
        if !["Z", "M", "ZM"].contains(&self.word().as_str()) {
            self.at = before;
        }
        kind
    }

    fn geometry(&mut self, depth: usize) -> Result<ReadGeometry, String> {
        if depth >= DEEPEST {
            return Err(format!("geometries are nested more than {DEEPEST} deep"));
        }
        self.skip_spaces();
        let start = self.at;
        match self.kind().as_str() {
            "POINT" => Ok(match self.list(Self::position)?[..] {
                [] => RawGeometry::Empty.into(),
                [at] => RawGeometry::Point(at).into(),
                _ => return Err("a POINT has more than one position".to_owned()),
            }),
            "POLYGON" => Ok(polygons(vec![self.rings()?])),
            "MULTIPOLYGON" => {
                let members = self.list(|parser| Ok(polygons(vec![parser.rings()?])))?;
                multipolygon(members)
            }
            "MULTIPOINT" => {
                let members = self.list(|parser| {
                    let in_brackets = parser.takes('(');
                    let at = parser.position()?;
                    if in_brackets {
                        parser.expect(')')?;
                    }
                    Ok(RawGeometry::Point(at).into())
                })?;
                Ok(points("MultiPoint", members))
            }
            "GEOMETRYCOLLECTION" => {
                let members = self.list(|parser| parser.geometry(depth + 1))?;
                Ok(collection("GeometryCollection", members))
            }
            kind => {
                let Some((_, name)) = OTHERS.iter().find(|(name, _)| *name == kind) else {
                    self.at = start;
                    return Err(self.unexpected("the type of a geometry, such as MULTIPOLYGON,"));
                };
                self.skip_brackets()?;
                Ok(RawGeometry::Other((*name).to_owned()).into())
            }
        }
    }
}

/// Geometries that a layer cannot use.
const OTHERS: [(&str, &str); 8] = [
    ("LINESTRING", "LineString"),
    ("MULTILINESTRING", "MultiLineString"),
    ("CIRCULARSTRING", "CircularString"),
    ("COMPOUNDCURVE", "CompoundCurve"),
    ("MULTICURVE", "MultiCurve"),
    ("CURVEPOLYGON", "CurvePolygon"),
    ("MULTISURFACE", "MultiSurface"),
    ("TIN", "TIN"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn geometry(text: &str) -> RawGeometry {
        read(text).unwrap().geometry.geometry
    }

    fn triangle() -> RawGeometry {
        let ring = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.5), (0.0, 0.0)];
        let ring = ring.iter().map(|&(x, y)| Coord { x, y }).collect();
        RawGeometry::Polygons { polygons: vec![vec![ring]], grouped: true }
    }

    #[test]
    fn a_polygon_is_read_in_every_spelling() {
        for text in [
            "POLYGON ((0 0, 1 0, 0 1.5, 0 0))",
            "polygon((0 0,1 0,0 1.5,0 0))",
            " Polygon Z ( ( 0 0 9 , 1 0 9 , 0 1.5 9 , 0 0 9 ) ) ",
            "POLYGONZM ((0 0 8 9,1 0 8 9,0 15e-1 8 9,0 0 8 9))",
            "MULTIPOLYGON (((0 0,1 0,0 1.5,0 0)))",
            "MULTIPOLYGON M (((0 0 9,1 0 9,0 1.5 9,0 0 9)))",
            "GEOMETRYCOLLECTION (POLYGON ((0 0,1 0,0 1.5,0 0)))",
        ] {
            assert_eq!(geometry(text), triangle(), "{text}");
        }
        let with_srid = read("SRID=27700;POLYGON((0 0,1 0,0 1.5,0 0))").unwrap();
        assert_eq!((with_srid.srid, with_srid.geometry.geometry), (Some(27_700), triangle()));
    }

    #[test]
    fn points_empty_geometries_and_others_are_told_apart() {
        assert_eq!(geometry("POINT (1 2)"), RawGeometry::Point(Coord { x: 1.0, y: 2.0 }));
        assert_eq!(geometry("MULTIPOINT ((1 2))"), RawGeometry::Point(Coord { x: 1.0, y: 2.0 }));
        assert_eq!(geometry("MULTIPOINT (1 2)"), RawGeometry::Point(Coord { x: 1.0, y: 2.0 }));
        for text in ["", "POLYGON EMPTY", "MULTIPOLYGON EMPTY", "POINT EMPTY"] {
            assert_eq!(geometry(text), RawGeometry::Empty, "{text}");
        }
        assert_eq!(geometry("LINESTRING (0 0, 1 1)"), RawGeometry::Other("LineString".into()));
        let with_line =
            read("GEOMETRYCOLLECTION (LINESTRING (0 0, 1 1), POLYGON ((0 0,1 0,0 1.5,0 0)))");
        assert!(with_line.unwrap().geometry.fault.unwrap().message.contains("LineString"));
    }

    #[test]
    fn hexadecimal_binary_is_read() {
        let mut digits = "0101000000".to_owned();
        for number in [1.0_f64, 2.0] {
            digits.extend(number.to_le_bytes().map(|byte| format!("{byte:02X}")));
        }
        assert_eq!(geometry(&digits), RawGeometry::Point(Coord { x: 1.0, y: 2.0 }));
    }

    #[test]
    fn malformed_text_is_refused_with_its_place() {
        for (text, words) in [
            ("POLYGON ((0 0, 1 0, 0 1", "the end where a number must be"),
            ("POLYGON ((0 0, 1 0, 0 1)", "the end where ')' must be"),
            ("POLYGON ((0 0, x 0))", "\"x 0))\" where a number must be, at character 15"),
            ("POLYGON ((0 0)) more", "\"more\" where the end must be"),
            ("CIRCLE (0 0)", "where the type of a geometry"),
            ("POLYGON 0 0", "where '(' must be"),
            ("LINESTRING (0 0", "where ')' must be"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
        let nested = "GEOMETRYCOLLECTION (".repeat(100_000);
        assert!(read(&nested).unwrap_err().contains("nested more than"));
    }
}
