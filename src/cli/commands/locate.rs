//! `lapwing locate`: finds the areas that contain a postcode or a point.

use std::fmt::Write as _;
use std::io::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lapwing::answers::{
    self, AnswerError, AreaMatch, LookupAnswer, MatchKind, Place, TypedPlaceError, Unassigned,
};
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::confidence::CoverageGap;

use super::source::{self, SnapshotArgs};
use crate::cli::failure::{Failure, suggest};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lapwing locate county.lapwing \"NN1 1ED\"
  lapwing locate county.lapwing -0.896,52.2355
  lapwing locate county.lapwing 475486,260275 --json")]
pub(crate) struct LocateArgs {
    #[command(flatten)]
    pub(crate) snapshot: SnapshotArgs,
    /// A postcode, LON,LAT in degrees, EASTING,NORTHING in metres, or a grid reference
    #[arg(allow_hyphen_values = true)]
    pub(crate) query: String,
    /// Layers to answer for, separated by commas [default: all]
    #[arg(long, value_name = "LAYER,…", value_delimiter = ',')]
    pub(crate) layers: Option<Vec<String>>,
    /// Use the boundaries in force on this date
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<jiff::civil::Date>,
    /// Print the same JSON as /v1/lookup
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(args: &LocateArgs) -> Result<(), Failure> {
    let place = answers::read_place(&args.query);
    let atlas = source::open(&args.snapshot)?;
    let place = place.map_err(|error| Failure::Usage(in_words(&atlas, &error)))?;
    let answer = answers::lookup(&atlas, place, args.layers.as_deref(), day(args.date))
        .map_err(failure_of)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &answer).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        out.write_all(as_text(&atlas, place, &answer).as_bytes())?;
    }
    Ok(())
}

/// What is wrong with the place, with a suggestion for a mistyped postcode.
fn in_words(atlas: &Atlas, error: &TypedPlaceError) -> String {
    match error {
        TypedPlaceError::NotAPlace(postcode) => {
            match answers::similar_postcode(atlas, postcode.text()) {
                Some(_) => answers::invalid_postcode(Some(atlas), postcode),
                None => error.to_string(),
            }
        }
        TypedPlaceError::Position(error) => error.to_string(),
    }
}

/// The date to answer for: the one given, else today in UTC.
pub(super) fn day(requested: Option<jiff::civil::Date>) -> Day {
    requested
        .map_or_else(|| Day::Today(Timestamp::now().to_zoned(TimeZone::UTC).date()), Day::Requested)
}

/// An unknown layer or wrong argument is a usage error; an unknown postcode or place is an answer
/// from the data.
pub(super) fn failure_of(error: AnswerError) -> Failure {
    match &error {
        AnswerError::UnknownLayer { layer, known } => {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            Failure::Usage(format!("there is no layer {layer:?}; {}", suggest(layer, &known)))
        }
        AnswerError::UnknownPostcode { .. }
        | AnswerError::PostcodeWithoutPosition(_)
        | AnswerError::Outside(_) => Failure::refused(error),
        _ => Failure::Usage(error.to_string()),
    }
}

fn as_text(atlas: &Atlas, requested: Place, answer: &LookupAnswer<'_>) -> String {
    let mut text = String::new();
    // Writing to a String does not fail.
    let _ = write_text(&mut text, atlas, requested, answer);
    text
}

fn write_text(
    out: &mut String,
    atlas: &Atlas,
    requested: Place,
    answer: &LookupAnswer<'_>,
) -> std::fmt::Result {
    let place = &answer.place;
    let location = &place.location;
    if let Place::Postcode(postcode) = requested {
        let ended = place.terminated.as_ref();
        let ended = ended.map_or_else(String::new, |month| format!(", terminated {month}"));
        writeln!(out, "{postcode}{ended}")?;
    }
    writeln!(
        out,
        "easting {:.1}, northing {:.1} m; longitude {:.6}, latitude {:.6}",
        location.easting.0, location.northing.0, location.lon, location.lat
    )?;
    if let Some(quality) = location.positional_quality {
        writeln!(out, "positional quality {quality} (10 is best)")?;
    }
    if location.accuracy.is_some() {
        writeln!(out, "outside the OSTN15 grid: the conversion is accurate to about 5 m")?;
    }
    writeln!(out)?;
    let gap = place.confidence.as_ref().and_then(|confidence| confidence.coverage);
    if gap == Some(CoverageGap::Outside) {
        writeln!(out, "outside the area that this snapshot covers\n")?;
    }

    let mut rows: Vec<[String; 4]> = Vec::new();
    for (key, areas) in &place.areas.0 {
        let of = place.confidence.as_ref().and_then(|c| c.layers.get(key.as_str())?.as_ref());
        let gap = of.and_then(|of| of.coverage);
        let sure = of.map_or_else(String::new, |sure| match sure.boundary_distance_m {
            Some(distance) => format!("{}, {distance:.1} m from a boundary", sure.level.as_str()),
            None => sure.level.as_str().to_owned(),
        });
        let key = key.to_string();
        match areas.as_deref() {
            None => rows.push([key, "-".to_owned(), "not in force on this date".to_owned(), sure]),
            Some([]) => rows.push([key, "-".to_owned(), none(gap).to_owned(), sure]),
            Some(areas) => {
                rows.extend(
                    areas.iter().map(|area| {
                        [key.clone(), area.code.to_owned(), name_of(area), sure.clone()]
                    }),
                );
                if let Some(rest) = of.and_then(|of| of.unassigned) {
                    let Unassigned { addresses, share } = rest;
                    let text =
                        format!("{} ({addresses} addresses, {:.0} %)", none(gap), share * 100.0);
                    rows.push([key, "-".to_owned(), text, sure]);
                }
            }
        }
    }
    super::table::write(out, &rows)?;

    if let Some(confidence) = &place.confidence {
        writeln!(out, "\nconfidence {}", confidence.level.as_str())?;
        for near in &confidence.near {
            let (layer, code, name) = (&near.layer, near.code, near.name);
            writeln!(out, "  near {layer} {code} {name}, {:.1} m", near.distance_m)?;
        }
    }
    for used in answer.layers.0.iter().filter_map(|(_, used)| used.as_ref()) {
        let layer = atlas.layer_index(used.layer.as_str());
        if let Some((since, layer)) = used.superseded_since.zip(layer) {
            let newer = if answers::has_newer(atlas, layer) {
                ""
            } else {
                "; this snapshot has no newer ones"
            };
            writeln!(out, "\nthe boundaries of {} were replaced on {since}{newer}", used.layer)?;
        }
    }
    let note = if atlas.is_illustrative() { ": this place does not exist" } else { "" };
    writeln!(out, "\n{}, snapshot {}{note}", atlas.title(), atlas.id())
}

/// What stands for the area of a layer that has none at the place.
fn none(gap: Option<CoverageGap>) -> &'static str {
    match gap {
        None => "not in any",
        Some(CoverageGap::Incomplete) => "not known: the layer is not complete here",
        Some(CoverageGap::Outside) => "not covered",
    }
}

/// The name of the area, with a remark if the place is on its boundary or split between areas.
fn name_of(area: &AreaMatch<'_>) -> String {
    match (area.matched, area.addresses, area.share) {
        (MatchKind::Boundary, ..) => format!("{} (on its boundary)", area.name),
        (_, Some(count), Some(share)) if share < 1.0 => {
            format!("{} ({count} addresses, {:.0} %)", area.name, share * 100.0)
        }
        _ => area.name.to_owned(),
    }
}
