//! Finds the shape of a line: a flat object whose members hold a place.

use super::shape::{Member, MemberKind, Separator, Shape};
use super::{MemberRules, scalar};
use crate::bulk::input_columns::PlaceColumns;

/// The shape of the line at `start`. Returns `None` for a line that the fast path does not read,
/// valid or not: one with nested values, escaped names, no place or a repeated one, a forbidden
/// name, or white space before the object.
pub(super) fn shape<'b>(block: &'b [u8], start: usize, allowed: &MemberRules) -> Option<Shape<'b>> {
    let mut cursor = Cursor { block, at: start };
    let (mut members, mut place_names) = (Vec::new(), Vec::new());
    cursor.byte(b'{')?;
    let mut from = start;
    loop {
        let name = cursor.name()?;
        let says = match name {
            _ if !is_read(name, allowed.by) => MemberKind::Other,
            b"postcode" => MemberKind::Postcode,
            b"lon" | b"easting" => MemberKind::X,
            _ => MemberKind::Y,
        };
        let is_other = |says| matches!(says, MemberKind::Other);
        let had = || members.iter().any(|before: &Member| is_other(before.says));
        let is_one_too_many =
            is_other(says) && allowed.only.is_some_and(|only| name != only.as_bytes() || had());
        let is_taken = allowed.taken.iter().any(|taken| taken.as_bytes() == name);
        if is_one_too_many || is_taken || place_names.contains(&name) {
            return None;
        }
        if !is_other(says) {
            place_names.push(name);
        }
        members.push(Member { before: Separator::new(&block[from..cursor.at]), says });
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
    let end = Separator::new(&block[from..cursor.at]);
    Some(Shape { members, end, kind: kind(&mut place_names) })
}

/// The names of the members for each kind of place, sorted.
const NAMES: [(PlaceColumns, &[&[u8]]); 3] = [
    (PlaceColumns::Postcode, &[b"postcode"]),
    (PlaceColumns::LngLat, &[b"lat", b"lon"]),
    (PlaceColumns::Bng, &[b"easting", b"northing"]),
];

/// True if a member with that name is part of the place, of the chosen kind if one is chosen.
fn is_read(name: &[u8], chosen: Option<PlaceColumns>) -> bool {
    let mut kinds = NAMES.iter().filter(|(kind, _)| chosen.is_none_or(|by| by == *kind));
    kinds.any(|(_, names)| names.contains(&name))
}

/// The kind of place that has exactly these members.
fn kind(place_names: &mut [&[u8]]) -> Option<PlaceColumns> {
    place_names.sort_unstable();
    NAMES.iter().find(|(_, names)| *names == place_names).map(|&(kind, _)| kind)
}

/// A position in a line.
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

    /// Reads the name of a member and moves to its value.
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
    use crate::bulk::ndjson_fast_path::FastPath;

    const ANY: MemberRules = MemberRules { by: None, taken: Vec::new(), only: None };

    #[test]
    fn common_lines_take_the_fast_path() {
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
        let (mut fast_path, mut start) = (FastPath::of(block.as_bytes(), &any), 0);
        for line in lines {
            let read = fast_path.read(start).expect(line);
            assert!(read.place.is_ok(), "{line}");
            assert_eq!(format!("{}}}", &block[start..read.end]), line.trim().replace(" }", "}"));
            start = read.next;
        }
        assert_eq!(start, block.len());
    }

    #[test]
    fn a_line_with_the_same_shape_is_compared_only() {
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
    fn only_the_allowed_name_can_be_there_and_only_once() {
        let allowed = MemberRules { only: Some("id"), ..ANY };
        let is_usual = |line: &str| shape(line.as_bytes(), 0, &allowed).is_some();
        assert!(is_usual("{\"id\":1,\"postcode\":\"NN1 1AA\"}"));
        assert!(is_usual("{\"postcode\":\"NN1 1AA\"}"));
        assert!(!is_usual("{\"id\":1,\"postcode\":\"NN1 1AA\",\"id\":2}"));
        assert!(!is_usual("{\"postcode\":\"NN1 1AA\",\"note\":2}"));
    }
}
