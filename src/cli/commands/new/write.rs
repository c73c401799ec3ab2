//! The text of a new catalogue.

use std::fmt::Write as _;

use super::authorities::Authority;
use super::sources::{AUTHORITIES, CODE_POINT_OPEN, EPRACCUR, Edition, LSOAS, PARISHES};

/// Points are kept up to this distance outside the authority, in metres: residents register with
/// practices beyond its boundary, and postcodes there get a real answer.
const MARGIN_M: u32 = 5000;

/// The contents of a new catalogue.
pub(super) struct Plan<'a> {
    pub(super) title: String,
    pub(super) authorities: Vec<Authority>,
    pub(super) resolution: &'a str,
    /// The vintages of wards, oldest first; the last is the layer `ward`.
    pub(super) wards: Vec<&'a Edition>,
    /// The dates for which the wards are in force, if known more exactly than from the edition.
    pub(super) wards_hold: Option<(&'a str, &'a str)>,
    /// Whether `laps.toml` has areas.
    pub(super) has_laps: bool,
}

/// The text of `catalogue.toml`.
pub(super) fn catalogue(plan: &Plan<'_>) -> String {
    let mut text = head(plan);
    authority_layer(&mut text, plan);
    for (at, edition) in plan.wards.iter().enumerate() {
        ward_layer(&mut text, plan, edition, plan.wards.get(at + 1).copied());
    }
    parish_layers(&mut text, plan);
    let _ = write!(
        text,
        "\n# Census areas of about 1,500 people: the key to most statistics.\n\
         [[layer]]\nid = \"lsoa\"\ntitle = \"Lower layer Super Output Areas, 2021\"\n\
         source = \"data/lsoas_2021.geojson\"\n{}within = \"local_authority\"\n\
         valid_from = {}\ncoverage = true\ncomplete = true\n",
        published(&LSOAS, plan.resolution),
        LSOAS.valid_from
    );
    lap_layer(&mut text, plan);
    tail(&mut text);
    text
}

fn head(plan: &Plan<'_>) -> String {
    let codes: Vec<&str> = plan.authorities.iter().map(|a| a.code.as_str()).collect();
    let laps = if plan.has_laps { "\"lap\", " } else { "" };
    format!(
        "# {title}: {codes}. Written by `lapwing new`. Edit it as you need.\n\
         #\n\
         #     lapwing fetch catalogue.toml\n\
         #     lapwing check catalogue.toml\n\
         #     lapwing build catalogue.toml -o FILE.lapwing\n\
         #\n\
         # `url` is where a file is published; `only` and `within` select part of it. You can also put\n\
         # files into data/ by hand, under the same names. `complete` says that a layer has every area\n\
         # of its kind there: only then a place in none is answered with \"none\", not with \"not known\".\n\
         \n\
         title = {title:?}\n\
         \n\
         # The layers of a lookup without `layers=`. Leave out small areas: with a boundary nearly\n\
         # everywhere, they would lower the confidence of every answer.\n\
         lookup = [{laps}\"ward\", \"parish\", \"local_authority\"]\n",
        title = plan.title,
        codes = codes.join(", ")
    )
}

fn authority_layer(text: &mut String, plan: &Plan<'_>) {
    let codes: Vec<String> = plan.authorities.iter().map(|a| format!("{:?}", a.code)).collect();
    let _ = write!(
        text,
        "\n# The region of this catalogue. Every other layer keeps only the areas in it, whole.\n\
         [[layer]]\nid = \"local_authority\"\ntitle = \"Local authorities, {}\"\n\
         source = \"data/local_authorities_2024.geojson\"\n{}only = {{ {} = [{}] }}\n\
         valid_from = {}\ncoverage = true\ncomplete = true\n",
        AUTHORITIES.date,
        published(&AUTHORITIES, plan.resolution),
        AUTHORITIES.code,
        codes.join(", "),
        plan.wards_hold.map_or(AUTHORITIES.valid_from, |(from, _)| from)
    );
}

fn ward_layer(text: &mut String, plan: &Plan<'_>, edition: &Edition, next: Option<&Edition>) {
    let year = &edition.id[..4];
    let (id, series) = match next {
        None => ("ward".to_owned(), String::new()),
        Some(_) => (format!("ward_{year}"), "vintage_of = \"ward\"\n".to_owned()),
    };
    let (from, to) = match (plan.wards_hold, next) {
        (Some((from, to)), _) => (from, Some(to)),
        (None, next) => (edition.valid_from, next.map(|next| next.valid_from)),
    };
    let to = to.map_or(String::new(), |to| format!("valid_to = {to}\n"));
    let why = if plan.wards_hold.is_some() {
        "# In force from the creation of the two authorities to the election of 1 May 2025."
    } else {
        "# `valid_from` is the date of the ONS edition. If these wards have been in force for longer,\n\
         # enter the earlier date."
    };
    let _ = write!(
        text,
        "\n{why}\n[[layer]]\nid = {id:?}\ntitle = \"Wards, {}\"\n{series}\
         source = \"data/wards_{}.geojson\"\n{}within = \"local_authority\"\n\
         valid_from = {from}\n{to}coverage = true\ncomplete = true\n",
        edition.date,
        edition.id.replace('-', "_"),
        published(edition, plan.resolution)
    );
}

/// One file has the parishes and the unparished areas. They become two layers, so that a place
/// without a parish has no parish, rather than one called "unparished area".
fn parish_layers(text: &mut String, plan: &Plan<'_>) {
    for (id, title, only, why) in [
        (
            "parish",
            "Parishes",
            "E04*",
            "# Parishes only: unparished land has none. Not a coverage.",
        ),
        (
            "non_civil_parished_area",
            "Non-civil-parished areas",
            "E43*",
            "# Unparished areas, from the same file, under the codes that ONS gives them.",
        ),
    ] {
        let _ = write!(
            text,
            "\n{why}\n[[layer]]\nid = {id:?}\ntitle = \"{title}, {}\"\n\
             source = \"data/parishes_2023.geojson\"\n{}only = {{ {} = [{only:?}] }}\n\
             within = \"local_authority\"\nvalid_from = {}\ncomplete = true\n",
            PARISHES.date,
            published(&PARISHES, plan.resolution),
            PARISHES.code,
            PARISHES.valid_from
        );
    }
}

fn lap_layer(text: &mut String, plan: &Plan<'_>) {
    let year = plan.wards.last().map_or(AUTHORITIES.year, |edition| edition.year);
    let layer = format!(
        "[[layer]]\nid = \"lap\"\ntitle = \"Local Area Partnerships\"\ncompose = \"laps.toml\"\n\
         resolution = \"{}\" # the resolution of the wards\n{}",
        plan.resolution,
        rights(year)
    );
    if plan.has_laps {
        let _ = write!(text, "\n# laps.toml defines the partnerships.\n{layer}");
        return;
    }
    let commented = format!("# {}\n", layer.trim_end().replace('\n', "\n# "));
    let _ = write!(
        text,
        "\n# Once laps.toml defines partnerships, uncomment these lines and add \"lap\" to `lookup`\n\
         # above.\n#\n{commented}"
    );
}

fn tail(text: &mut String) {
    let _ = write!(
        text,
        "\n# GP practices from NHS England's Organisation Data Service, located by postcode.\n\
         # Prescribing setting 4 is a GP practice. Without that line the layer also includes prisons,\n\
         # hospices, out-of-hours services and prescribing pharmacies.\n\
         [[layer]]\nid = \"gp_practice\"\ntitle = \"GP practices\"\nsource = \"data/epraccur.csv\"\n\
         url = {EPRACCUR:?}\nformat = \"ods-epraccur\"\nprescribing_settings = [4]\n\
         within = {{ layer = \"local_authority\", margin_m = {MARGIN_M} }}\n\
         licence = \"OGL-UK-3.0\"\n\
         attribution = \"Contains NHS England data licensed under the Open Government Licence v.3.0\"\n\
         \n\
         # Code-Point Open: the live postcodes of Great Britain. Without `within`, all are included.\n\
         # The ONS Postcode Directory also has terminated postcodes: download the zip of an edition\n\
         # from geoportal.statistics.gov.uk into data/ and use instead\n\
         #     source = \"data/ONSPD.zip\"\n\
         #     format = \"onspd\"\n\
         [postcodes]\nsource = \"data/codepo_gb.zip\"\nurl = {CODE_POINT_OPEN:?}\n\
         format = \"code-point-open\"\n\
         within = {{ layer = \"local_authority\", margin_m = {MARGIN_M} }}\n\
         licence = \"OGL-UK-3.0\"\n\
         attribution = \"Contains OS data © Crown copyright and database right. Contains Royal Mail \
         data © Royal Mail copyright and database right. Source: Office for National Statistics \
         licensed under the Open Government Licence v.3.0\"\n"
    );
}

/// The keys for the source of an edition and its fields.
fn published(edition: &Edition, resolution: &str) -> String {
    let urls = edition.urls(resolution);
    let mut text = match &urls[..] {
        [one] => format!("url = {one:?}\n"),
        several => {
            let lines: Vec<String> = several.iter().map(|url| format!("    {url:?},\n")).collect();
            format!("url = [\n{}]\n", lines.concat())
        }
    };
    let _ = write!(text, "code = {:?}\nname = {:?}\n", edition.code, edition.name);
    if !edition.keep.is_empty() {
        let _ = writeln!(text, "keep = {:?}", edition.keep);
    }
    let _ = write!(text, "resolution = {resolution:?}\n{}", rights(edition.year));
    text
}

fn rights(year: u16) -> String {
    format!(
        "licence = \"OGL-UK-3.0\"\nattribution = \"Source: Office for National Statistics licensed \
         under the Open Government Licence v.3.0. Contains OS data © Crown copyright and database \
         right {year}\"\n"
    )
}

/// `laps.toml` for a place whose partnerships are not known.
pub(super) const NO_LAPS: &str = "\
# The Local Area Partnerships, defined by the areas of other layers.
#
# None are known for this place. Uncomment the pattern below, enter the code, name, wards and source
# of each partnership, then uncomment the layer \"lap\" in catalogue.toml. `lapwing check` lists wards
# that are claimed by two partnerships or by none.

# [[area]]
# code = \"N1\"
# name = \"North 1\"
# source = \"…\"      # where its wards are published
# include = [ { layer = \"ward\", codes = [ \"E05…\", \"E05…\" ] } ]
# exclude = [ { layer = \"parish\", codes = [ \"E04…\" ] } ]   # for part-wards
";
