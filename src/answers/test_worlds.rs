//! Generated worlds for tests, with more of the rare cases.

use geo::Coord;
use lapwing_boundaries::area::Area;
use lapwing_boundaries::atlas::Contents;
use lapwing_boundaries::demo::{self, WorldSize};
use lapwing_boundaries::gazetteer::{Address, Month};
use lapwing_boundaries::layer::{Completeness, Layer, LayerId, LayerMeta, Resolution};
use lapwing_boundaries::position::Bng;

/// Creates a small world with guessed and terminated postcodes; with postcodes on vertices, at half
/// metres, outside OSTN15 and all areas, and without a position; with postcodes of each of these
/// kinds whose addresses are close together, on vertices, in several areas, in none and partly in
/// none; with coarsely drawn parishes, which are complete within the wards, and with some LAPs missing.
pub(crate) fn world(seed: u64, postcodes: usize) -> Contents {
    let size = WorldSize { postcodes, ..WorldSize::of_wards(8) };
    let mut contents = demo::world(seed, &size).into_contents();
    for layer in contents.layers.iter_mut().filter(|layer| layer.meta().id.as_str() == "parish") {
        let complete = Completeness::Within(LayerId::parse("ward").expect("a layer id"));
        let resolution = Some(Resolution::Bsc);
        let meta = LayerMeta { resolution, complete, ..layer.meta().clone() };
        *layer = Layer::of_areas(meta, layer.areas().to_vec());
    }
    for layer in contents.layers.iter_mut().filter(|layer| layer.meta().id.as_str() == "lap") {
        let meta = LayerMeta {
            complete: Completeness::Unknown,
            // As a coverage, the layer has an edge inside the county.
            coverage: seed.is_multiple_of(2),
            ..layer.meta().clone()
        };
        let known = layer.areas().iter().enumerate().filter(|(at, _)| at % 3 != 1);
        *layer = Layer::of_areas(meta, known.map(|(_, area)| area.clone()).collect());
    }
    let edges = contents.layers.iter().flat_map(Layer::areas).flat_map(Area::edges);
    let vertices: Vec<Coord<f64>> = edges.map(|edge| edge.start).collect();
    let vertex = |at: usize| vertices[at * 7919 % vertices.len()];
    for (at, record) in contents.postcodes.iter_mut().enumerate() {
        match at % 9 {
            1 => record.positional_quality = 60,
            2 => record.terminated = Some(Month { year: 2019, month: 7 }),
            3 => record.position = Bng::new(vertex(at).x, vertex(at).y).ok(),
            4 => record.position = Bng::new(-90_000.5, 1_300_000.25 + at as f64).ok(),
            5 => {
                let Some(near) = record.position else { continue };
                record.position = Bng::new(near.easting() + 0.25, near.northing()).ok();
            }
            6 if at % 2 == 0 => record.position = None,
            _ => {}
        }
    }
    let first_uprn = 1 + contents.addresses.iter().map(|address| address.uprn).max().unwrap_or(0);
    let uprns = first_uprn..;
    let odd = contents.postcodes.iter().enumerate().filter(|(at, _)| at % 4 == 3);
    let places = odd.flat_map(|(at, record)| {
        let at_sea = Coord { x: 10_000.0 + at as f64, y: 20_000.0 };
        let here = record.position.map_or(at_sea, Bng::coord);
        let aside = |by: f64| Coord { x: here.x + by, y: here.y - 0.5 * by };
        let places = match at / 4 % 7 {
            0 => vec![here, aside(5.25), aside(-7.0)],
            1 => vec![vertex(at)],
            2 => vec![vertex(at), vertex(at + 1), vertex(at), aside(3.0)],
            3 => vec![at_sea],
            4 => vec![vertex(at), at_sea, at_sea],
            5 => (0..at % 40).map(|step| aside(20.0 * step as f64)).collect(),
            _ => vec![aside(900.0), aside(1800.0), aside(-900.0)],
        };
        places.into_iter().map(|place| (record.postcode, place))
    });
    let addresses = uprns.zip(places).filter_map(|(uprn, (postcode, place))| {
        Some(Address { uprn, postcode, position: Bng::new(place.x, place.y).ok()? })
    });
    let addresses: Vec<Address> = addresses.collect();
    contents.addresses.extend(addresses);
    contents
}
