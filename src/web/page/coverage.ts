// The areas of one layer, who borders whom, and which points lie in which.
import { ask, get, once, segment, type Feature, type Features, type Layer, type Lookup, type Position, type TableRow } from "./api.ts";
import { colour } from "./colours.ts";
import type { World } from "./world.ts";

export interface Named { code: string; name: string }

export interface Coverage {
  areas: Named[];
  neighbours: Map<string, Set<string>>;
  inks: Map<string, number>;
}

/** Above this many areas an ink each and a list of all are of no use. */
const MOST = 1200;

const kept = new Map<string, Promise<Coverage>>();

/** Kept as long as the page is open: a snapshot does not change. */
export function coverage(layer: Layer, world: World): Promise<Coverage> {
  let made = kept.get(layer.id);
  if (!made) {
    made = make(layer, world);
    made.catch(() => kept.delete(layer.id));
    kept.set(layer.id, made);
  }
  return made;
}

async function make(layer: Layer, world: World): Promise<Coverage> {
  if (layer.count > MOST) return { areas: [], neighbours: new Map(), inks: new Map() };
  const rows = (other: string, touches?: string) =>
    once<{ rows: TableRow[] }>(`/v1/overlaps/${segment(layer.id)}/${segment(other)}`, { touches }).then((table) => table.rows);
  // An area without neighbours stands only in the table with another layer: the shortest will do.
  const others = world.answer.layers.filter((other) => other.kind === "areas" && other.series !== layer.series);
  const shortest = others.reduce<Layer | null>((best, other) => (!best || other.count < best.count ? other : best), null);
  const [own, theirs] = await Promise.all([rows(layer.id, "include"), shortest ? rows(shortest.id) : []]);
  const names = new Map<string, string>();
  const neighbours = new Map<string, Set<string>>();
  for (const row of own) {
    names.set(row.from_code, row.from_name);
    names.set(row.to_code, row.to_name);
    if (row.from_code === row.to_code) continue;
    neighbours.set(row.from_code, (neighbours.get(row.from_code) ?? new Set()).add(row.to_code));
    neighbours.set(row.to_code, (neighbours.get(row.to_code) ?? new Set()).add(row.from_code));
  }
  for (const row of theirs) names.set(row.from_code, row.from_name);
  const areas = [...names].map(([code, name]) => ({ code, name }))
    .sort((a, b) => a.name.localeCompare(b.name, "en-GB", { numeric: true }));
  return { areas, neighbours, inks: colour(areas.map(({ code }) => code), neighbours) };
}

export type Site = Feature<Position>;

export const sites = (layer: Layer): Promise<Features<Position>> =>
  once<Features<Position>>(`/collections/${segment(layer.id)}/items`);

const located = new Map<string, Promise<Map<string, Site[]>>>();

/** The points of a layer by the code of the area that holds them, by the service's own rule. */
export function sitesByArea(points: Layer, areas: Layer): Promise<Map<string, Site[]>> {
  const key = `${points.id} ${areas.id}`;
  let made = located.get(key);
  if (!made) {
    made = locateSites(points, areas);
    made.catch(() => located.delete(key));
    located.set(key, made);
  }
  return made;
}

async function locateSites(points: Layer, areas: Layer): Promise<Map<string, Site[]>> {
  const { features } = await sites(points);
  const placed = features.filter((feature) => feature.geometry);
  const byArea = new Map<string, Site[]>();
  if (!placed.length) return byArea;
  const response = await ask("/v1/lookup", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ points: placed.map(({ geometry }) => geometry.coordinates), layers: [areas.id] }),
  });
  const { answers } = await response.json() as { answers: Partial<Lookup>[] };
  answers.forEach((answer, at) => {
    for (const { code } of answer.areas?.[areas.id] ?? []) {
      byArea.set(code, [...(byArea.get(code) ?? []), placed[at]!]);
    }
  });
  return byArea;
}

/** One point. */
export const site = (layer: string, code: string): Promise<Site> =>
  get<Site>(`/collections/${segment(layer)}/items/${segment(code)}`);

export const text = (of: Feature, property: string): string => {
  const value = of.properties[property];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
};
