// The areas of one layer, who borders whom, and which points lie in which.
import { get, once, segment, type Feature, type Features, type Layer, type Position, type TableRow } from "./api.ts";
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

/** All points of a layer: a long one comes in pages. */
export function sites(layer: Layer): Promise<Features<Position>> {
  let made = gathered.get(layer.id);
  if (!made) {
    made = gather(layer);
    made.catch(() => gathered.delete(layer.id));
    gathered.set(layer.id, made);
  }
  return made;
}

const gathered = new Map<string, Promise<Features<Position>>>();

async function gather(layer: Layer): Promise<Features<Position>> {
  const features: Site[] = [];
  let next: string | undefined = `/collections/${segment(layer.id)}/items`;
  while (next) {
    const page: Page = await get<Page>(next);
    features.push(...page.features);
    const link = page.links?.find(({ rel }) => rel === "next");
    // Whatever host the service believes it has.
    const url: URL | undefined = link && new URL(link.href, location.href);
    next = url && url.pathname + url.search;
  }
  return { type: "FeatureCollection", features };
}

type Page = Features<Position> & { links?: { rel: string; href: string }[] };

/** The points of a layer by the code of the area that holds them, as the service tells it. */
export async function sitesByArea(points: Layer, areas: Layer, world: World): Promise<Map<string, Site[]>> {
  const attribute = world.vintages(areas.series).length > 1 ? areas.id : areas.series;
  const byArea = new Map<string, Site[]>();
  for (const site of (await sites(points)).features) {
    // On a boundary it lies in several.
    for (const code of text(site, attribute).split(";").filter(Boolean)) {
      byArea.set(code, [...(byArea.get(code) ?? []), site]);
    }
  }
  return byArea;
}

/** One point. */
export const site = (layer: string, code: string): Promise<Site> =>
  get<Site>(`/collections/${segment(layer)}/items/${segment(code)}`);

export const text = (of: Feature, property: string): string => {
  const value = of.properties[property];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
};
