//! The shape of a usual line: an object whose values have no parts, by whose names it says a place.

use super::Reading;
use super::shape::{Between, Member, Says, Shape};
use super::value;
use crate::bulk::columns::By;

/// The shape of the line that begins there. `None` of any unusual line, right or wrong: where a
/// value has parts or a name escapes, nothing is said or a place is said twice, or white space
/// stands before the object.
pub(super) fn shape<'b>(block: &'b [u8], start: usize, reading: &Reading) -> Option<Shape<'b>> {
    let mut cursor = Cursor { block, at: start };
    let (mut members, mut said) = (Vec::new(), Vec::new());
    cursor.byte(b'{')?;
    let mut from = start;
    loop {
        let name = cursor.name()?;
        if reading.taken.iter().any(|taken| taken.as_bytes() == name) {
            return None;
        }
        let says = match name {
            _ if !is_read(name, reading.by) => Says::Other,
            b"postcode" => Says::Postcode,
            b"lon" | b"easting" => Says::X,
            _ => Says::Y,
        };
        if !matches!(says, Says::Other) {
            if said.contains(&name) {
                return None;
            }
            said.push(name);
        }
        members.push(Member { before: Between::new(&block[from..cursor.at]), says });
        cursor.at = value::end(block, cursor.at)?;
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
        let name = value::text(self.block, self.at)?;
        self.at += name.len() + 2;
        self.space();
        self.byte(b':')?;
        self.space();
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::question::Question;
    use super::super::shape::Line;
    use super::*;

    /// Texts that lines are made of, most of them right.
    fn piece() -> impl Strategy<Value = String> {
        let fixed = [
            "{",
            "}",
            ",",
            ":",
            "\"",
            " ",
            "\t",
            "\r",
            "{}",
            "[1]",
            "null",
            "true",
            "false",
            "nul",
            "\\",
            "\\u0041",
            "\u{1}",
            "\u{7f}",
            "\u{e9}",
            "\"postcode\"",
            "\"lon\"",
            "\"lat\"",
            "\"easting\"",
            "\"northing\"",
            "\"status\"",
            "\"id\"",
            "\"NN1 1AA\"",
            "\"nn11aa\"",
            "\"\"",
            "-",
            "0",
            "01",
            "1.",
            ".5",
            "-0.5",
            "1e5",
            "1E+2",
            "1e999",
            "475500",
            "260500.25",
            "51.5",
            "-0.1278",
        ];
        prop_oneof![
            4 => proptest::sample::select(fixed.to_vec()).prop_map(str::to_owned),
            1 => "\"[ -~]{0,20}\"",
            1 => "-?[0-9]{1,18}(\\.[0-9]{1,9})?([eE][+-]?[0-9]{1,3})?",
        ]
    }

    /// Lines of members of which every part may be spoilt.
    fn lines() -> impl Strategy<Value = String> {
        let member = (
            proptest::sample::select(vec!["postcode", "lon", "lat", "easting", "northing", "id"]),
            piece(),
        );
        let right = proptest::collection::vec(member, 0..6).prop_map(|members| {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            format!("{{{}}}", members.join(","))
        });
        let any = || proptest::collection::vec(piece(), 0..16).prop_map(|pieces| pieces.concat());
        let closed = any().prop_map(|inner| format!("{{{inner}}}"));
        prop_oneof![3 => right, 1 => any(), 1 => closed]
    }

    /// The line that begins there, as a line of the given shape or, if it is none, of its own.
    fn read<'b>(
        block: &'b [u8],
        start: usize,
        reading: &Reading,
        before: &mut Option<Shape<'b>>,
    ) -> Option<Line> {
        let known = before.as_ref().and_then(|shape| shape.read(block, start));
        known.or_else(|| {
            *before = shape(block, start, reading);
            before.as_ref()?.read(block, start)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn a_usual_line_says_what_serde_reads_whatever_came_before(
            lines in proptest::collection::vec(lines(), 1..5),
            by in proptest::option::of(proptest::sample::select(
                vec![By::Postcode, By::LngLat, By::Bng],
            )),
            is_ended: bool,
        ) {
            let reading = Reading { by, taken: vec!["status".to_owned()] };
            let mut block = [&lines[..], &lines[..]].concat().join("\n");
            if is_ended {
                block.push('\n');
            }
            let block = block.as_bytes();
            let (mut before, mut start) = (None, 0);
            while start < block.len() {
                let end = memchr::memchr(b'\n', &block[start..]).map_or(block.len(), |at| start + at);
                let line = &block[start..end];
                if let Some(read) = read(block, start, &reading, &mut before) {
                    let question = Question::read(line.trim_ascii(), &reading);
                    prop_assert_eq!(read.place, question.place.map_err(|(status, _)| status));
                    prop_assert_eq!(Some(&block[start..read.members]), question.members);
                    prop_assert_eq!(read.next, (end + 1).min(block.len()));
                }
                start = end + 1;
            }
        }
    }

    #[test]
    fn the_lines_that_most_files_have_are_usual() {
        let reading = Reading { by: None, taken: vec!["status".to_owned()] };
        let lines = [
            "{\"id\":7,\"postcode\":\"NN1 1AA\",\"note\":\"as it came, and somewhat longer\"}",
            "{\"id\":8,\"postcode\":\"NN1 1AB\",\"note\":null}",
            "{\"id\":9,\"postcode\": \"NN1 1AB\"}",
            "{\"id\":10,\"postcode\":\"NN1 1AB\"}\r",
            "{\"id\": null, \"easting\": 475500.25, \"northing\": 260500, \"done\": true}",
            "{ \"lat\" : 52.235518 , \"lon\" : -0.896042, \"name\": \"Caf\u{e9}\" }",
        ];
        let block = lines.join("\n");
        let (mut before, mut start) = (None, 0);
        for line in lines {
            let read = read(block.as_bytes(), start, &reading, &mut before).expect(line);
            assert!(read.place.is_ok(), "{line}");
            assert_eq!(
                format!("{}}}", &block[start..read.members]),
                line.trim().replace(" }", "}")
            );
            start = read.next;
        }
        assert_eq!(start, block.len());
    }

    #[test]
    fn a_line_of_the_shape_before_is_not_read_anew() {
        let reading = Reading { by: None, taken: Vec::new() };
        for (one, like, unlike) in [
            (
                "{\"id\":1,\"postcode\":\"NN1 1AA\"}",
                "{\"id\":\"a\",\"postcode\":\"N1 1AB\"}",
                "{\"id\":1}",
            ),
            ("{\"lon\":1,\"lat\":52}", "{\"lon\":-1.5,\"lat\":5e1}", "{\"lon\":1, \"lat\":52}"),
        ] {
            let [one, like, unlike] = [one, like, unlike].map(|line| format!("{line}\n"));
            let shape = shape(one.as_bytes(), 0, &reading).expect(&one);
            assert!(shape.read(like.as_bytes(), 0).is_some(), "{like}");
            assert!(shape.read(unlike.as_bytes(), 0).is_none(), "{unlike}");
        }
    }
}
