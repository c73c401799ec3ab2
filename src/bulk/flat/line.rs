//! The usual line, gone through once: an object of texts without escapes, numbers, `true`, `false`
//! and `null` (RFC 8259). It is checked as strictly as serde checks it, since what comes back of it
//! is written as it stands.

use lapwing_boundaries::postcode::Postcode;

use super::Reading;
use crate::answers::Place;
use crate::bulk::columns::{By, short_number};
use crate::bulk::said::Said;
use crate::bulk::{Status, postcode};

/// What a member says.
#[derive(Clone, Copy, Debug)]
enum Says {
    Postcode,
    Lon,
    Lat,
    Easting,
    Northing,
    /// Something of the caller's own, or another way than the one that is chosen.
    Other,
}

/// The members of the line before. Most files have the same in every line, where they are compared
/// and not read.
#[derive(Debug, Default)]
pub(super) struct Shape<'b>(Vec<Member<'b>>);

#[derive(Debug)]
struct Member<'b> {
    /// What stands before its value, from the end of the last.
    before: &'b [u8],
    /// The beginning of that, and the bits of it that count.
    first: u128,
    mask: u128,
    says: Says,
}

impl<'b> Member<'b> {
    fn new(before: &'b [u8], says: Says) -> Self {
        const WIDE: usize = size_of::<u128>();
        let mut first = [0; WIDE];
        let few = before.len().min(WIDE);
        first[..few].copy_from_slice(&before[..few]);
        let mask = u128::MAX.checked_shr(8 * (WIDE - few) as u32).unwrap_or(0);
        Self { before, first: u128::from_le_bytes(first), mask, says }
    }

    /// Whether its name stands there, at the beginning.
    #[inline]
    fn stands_at(&self, rest: &[u8]) -> bool {
        match rest.first_chunk() {
            // A comparison of any length is a call.
            Some(wide) if (u128::from_le_bytes(*wide) ^ self.first) & self.mask != 0 => false,
            Some(wide) if self.before.len() <= wide.len() => true,
            _ => rest.starts_with(self.before),
        }
    }
}

/// The place that a line without white space around it says, and how much of it is the object but
/// for its closing brace and the white space before that. `None` for any unusual line, right or
/// wrong.
#[inline]
pub(super) fn read<'b>(
    line: &'b str,
    reading: &Reading,
    shape: &mut Shape<'b>,
) -> Option<(Result<Place, Status>, usize)> {
    let line = line.as_bytes();
    let mut cursor = Cursor { line, at: 0 };
    let mut said = Said::default();
    for number in 0.. {
        let end = cursor.at;
        if number > 0 && line[end..] == *b"}" {
            return Some((place(said), end));
        }
        let says = match shape.0.get(number) {
            Some(member) if member.stands_at(&line[end..]) => {
                cursor.at += member.before.len();
                member.says
            }
            _ => {
                let Next::Member(name) = cursor.next(number == 0)? else {
                    return Some((place(said), end));
                };
                let says = says(name, reading)?;
                shape.0.truncate(number);
                shape.0.push(Member::new(&line[end..cursor.at], says));
                says
            }
        };
        cursor.space();
        let value = cursor.value()?;
        match says {
            Says::Postcode => once(&mut said.postcode, value.text()?)?,
            Says::Lon => once(&mut said.lon, value.number()?)?,
            Says::Lat => once(&mut said.lat, value.number()?)?,
            Says::Easting => once(&mut said.easting, value.number()?)?,
            Says::Northing => once(&mut said.northing, value.number()?)?,
            Says::Other => {}
        }
    }
    None
}

/// What a member of that name says; `None` where it may not have that name.
fn says(name: &[u8], reading: &Reading) -> Option<Says> {
    let are_read = |way| reading.by.is_none_or(|by| by == way);
    Some(match name {
        b"postcode" if are_read(By::Postcode) => Says::Postcode,
        b"lon" if are_read(By::LngLat) => Says::Lon,
        b"lat" if are_read(By::LngLat) => Says::Lat,
        b"easting" if are_read(By::Bng) => Says::Easting,
        b"northing" if are_read(By::Bng) => Says::Northing,
        own if reading.taken.iter().any(|taken| taken.as_bytes() == own) => return None,
        _ => Says::Other,
    })
}

#[inline]
fn place(said: Said<&[u8]>) -> Result<Place, Status> {
    let place = said.place(|text| match Postcode::read(text) {
        Some(read) => Ok(Place::Postcode(read)),
        None => postcode(std::str::from_utf8(text).unwrap_or_default()),
    });
    place.map_err(|(status, _)| status)
}

/// A name that says where stands once.
#[inline]
fn once<T>(said: &mut Option<T>, value: T) -> Option<()> {
    said.replace(value).is_none().then_some(())
}

/// What comes after a value.
enum Next<'l> {
    /// A member of that name.
    Member(&'l [u8]),
    /// The end of the object, and of the line.
    End,
}

/// A value that has no parts.
#[derive(Clone, Copy)]
enum Value<'l> {
    Text(&'l [u8]),
    Number(&'l [u8]),
    Word,
}

impl<'l> Value<'l> {
    #[inline]
    fn text(self) -> Option<&'l [u8]> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    #[inline]
    fn number(self) -> Option<f64> {
        let Self::Number(number) = self else { return None };
        let read =
            short_number(number).or_else(|| std::str::from_utf8(number).ok()?.parse().ok())?;
        read.is_finite().then_some(read)
    }
}

/// How far a line has been gone through.
struct Cursor<'l> {
    line: &'l [u8],
    at: usize,
}

impl<'l> Cursor<'l> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    #[inline]
    fn byte(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    #[inline]
    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Goes through what stands between two values, or before the first, or after the last.
    fn next(&mut self, is_first: bool) -> Option<Next<'l>> {
        self.space();
        if is_first {
            self.byte(b'{')?;
        } else if self.byte(b',').is_none() {
            self.byte(b'}')?;
            return (self.at == self.line.len()).then_some(Next::End);
        }
        self.space();
        self.byte(b'"')?;
        let name = self.text()?;
        self.space();
        self.byte(b':')?;
        Some(Next::Member(name))
    }

    /// The rest of a text whose opening quote has been passed.
    #[inline]
    fn text(&mut self) -> Option<&'l [u8]> {
        let start = self.at;
        while let Some(eight) = self.line[self.at..].first_chunk::<8>() {
            let ends = ends_of_text(u64::from_le_bytes(*eight));
            if ends != 0 {
                self.at += ends.trailing_zeros() as usize / 8;
                break;
            }
            self.at += 8;
        }
        while self.peek().is_some_and(|byte| !matches!(byte, b'"' | b'\\' | ..0x20)) {
            self.at += 1;
        }
        let text = &self.line[start..self.at];
        self.byte(b'"')?;
        Some(text)
    }

    #[inline]
    fn value(&mut self) -> Option<Value<'l>> {
        match self.peek()? {
            b'"' => {
                self.at += 1;
                Some(Value::Text(self.text()?))
            }
            b'-' | b'0'..=b'9' => Some(Value::Number(self.number()?)),
            b'n' => self.word(b"null"),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            _ => None,
        }
    }

    #[inline]
    fn word(&mut self, word: &[u8]) -> Option<Value<'l>> {
        self.line[self.at..].starts_with(word).then(|| self.at += word.len())?;
        Some(Value::Word)
    }

    #[inline]
    fn number(&mut self) -> Option<&'l [u8]> {
        let start = self.at;
        let _ = self.byte(b'-');
        if self.byte(b'0').is_none() {
            self.digits()?;
        }
        if self.byte(b'.').is_some() {
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(&self.line[start..self.at])
    }

    /// At least one digit.
    #[inline]
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

/// The high bit of the first of eight bytes that is a quote, a backslash or no character, and perhaps
/// of some after it (Warren, "Hacker's delight", 6-1).
#[inline]
fn ends_of_text(eight: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let is = |byte: u8| {
        let off = eight ^ (u64::from(byte) * ONES);
        off.wrapping_sub(ONES) & !off
    };
    let is_control = eight.wrapping_sub(0x20 * ONES) & !eight;
    (is(b'"') | is(b'\\') | is_control) & HIGH
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::question::Question;
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn a_usual_line_says_what_serde_reads_whatever_came_before(
            lines in proptest::collection::vec(lines(), 1..5),
            by in proptest::option::of(proptest::sample::select(
                vec![By::Postcode, By::LngLat, By::Bng],
            )),
        ) {
            let reading = Reading { by, taken: vec!["status".to_owned()] };
            let mut shape = Shape::default();
            for line in lines.iter().chain(&lines).map(|line| line.trim_ascii()) {
                let question = Question::read(line.as_bytes(), &reading);
                if let Some((place, members)) = read(line, &reading, &mut shape) {
                    prop_assert_eq!(place, question.place.map_err(|(status, _)| status));
                    prop_assert_eq!(Some(&line.as_bytes()[..members]), question.members);
                }
            }
        }
    }

    #[test]
    fn a_member_is_known_by_its_whole_name() {
        let long = b",\"a_name_of_more_than_16\":";
        for before in [&b",\"id\":"[..], b",\"of_just_16_b\":", long] {
            let member = Member::new(before, Says::Other);
            for more in [&b""[..], b"1", b"\"a long value of some bytes\"}"] {
                let mut rest = [before, more].concat();
                assert!(member.stands_at(&rest));
                for at in 0..before.len() {
                    rest[at] ^= 1;
                    assert!(!member.stands_at(&rest));
                    rest[at] ^= 1;
                }
                assert!(!member.stands_at(&before[..before.len() - 1]));
            }
        }
    }

    #[test]
    fn the_lines_that_most_files_have_are_usual() {
        let reading = Reading { by: None, taken: vec!["status".to_owned()] };
        let mut shape = Shape::default();
        for line in [
            "{\"id\":7,\"postcode\":\"NN1 1AA\",\"note\":\"as it came\"}",
            "{\"id\":8,\"postcode\":\"NN1 1AB\",\"note\":null}",
            "{\"id\":9,\"postcode\": \"NN1 1AB\"}",
            "{\"id\": null, \"easting\": 475500.25, \"northing\": 260500, \"done\": true}",
            "{ \"lat\" : 52.235518 , \"lon\" : -0.896042, \"name\": \"Caf\u{e9}\" }",
        ] {
            let (place, members) = read(line, &reading, &mut shape).expect(line);
            assert!(place.is_ok(), "{line}");
            assert_eq!(format!("{}}}", &line[..members]), line.replace(" }", "}"));
        }
    }
}
