use super::*;

fn other(code: &str) -> SourceCrs {
    SourceCrs::Other { name: code.into(), definition: code.into() }
}

#[test]
fn identifiers_are_parsed_in_every_form() {
    for (text, crs) in [
        ("EPSG:27700", Some(SourceCrs::BritishNationalGrid)),
        (" epsg:4326 ", Some(SourceCrs::Degrees)),
        ("EPSG:4258", Some(SourceCrs::Degrees)),
        ("EPSG:4979", Some(SourceCrs::Degrees)),
        ("EPSG:7405", Some(SourceCrs::BritishNationalGrid)),
        ("OGC:CRS84", Some(SourceCrs::Degrees)),
        ("CRS84", Some(SourceCrs::Degrees)),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", Some(SourceCrs::Degrees)),
        ("urn:ogc:def:crs:EPSG::3857", Some(SourceCrs::WebMercator)),
        ("urn:ogc:def:crs:EPSG:9.8:27700", Some(SourceCrs::BritishNationalGrid)),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", Some(SourceCrs::Degrees)),
        ("http://www.opengis.net/def/crs/EPSG/0/27700", Some(SourceCrs::BritishNationalGrid)),
        ("ESRI:102100", Some(SourceCrs::WebMercator)),
        ("EPSG:29903", Some(other("EPSG:29903"))),
        ("27700", None),
        ("EPSG:", None),
        ("EPSG:0", None),
        ("EPSG:-1", None),
        ("", None),
        ("a:b:c", None),
        ("urn:", None),
    ] {
        assert_eq!(SourceCrs::from_identifier(text), crs, "{text:?}");
    }
}

#[test]
fn file_and_catalogue_must_agree_if_both_state_a_crs() {
    use StatedCrs::{Implied, Nothing, Stated, Unclear};
    let bng = || SourceCrs::BritishNationalGrid;
    let ok = |file, catalogue| reconcile(file, catalogue).unwrap();
    let refused = |file, catalogue| {
        let fault = reconcile(file, catalogue).unwrap_err().into_fault();
        assert_eq!(fault.kind, FaultKind::UnknownCrs);
        fault.message
    };
    assert_eq!(ok(Stated(bng()), None), bng());
    assert_eq!(ok(Stated(bng()), Some("EPSG:27700")), bng());
    assert_eq!(ok(Stated(SourceCrs::Degrees), Some("EPSG:4258")), SourceCrs::Degrees);
    assert_eq!(ok(Nothing, Some("EPSG:3857")), SourceCrs::WebMercator);
    assert_eq!(ok(Implied(SourceCrs::Degrees), None), SourceCrs::Degrees);
    // GeoJSON only implies its CRS, so the catalogue can override it.
    assert_eq!(ok(Implied(SourceCrs::Degrees), Some("EPSG:27700")), bng());
    // Only PROJ could compare a definition without a code with this code.
    let wkt = SourceCrs::Other { name: "TM65".into(), definition: "PROJCS[\"TM65\"]".into() };
    assert_eq!(ok(Stated(wkt), Some("EPSG:29903")), other("EPSG:29903"));

    assert!(refused(Stated(bng()), Some("EPSG:4326")).contains("the catalogue states"));
    assert!(refused(Stated(other("EPSG:29903")), Some("EPSG:29902")).contains("EPSG:29903"));
    assert!(refused(Nothing, None).contains("does not state"));
    assert!(refused(Unclear("its CRS is a link".into()), None).starts_with("its CRS is a link"));
    assert!(refused(Nothing, Some("27700")).contains("\"27700\""));
}

/// Definitions of the EPSG dataset in four dialects, with the expected result.
fn definitions() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    include_str!("definitions.tsv").lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut cells = line.split('\t');
        let mut cell = || cells.next().expect("three cells");
        (cell(), cell(), cell())
    })
}

#[test]
fn definitions_are_recognised_in_every_dialect() {
    for (expected, dialect, wkt) in definitions() {
        let StatedCrs::Stated(crs) = from_wkt(wkt, "it") else { panic!("{dialect} {wkt}") };
        match (expected, &crs) {
            ("grid", SourceCrs::BritishNationalGrid)
            | ("degrees", SourceCrs::Degrees)
            | ("mercator", SourceCrs::WebMercator) => {}
            ("other", SourceCrs::Other { definition, .. }) if definition == wkt => {}
            (code, SourceCrs::Other { definition, .. }) if definition == code => {}
            _ => panic!("{dialect} {wkt} is taken for {crs:?}, not {expected}"),
        }
    }
}

#[test]
fn parameters_decide_and_names_do_not() {
    let (_, _, grid) = definitions().find(|(is, ..)| *is == "grid").unwrap();
    let is_grid =
        |wkt: &str| from_wkt(wkt, "it") == StatedCrs::Stated(SourceCrs::BritishNationalGrid);
    assert!(is_grid(
        &grid.replace("British_National_Grid", "Our own grid").replace("OSGB_1936", "X")
    ));
    assert!(is_grid(&grid.replace('[', " ( ").replace(']', " ) ")));
    assert!(is_grid(&format!("\u{feff}{grid}\r\n\0")));
    for (from, to) in [
        ("400000.0", "500000.0"),
        ("-2.0", "-2.1"),
        ("0.9996012717", "0.9996"),
        ("6377563.396,299.3249646", "6377340.189,299.3249646"),
        ("Transverse_Mercator", "Cassini"),
        ("UNIT[\"Meter\",1.0]", "UNIT[\"Foot\",0.3048]"),
        ("PRIMEM[\"Greenwich\",0.0]", "PRIMEM[\"Paris\",2.33722917]"),
    ] {
        let changed = grid.replace(from, to);
        assert_ne!(changed, grid);
        assert!(!is_grid(&changed), "{changed}");
    }
}

#[test]
fn degrees_need_the_right_datum_ellipsoid_and_unit() {
    let (_, _, wgs84) = definitions().find(|(is, ..)| *is == "degrees").unwrap();
    for (from, to) in [
        ("D_WGS_1984", "D_Clarke_1866"),
        ("6378137.0,298.257223563", "6378206.4,294.978698214"),
        ("0.0174532925199433", "0.015707963267949"),
    ] {
        let changed = wgs84.replace(from, to);
        assert_ne!(changed, wgs84);
        assert!(
            matches!(from_wkt(&changed, "it"), StatedCrs::Stated(SourceCrs::Other { .. })),
            "{changed}"
        );
    }
}

#[test]
fn bound_and_compound_systems_are_recognised_by_their_horizontal_part() {
    let (_, _, grid) = definitions().find(|(is, ..)| *is == "grid").unwrap();
    let bound = format!("BOUNDCRS[SOURCECRS[{grid}],TARGETCRS[{grid}]]");
    let compound = format!("COMPOUNDCRS[\"with heights\",{bound},VERTCRS[\"h\"]]");
    for wkt in [bound, compound] {
        assert_eq!(
            from_wkt(&wkt, "it"),
            StatedCrs::Stated(SourceCrs::BritishNationalGrid),
            "{wkt}"
        );
    }
}

#[test]
fn invalid_text_is_unclear_and_empty_text_states_nothing() {
    assert_eq!(from_wkt(" \n\0", "the .prj"), StatedCrs::Nothing);
    let StatedCrs::Unclear(sentence) = from_wkt("EPSG:27700", "the .prj") else { panic!() };
    assert!(sentence.starts_with("the .prj does not contain valid"), "{sentence}");
}
