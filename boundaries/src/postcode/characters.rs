//! Characters in and around postcodes that do not count.
//!
//! Postcodes are pasted from web pages, exported by spreadsheets and typed on phones. They come with
//! no-break spaces, with marks that nobody sees, in quotes and brackets, with a dash between the
//! halves or a full stop at the end. None of these changes which postcode is meant.

/// True for white space, invisible characters, dashes, dots and other punctuation of lists, quotes
/// and brackets.
pub(super) fn is_ignored(char: char) -> bool {
    char.is_whitespace()
        || char.is_control()
        || is_invisible(char)
        || is_dash(char)
        || is_point(char)
        || is_quote(char)
        || is_bracket(char)
}

/// Format characters and others that have no width: soft hyphen, joiners, direction marks, byte
/// order mark, variation selectors, fillers, tags.
fn is_invisible(char: char) -> bool {
    matches!(char,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_dash(char: char) -> bool {
    matches!(
        char,
        '-' | '_' | '~' | '\u{58a}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{2053}'
                | '\u{207b}'
                | '\u{208b}'
                | '\u{2212}'
                | '\u{2e3a}'
                | '\u{2e3b}'
                | '\u{fe58}'
                | '\u{fe63}'
    )
}

fn is_point(char: char) -> bool {
    matches!(
        char,
        '.' | ',' | ';' | ':' | '\u{b7}' | '\u{2022}' | '\u{2024}'
            ..='\u{2027}' | '\u{3001}' | '\u{3002}' | '\u{ff61}' | '\u{ff64}'
    )
}

fn is_quote(char: char) -> bool {
    matches!(char,
        '"' | '\'' | '`' | '\u{ab}' | '\u{b4}' | '\u{bb}' | '\u{2b9}'..='\u{2bc}'
        | '\u{2018}'..='\u{201f}' | '\u{2032}'..='\u{2037}' | '\u{2039}' | '\u{203a}')
}

fn is_bracket(char: char) -> bool {
    matches!(
        char,
        '(' | ')'
            | '['
            | ']'
            | '{'
            | '}'
            | '<'
            | '>'
            | '\u{2329}'
            | '\u{232a}'
            | '\u{27e8}'
            | '\u{27e9}'
            | '\u{3008}'..='\u{3011}'
    )
}
