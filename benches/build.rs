//! Making an atlas, and opening its snapshot: against one copy and hash of the snapshot's bytes,
//! the least that any build must do.
//!
//!     cargo bench --bench build

use std::path::Path;

use jiff::Timestamp;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::demo::{self, WorldSize};
use lapwing_boundaries::snapshot;

mod support;

use support::{Ratio, compare};

fn main() {
    let contents = demo::world(7, &WorldSize::LYONESSE).into_contents();
    let build = || Atlas::build(contents.clone(), Timestamp::UNIX_EPOCH, &());
    let bytes = snapshot::to_bytes(&build());
    let copy_and_hash = || blake3::hash(&bytes.clone());
    compare("build_vs_copy", Ratio::Cost, 1, copy_and_hash, build);

    let open = || snapshot::from_bytes(&bytes, Path::new("lyonesse.lapwing")).expect("is whole");
    compare("open_vs_copy", Ratio::Cost, 1, copy_and_hash, open);

    compare("generate_vs_build", Ratio::Cost, 1, build, || demo::lyonesse(7));
}
