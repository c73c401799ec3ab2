//! Entry points for the file parsers. No input may panic, and accepted input must satisfy the
//! guarantees on which the rest of the program relies.

use std::path::{Path, PathBuf};

use lapwing_boundaries::catalogue::{
    AddressSpec, Catalogue, EPRACCUR_PROPERTIES, Origin, PositionColumns, PostcodeFormat,
    SitesFormat, SitesSource, VectorSource,
};
use lapwing_boundaries::code::AreaCode;
use lapwing_boundaries::compose::Definition;
use lapwing_boundaries::fault::Report;
use lapwing_boundaries::layer::{Completeness, Layer, LayerId, LayerMeta, Vintage};
use lapwing_boundaries::load::addresses::read_addresses;
use lapwing_boundaries::load::crs::{self, SourceCrs, StatedCrs};
use lapwing_boundaries::load::postcodes::read_postcodes;
use lapwing_boundaries::load::sites::read_sites;
use lapwing_boundaries::load::{geopackage, load_vector, wkb};
use lapwing_boundaries::position::{Bng, LngLat};
use lapwing_boundaries::postcode::Postcode;

fn id() -> LayerId {
    LayerId::parse("layer").expect("a good id")
}

/// Parses a catalogue. A refusal must have at least one problem that can be displayed.
pub fn catalogue(data: &[u8]) {
    match Catalogue::parse(data, Path::new("c.toml"), None) {
        Ok(catalogue) => assert!(!catalogue.title.is_empty()),
        Err(error) => assert!(!error.problems().is_empty() && !error.to_string().is_empty()),
    }
}

/// Parses a definition of composed areas. A refusal must have at least one problem.
pub fn laps(data: &[u8]) {
    match Definition::parse(data, Path::new("laps.toml")) {
        Ok(definition) => assert!(!definition.areas.is_empty()),
        Err(error) => assert!(!error.problems().is_empty() && !error.to_string().is_empty()),
    }
}

/// Reads sites; the first byte selects the format. Codes must be unique, as a layer requires.
pub fn sites(data: &[u8]) {
    let Some((pick, csv)) = data.split_first() else { return };
    let columns = |position| SitesFormat::Columns {
        code: "code".to_owned(),
        name: "name".to_owned(),
        position,
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let format = match pick % 4 {
        0 => columns(PositionColumns::Postcode("postcode".to_owned())),
        1 => {
            let (easting, northing) = pair("x", "y");
            columns(PositionColumns::EastingNorthing(easting, northing))
        }
        2 => {
            let (lon, lat) = pair("lon", "lat");
            columns(PositionColumns::LonLat(lon, lat))
        }
        _ => SitesFormat::OdsEpraccur { settings: None },
    };
    let keep = match format {
        SitesFormat::OdsEpraccur { .. } => EPRACCUR_PROPERTIES.map(str::to_owned).to_vec(),
        SitesFormat::Columns { .. } => vec!["name".to_owned()],
    };
    let path = PathBuf::from("sites.csv");
    let source = SitesSource { path, format, keep, include_closed: pick & 4 != 0 };
    let mut report = Report::default();
    let place = |_: Postcode| Bng::new(475_486.0, 260_275.0).ok();
    let sites = read_sites(csv, "sites.csv", &source, &id(), &place, &mut report);
    let meta = LayerMeta {
        id: id(),
        series: id(),
        title: String::new(),
        vintage: Vintage::default(),
        resolution: None,
        coverage: false,
        complete: Completeness::Unknown,
        licence: None,
        attribution: None,
        source: String::new(),
    };
    let count = sites.len();
    assert_eq!(Layer::of_sites(meta, sites).len(), count);
    show(&report);
}

/// Reads postcodes; the first byte selects the format. They must be sorted and unique.
pub fn postcodes(data: &[u8]) {
    let Some((pick, csv)) = data.split_first() else { return };
    let format = match pick % 2 {
        0 => PostcodeFormat::CodePointOpen,
        _ => PostcodeFormat::Onspd,
    };
    let mut report = Report::default();
    let records = read_postcodes(csv, "postcodes.csv", format, &mut report);
    assert!(records.windows(2).all(|pair| pair[0].postcode < pair[1].postcode));
    assert!(!records.is_empty() || report.has_errors(), "nothing is never no fault");
    show(&report);
}

/// Reads addresses. They must be sorted by postcode.
pub fn addresses(csv: &[u8]) {
    let column = str::to_owned;
    let spec = AddressSpec {
        path: PathBuf::from("addresses.csv"),
        uprn: column("uprn"),
        postcode: column("postcode"),
        easting: column("easting"),
        northing: column("northing"),
        licence: None,
        attribution: None,
        origin: Origin::default(),
        within: None,
    };
    let mut report = Report::default();
    let found = read_addresses(csv, "addresses.csv", &spec, &mut report);
    let key = |at: usize| (found[at].postcode, found[at].uprn);
    assert!((1..found.len()).all(|at| key(at - 1) < key(at)));
    show(&report);
}

/// Parses a postcode, a code and a layer id. Parsing their display form must give equal values.
pub fn postcode(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Postcode::parse(text) {
        Ok(postcode) => {
            assert_eq!(Postcode::parse(&postcode.to_string()), Ok(postcode));
            assert_eq!(
                postcode.to_string(),
                format!("{} {}", postcode.outward(), postcode.inward())
            );
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    match AreaCode::parse(text) {
        Ok(code) => assert_eq!(AreaCode::parse(code.as_str()), Ok(code.clone())),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(id) = LayerId::parse(text) {
        assert_eq!(id.as_str(), text);
    }
}

/// Converts two numbers as degrees, as grid metres and as Web Mercator metres.
pub fn position(data: &[u8]) {
    let number = |at: usize| data.get(at..at + 8)?.try_into().ok().map(f64::from_le_bytes);
    let (Some(a), Some(b)) = (number(0), number(8)) else { return };
    for degrees in [LngLat::new(a, b), LngLat::from_web_mercator(a, b)].into_iter().flatten() {
        if let Ok((bng, _)) = degrees.to_bng() {
            assert!(bng.easting().is_finite() && bng.northing().is_finite());
        }
    }
    if let Ok(bng) = Bng::new(a, b) {
        let (degrees, _) = bng.to_lng_lat();
        assert!(degrees.lon().is_finite() && degrees.lat().is_finite());
    }
}

/// Loads a GIS file. The extension of `name` selects the reader; `beside` are its sibling files.
/// A refusal must have a fault.
pub fn vector(folder: &Path, name: &str, data: &[u8], beside: &[(&str, &[u8])]) {
    let path = folder.join(name);
    std::fs::write(&path, data).expect("a folder to write to");
    for (sibling, data) in beside {
        std::fs::write(folder.join(sibling), data).expect("a folder to write to");
    }
    let source = VectorSource {
        path,
        table: None,
        code: "WD13CD".to_owned(),
        name: Some("WD13NM".to_owned()),
        keep: vec!["LAD13CD".to_owned()],
        crs: None,
        only: Vec::new(),
    };
    let mut report = Report::default();
    let layer = load_vector(&source, &id(), &mut report);
    assert!(layer.is_some() || report.has_errors(), "nothing is never no fault");
    show(&report);
}

/// Reads a GeoPackage geometry, and well-known binary.
pub fn geometry(data: &[u8]) {
    for result in [geopackage::geometry(data), wkb::read(data)] {
        match result {
            Ok(mended) => assert!(mended.fault.is_none_or(|fault| !fault.message.is_empty())),
            Err(message) => assert!(!message.is_empty()),
        }
    }
}

/// Parses a CRS definition as in a `.prj`, and an identifier as in a catalogue.
pub fn crs(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let sentence = match crs::from_wkt(&text, "the .prj") {
        StatedCrs::Stated(crs) | StatedCrs::Implied(crs) => crs.to_string(),
        StatedCrs::Unclear(sentence) => sentence,
        StatedCrs::Nothing => return,
    };
    assert!(!sentence.is_empty());
    if let Some(crs) = SourceCrs::from_identifier(&text) {
        assert!(!crs.to_string().is_empty());
    }
}

/// Checks that every fault can be displayed.
fn show(report: &Report) {
    for fault in &report.faults {
        assert!(!fault.to_string().is_empty());
    }
}
