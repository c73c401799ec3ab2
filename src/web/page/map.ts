// Brings the map when the words are there, and does without it where it cannot be drawn.
import { get, segment, type Feature } from "./api.ts";
import { fill, h, part } from "./dom.ts";
import type { Box, MapView, Start } from "./map/kind.ts";

declare const MAP_MODULE_URL: string;

/** Starts the map; `null`, and a note in its place, where there can be none. */
export async function bring(options: Omit<Start, "container" | "onTrouble">): Promise<MapView | null> {
  const note = part("map-note");
  const tell = (why: string) => {
    note.hidden = false;
    fill(note, h("p", {}, why));
  };
  if (!document.createElement("canvas").getContext("webgl2")) {
    tell("This browser cannot draw the map: it has no WebGL 2. Every answer is in words beside it.");
    part("map-part").classList.add("absent");
    return null;
  }
  try {
    const module = await import(MAP_MODULE_URL) as { start(options: Start): Promise<MapView> };
    return await module.start({
      ...options,
      container: part("map"),
      onTrouble: (why) => tell(`Part of the map could not be loaded (${why}). The answers in words are not touched.`),
    });
  } catch (error) {
    console.warn(error);
    tell("The map could not be started. Every answer is in words beside it.");
    part("map-part").classList.add("absent");
    return null;
  }
}

/** The box that holds whole layers. */
export async function boxOf(layers: string[]): Promise<Box | null> {
  return (await get<{ bounds?: Box }>(`/tiles/${layers.map(segment).join(",")}.json`)).bounds ?? null;
}

/** The box around geometries. */
export function box(features: Pick<Feature, "geometry">[]): Box | null {
  const around: Box = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (at: unknown): void => {
    if (!Array.isArray(at)) return;
    const [x, y] = at as unknown[];
    if (typeof x === "number" && typeof y === "number") {
      around[0] = Math.min(around[0], x);
      around[1] = Math.min(around[1], y);
      around[2] = Math.max(around[2], x);
      around[3] = Math.max(around[3], y);
    } else at.forEach(visit);
  };
  for (const { geometry } of features) visit((geometry as { coordinates?: unknown } | null)?.coordinates);
  return Number.isFinite(around[0]) ? around : null;
}
