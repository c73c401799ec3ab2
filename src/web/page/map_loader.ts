// Loads the map after the text, and leaves it out where it cannot be drawn.
import { getJson, segment, type Feature } from "./api.ts";
import { setChildren, h, elementById } from "./dom.ts";
import type { Box, MapView, MapOptions } from "./map/types.ts";

declare const MAP_MODULE_URL: string;

/** Loads and starts the map. Returns `null` and shows a note if it cannot be drawn. */
export async function loadMap(options: Omit<MapOptions, "container" | "onError">): Promise<MapView | null> {
  const note = elementById("map-note");
  const showNote = (message: string) => {
    note.hidden = false;
    setChildren(note, h("p", {}, message));
  };
  if (!document.createElement("canvas").getContext("webgl2")) {
    showNote("This browser cannot show the map because it does not support WebGL 2. You can still search: results are shown as text.");
    elementById("map-part").classList.add("absent");
    return null;
  }
  try {
    const module = await import(MAP_MODULE_URL) as { start(options: MapOptions): Promise<MapView> };
    return await module.start({
      ...options,
      container: elementById("map"),
      onError: (message) => showNote(`Part of the map could not be loaded (${message}). The text results are not affected.`),
    });
  } catch (error) {
    console.warn(error);
    showNote("The map could not be loaded. You can still search: results are shown as text.");
    elementById("map-part").classList.add("absent");
    return null;
  }
}

/** The bounding box of complete layers. */
export async function layerBounds(layers: string[]): Promise<Box | null> {
  return (await getJson<{ bounds?: Box }>(`/tiles/${layers.map(segment).join(",")}.json`)).bounds ?? null;
}

/** The bounding box of geometries. */
export function boundsOf(features: Pick<Feature, "geometry">[]): Box | null {
  const bounds: Box = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (coordinates: unknown): void => {
    if (!Array.isArray(coordinates)) return;
    const [x, y] = coordinates as unknown[];
    if (typeof x === "number" && typeof y === "number") {
      bounds[0] = Math.min(bounds[0], x);
      bounds[1] = Math.min(bounds[1], y);
      bounds[2] = Math.max(bounds[2], x);
      bounds[3] = Math.max(bounds[3], y);
    } else coordinates.forEach(visit);
  };
  for (const { geometry } of features) visit((geometry as { coordinates?: unknown } | null)?.coordinates);
  return Number.isFinite(bounds[0]) ? bounds : null;
}
