//! `/mapit` and `/postcodes-io` agree with `/v1` for random postcodes and areas: of Lyonesse, which
//! has addresses and two vintages of wards, and of Northamptonshire if its data exist.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use lapwing::http::{Limits, router};
use lapwing::live::Live;
use lapwing_boundaries::assemble;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::catalogue::Catalogue;
use lapwing_boundaries::demo;
use lapwing_boundaries::fault::Report;
use lapwing_boundaries::gazetteer::PostcodeFacts;
use serde_json::Value;

use crate::ask::send;

/// An atlas with its service.
struct World {
    service: Router,
    postcodes: Vec<String>,
    /// Layer and code of every area.
    areas: Vec<(String, String)>,
    /// The random state; its seed is always 1.
    state: u64,
}

impl World {
    fn of(atlas: Atlas) -> Self {
        let live = atlas.all_facts().filter(PostcodeFacts::is_live);
        let placed = live.filter(|record| record.position.is_some());
        let postcodes = placed.map(|record| record.postcode.to_string()).collect();
        let areas = atlas.layers().iter().flat_map(|layer| {
            let layer = layer.layer();
            let id = layer.meta().id.to_string();
            layer.areas().iter().map(move |area| (id.clone(), area.code().to_string()))
        });
        let areas = areas.collect();
        Self { service: router(Live::with(atlas), Limits::default()), postcodes, areas, state: 1 }
    }

    async fn ask(&self, path: &str) -> Value {
        let path = path.replace(' ', "%20");
        let request = Request::get(&path).body(Body::empty()).unwrap();
        let reply = send(self.service.clone(), request).await;
        assert!(reply.status == 200 || reply.status == 302, "{path}: {}", reply.text());
        if reply.status == 302 {
            return Value::String(reply.header("location").to_owned());
        }
        reply.json()
    }

    fn below(&mut self, count: usize) -> usize {
        // Knuth's MMIX; its high bits are random enough for a choice.
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as usize % count
    }

    async fn names_the_same_areas(&mut self, rounds: usize) {
        let kinds = self.ask("/v1/layers").await;
        let series: BTreeSet<&str> = kinds["layers"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|layer| layer["kind"] == "areas")
            .map(|layer| layer["series"].as_str().unwrap())
            .collect();
        let layers = series.iter().copied().collect::<Vec<_>>().join(",");
        for _ in 0..rounds {
            let at = self.below(self.postcodes.len());
            let postcode = self.postcodes[at].clone();
            let lookup = self.ask(&format!("/v1/lookup?postcode={postcode}&layers={layers}")).await;
            let answer = self.ask(&format!("/postcodes-io/postcodes/{postcode}")).await;
            let answer = &answer["result"];
            for (layer, field) in [
                ("ward", "admin_ward"),
                ("parish", "parish"),
                ("lap", "lap"),
                ("authority", "admin_district"),
                ("local_authority", "admin_district"),
                ("lsoa", "lsoa21"),
            ] {
                let Some(areas) = lookup["areas"].get(layer) else { continue };
                let areas = areas.as_array().unwrap();
                // Of several, the one with the most addresses, or else the first.
                let best = areas.iter().rev().max_by_key(|area| area["addresses"].as_u64());
                let member = |name: &str| best.map_or(&Value::Null, |area| &area[name]);
                assert_eq!(&answer[field], member("name"), "{postcode} {layer}");
                assert_eq!(&answer["codes"][field], member("code"), "{postcode} {layer}");
            }
            for (ours, theirs) in
                [("lon", "longitude"), ("lat", "latitude"), ("easting", "eastings")]
            {
                assert_eq!(lookup["location"][ours], answer[theirs], "{postcode}");
            }

            let mapit = self.ask(&format!("/mapit/postcode/{postcode}")).await;
            let codes = |area: &Value| {
                let codes = area["codes"].as_object().unwrap();
                codes.values().next().unwrap().as_str().unwrap().to_owned()
            };
            let found: BTreeSet<String> =
                mapit["areas"].as_object().unwrap().values().map(codes).collect();
            let expected: BTreeSet<String> = lookup["areas"]
                .as_object()
                .unwrap()
                .values()
                .flat_map(|areas| areas.as_array().unwrap())
                .map(|area| area["code"].as_str().unwrap().to_owned())
                .collect();
            assert_eq!(found, expected, "{postcode}");
            if mapit["shortcuts"].get("LAP").is_some() {
                let lap = mapit["shortcuts"]["LAP"].to_string();
                assert_eq!(mapit["areas"][lap]["name"], answer["lap"], "{postcode}");
            }
            // A postcode's own position is in the same areas, unless its addresses say more.
            if lookup["confidence"]["by"] == "position" {
                let point = format!("{},{}", mapit["easting"], mapit["northing"]);
                let areas = self.ask(&format!("/mapit/point/27700/{point}")).await;
                assert_eq!(areas, mapit["areas"], "{postcode}");
            }
        }
    }

    async fn relates_areas_alike(&mut self, rounds: usize) {
        for _ in 0..rounds {
            let at = self.below(self.areas.len());
            let (layer, code) = self.areas[at].clone();
            let address = self.ask(&format!("/mapit/area/{code}")).await;
            let address = address.as_str().unwrap().to_owned();
            let own = self.ask(&address).await;
            let all = self
                .ask(&format!("/v1/areas/{layer}/{code}/overlaps?touches=include&slivers=include"))
                .await;
            let all = all["overlaps"].as_array().unwrap().clone();
            for (question, relations) in [
                ("touches", &["touches"][..]),
                ("overlaps", &["partial"]),
                ("covers", &["contains", "equals"]),
                ("covered", &["within", "equals"]),
                ("coverlaps", &["contains", "equals", "partial"]),
                ("intersects", &["touches", "partial", "contains", "within", "equals"]),
            ] {
                let found = self.ask(&format!("{address}/{question}")).await;
                let name = |area: &Value| {
                    let codes = area["codes"].as_object().unwrap();
                    codes.values().next().unwrap().as_str().unwrap().to_owned()
                };
                let found: BTreeSet<String> =
                    found.as_object().unwrap().values().map(name).collect();
                let expected: BTreeSet<String> = all
                    .iter()
                    .filter(|row| {
                        // A sliver is a touch.
                        let relation = if row["sliver"] == true {
                            "touches"
                        } else {
                            row["relation"].as_str().unwrap()
                        };
                        relations.contains(&relation)
                    })
                    .map(|row| row["code"].as_str().unwrap().to_owned())
                    .collect();
                // `/v1` compares with every series that a lookup answers, without the area's own.
                let missing: Vec<&String> = expected.difference(&found).collect();
                assert!(
                    missing.is_empty(),
                    "{layer} {code} {question}: {missing:?} of {}",
                    own["name"]
                );
                let others: BTreeSet<String> =
                    all.iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect();
                let wrong: Vec<&String> =
                    found.intersection(&others).filter(|code| !expected.contains(*code)).collect();
                assert!(wrong.is_empty(), "{layer} {code} {question}: {wrong:?}");
            }
        }
    }
}

fn northamptonshire() -> Option<Atlas> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = std::env::var_os("LAPWING_SHARED")
        .map_or_else(|| root.join("../shared/data"), PathBuf::from);
    if !data.join("wards_2013.geojson").exists() {
        eprintln!("SKIPPED: the real sample data are not at {}", data.display());
        return None;
    }
    let catalogue = root.join("boundaries/catalogues/northamptonshire/sample.toml");
    let catalogue = Catalogue::read_with_data(&catalogue, &data).expect("the catalogue is good");
    let mut report = Report::default();
    let contents = assemble::contents(&catalogue, &mut report, &()).expect("the data are good");
    Some(Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &()))
}

#[tokio::test]
async fn in_lyonesse_both_agree_with_v1() {
    let contents = demo::lyonesse(1).into_contents();
    let mut world = World::of(Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &()));
    world.names_the_same_areas(300).await;
    world.relates_areas_alike(60).await;
}

#[tokio::test]
async fn in_northamptonshire_both_agree_with_v1() {
    let Some(atlas) = northamptonshire() else { return };
    let mut world = World::of(atlas);
    world.names_the_same_areas(300).await;
    world.relates_areas_alike(60).await;

    // Castle ward: a unitary's, in the LAP that the council's report names.
    let answer = world.ask("/mapit/postcode/NN11ED").await;
    assert_eq!(answer["shortcuts"]["ward"], 105_013_246);
    assert_eq!(answer["shortcuts"]["council"], 106_000_062);
    let lap = answer["shortcuts"]["LAP"].to_string();
    assert_eq!(answer["areas"][&lap]["name"], "Northampton 4");
    assert_eq!(answer["areas"]["105013246"]["type"], "UTW");
    assert_eq!(answer["areas"]["106000062"]["type"], "UTA");
    let members = world.ask(&format!("/mapit/area/{lap}/covers?type=UTW")).await;
    assert_eq!(members.as_object().unwrap().len(), 4, "the wards it is made of");
    // The wards of 2013 were the districts'.
    let generations = world.ask("/mapit/generations").await;
    let count = generations.as_object().unwrap().len();
    let then = (1..=count).find(|n| {
        generations[n.to_string()]["created"].as_str().unwrap().starts_with("2013-12-31")
    });
    let then = then.expect("the wards of 2013 begin a generation");
    let old = world.ask(&format!("/mapit/postcode/NN11ED?generation={then}&x=1")).await;
    let ward = &old["shortcuts"]["ward"]["district"];
    assert_eq!(old["areas"][ward.to_string()]["type"], "DIW");
    assert_eq!(old["areas"][ward.to_string()]["parent_area"], Value::Null, "no district is held");
    let old_wards = world.ask(&format!("/mapit/areas/DIW?generation={then}")).await;
    assert_eq!(old_wards.as_object().unwrap().len(), 146);
    let answer = world.ask("/postcodes-io/postcodes/NN11ED").await["result"].take();
    assert_eq!(answer["admin_district"], "West Northamptonshire");
    assert_eq!((&answer["country"], &answer["lap"]), (&"England".into(), &"Northampton 4".into()));
    assert_eq!(answer["lsoa11"], Value::Null, "those held are of 2021");
    assert!(answer["lsoa21"].as_str().unwrap().starts_with("West Northamptonshire"));
}
