// The whole look of the map, made anew from what is drawn; the library finds what changed.
import type { FilterSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { Feature } from "../api.ts";
import { INKS, LINES } from "../colours.ts";
import type { Drawing, Start } from "./kind.ts";
import { areaSource } from "./sources.ts";

export interface Shown {
  drawing: Drawing;
  place: { lon: number; lat: number } | null;
  area: Feature | null;
  own: { lon: number; lat: number; name: string }[];
  basemap: Start["basemap"];
}

/** Layers that a click asks for a point. */
export const SITE_LAYERS = "sites-";

const WATER = "#e9eef1";
const FONT = ["system-ui", "sans-serif"];

const collection = (features: unknown[]) => ({ type: "FeatureCollection" as const, features: features as never[] });
const point = (at: { lon: number; lat: number }, properties: object = {}) => ({
  type: "Feature", geometry: { type: "Point", coordinates: [at.lon, at.lat] }, properties,
});

export function style(shown: Shown): StyleSpecification {
  const { drawing, basemap } = shown;
  const sources: StyleSpecification["sources"] = {
    chosen: { type: "geojson", data: shown.area ? collection([shown.area]) : collection([]) },
    place: { type: "geojson", data: collection(shown.place ? [point(shown.place)] : []) },
    own: { type: "geojson", data: collection(shown.own.map((at) => point(at, { name: at.name }))) },
  };
  const layers: LayerSpecification[] = [{ id: "ground", type: "background", paint: { "background-color": WATER } }];
  if (basemap) {
    sources.basemap = { type: "raster", tiles: [basemap.url], tileSize: 256 };
    layers.push({ id: "basemap", type: "raster", source: "basemap", paint: { "raster-saturation": -0.5, "raster-opacity": 0.8 } });
  }
  const labels: LayerSpecification[] = [];
  const lines: LayerSpecification[] = [];
  for (const { layer, line, filled } of drawing.areas) {
    const source = `areas-${layer.id}`;
    const from = areaSource(layer);
    sources[source] = from.spec;
    const { width, dash, ink } = LINES[line % LINES.length]!;
    if (filled) {
      layers.push({
        id: `fill-${layer.id}`, type: "fill", source, ...from.areas,
        paint: { "fill-pattern": pattern(drawing.inks) as never, "fill-opacity": basemap ? 0.55 : 1 },
      });
    }
    lines.unshift({
      id: `line-${layer.id}`, type: "line", source, ...from.areas,
      layout: { "line-join": "round" },
      paint: { "line-color": ink, "line-width": width, ...(dash[1] ? { "line-dasharray": [...dash] } : {}) },
    });
    labels.unshift({
      id: `label-${layer.id}`, type: "symbol", source, ...from.labels,
      minzoom: filled || line === 0 ? 0 : line === 1 ? 10.5 : 11.5,
      layout: {
        "text-field": ["get", "name"], "text-font": FONT, "text-max-width": 8,
        "text-size": line === 0 ? 15 : 11.5, "text-padding": 4,
        "symbol-sort-key": line,
      },
      paint: { "text-color": ink, "text-halo-color": "#ffffffe6", "text-halo-width": 1.6 },
    });
  }
  layers.push(...lines);
  layers.push(
    { id: "chosen-halo", type: "line", source: "chosen", layout: { "line-join": "round" }, paint: { "line-color": "#ffffff", "line-width": 8 } },
    { id: "chosen", type: "line", source: "chosen", layout: { "line-join": "round" }, paint: { "line-color": "#b3123b", "line-width": 4 } },
  );
  const single: FilterSpecification = ["!", ["has", "point_count"]];
  for (const { layer, shape, features } of drawing.sites) {
    const source = `${SITE_LAYERS}${layer.id}`;
    sources[source] = { type: "geojson", data: features as never, cluster: true, clusterRadius: 26, clusterMaxZoom: 12 };
    layers.push(
      {
        id: `${source}-many`, type: "symbol", source, filter: ["has", "point_count"],
        layout: {
          "icon-image": `shape-${shape}`, "icon-size": 1.25, "icon-allow-overlap": true, "text-allow-overlap": true,
          "text-field": ["get", "point_count_abbreviated"], "text-font": FONT, "text-size": 11,
        },
        paint: { "text-color": "#ffffff" },
      },
      {
        id: `${source}-one`, type: "symbol", source, filter: single,
        layout: {
          "icon-image": `shape-${shape}`, "icon-size": 0.75, "icon-allow-overlap": true,
          "text-field": ["step", ["zoom"], "", 12, ["get", "name"]], "text-font": FONT, "text-size": 11,
          "text-anchor": "left", "text-offset": [0.9, 0], "text-optional": true, "text-max-width": 12,
        },
        paint: { "text-color": "#1d1d1d", "text-halo-color": "#ffffffe6", "text-halo-width": 1.4 },
      },
    );
  }
  layers.push(
    { id: "own", type: "circle", source: "own", paint: { "circle-radius": 5, "circle-color": "#000000", "circle-stroke-color": "#ffd400", "circle-stroke-width": 2 } },
    { id: "place-halo", type: "circle", source: "place", paint: { "circle-radius": 11, "circle-color": "#ffffff", "circle-opacity": 0.85, "circle-stroke-color": "#b3123b", "circle-stroke-width": 3 } },
    { id: "place", type: "circle", source: "place", paint: { "circle-radius": 4, "circle-color": "#b3123b" } },
  );
  // What is on top is placed first: the names of areas before those of practices.
  layers.push(...labels);
  return { version: 8, sources, layers, transition: { duration: 0, delay: 0 } };
}

/** Each code's hatching. */
function pattern(inks: ReadonlyMap<string, number>): unknown {
  const branches = INKS.flatMap((_, ink) => {
    const codes = [...inks].filter(([, of]) => of === ink).map(([code]) => code);
    return codes.length ? [codes, `ink-${ink}`] : [];
  });
  return branches.length ? ["match", ["get", "code"], ...branches, "ink-0"] : "ink-0";
}
