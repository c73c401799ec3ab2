// The map: it shows the answer of the page, and a click on it is a query.
import { LngLatBounds, Map, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import { drawShape, hatch, PATTERNS, SHAPES, TILE } from "../colours.ts";
import type { Box, MapView, MapOptions } from "./types.ts";
import { preparePrinting } from "./print.ts";
import { sameOrigin } from "./sources.ts";
import { SITE_LAYERS, style, type MapContent } from "./style.ts";

declare const WORKER_URL: string;
declare const MAP_STYLE_URL: string;

const FIT_PADDING = 36;

/** Images have twice the pixels, for high-resolution screens and print. */
const PIXEL_RATIO = 2;

/** Starts the map. Throws if the browser cannot draw it. */
export async function start(options: MapOptions): Promise<MapView> {
  await loadStyleSheet();
  setWorkerUrl(new URL(WORKER_URL, location.href).href);
  const content: MapContent = {
    drawing: { areas: [], patterns: new globalThis.Map(), sites: [] },
    location: null, area: null, places: [], basemap: options.basemap,
  };
  const map = new Map({
    container: options.container,
    style: style(content),
    hash: "map",
    ...(options.box ? { bounds: options.box, fitBoundsOptions: { padding: FIT_PADDING } } : {}),
    attributionControl: false,
    transformRequest: (url) => ({ url: sameOrigin(url, options.basemap) }),
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxZoom: 18,
    fadeDuration: 0,
    cooperativeGestures: options.embed,
    locale: { "Map.Title": "Map. Use the arrow keys to move, plus and minus to zoom, and Enter to search at the centre" },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ unit: "metric", maxWidth: 120 }), "bottom-left");
  map.setMissingStyleImageResolver((id) => addImage(map, id));
  map.on("error", ({ error }) => {
    // A tile of a replaced snapshot, or a lost connection. The text is not affected.
    if ((error as { name?: string }).name !== "AbortError") options.onError(error.message);
  });
  addQueryHandlers(map, options);
  preparePrinting(map, options.container);

  const redraw = () => map.setStyle(style(content), { diff: true });
  const update = (part: Partial<MapContent>) => {
    Object.assign(content, part);
    redraw();
  };
  await new Promise<void>((resolve) => { map.once("load", () => resolve()); });
  return {
    draw: (drawing) => update({ drawing }),
    markLocation: (location) => update({ location }),
    highlightArea: (area) => update({ area }),
    showPlaces: (places) => update({ places }),
    fitBounds: (box: Box) => { map.fitBounds(LngLatBounds.convert(box), { padding: FIT_PADDING, maxZoom: 15 }); },
    centreOn: ({ lon, lat }) => { map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), 12.5) }); },
    idle: async () => {
      if (!map.loaded()) await map.once("idle");
    },
  };
}

/** Loads the style sheet of the map library. */
function loadStyleSheet(): Promise<void> {
  return new Promise((resolve) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = MAP_STYLE_URL;
    link.onload = link.onerror = () => resolve();
    document.head.append(link);
  });
}

/** A click queries a location or a site; Enter queries the centre. */
function addQueryHandlers(map: Map, options: MapOptions): void {
  map.on("click", (event) => {
    const { x, y } = event.point;
    const nearby = map.queryRenderedFeatures([[x - 6, y - 6], [x + 6, y + 6]]);
    const site = nearby.find((feature) => feature.source.startsWith(SITE_LAYERS));
    if (!site) {
      options.onQuery({ lon: event.lngLat.lng, lat: event.lngLat.lat });
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
    options.onQuery({ lon: lng, lat });
  });
  const crosshair = document.createElement("div");
  crosshair.className = "crosshair";
  crosshair.setAttribute("aria-hidden", "true");
  options.container.append(crosshair);
}

/** Draws a pattern or shape when the style first uses it. */
function addImage(map: Map, id: string): void {
  const [kind, number] = id.split("-");
  const index = Number(number);
  const side = (kind === "pattern" ? TILE : 22) * PIXEL_RATIO;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  if (!context || map.hasImage(id)) return;
  if (kind === "pattern" && PATTERNS[index]) hatch(context, PATTERNS[index], side);
  else if (kind === "shape") drawShape(context, index % SHAPES.length, side);
  else return;
  map.addImage(id, context.getImageData(0, 0, side, side), { pixelRatio: PIXEL_RATIO });
}
