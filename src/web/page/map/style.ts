// The style of the map, rebuilt from its content; the map library applies the differences.
import type { FilterSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { Feature } from "../api.ts";
import { PATTERNS, LINES } from "../colours.ts";
import type { Drawing, MapOptions } from "./types.ts";
import { areaSource } from "./sources.ts";

export interface MapContent {
  drawing: Drawing;
  location: { lon: number; lat: number } | null;
  area: Feature | null;
  places: { lon: number; lat: number; name: string }[];
  basemap: MapOptions["basemap"];
}

/** Prefix of the sources of sites, which can be clicked. */
export const SITE_LAYERS = "sites-";

const BACKGROUND = "#e9eef1";
const FONT = ["system-ui", "sans-serif"];

const collection = (features: unknown[]) => ({ type: "FeatureCollection" as const, features: features as never[] });
const point = (position: { lon: number; lat: number }, properties: object = {}) => ({
  type: "Feature", geometry: { type: "Point", coordinates: [position.lon, position.lat] }, properties,
});

export function style(content: MapContent): StyleSpecification {
  const { drawing, basemap } = content;
  const sources: StyleSpecification["sources"] = {
    selected: { type: "geojson", data: content.area ? collection([content.area]) : collection([]) },
    location: { type: "geojson", data: collection(content.location ? [point(content.location)] : []) },
    places: { type: "geojson", data: collection(content.places.map((position) => point(position, { name: position.name }))) },
  };
  const layers: LayerSpecification[] = [{ id: "background", type: "background", paint: { "background-color": BACKGROUND } }];
  if (basemap) {
    sources.basemap = { type: "raster", tiles: [basemap.url], tileSize: 256 };
    layers.push({ id: "basemap", type: "raster", source: "basemap", paint: { "raster-saturation": -0.5, "raster-opacity": 0.8 } });
  }
  const labels: LayerSpecification[] = [];
  const lines: LayerSpecification[] = [];
  for (const { layer, line, filled } of drawing.areas) {
    const source = `areas-${layer.id}`;
    const tiles = areaSource(layer);
    sources[source] = tiles.spec;
    const { width, dash, colour } = LINES[line % LINES.length]!;
    if (filled) {
      layers.push({
        id: `fill-${layer.id}`, type: "fill", source, ...tiles.areas,
        paint: { "fill-pattern": fillPattern(drawing.patterns) as never, "fill-opacity": basemap ? 0.55 : 1 },
      });
    }
    lines.unshift({
      id: `line-${layer.id}`, type: "line", source, ...tiles.areas,
      layout: { "line-join": "round" },
      paint: { "line-color": colour, "line-width": width, ...(dash[1] ? { "line-dasharray": [...dash] } : {}) },
    });
    labels.unshift({
      id: `label-${layer.id}`, type: "symbol", source, ...tiles.labels,
      minzoom: filled || line === 0 ? 0 : line === 1 ? 10.5 : 11.5,
      layout: {
        "text-field": ["get", "name"], "text-font": FONT, "text-max-width": 8,
        "text-size": line === 0 ? 15 : 11.5, "text-padding": 4,
        "symbol-sort-key": line,
      },
      paint: { "text-color": colour, "text-halo-color": "#ffffffe6", "text-halo-width": 1.6 },
    });
  }
  layers.push(...lines);
  layers.push(
    { id: "selected-halo", type: "line", source: "selected", layout: { "line-join": "round" }, paint: { "line-color": "#ffffff", "line-width": 8 } },
    { id: "selected", type: "line", source: "selected", layout: { "line-join": "round" }, paint: { "line-color": "#b3123b", "line-width": 4 } },
  );
  const isSite: FilterSpecification = ["!", ["has", "point_count"]];
  for (const { layer, shape, features } of drawing.sites) {
    const source = `${SITE_LAYERS}${layer.id}`;
    sources[source] = { type: "geojson", data: features as never, cluster: true, clusterRadius: 26, clusterMaxZoom: 12 };
    layers.push(
      {
        id: `${source}-cluster`, type: "symbol", source, filter: ["has", "point_count"],
        layout: {
          "icon-image": `shape-${shape}`, "icon-size": 1.25, "icon-allow-overlap": true, "text-allow-overlap": true,
          "text-field": ["get", "point_count_abbreviated"], "text-font": FONT, "text-size": 11,
        },
        paint: { "text-color": "#ffffff" },
      },
      {
        id: `${source}-site`, type: "symbol", source, filter: isSite,
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
    { id: "places", type: "circle", source: "places", paint: { "circle-radius": 5, "circle-color": "#000000", "circle-stroke-color": "#ffd400", "circle-stroke-width": 2 } },
    { id: "location-halo", type: "circle", source: "location", paint: { "circle-radius": 11, "circle-color": "#ffffff", "circle-opacity": 0.85, "circle-stroke-color": "#b3123b", "circle-stroke-width": 3 } },
    { id: "location", type: "circle", source: "location", paint: { "circle-radius": 4, "circle-color": "#b3123b" } },
  );
  // The library places labels from the top layer down, so area names come before site names.
  layers.push(...labels);
  return { version: 8, sources, layers, transition: { duration: 0, delay: 0 } };
}

/** The expression that gives each code its pattern. */
function fillPattern(patterns: ReadonlyMap<string, number>): unknown {
  const branches = PATTERNS.flatMap((_, pattern) => {
    const codes = [...patterns].filter(([, assigned]) => assigned === pattern).map(([code]) => code);
    return codes.length ? [codes, `pattern-${pattern}`] : [];
  });
  return branches.length ? ["match", ["get", "code"], ...branches, "pattern-0"] : "pattern-0";
}
