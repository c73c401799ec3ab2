//! Suggestions for misspelt names.

/// Returns the closest of `names` to `text` by edit distance, if it is close enough for its length.
pub fn nearest<'a>(text: &str, names: &[&'a str]) -> Option<&'a str> {
    let text = text.to_lowercase();
    names
        .iter()
        .map(|name| (edits(&text, &name.to_lowercase()), *name))
        .filter(|(distance, name)| *distance <= 1.max(name.len() / 3))
        .min()
        .map(|(_, name)| name)
}

/// Returns the number of insertions, deletions, substitutions and adjacent swaps that turn `a` into
/// `b` (optimal string alignment distance).
fn edits(a: &str, b: &str) -> usize {
    // Names are short: a long text is not a misspelling of one.
    if a.len() > 60 {
        return usize::MAX;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut best = changed.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_matches_the_closest_known_key() {
        let keys = ["resolution", "coverage", "valid_from", "valid_to", "id"];
        assert_eq!(nearest("resoluton", &keys), Some("resolution"));
        assert_eq!(nearest("Coverage", &keys), Some("coverage"));
        assert_eq!(nearest("valid_form", &keys), Some("valid_from"));
        assert_eq!(nearest("di", &keys), Some("id"));
        assert_eq!(nearest("colour", &keys), None);
    }
}
