//! Random lines, for tests that compare the fast path with serde.

use proptest::prelude::*;

/// Fragments of lines, most of them valid.
fn chunk() -> impl Strategy<Value = String> {
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

/// Lines of members, any part of which can be corrupted.
pub(in crate::bulk) fn lines() -> impl Strategy<Value = String> {
    let member = (
        proptest::sample::select(vec!["postcode", "lon", "lat", "easting", "northing", "id"]),
        chunk(),
    );
    let right = proptest::collection::vec(member, 0..6).prop_map(|members| {
        let members: Vec<String> =
            members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    });
    let any = || proptest::collection::vec(chunk(), 0..16).prop_map(|chunks| chunks.concat());
    let closed = any().prop_map(|inner| format!("{{{inner}}}"));
    prop_oneof![3 => right, 1 => any(), 1 => closed]
}
