//! Outward codes outside the six forms of BS 7666 that published directories contain.

/// Returns true for `GIR`, of the postcode GIR 0AA, which was that of Girobank, and for `NPT`, which
/// was that of Newport until its postcodes were changed to NP. Both have usual inward codes.
pub(super) const fn is_outward(outward: &[u8]) -> bool {
    matches!(outward, b"GIR" | b"NPT")
}

#[cfg(test)]
mod tests {
    use super::super::Postcode;

    #[test]
    fn the_unusual_postcodes_of_directories_are_postcodes() {
        for text in ["GIR 0AA", "gir0aa", "NPT 1AA", "NPT9ZZ"] {
            let postcode = Postcode::parse(text).unwrap();
            assert_eq!(Postcode::parse(&postcode.to_string()), Ok(postcode));
        }
        assert_eq!(Postcode::parse("gir0aa").unwrap().to_string(), "GIR 0AA");
    }

    #[test]
    fn other_words_of_three_letters_are_not() {
        for text in ["GIR", "GIR AAA", "NPT 0A", "ABC 1AA", "GIRO 0AA"] {
            assert!(Postcode::parse(text).is_err(), "{text}");
        }
    }
}
