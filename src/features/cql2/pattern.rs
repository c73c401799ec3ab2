//! `LIKE`, `CASEI` and `ACCENTI`.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Returns whether a text matches a pattern: `%` is any run of characters, `_` any single one, and
/// a backslash before either, or before itself, makes it literal.
///
/// Takes at worst the product of both lengths in time, and no stack.
pub(super) fn is_like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let pattern = parts(pattern);
    let (mut at, mut part) = (0, 0);
    // Where to resume after the last `%` if the rest does not match.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match pattern.get(part) {
            Some(Part::Run) => {
                retry = Some((at, part + 1));
                part += 1;
                continue;
            }
            Some(Part::One) if at < text.len() => {
                (at, part) = (at + 1, part + 1);
                continue;
            }
            Some(Part::Plain(c)) if text.get(at) == Some(c) => {
                (at, part) = (at + 1, part + 1);
                continue;
            }
            None if at == text.len() => return true,
            _ => {}
        }
        match retry {
            Some((from, after)) if from < text.len() => {
                retry = Some((from + 1, after));
                (at, part) = (from + 1, after);
            }
            _ => return false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Run,
    One,
    Plain(char),
}

fn parts(pattern: &str) -> Vec<Part> {
    let mut parts = Vec::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        parts.push(match c {
            '%' => Part::Run,
            '_' => Part::One,
            '\\' => match chars.next_if(|next| matches!(next, '%' | '_' | '\\')) {
                Some(plain) => Part::Plain(plain),
                None => Part::Plain('\\'),
            },
            c => Part::Plain(c),
        });
    }
    parts
}

/// A text without case: `Straße` and `STRASSE` are equal. The upper case of each character, in
/// lower case, which is Unicode's full case folding for the letters of Europe.
pub(super) fn without_case(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// A text without accents: letters are decomposed canonically (Unicode NFD) and the marks removed.
pub(super) fn without_accents(text: &str) -> String {
    text.nfd().filter(|&c| !is_combining_mark(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_the_complete_text() {
        for (text, pattern, fits) in [
            ("Castle", "Castle", true),
            ("Castle", "castle", false),
            ("Castle", "Cast", false),
            ("Castle", "Cast%", true),
            ("Castle", "%tl%", true),
            ("Castle", "%tle", true),
            ("Castle", "C_stl_", true),
            ("Castle", "Castle_", false),
            ("Castle", "%%%", true),
            ("", "", true),
            ("", "%", true),
            ("", "_", false),
            ("50% of", r"50\% of", true),
            ("50p of", r"50\% of", false),
            ("a_b", r"a\_b", true),
            (r"a\b", r"a\\b", true),
            (r"a\b", r"a\b", true),
            ("aab", "%ab", true),
            ("Ogŵr", "Og_r", true),
        ] {
            assert_eq!(is_like(text, pattern), fits, "{text:?} LIKE {pattern:?}");
        }
    }

    #[test]
    fn a_malicious_pattern_is_matched_in_linear_time() {
        let text = "a".repeat(2_000);
        let pattern = "%a".repeat(500) + "b";
        let started = std::time::Instant::now();
        assert!(!is_like(&text, &pattern));
        assert!(started.elapsed().as_secs() < 2);
    }

    #[test]
    fn case_and_accents_are_folded_each_by_its_own_function() {
        assert_eq!(without_case("STRASSE"), without_case("Straße"));
        assert_eq!(without_case("ΟΔΟΣ"), without_case("Οδος"));
        assert_ne!(without_case("é"), without_case("e"));
        assert_eq!(without_accents("débárquér"), "debarquer");
        assert_eq!(without_accents("Ogŵr e\u{301}"), "Ogwr e");
        assert_eq!(without_accents("ÀÉ"), "AE");
    }
}
