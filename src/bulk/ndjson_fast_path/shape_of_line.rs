//! The shape of a usual line: an object whose values have no parts, by whose names it says a place.

use super::shape::{Between, Member, Says, Shape};
use super::{Members, scalar};
use crate::bulk::input_columns::By;

/// The shape of the line that begins there. `None` of any unusual line, right or wrong: where a
/// value has parts or a name escapes, nothing is said or a place is said twice, a name is not
/// allowed, or white space stands before the object.
pub(super) fn shape<'b>(block: &'b [u8], start: usize, allowed: &Members) -> Option<Shape<'b>> {
    let mut cursor = Cursor { block, at: start };
    let (mut members, mut said) = (Vec::new(), Vec::new());
    cursor.byte(b'{')?;
    let mut from = start;
    loop {
        let name = cursor.name()?;
        let says = match name {
            _ if !is_read(name, allowed.by) => Says::Other,
            b"postcode" => Says::Postcode,
            b"lon" | b"easting" => Says::X,
            _ => Says::Y,
        };
        let is_other = |says| matches!(says, Says::Other);
        let had = || members.iter().any(|before: &Member| is_other(before.says));
        let is_one_too_many =
            is_other(says) && allowed.only.is_some_and(|only| name != only.as_bytes() || had());
        let is_taken = allowed.taken.iter().any(|taken| taken.as_bytes() == name);
        if is_one_too_many || is_taken || said.contains(&name) {
            return None;
        }
        if !is_other(says) {
            said.push(name);
        }
        members.push(Member { before: Between::new(&block[from..cursor.at]), says });
        cursor.at = scalar::end(block, cursor.at)?;
        from = cursor.at;
        cursor.space();
        if cursor.byte(b',').is_none() {
            break;
        }
    }
    cursor.byte(b'}')?;
    cursor.space();
    if cursor.at < block.len() {
        cursor.byte(b'\n')?;
    }
    let end = Between::new(&block[from..cursor.at]);
    Some(Shape { members, end, way: way(&mut said) })
}

/// The names by which each way says a place, in order.
const NAMES: [(By, &[&[u8]]); 3] = [
    (By::Postcode, &[b"postcode"]),
    (By::LngLat, &[b"lat", b"lon"]),
    (By::Bng, &[b"easting", b"northing"]),
];

/// Whether a member of that name says where, by the way that is chosen if one is.
fn is_read(name: &[u8], chosen: Option<By>) -> bool {
    let mut ways = NAMES.iter().filter(|(way, _)| chosen.is_none_or(|by| by == *way));
    ways.any(|(_, names)| names.contains(&name))
}

/// The way by which these names say a place and no more than that.
fn way(said: &mut [&[u8]]) -> Option<By> {
    said.sort_unstable();
    NAMES.iter().find(|(_, names)| *names == said).map(|&(way, _)| way)
}

/// How far a line has been gone through.
struct Cursor<'b> {
    block: &'b [u8],
    at: usize,
}

impl<'b> Cursor<'b> {
    fn byte(&mut self, byte: u8) -> Option<()> {
        (*self.block.get(self.at)? == byte).then(|| self.at += 1)
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r') = self.block.get(self.at) {
            self.at += 1;
        }
    }

    /// The name of a member; goes on to where its value begins.
    fn name(&mut self) -> Option<&'b [u8]> {
        self.space();
        let name = scalar::text(self.block, self.at)?;
        self.at += name.len() + 2;
        self.space();
        self.byte(b':')?;
        self.space();
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulk::ndjson_fast_path::Usual;

    const ANY: Members = Members { by: None, taken: Vec::new(), only: None };

    #[test]
    fn the_lines_that_most_files_have_are_usual() {
        let lines = [
            "{\"id\":7,\"postcode\":\"NN1 1AA\",\"note\":\"as it came, and somewhat longer\"}",
            "{\"id\":8,\"postcode\":\"NN1 1AB\",\"note\":null}",
            "{\"id\":9,\"postcode\": \"NN1 1AB\"}",
            "{\"id\":10,\"postcode\":\"NN1 1AB\"}\r",
            "{\"id\": null, \"easting\": 475500.25, \"northing\": 260500, \"done\": true}",
            "{ \"lat\" : 52.235518 , \"lon\" : -0.896042, \"name\": \"Caf\u{e9}\" }",
        ];
        let block = lines.join("\n");
        let any = ANY;
        let (mut usual, mut start) = (Usual::of(block.as_bytes(), &any), 0);
        for line in lines {
            let read = usual.read(start).expect(line);
            assert!(read.place.is_ok(), "{line}");
            assert_eq!(format!("{}}}", &block[start..read.end]), line.trim().replace(" }", "}"));
            start = read.next;
        }
        assert_eq!(start, block.len());
    }

    #[test]
    fn a_line_of_the_shape_before_is_not_read_anew() {
        for (one, like, unlike) in [
            (
                "{\"id\":1,\"postcode\":\"NN1 1AA\"}",
                "{\"id\":\"a\",\"postcode\":\"N1 1AB\"}",
                "{\"id\":1}",
            ),
            ("{\"lon\":1,\"lat\":52}", "{\"lon\":-1.5,\"lat\":5e1}", "{\"lon\":1, \"lat\":52}"),
        ] {
            let [one, like, unlike] = [one, like, unlike].map(|line| format!("{line}\n"));
            let shape = shape(one.as_bytes(), 0, &ANY).expect(&one);
            assert!(shape.read(like.as_bytes(), 0).is_some(), "{like}");
            assert!(shape.read(unlike.as_bytes(), 0).is_none(), "{unlike}");
        }
    }

    #[test]
    fn where_one_other_name_is_allowed_no_second_is_and_no_other() {
        let allowed = Members { only: Some("id"), ..ANY };
        let is_usual = |line: &str| shape(line.as_bytes(), 0, &allowed).is_some();
        assert!(is_usual("{\"id\":1,\"postcode\":\"NN1 1AA\"}"));
        assert!(is_usual("{\"postcode\":\"NN1 1AA\"}"));
        assert!(!is_usual("{\"id\":1,\"postcode\":\"NN1 1AA\",\"id\":2}"));
        assert!(!is_usual("{\"postcode\":\"NN1 1AA\",\"note\":2}"));
    }
}
