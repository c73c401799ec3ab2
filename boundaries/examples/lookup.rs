//! Opens a snapshot and prints the areas of a postcode, one layer per line. Needs no feature.
//!
//! ```text
//! cargo run -p lapwing-boundaries --no-default-features --example lookup -- county.lapwing "NN1 1ED"
//! ```

use std::error::Error;

use lapwing_boundaries::postcode::Postcode;
use lapwing_boundaries::snapshot;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(text)) = (arguments.next(), arguments.next()) else {
        return Err("name a snapshot file and a postcode".into());
    };
    let atlas = snapshot::read(path.as_ref())?;
    let (_, answer) = atlas
        .precomputed(Postcode::parse(&text)?)
        .ok_or_else(|| format!("{text} is not in {path}, or has no position"))?;
    for (layer_index, layer) in
        atlas.layers().iter().enumerate().filter(|(_, l)| l.layer().is_areas())
    {
        let names = answer.matches(layer_index).map(|found| {
            let (code, name) = atlas.code_and_name(layer_index, found.area);
            format!("{code} {name}")
        });
        let names: Vec<String> = names.collect();
        println!(
            "{}\t{}\t{:?}",
            layer.layer().meta().id,
            names.join("; "),
            answer.level(layer_index)
        );
    }
    Ok(())
}
