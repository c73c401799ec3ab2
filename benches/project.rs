//! Positions between degrees and the National Grid by OSTN15, against parsing the same position from
//! text: one after another all over the country, and along the boundaries of wards.
//!
//!     cargo bench --bench project

use lapwing_boundaries::area::Area;
use lapwing_boundaries::demo::{self, WorldSize};
use lapwing_boundaries::position::{Bng, LngLat};

mod support;

use support::{Ratio, compare};

fn main() {
    // Even steps that never fall on a line: every position lies in another square kilometre.
    let part = |step: u32, ratio: f64| (f64::from(step) * ratio).fract();
    let random: Vec<Bng> = (0..100_000)
        .filter_map(|step| {
            let easting = 150_000.0 + 450_000.0 * part(step, 0.754_877_666_246_692_7);
            let northing = 50_000.0 + 900_000.0 * part(step, 0.569_840_290_998_053_2);
            Bng::new(easting, northing).ok()
        })
        .collect();
    let world = demo::world(7, &WorldSize::of_wards(400));
    let wards = world.layer("ward").expect("every world has wards");
    let along: Vec<Bng> = wards
        .areas()
        .iter()
        .flat_map(Area::edges)
        .filter_map(|edge| Bng::new(edge.start.x, edge.start.y).ok())
        .collect();
    for (batch, positions) in [("single", &random), ("batch", &along)] {
        let count = positions.len();
        let metres = |at: &Bng| [at.easting(), at.northing()].map(|metres| format!("{metres:.3}"));
        let texts: Vec<[String; 2]> = positions.iter().map(metres).collect();
        let parse = || parsed(&texts);
        let ours = || -> f64 {
            positions.iter().map(|at| at.to_lng_lat().0).map(|at| at.lon() + at.lat()).sum()
        };
        compare(&format!("to_degrees_{batch}_vs_parse"), Ratio::Cost, count, parse, ours);

        let degrees: Vec<LngLat> = positions.iter().map(|at| at.to_lng_lat().0).collect();
        let nine_digits = |at: &LngLat| [at.lon(), at.lat()].map(|degree| format!("{degree:.9}"));
        let texts: Vec<[String; 2]> = degrees.iter().map(nine_digits).collect();
        let parse = || parsed(&texts);
        let ours = || -> f64 {
            let grid = degrees.iter().filter_map(|at| at.to_bng().ok());
            grid.map(|(at, _)| at.easting() + at.northing()).sum()
        };
        compare(&format!("to_grid_{batch}_vs_parse"), Ratio::Cost, count, parse, ours);
    }
}

/// The baseline: both numbers of each position, read by the standard library.
fn parsed(texts: &[[String; 2]]) -> f64 {
    let number = |text: &String| text.parse::<f64>().expect("is a number");
    texts.iter().map(|[a, b]| number(a) + number(b)).sum()
}
