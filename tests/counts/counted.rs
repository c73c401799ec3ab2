//! Works of which the instructions are counted, each in a function of its own: `run.sh` says how.
//! Prints how many items each did.

use std::hint::black_box;

use jiff::Timestamp;
use jiff::civil::date;
use lapwing::Pen;
use lapwing::answers::{Place, Ready};
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::demo::{self, WorldSize};
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::postcode::Postcode;

const ITEMS: usize = 5_000;

/// The same on every machine.
struct Ground {
    atlas: Atlas,
    points: Vec<Bng>,
    /// Postcodes that their positions answer.
    placed: Vec<Postcode>,
    /// Those that their addresses answer.
    addressed: Vec<Postcode>,
    day: Day,
}

fn main() {
    let size = WorldSize { postcodes: ITEMS, ..WorldSize::of_wards(40) };
    let contents = demo::world(7, &size).into_contents();
    let atlas = Atlas::build(contents, Timestamp::UNIX_EPOCH, &());
    let located: Vec<_> =
        atlas.all_facts().filter_map(|facts| Some((facts.postcode, facts.position?))).collect();
    // Neighbours in the order of their codes are neighbours on the ground, and would be found in
    // the same places.
    let (postcodes, points): (Vec<Postcode>, _) =
        located.iter().cycle().step_by(7).take(ITEMS).copied().unzip();
    let is_by_addresses = |postcode: &Postcode| {
        atlas.known(*postcode).is_some_and(|(_, known)| known.is_by_addresses())
    };
    let (addressed, placed) = postcodes.into_iter().partition(is_by_addresses);
    let ground = Ground { atlas, points, placed, addressed, day: Day::Today(date(2026, 11, 21)) };
    println!("locate {}", counted_locate(&ground));
    println!("lookup_postcode {}", counted_lookup_postcode(&ground));
    println!("lookup_addresses {}", counted_lookup_addresses(&ground));
    println!("lookup_point {}", counted_lookup_point(&ground));
    println!("to_degrees {}", counted_to_degrees(&ground));
}

/// The areas of all layers at a point.
#[inline(never)]
fn counted_locate(ground: &Ground) -> usize {
    let mut found = 0;
    for &at in &ground.points {
        ground.atlas.cells().locate(at, |_, _, _| found += 1);
    }
    black_box(found);
    ground.points.len()
}

/// The JSON of a postcode's lookup.
#[inline(never)]
fn counted_lookup_postcode(ground: &Ground) -> usize {
    write_each(ground, ground.placed.iter().map(|&postcode| Place::Postcode(postcode)))
}

/// The same of a postcode that its addresses answer.
#[inline(never)]
fn counted_lookup_addresses(ground: &Ground) -> usize {
    write_each(ground, ground.addressed.iter().map(|&postcode| Place::Postcode(postcode)))
}

/// The JSON of a point's lookup.
#[inline(never)]
fn counted_lookup_point(ground: &Ground) -> usize {
    write_each(ground, ground.points.iter().map(|&at| Place::Bng(at)))
}

fn write_each(ground: &Ground, places: impl Iterator<Item = Place>) -> usize {
    let ready = Ready::default();
    let mut pen = Pen::default();
    let mut done = 0;
    for place in places {
        pen.clear();
        ready
            .write_lookup(&mut pen, &ground.atlas, place, None, ground.day)
            .expect("the place is known");
        black_box(&pen);
        done += 1;
    }
    done
}

/// Degrees of a position on the grid.
#[inline(never)]
fn counted_to_degrees(ground: &Ground) -> usize {
    for &at in &ground.points {
        black_box(at.to_lng_lat());
    }
    ground.points.len()
}
