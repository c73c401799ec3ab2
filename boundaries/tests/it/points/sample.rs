//! The real files of the sample, if they are available.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use lapwing_boundaries::catalogue::{Catalogue, LayerSource, Origin, PostcodeFormat, PostcodeSpec};
use lapwing_boundaries::fault::{FaultKind, Report, Severity};
use lapwing_boundaries::gazetteer::PostcodeRecord;
use lapwing_boundaries::load::postcodes::load_postcodes;
use lapwing_boundaries::load::sites::load_sites;

use super::{messages, postcode};

/// The folder of the sample, or `None` with a message.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("LAPWING_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        |shared| {
            let shared = PathBuf::from(shared);
            if shared.join("data").is_dir() { shared.join("data") } else { shared }
        },
    );
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: the sample data are not at {}; set LAPWING_SHARED", folder.display());
    None
}

fn code_point(path: PathBuf) -> (Vec<PostcodeRecord>, Vec<String>) {
    let mut report = Report::default();
    let format = PostcodeFormat::CodePointOpen;
    let spec = PostcodeSpec {
        path,
        format,
        strict: true,
        licence: None,
        attribution: None,
        origin: Origin::default(),
        within: None,
    };
    (load_postcodes(&spec, &mut report), messages(&report))
}

#[test]
fn every_postcode_of_nn_is_read_from_the_editions_of_2025_and_2014() {
    let Some(data) = data() else { return };
    let (new, new_messages) = code_point(data.join("codepoint_nn_2025.csv"));
    let (old, old_messages) = code_point(data.join("codepoint_nn_2014.csv"));
    assert_eq!((new.len(), old.len()), (17_053, 15_649));
    assert_eq!(
        (new_messages, old_messages),
        (vec![], vec![]),
        "all have positions, none stands twice"
    );
    for records in [&new, &old] {
        assert!(records.windows(2).all(|pair| pair[0].postcode < pair[1].postcode));
        assert!(records.iter().all(|r| r.position.is_some() && r.terminated.is_none()));
        assert!(records.iter().all(|r| r.published_ward.is_some()));
        assert!(records.iter().all(|r| r.postcode.outward().starts_with("NN")));
    }
    let by_quality = |quality| new.iter().filter(|r| r.positional_quality == quality).count();
    assert_eq!([10, 30, 50].map(by_quality), [16_998, 2, 53]);
    let nn11ed = new.iter().find(|r| r.postcode == postcode("NN1 1ED")).unwrap();
    let place = nn11ed.position.unwrap();
    assert_eq!((place.easting(), place.northing()), (475_486.0, 260_275.0));
    assert_eq!(old[0].published_ward.as_ref().unwrap().as_str(), "E05008848", "NN1 1AA in 2014");
}

#[test]
fn the_practices_of_the_sample_are_placed_by_its_postcodes() {
    let Some(data) = data() else { return };
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogues/northamptonshire/sample.toml");
    let catalogue = Catalogue::read_with_data(&file, &data).unwrap();
    let mut report = Report::default();
    let records = load_postcodes(catalogue.postcodes.as_ref().unwrap(), &mut report);
    let places: HashMap<_, _> =
        records.iter().filter_map(|r| Some((r.postcode, r.position?))).collect();
    let layer = catalogue.layers.iter().find(|l| l.meta.id.as_str() == "gp_practice").unwrap();
    let LayerSource::Sites(source) = &layer.source else { panic!("practices are a CSV of sites") };
    let load = |settings: Option<Vec<u16>>, include_closed| {
        let mut source = source.clone();
        source.include_closed = include_closed;
        source.format = lapwing_boundaries::catalogue::SitesFormat::OdsEpraccur { settings };
        let mut report = Report::default();
        let find = |requested| places.get(&requested).copied();
        let sites = load_sites(&source, &layer.meta.id, &find, &mut report);
        (sites, report)
    };
    // 68 active practices. Two of them, in Wansford and Oundle, have PE postcodes.
    let (practices, report) = load(Some(vec![4]), false);
    assert_eq!(practices.len(), 66);
    assert_eq!(report.count(Severity::Error), 0);
    let unplaced: Vec<&str> = report
        .faults
        .iter()
        .filter(|fault| fault.kind == FaultKind::NoPosition)
        .filter_map(|fault| fault.feature.as_ref()?.code.as_deref())
        .collect();
    assert_eq!(unplaced, ["K83017", "K83023"]);
    let counts = messages(&report);
    assert!(counts.iter().any(|one| one.contains(": 22 closed, dormant or proposed practices")));
    assert!(counts.iter().any(|one| one.contains(": 25 records of other prescribing settings")));
    let lakeside = practices.iter().find(|site| site.code.as_str() == "K83002").unwrap();
    assert_eq!(lakeside.name, "LAKESIDE HEALTHCARE");
    // 93 active prescribers of every setting, and all 115 records including closed ones.
    assert_eq!(load(None, false).0.len(), 91);
    assert_eq!(load(None, true).0.len(), 113);
}
