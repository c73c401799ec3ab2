// The map itself: a picture of what the page says in words, and a way to point at a place.
import { LngLatBounds, Map, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import { drawShape, hatch, INKS, SHAPES, TILE } from "../colours.ts";
import type { Box, MapView, Start } from "./kind.ts";
import { printable } from "./print.ts";
import { fromHere } from "./sources.ts";
import { SITE_LAYERS, style, type Shown } from "./style.ts";

declare const WORKER_URL: string;
declare const MAP_STYLE_URL: string;

const MARGIN = 36;

/** Draws with twice the pixels, for sharp screens and print. */
const SHARP = 2;

/** Starts the map; fails where the browser cannot draw one. */
export async function start(options: Start): Promise<MapView> {
  await styled();
  setWorkerUrl(new URL(WORKER_URL, location.href).href);
  const shown: Shown = {
    drawing: { areas: [], inks: new globalThis.Map(), sites: [] },
    place: null, area: null, own: [], basemap: options.basemap,
  };
  const map = new Map({
    container: options.container,
    style: style(shown),
    hash: "map",
    ...(options.box ? { bounds: options.box, fitBoundsOptions: { padding: MARGIN } } : {}),
    attributionControl: false,
    transformRequest: (url) => ({ url: fromHere(url, options.basemap) }),
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxZoom: 18,
    fadeDuration: 0,
    cooperativeGestures: options.embed,
    locale: { "Map.Title": "Map: arrow keys move it, plus and minus zoom, Enter asks for the middle" },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ unit: "metric", maxWidth: 120 }), "bottom-left");
  map.setMissingStyleImageResolver((id) => addImage(map, id));
  map.on("error", ({ error }) => {
    // A tile of a snapshot that was swapped, or a lost connection: the words are unharmed.
    if ((error as { name?: string }).name !== "AbortError") options.onTrouble(error.message);
  });
  asking(map, options);
  printable(map, options.container);

  const redraw = () => map.setStyle(style(shown), { diff: true });
  const change = (part: Partial<Shown>) => {
    Object.assign(shown, part);
    redraw();
  };
  await new Promise<void>((done) => { map.once("load", () => done()); });
  return {
    draw: (drawing) => change({ drawing }),
    place: (place) => change({ place }),
    area: (area) => change({ area }),
    own: (own) => change({ own }),
    fit: (box: Box) => { map.fitBounds(LngLatBounds.convert(box), { padding: MARGIN, maxZoom: 15 }); },
    go: ({ lon, lat }) => { map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), 12.5) }); },
    settled: async () => {
      if (!map.loaded()) await map.once("idle");
    },
  };
}

/** The library's own style sheet, brought with it. */
function styled(): Promise<void> {
  return new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = MAP_STYLE_URL;
    link.onload = link.onerror = () => done();
    document.head.append(link);
  });
}

/** A click asks for a place or a point; Enter asks for the middle. */
function asking(map: Map, options: Start): void {
  map.on("click", (event) => {
    const { x, y } = event.point;
    const near = map.queryRenderedFeatures([[x - 6, y - 6], [x + 6, y + 6]]);
    const site = near.find((feature) => feature.source.startsWith(SITE_LAYERS));
    if (!site) {
      options.onAsk({ lon: event.lngLat.lng, lat: event.lngLat.lat });
    } else if (site.properties["point_count"]) {
      map.easeTo({ center: event.lngLat, zoom: map.getZoom() + 2 });
    } else {
      options.onSite(site.source.slice(SITE_LAYERS.length), String(site.properties["code"]));
    }
  });
  const canvas = map.getCanvas();
  canvas.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const { lng, lat } = map.getCenter();
    options.onAsk({ lon: lng, lat });
  });
  const cross = document.createElement("div");
  cross.className = "crosshair";
  cross.setAttribute("aria-hidden", "true");
  options.container.append(cross);
}

/** Hatchings and shapes, drawn when the style first names them. */
function addImage(map: Map, id: string): void {
  const [kind, number] = id.split("-");
  const at = Number(number);
  const side = (kind === "ink" ? TILE : 22) * SHARP;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  if (!context || map.hasImage(id)) return;
  if (kind === "ink" && INKS[at]) hatch(context, INKS[at], side);
  else if (kind === "shape") drawShape(context, at % SHAPES.length, side);
  else return;
  map.addImage(id, context.getImageData(0, 0, side, side), { pixelRatio: SHARP });
}
