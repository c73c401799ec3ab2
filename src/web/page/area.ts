// The answer card of one area: its overlaps, neighbours, what is in it, and downloads.
import { ask, get, segment, type Area, type Overlap, type Overlaps, type Successors } from "./api.ts";
import { sitesByArea, text } from "./coverage.ts";
import { h } from "./dom.ts";
import { link, provenance, replaced } from "./place.ts";
import { ALL, count, overlap, percent, side, squareKilometres, whole } from "./words.ts";
import type { World } from "./world.ts";

/** Longer lists are folded after so many. */
const SHOWN = 8;

export async function areaCard(layer: string, code: string, date: string, world: World): Promise<{ card: HTMLElement; spoken: string; answer: Area }> {
  const path = `/v1/areas/${segment(layer)}/${segment(code)}`;
  const day = date && !world.byId.has(layer) ? { date } : {};
  const [answer, overlaps] = await Promise.all([
    get<Area>(path, day),
    // The own layer among them, for the neighbours.
    get<Overlaps>(`${path}/overlaps`, { ...day, touches: "include", with: [...new Set([layer, ...world.areaSeries])].join(",") }),
  ]);
  const { area } = answer;
  const id = answer.layers[area.layer]?.layer ?? layer;
  const series = world.byId.get(id)?.series ?? layer;
  const facts = [squareKilometres(area.area_m2)];
  if (area.postcodes != null) facts.push(count(area.postcodes, "postcode"));
  if (area.addresses) facts.push(count(area.addresses, "known address", "known addresses"));
  const vintage = world.vintages(series).length > 1 ? ` (${world.byId.get(id)?.title})` : "";
  const touching = overlaps.overlaps.filter((entry) => entry.layer === layer && entry.relation === "touches");
  const card = h("article", { class: "card area" },
    h("h2", { tabindex: -1 }, area.name),
    h("p", { class: "kind" }, `${world.one(id)} · `, h("span", { class: "code" }, area.code), vintage),
    h("p", { class: "facts" }, facts.join(" · ")),
    ...replaced({ own: answer.layers[area.layer] ?? null }, world),
    await successors(id, area.code, answer, world),
    parents(answer, world),
    // Of an earlier vintage the present one is another layer.
    ...world.areaSeries.filter((other) => world.vintage(other, date)?.id !== id && !answer.parents[other])
      .map((other) => shares(area.name, other, overlaps, world)),
    ...(await sitesIn(id, area.code, world)),
    touching.length > 0 && h("section", { class: "neighbours" }, h("h3", {}, `Neighbours (${touching.length})`),
      folded(touching.map((entry) => h("li", {}, link(`${id}/${entry.code}`, entry.name))), 12)),
    downloads(id, area.code, series, world),
    provenance({ ...answer.layers, ...overlaps.layers }, world, `/v1/areas/${segment(id)}/${segment(area.code)}`),
  );
  const spoken = `${area.name}, ${world.one(id)}. ${facts.join(", ")}.`;
  return { card, spoken, answer };
}

/** What replaced an area whose boundaries are no longer in force. */
async function successors(id: string, code: string, answer: Area, world: World): Promise<HTMLElement | null> {
  if (!answer.layers[answer.area.layer]?.superseded_since || !world.hasNewer(id)) return null;
  const found = await get<Successors>(`/v1/areas/${segment(id)}/${segment(code)}/successors`).catch(() => null);
  if (!found) return null;
  if (!found.successors.length) return h("p", { class: "successors" }, "No newer area has its land.");
  const largest = found.successors.sort((a, b) => b.shared_m2 - a.shared_m2);
  return h("p", { class: "successors" }, "Its land is now in ",
    ...largest.flatMap((entry, at) => [at ? ", " : "", link(`${entry.layer}/${entry.code}`, entry.name), ` (${overlap(entry, "area").text})`]), ".");
}

function parents(answer: Area, world: World): HTMLElement | null {
  const within = Object.entries(answer.parents).flatMap(([series, parents]) => parents.map((parent) => {
    const layer = world.vintage(series, "")?.id ?? series;
    return [link(`${layer}/${parent.code}`, parent.name), ` (${world.one(series)})`] as const;
  }));
  if (!within.length) return null;
  return h("p", { class: "parents" }, "Lies in ",
    ...within.flatMap(([anchor, kind], at) => [at ? ", " : "", anchor, kind]), ".");
}

/** The overlaps with one layer, each with a bar for the land and one for the postcodes. */
function shares(name: string, series: string, { overlaps, uncovered, layers }: Overlaps, world: World): HTMLElement | null {
  const all = overlaps.filter((entry) => entry.layer === series && entry.relation !== "touches");
  // An area that lies in another has no part elsewhere but the error of the drawings.
  const holders = all.filter((entry) => entry.relation === "within" || entry.relation === "equals");
  const entries = holders.length ? holders : all;
  if (!entries.length && !uncovered[series]?.share) return null;
  const from = side(entries);
  const id = layers[series]?.layer ?? series;
  const weight = (entry: Overlap) => overlap(entry, "area").postcodes ?? overlap(entry, "area").land;
  const wholly = (entry: Overlap) => overlap(entry, from).text === ALL;
  // Of many inside, those that are split are what the reader must know of.
  entries.sort((a, b) => (from === "other" ? Number(wholly(a)) - Number(wholly(b)) : 0)
    || weight(b) - weight(a) || b.shared_m2 - a.shared_m2);
  const bare = uncovered[series]?.share ?? 0;
  const held = world.byId.get(id)?.complete ? `lies in no ${world.one(id)}` : `lies in no ${world.one(id)} that we hold`;
  return h("section", { class: "shares" },
    h("h3", {}, `${world.many(id)} (${entries.length})`),
    entries.length > 0 && h("p", { class: "quiet" }, from === "area"
      ? `How much of ${name} lies in each: `
      : `How much of each lies in ${name}: `, ...keys(entries, from)),
    folded(entries.map((entry) => {
      const told = overlap(entry, from);
      return h("li", {},
        h("span", { class: "row" }, link(`${id}/${entry.code}`, entry.name), h("span", { class: "share" }, told.text)),
        told.text !== ALL && bars(told.land, told.postcodes));
    })),
    bare > 0.0005 && h("p", { class: "quiet" }, `${percent(bare)} of the land ${held}.`));
}

/** What the colours of the bars mean, where there are bars. */
function keys(entries: Overlap[], from: "area" | "other"): (HTMLElement | string)[] {
  const told = entries.map((entry) => overlap(entry, from)).filter(({ text }) => text !== ALL);
  if (!told.length) return ["all of it."];
  const key = (kind: string) => h("span", { class: `key ${kind}`, "aria-hidden": "true" });
  return [key("land"), "land", ...(told.some(({ postcodes }) => postcodes != null) ? [", ", key("postcodes"), "postcodes"] : []), "."];
}

/** The text beside them says the same. */
function bars(land: number, postcodes: number | null): HTMLElement {
  const bar = (kind: string, share: number) => {
    const inner = h("span", { class: kind });
    inner.style.setProperty("inline-size", `${Math.max(share * 100, share > 0 ? 1 : 0)}%`);
    return h("span", { class: "bar" }, inner);
  };
  return h("span", { class: "bars", "aria-hidden": "true" }, bar("land", land), postcodes != null && bar("postcodes", postcodes));
}

/** A list whose end is folded away where it is long. */
function folded(items: HTMLLIElement[], shown = SHOWN): HTMLElement {
  // Folding two away is no gain.
  if (items.length <= shown + 2) return h("ul", {}, ...items);
  return h("div", {}, h("ul", {}, ...items.slice(0, shown)),
    h("details", {}, h("summary", {}, `${items.length - shown} more`), h("ul", {}, ...items.slice(shown))));
}

async function sitesIn(layer: string, code: string, world: World): Promise<(HTMLElement | null)[]> {
  const areas = world.byId.get(layer);
  if (!areas) return [];
  return Promise.all(world.points.map(async (points) => {
    const within = (await sitesByArea(points, areas, world)).get(code) ?? [];
    const names = within.sort((a, b) => text(a, "name").localeCompare(text(b, "name")));
    return h("section", { class: "sites" }, h("h3", {}, `${world.many(points.id)} (${whole(names.length)})`),
      names.length
        ? folded(names.map((site) => h("li", {}, link(`${points.id}/${site.id}`, text(site, "name")), ` ${text(site, "postcode")}`)))
        : h("p", { class: "quiet" }, "None within."));
  }));
}

function downloads(id: string, code: string, series: string, world: World): HTMLElement {
  const file = `${id}-${code}`.replace(/[^\w-]/g, "_");
  const boundary = `/collections/${segment(id)}/items/${segment(code)}`;
  const tables = world.areaSeries.filter((other) => other !== series).slice(0, 3);
  const whole = [["gpkg", "GeoPackage"], ["geojson", "GeoJSON"], ["csv", "CSV"]].flatMap(([suffix, name], at) =>
    [at ? ", " : "", h("a", { href: `/downloads/${segment(id)}.${suffix}`, download: true }, name!)]);
  return h("section", { class: "downloads" }, h("h3", {}, "Take it with you"), h("ul", {},
    h("li", {}, h("a", { href: boundary, download: `${file}.geojson`, onclick: (event) => { event.preventDefault(); void save(boundary, `${file}.geojson`); } }, "This boundary, GeoJSON")),
    h("li", {}, `All ${world.many(id)}: `, ...whole),
    ...tables.map((other) => h("li", {}, h("a", { href: `/v1/overlaps/${segment(id)}/${segment(other)}?f=csv`, download: `${id}-${other}.csv` },
      `Shares of all ${world.many(id)} by ${world.one(other)}, CSV`))),
    h("li", {}, h("button", { type: "button", class: "plain", onclick: () => window.print() }, "Print this on one page"))));
}

/** Saves a feature: a browser that follows a link wishes for a page, not for data. */
async function save(path: string, file: string): Promise<void> {
  const response = await ask(path, { headers: { accept: "application/geo+json" } });
  const url = URL.createObjectURL(await response.blob());
  h("a", { href: url, download: file }).click();
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
