//! All pairs of two layers: measuring against overlay by `geo`, on the same candidates.
//!
//!     cargo bench --bench overlap

use geo::{Area as _, BooleanOps as _};
use lapwing_boundaries::demo::{self, WorldSize};
use lapwing_boundaries::index::AreaIndex;
use lapwing_boundaries::overlap;

mod support;

use support::{Ratio, compare};

fn main() {
    let world = demo::world(7, &WorldSize::LYONESSE);
    let parishes = world.layer("parish").expect("every world has parishes");
    let laps = world.layer("lap").expect("every world has LAPs");
    let of_parishes = AreaIndex::new(parishes.areas());
    let of_laps = AreaIndex::new(laps.areas());

    let by_overlay = || -> f64 {
        parishes
            .areas()
            .iter()
            .map(|parish| {
                of_laps
                    .meeting(parish.extent())
                    .map(|lap| {
                        let lap = laps.areas()[lap].geometry();
                        parish.geometry().intersection(lap).unsigned_area()
                    })
                    .sum::<f64>()
            })
            .sum()
    };
    let measured = || -> f64 {
        overlap::pairs((parishes, &of_parishes), (laps, &of_laps))
            .iter()
            .map(|row| row.shared_m2)
            .sum()
    };
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let (theirs, ours) = (by_overlay(), measured());
    assert!((theirs - ours).abs() < 1e-6 * ours, "{theirs} {ours}");
    compare("overlap_vs_overlay", Ratio::Speed, parishes.len(), by_overlay, || {
        one_thread.install(measured)
    });
}
