// The answer card of one area: its overlaps, neighbours, sites and downloads.
import { request, getJson, segment, type Area, type Overlap, type Overlaps, type Successors } from "./api.ts";
import { sitesByArea, propertyText } from "./coverage.ts";
import { h } from "./dom.ts";
import { link, provenance, supersededNotices } from "./location.ts";
import { ALL, count, describeOverlap, percent, smallerSide, squareKilometres, integer } from "./format.ts";
import type { LayerCatalogue } from "./catalogue.ts";

/** The number of items of a list that are shown before the rest is folded. */
const LIST_LIMIT = 8;

export async function areaCard(layer: string, code: string, date: string, catalogue: LayerCatalogue): Promise<{ card: HTMLElement; announcement: string; answer: Area }> {
  const path = `/v1/areas/${segment(layer)}/${segment(code)}`;
  const dateParameter = date && !catalogue.byId.has(layer) ? { date } : {};
  const [answer, overlaps] = await Promise.all([
    getJson<Area>(path, dateParameter),
    // With the area's own layer, for its neighbours.
    getJson<Overlaps>(`${path}/overlaps`, { ...dateParameter, touches: "include", with: [...new Set([layer, ...catalogue.areaSeries])].join(",") }),
  ]);
  const { area } = answer;
  const id = answer.layers[area.layer]?.layer ?? layer;
  const series = catalogue.byId.get(id)?.series ?? layer;
  const facts = [squareKilometres(area.area_m2)];
  if (area.postcodes != null) facts.push(count(area.postcodes, "postcode"));
  if (area.addresses) facts.push(count(area.addresses, "known address", "known addresses"));
  const vintage = catalogue.vintages(series).length > 1 ? ` (${catalogue.byId.get(id)?.title})` : "";
  const neighbours = overlaps.overlaps.filter((entry) => entry.layer === layer && entry.relation === "touches");
  const card = h("article", { class: "card area" },
    h("h2", { tabindex: -1 }, area.name),
    h("p", { class: "kind" }, `${catalogue.singularName(id)} · `, h("span", { class: "code" }, area.code), vintage),
    h("p", { class: "facts" }, facts.join(" · ")),
    ...supersededNotices({ own: answer.layers[area.layer] ?? null }, catalogue),
    await successors(id, area.code, answer, catalogue),
    parents(answer, catalogue),
    // For an area of an earlier vintage, the present vintage is another layer.
    ...catalogue.areaSeries.filter((other) => catalogue.vintage(other, date)?.id !== id && !answer.parents[other])
      .map((other) => overlapSection(area.name, other, overlaps, catalogue)),
    ...(await sitesIn(id, area.code, catalogue)),
    neighbours.length > 0 && h("section", { class: "neighbours" }, h("h3", {}, `Neighbours (${neighbours.length})`),
      foldedList(neighbours.map((entry) => h("li", {}, link(`${id}/${entry.code}`, entry.name))), 12)),
    downloads(id, area.code, series, catalogue),
    provenance({ ...answer.layers, ...overlaps.layers }, catalogue, `/v1/areas/${segment(id)}/${segment(area.code)}`),
  );
  const announcement = `${area.name}, ${catalogue.singularName(id)}. ${facts.join(", ")}.`;
  return { card, announcement, answer };
}

/** The areas that replaced one whose boundaries are no longer in force. */
async function successors(id: string, code: string, answer: Area, catalogue: LayerCatalogue): Promise<HTMLElement | null> {
  if (!answer.layers[answer.area.layer]?.superseded_since || !catalogue.hasNewer(id)) return null;
  const found = await getJson<Successors>(`/v1/areas/${segment(id)}/${segment(code)}/successors`).catch(() => null);
  if (!found) return null;
  if (!found.successors.length) return h("p", { class: "successors" }, "No newer area has its land.");
  const largest = found.successors.sort((a, b) => b.shared_m2 - a.shared_m2);
  return h("p", { class: "successors" }, "Its land is now in ",
    ...largest.flatMap((entry, index) => [index ? ", " : "", link(`${entry.layer}/${entry.code}`, entry.name), ` (${describeOverlap(entry, "area").text})`]), ".");
}

function parents(answer: Area, catalogue: LayerCatalogue): HTMLElement | null {
  const within = Object.entries(answer.parents).flatMap(([series, parents]) => parents.map((parent) => {
    const layer = catalogue.vintage(series, "")?.id ?? series;
    return [link(`${layer}/${parent.code}`, parent.name), ` (${catalogue.singularName(series)})`] as const;
  }));
  if (!within.length) return null;
  return h("p", { class: "parents" }, "Within ",
    ...within.flatMap(([anchor, kind], index) => [index ? ", " : "", anchor, kind]), ".");
}

/** The overlaps with one layer, each with a bar for its share of the land and one for the postcodes. */
function overlapSection(name: string, series: string, { overlaps, uncovered, layers }: Overlaps, catalogue: LayerCatalogue): HTMLElement | null {
  const all = overlaps.filter((entry) => entry.layer === series && entry.relation !== "touches");
  // If the area lies in another, its overlaps with other areas are only drawing errors.
  const holders = all.filter((entry) => entry.relation === "within" || entry.relation === "equals");
  const entries = holders.length ? holders : all;
  if (!entries.length && !uncovered[series]?.share) return null;
  const side = smallerSide(entries);
  const id = layers[series]?.layer ?? series;
  const weight = (entry: Overlap) => describeOverlap(entry, "area").postcodes ?? describeOverlap(entry, "area").land;
  const isWhole = (entry: Overlap) => describeOverlap(entry, side).text === ALL;
  // Areas that are only partly inside come first: they are what the reader must check.
  entries.sort((a, b) => (side === "other" ? Number(isWhole(a)) - Number(isWhole(b)) : 0)
    || weight(b) - weight(a) || b.shared_m2 - a.shared_m2);
  const uncoveredShare = uncovered[series]?.share ?? 0;
  const anyArea = `any ${catalogue.singularName(id)}${catalogue.byId.get(id)?.complete ? "" : " that we hold"}`;
  return h("section", { class: "shares" },
    h("h3", {}, `${catalogue.pluralName(id)} (${entries.length})`),
    entries.length > 0 && h("p", { class: "quiet" }, side === "area"
      ? `How much of ${name} is in each: `
      : `How much of each is in ${name}: `, ...barLegend(entries, side)),
    foldedList(entries.map((entry) => {
      const share = describeOverlap(entry, side);
      return h("li", {},
        h("span", { class: "row" }, link(`${id}/${entry.code}`, entry.name), h("span", { class: "share" }, share.text)),
        share.text !== ALL && bars(share.land, share.postcodes));
    })),
    uncoveredShare > 0.0005 && h("p", { class: "quiet" }, `${percent(uncoveredShare)} of the land is not in ${anyArea}.`));
}

/** The legend of the bars, if there are any. */
function barLegend(entries: Overlap[], side: "area" | "other"): (HTMLElement | string)[] {
  const share = entries.map((entry) => describeOverlap(entry, side)).filter(({ text }) => text !== ALL);
  if (!share.length) return ["all of it."];
  const key = (kind: string) => h("span", { class: `key ${kind}`, "aria-hidden": "true" });
  return [key("land"), "land", ...(share.some(({ postcodes }) => postcodes != null) ? [", ", key("postcodes"), "postcodes"] : []), "."];
}

/** Bars for the shares. They are hidden from screen readers: the text beside them has the same numbers. */
function bars(land: number, postcodes: number | null): HTMLElement {
  const bar = (kind: string, share: number) => {
    const inner = h("span", { class: kind });
    inner.style.setProperty("inline-size", `${Math.max(share * 100, share > 0 ? 1 : 0)}%`);
    return h("span", { class: "bar" }, inner);
  };
  return h("span", { class: "bars", "aria-hidden": "true" }, bar("land", land), postcodes != null && bar("postcodes", postcodes));
}

/** A list; the end of a long one is folded. */
function foldedList(items: HTMLLIElement[], shown = LIST_LIMIT): HTMLElement {
  // Folding one or two items saves no space.
  if (items.length <= shown + 2) return h("ul", {}, ...items);
  return h("div", {}, h("ul", {}, ...items.slice(0, shown)),
    h("details", {}, h("summary", {}, `${items.length - shown} more`), h("ul", {}, ...items.slice(shown))));
}

async function sitesIn(layer: string, code: string, catalogue: LayerCatalogue): Promise<(HTMLElement | null)[]> {
  const areas = catalogue.byId.get(layer);
  if (!areas) return [];
  return Promise.all(catalogue.points.map(async (points) => {
    const within = (await sitesByArea(points, areas, catalogue)).get(code) ?? [];
    const sorted = within.sort((a, b) => propertyText(a, "name").localeCompare(propertyText(b, "name")));
    return h("section", { class: "sites" }, h("h3", {}, `${catalogue.pluralName(points.id)} (${integer(sorted.length)})`),
      sorted.length
        ? foldedList(sorted.map((site) => h("li", {}, link(`${points.id}/${site.id}`, propertyText(site, "name")), ` ${propertyText(site, "postcode")}`)))
        : h("p", { class: "quiet" }, "None in this area."));
  }));
}

function downloads(id: string, code: string, series: string, catalogue: LayerCatalogue): HTMLElement {
  const file = `${id}-${code}`.replace(/[^\w-]/g, "_");
  const boundary = `/collections/${segment(id)}/items/${segment(code)}`;
  const tables = catalogue.areaSeries.filter((other) => other !== series).slice(0, 3);
  const fullLayer = [["gpkg", "GeoPackage"], ["geojson", "GeoJSON"], ["csv", "CSV"]].flatMap(([suffix, name], index) =>
    [index ? ", " : "", h("a", { href: `/downloads/${segment(id)}.${suffix}`, download: true }, name!)]);
  return h("section", { class: "downloads" }, h("h3", {}, "Downloads"), h("ul", {},
    h("li", {}, h("a", { href: boundary, download: `${file}.geojson`, onclick: (event) => { event.preventDefault(); void save(boundary, `${file}.geojson`); } }, "This boundary (GeoJSON)")),
    h("li", {}, `All ${catalogue.pluralName(id)}: `, ...fullLayer),
    ...tables.map((other) => h("li", {}, h("a", { href: `/v1/overlaps/${segment(id)}/${segment(other)}?f=csv`, download: `${id}-${other}.csv` },
      `Overlaps with each ${catalogue.singularName(other)}, for all ${catalogue.pluralName(id)} (CSV)`))),
    h("li", {}, h("button", { type: "button", class: "plain", onclick: () => window.print() }, "Print on one page"))));
}

/** Saves a feature as GeoJSON. A plain link would get HTML, since browsers send `Accept: text/html`. */
async function save(path: string, file: string): Promise<void> {
  const response = await request(path, { headers: { accept: "application/geo+json" } });
  const url = URL.createObjectURL(await response.blob());
  h("a", { href: url, download: file }).click();
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
