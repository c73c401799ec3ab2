//! Features as a small static map: inline SVG on the British National Grid, north up.

use std::fmt::Write as _;

use geo::{Coord, LineString, Rect};
use lapwing_boundaries::layer::Layer;
use maud::{Markup, html};

use super::count;
use crate::http::routes::ogc::describe::extent;

/// The width of the drawing in its own units, each about half a pixel of the widest screen.
const WIDTH: f64 = 1600.0;

/// The limits of its height.
const HEIGHTS: [f64; 2] = [500.0, 1600.0];

/// The margin on every side.
const MARGIN: f64 = 24.0;

/// The maximum number of features drawn: a page with more would be slow to display.
pub(in crate::http) const MOST: usize = 500;

/// Draws the features at these indices. Empty if there are none, or too many.
///
/// `what` describes them for users who cannot see the map: "Wards 1 to 50 of 57".
pub(in crate::http) fn draw(layer: &Layer, places: &[usize], what: &str) -> Markup {
    let ground = extent(layer, places.iter().copied()).filter(|_| places.len() <= MOST);
    let Some(ground) = ground else { return Markup::default() };
    let sheet = Viewport::around(ground);
    let (across, along) = (distance(ground.width()), distance(ground.height()));
    let kind = if layer.is_areas() { "outlines" } else { "dots" };
    let description = format!(
        "{} drawn as {kind} on the British National Grid, {across} from west to east and {along} \
         from south to north, north up.",
        if places.len() == 1 { "It is".to_owned() } else { format!("{} are", count(places.len())) }
    );
    html! {
        figure {
            svg viewBox={ "0 0 " (WIDTH) " " (sheet.height) } role="img"
                aria-labelledby="map-title map-text" {
                title id="map-title" { "Map: " (what) }
                desc id="map-text" { (description) }
                @for &place in places { (sheet.shape(layer, place)) }
            }
            figcaption { (what) ". " (description) }
        }
    }
}

fn named<'a>(name: &'a str, code: &'a str) -> &'a str {
    if name.is_empty() { code } else { name }
}

fn distance(metres: f64) -> String {
    match metres {
        m if m < 1.0 => "less than a metre".to_owned(),
        m if m < 1000.0 => format!("{m:.0} m"),
        m if m < 10_000.0 => format!("{:.1} km", m / 1000.0),
        m => format!("{:.0} km", m / 1000.0),
    }
}

/// The transformation from the grid to the drawing.
#[derive(Clone, Copy, Debug)]
struct Viewport {
    ground: Rect<f64>,
    /// Drawing units per metre.
    scale: f64,
    height: i64,
    /// The position of the north-west corner of the ground in the drawing.
    corner: [f64; 2],
}

impl Viewport {
    fn around(ground: Rect<f64>) -> Self {
        // A single point has no extent: it is drawn in the middle.
        let (width, height) = (ground.width().max(1.0), ground.height().max(1.0));
        let room = WIDTH - 2.0 * MARGIN;
        let scale = (room / width).min((HEIGHTS[1] - 2.0 * MARGIN) / height);
        let sheet_height = (height * scale + 2.0 * MARGIN).clamp(HEIGHTS[0], HEIGHTS[1]);
        let corner = [
            (WIDTH - ground.width() * scale) / 2.0,
            (sheet_height - ground.height() * scale) / 2.0,
        ];
        Self { ground, scale, height: sheet_height.round() as i64, corner }
    }

    fn at(&self, at: Coord<f64>) -> [i64; 2] {
        let x = self.corner[0] + (at.x - self.ground.min().x) * self.scale;
        let y = self.corner[1] + (self.ground.max().y - at.y) * self.scale;
        [x.round() as i64, y.round() as i64]
    }

    /// A feature: an area as a path, a point as a circle, with its name.
    fn shape(&self, layer: &Layer, place: usize) -> Markup {
        if !layer.is_areas() {
            let site = &layer.sites()[place];
            let [x, y] = self.at(site.position.coord());
            let name = named(&site.name, site.code.as_str());
            return html! { circle cx=(x) cy=(y) r="11" { title { (name) } } };
        }
        let area = &layer.areas()[place];
        let path: String = area
            .geometry()
            .iter()
            .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
            .map(|ring| self.ring(ring))
            .collect();
        html! { path d=(path) { title { (named(area.name(), area.code().as_str())) } } }
    }

    /// A ring as relative steps, without steps too short to see. A ring with fewer than two steps
    /// becomes a dot of one unit, so that no area vanishes.
    fn ring(&self, ring: &LineString<f64>) -> String {
        let mut points = ring.coords().map(|&at| self.at(at));
        let Some([x, y]) = points.next() else { return String::new() };
        let mut path = format!("M{x} {y}");
        let mut last = [x, y];
        let mut steps = 0;
        for [x, y] in points {
            if [x, y] == last {
                continue;
            }
            // Writing to a `String` cannot fail.
            let _ = write!(path, "l{} {}", x - last[0], y - last[1]);
            last = [x, y];
            steps += 1;
        }
        path.push_str(if steps < 2 { "h1v1h-1z" } else { "z" });
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_drawn_north_up_without_steps_too_short_to_see() {
        let ground = Rect::new(Coord { x: 0.0, y: 0.0 }, Coord { x: 1552.0, y: 776.0 });
        let sheet = Viewport::around(ground);
        assert_eq!(sheet.height, 824);
        let ring: LineString<f64> =
            vec![(0.0, 0.0), (1552.0, 0.0), (1552.0, 0.2), (1552.0, 776.0), (0.0, 0.0)].into();
        assert_eq!(sheet.ring(&ring), "M24 800l1552 0l0 -776l-1552 776z");
        let speck: LineString<f64> = vec![(5.0, 5.0), (5.1, 5.0), (5.0, 5.1), (5.0, 5.0)].into();
        assert_eq!(sheet.ring(&speck), "M29 795h1v1h-1z");
    }

    #[test]
    fn a_single_point_is_in_the_middle() {
        let sheet = Viewport::around(Rect::new(Coord { x: 7.0, y: 7.0 }, Coord { x: 7.0, y: 7.0 }));
        assert_eq!(sheet.at(Coord { x: 7.0, y: 7.0 }), [800, sheet.height / 2]);
    }
}
