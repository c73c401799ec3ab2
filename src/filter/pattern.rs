//! `LIKE`, `CASEI` and `ACCENTI`.

/// Whether a text is like a pattern, all of it: `%` is any run of characters, `_` any one, and a
/// backslash before either, or before itself, makes it plain.
///
/// Takes the time of text times pattern at worst, and no stack.
pub(super) fn is_like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let pattern = parts(pattern);
    let (mut at, mut part) = (0, 0);
    // Where to go on after the last `%`, should what follows it not fit.
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

/// A text without its case: `Straße` and `STRASSE` are one. By the upper case of each character
/// in lower case, which is Unicode's full case folding for the letters of Europe.
pub(super) fn without_case(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// A text without its accents: combining marks are left out, and letters that carry one are those
/// under it.
pub(super) fn without_accents(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).map(base_letter).collect()
}

/// Each base letter with the letters that Unicode decomposes to it and one or two marks, from the
/// blocks Latin-1 Supplement, Latin Extended-A and Latin Extended Additional that European place
/// names use.
const LETTERS: [(char, &str); 46] = [
    ('A', "ÀÁÂÃÄÅĀĂĄǍẠẢẤẦẨẪẬẮẰẲẴẶ"),
    ('a', "àáâãäåāăąǎạảấầẩẫậắằẳẵặ"),
    ('B', "Ḃ"),
    ('b', "ḃ"),
    ('C', "ÇĆĈĊČ"),
    ('c', "çćĉċč"),
    ('D', "ĎḊ"),
    ('d', "ďḋ"),
    ('E', "ÈÉÊËĒĔĖĘĚẸẺẼẾỀỂỄỆ"),
    ('e', "èéêëēĕėęěẹẻẽếềểễệ"),
    ('F', "Ḟ"),
    ('f', "ḟ"),
    ('G', "ĜĞĠĢǦ"),
    ('g', "ĝğġģǧ"),
    ('H', "ĤȞ"),
    ('h', "ĥȟ"),
    ('I', "ÌÍÎÏĨĪĬĮİǏỈỊ"),
    ('i', "ìíîïĩīĭįǐỉị"),
    ('J', "Ĵ"),
    ('j', "ĵ"),
    ('K', "ĶǨ"),
    ('k', "ķǩ"),
    ('L', "ĹĻĽ"),
    ('l', "ĺļľ"),
    ('M', "Ṁ"),
    ('m', "ṁ"),
    ('N', "ÑŃŅŇ"),
    ('n', "ñńņň"),
    ('O', "ÒÓÔÕÖŌŎŐƠǑỌỎỐỒỔỖỘỚỜỞỠỢ"),
    ('o', "òóôõöōŏőơǒọỏốồổỗộớờởỡợ"),
    ('P', "Ṗ"),
    ('p', "ṗ"),
    ('R', "ŔŖŘ"),
    ('r', "ŕŗř"),
    ('S', "ŚŜŞŠȘṠ"),
    ('s', "śŝşšșṡ"),
    ('T', "ŢŤȚṪ"),
    ('t', "ţťțṫ"),
    ('U', "ÙÚÛÜŨŪŬŮŰŲƯǓỤỦỨỪỬỮỰ"),
    ('u', "ùúûüũūŭůűųưǔụủứừửữự"),
    ('W', "ŴẀẂẄ"),
    ('w', "ŵẁẃẅ"),
    ('Y', "ÝŶŸỲỴỶỸ"),
    ('y', "ýÿŷỳỵỷỹ"),
    ('Z', "ŹŻŽ"),
    ('z', "źżž"),
];

fn base_letter(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    LETTERS.iter().find(|(_, carriers)| carriers.contains(c)).map_or(c, |(base, _)| *base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_the_whole_text() {
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
    fn a_pattern_made_to_be_slow_is_not() {
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
