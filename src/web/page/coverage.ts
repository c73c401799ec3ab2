// The areas of one layer, their neighbours and patterns, and the sites in each.
import { getJson, getCached, segment, type Feature, type FeatureCollection, type Layer, type PointGeometry, type TableRow } from "./api.ts";
import { assignPatterns } from "./colours.ts";
import type { LayerCatalogue } from "./catalogue.ts";

export interface Named { code: string; name: string }

export interface Coverage {
  areas: Named[];
  neighbours: Map<string, Set<string>>;
  patterns: Map<string, number>;
}

/** Layers with more areas are drawn without patterns and not listed. */
const MAX_AREAS = 1200;

const coverageCache = new Map<string, Promise<Coverage>>();

/** Cached while the page is open, since a snapshot does not change. */
export function loadCoverage(layer: Layer, catalogue: LayerCatalogue): Promise<Coverage> {
  let pending = coverageCache.get(layer.id);
  if (!pending) {
    pending = buildCoverage(layer, catalogue);
    pending.catch(() => coverageCache.delete(layer.id));
    coverageCache.set(layer.id, pending);
  }
  return pending;
}

async function buildCoverage(layer: Layer, catalogue: LayerCatalogue): Promise<Coverage> {
  if (layer.count > MAX_AREAS) return { areas: [], neighbours: new Map(), patterns: new Map() };
  const rows = (other: string, touches?: string) =>
    getCached<{ rows: TableRow[] }>(`/v1/overlaps/${segment(layer.id)}/${segment(other)}`, { touches }).then((table) => table.rows);
  // An area without neighbours is only in the overlap table with another layer; the smallest layer suffices.
  const others = catalogue.response.layers.filter((other) => other.kind === "areas" && other.series !== layer.series);
  const shortest = others.reduce<Layer | null>((best, other) => (!best || other.count < best.count ? other : best), null);
  const [ownRows, otherRows] = await Promise.all([rows(layer.id, "include"), shortest ? rows(shortest.id) : []]);
  const names = new Map<string, string>();
  const neighbours = new Map<string, Set<string>>();
  for (const row of ownRows) {
    names.set(row.from_code, row.from_name);
    names.set(row.to_code, row.to_name);
    if (row.from_code === row.to_code) continue;
    neighbours.set(row.from_code, (neighbours.get(row.from_code) ?? new Set()).add(row.to_code));
    neighbours.set(row.to_code, (neighbours.get(row.to_code) ?? new Set()).add(row.from_code));
  }
  for (const row of otherRows) names.set(row.from_code, row.from_name);
  const areas = [...names].map(([code, name]) => ({ code, name }))
    .sort((a, b) => a.name.localeCompare(b.name, "en-GB", { numeric: true }));
  return { areas, neighbours, patterns: assignPatterns(areas.map(({ code }) => code), neighbours) };
}

export type Site = Feature<PointGeometry>;

/** All sites of a layer, read page by page. */
export function loadSites(layer: Layer): Promise<FeatureCollection<PointGeometry>> {
  let pending = siteCache.get(layer.id);
  if (!pending) {
    pending = fetchAllPages(layer);
    pending.catch(() => siteCache.delete(layer.id));
    siteCache.set(layer.id, pending);
  }
  return pending;
}

const siteCache = new Map<string, Promise<FeatureCollection<PointGeometry>>>();

async function fetchAllPages(layer: Layer): Promise<FeatureCollection<PointGeometry>> {
  const features: Site[] = [];
  let next: string | undefined = `/collections/${segment(layer.id)}/items`;
  while (next) {
    const page: Page = await getJson<Page>(next);
    features.push(...page.features);
    const link = page.links?.find(({ rel }) => rel === "next");
    // Only the path: behind a proxy the service may have another host name.
    const url: URL | undefined = link && new URL(link.href, location.href);
    next = url && url.pathname + url.search;
  }
  return { type: "FeatureCollection", features };
}

type Page = FeatureCollection<PointGeometry> & { links?: { rel: string; href: string }[] };

/** The sites of a layer by the code of the area that contains them, from the attributes that the service gives each site. */
export async function sitesByArea(points: Layer, areas: Layer, catalogue: LayerCatalogue): Promise<Map<string, Site[]>> {
  const attribute = catalogue.vintages(areas.series).length > 1 ? areas.id : areas.series;
  const byArea = new Map<string, Site[]>();
  for (const site of (await loadSites(points)).features) {
    // A site on a boundary is in several areas.
    for (const code of propertyText(site, attribute).split(";").filter(Boolean)) {
      byArea.set(code, [...(byArea.get(code) ?? []), site]);
    }
  }
  return byArea;
}

/** One site. */
export const loadSite = (layer: string, code: string): Promise<Site> =>
  getJson<Site>(`/collections/${segment(layer)}/items/${segment(code)}`);

export const propertyText = (feature: Feature, property: string): string => {
  const value = feature.properties[property];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
};
