//! Postcodes that a text could mean if a letter was typed for a digit, or the reverse.

use super::{Postcode, parse};

/// Characters that look alike, or that handwriting and scanners mix up.
const GROUPS: [&[u8]; 6] = [b"O0QD", b"I1L", b"S5", b"Z2", b"B8", b"G6"];

/// The postcodes that differ from `text` only in characters that look alike, with the number of
/// characters that differ. The text itself is not among them.
pub(super) fn look_alikes(text: &str) -> Vec<(usize, Postcode)> {
    let Some((chars, len)) = parse::significant(text.as_bytes()) else { return Vec::new() };
    let mut found = Vec::new();
    if (5..=7).contains(&len) {
        let mut chars = chars;
        vary(&mut chars[..len], 0, 0, &mut found);
    }
    found
}

/// Tries every character from `at` on, with `changed` characters changed before it.
fn vary(chars: &mut [u8], at: usize, changed: usize, found: &mut Vec<(usize, Postcode)>) {
    let Some(&own) = chars.get(at) else {
        let read = parse::pack(chars).filter(|_| changed > 0);
        found.extend(read.map(|packed| (changed, Postcode(packed))));
        return;
    };
    vary(chars, at + 1, changed, found);
    let group = GROUPS.iter().find(|group| group.contains(&own));
    for &other in group.into_iter().copied().flatten().filter(|&&other| other != own) {
        chars[at] = other;
        vary(chars, at + 1, changed + 1, found);
    }
    chars[at] = own;
}
