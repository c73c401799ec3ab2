//! Registers of sites as councils send them: the good rows are placed and the others are listed.

use lapwing_boundaries::area::Site;
use lapwing_boundaries::fault::{Report, Severity};
use lapwing_boundaries::load::sites::read_sites;

use super::{by_postcode, gp, messages, only_nn1_1ed, source_of};

fn read(csv: &str, strict: bool) -> (Vec<Site>, Report) {
    let mut report = Report::default();
    let mut source = source_of(by_postcode(), &[]);
    source.strict = strict;
    let sites = read_sites(csv.as_bytes(), "halls.csv", &source, &gp(), &only_nn1_1ed, &mut report);
    (sites, report)
}

/// The header and the rows of a register, with Windows line ends, blank lines and a cell of two
/// lines.
const REGISTER: &str = "\u{feff}code,name,postcode\r\n\
    H1,Good Hall,NN1 1ED\r\n\
    \r\n\
    H2,\"Hall\r\nof two lines\",NN1 OAA\r\n\
    H3,No postcode\r\n\
    \r\n\
    \r\n\
    H4,Not yet known,TBC\r\n\
    H1,Good Hall again,NN1 1ED\r\n\
    H5,Unknown,NN1 9ZZ\r\n\
    H6,One comma, too many,NN1 1ED\r\n";

#[test]
fn a_bad_row_leaves_out_its_site_and_says_so_with_the_line_of_the_file() {
    let (sites, report) = read(REGISTER, false);
    assert_eq!(sites.len(), 1);
    let expected = [
        (4, "(H2), field postcode", "\"NN1 OAA\" is not a postcode"),
        (6, "(H3), field postcode", "the row has no postcode: the site was left out"),
        (9, "(H4), field postcode", "\"TBC\" is not a postcode"),
        (10, "(H1), field code", "the code H1 is already on line 2"),
        (11, "(H5), field postcode", "NN1 9ZZ is missing from the catalogue's postcodes"),
        (12, "", "the row has 4 columns but the header has 3"),
    ];
    let messages = messages(&report);
    assert_eq!(messages.len(), expected.len(), "{messages:#?}");
    for (line, place, words) in expected {
        let is_expected = |one: &&String| {
            one.starts_with("note gp: halls.csv: ")
                && one.contains(&format!("line {line}: "))
                && one.contains(place)
                && one.contains(words)
                && one.contains("was left out")
        };
        assert_eq!(messages.iter().filter(is_expected).count(), 1, "{line} {words}: {messages:#?}");
    }
    let counts = &report.rows[0];
    assert_eq!((counts.rows, counts.kept, counts.left_out), (7, 1, 6));
}

#[test]
fn if_the_layer_is_strict_a_bad_row_is_an_error() {
    let (_, report) = read(REGISTER, true);
    // The short row is an error as well; an unknown postcode is not.
    assert_eq!(report.count(Severity::Error), 5, "{:#?}", messages(&report));
}

#[test]
fn lines_are_those_of_the_file_whatever_ends_them() {
    for end in ["\n", "\r\n", "\r"] {
        let csv = "code,name,postcode||A,\"two|lines\",NN1 1ED|||B,Barn,TBC|".replace('|', end);
        let (_, report) = read(&csv, false);
        assert!(
            messages(&report)[0].contains("line 7: \"TBC\""),
            "{end:?} {:?}",
            messages(&report)
        );
    }
}

#[test]
fn a_register_without_any_good_row_is_refused() {
    let (sites, report) = read("code,name,postcode\nA,Hall,TBC\nB,Barn,n/a\n", false);
    assert!(sites.is_empty() && report.has_errors());
    assert!(messages(&report).iter().any(|one| one.contains("none of the 2 rows can be used")));
    // Unknown postcodes alone are no fault: the register may be of another county.
    let (_, report) = read("code,name,postcode\nA,Hall,NN1 9ZZ\n", false);
    assert!(!report.has_errors());
}

#[test]
fn names_are_kept_in_composed_form() {
    let (sites, _) = read("code,name,postcode\nA,Llanfair Pw\u{302}ll\u{a0},NN1 1ED\n", false);
    assert_eq!(sites[0].name, "Llanfair P\u{175}ll");
}
