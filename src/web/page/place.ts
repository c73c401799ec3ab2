// The answer card of a place: a postcode, a point of the map, a practice or hall.
import { get, type Lookup, type Site, type Used } from "./api.ts";
import { h, append } from "./dom.ts";
import { confidence, date, inForce, layerConfidence, metres, month, notHeld, percent, resolution, superseded } from "./words.ts";
import type { World } from "./world.ts";

/** A link to an answer of this page. */
export const link = (q: string, text: string): HTMLAnchorElement =>
  h("a", { href: `/map?q=${encodeURIComponent(q).replaceAll("%2F", "/")}` }, text);

/** LAP, ward and parish stand before the word on how sure they are, the other layers behind it. */
const MAIN = 3;

export interface Heading { title: string; kind: string }

export function placeCard(answer: Lookup, world: World, heading: Heading): { card: HTMLElement; spoken: string } {
  const sure = confidence(answer, world.areaSeries, (series) => world.one(series), (series) => world.many(series));
  const judged = sure && h("p", { class: `confidence ${sure.level}` }, h("strong", {}, sure.headline), " ", sure.advice);
  const isOutside = answer.confidence?.coverage === "outside";
  const main = world.areaSeries.slice(0, MAIN);
  const card = h("article", { class: "card" },
    h("h2", { tabindex: -1 }, heading.title),
    heading.kind && h("p", { class: "kind" }, heading.kind),
    answer.terminated && h("p", { class: "warning" },
      `This postcode ended in ${month(answer.terminated)}. The answer is for its last location.`),
    isOutside && judged,
    ...replaced(answer.layers, world),
    areas(main, answer, world),
    !isOutside && judged,
    areas(world.areaSeries.slice(MAIN), answer, world),
    answer.location.accuracy && h("p", { class: "quiet" }, "Outside the exact grid: the position is good to about 5 m."),
  );
  const first = world.areaSeries.flatMap((series) => answer.areas[series] ?? []).slice(0, 3).map((area) => area.name);
  const named = first.join(", ") || (answer.confidence?.coverage ? "in no area that we hold" : "in no area");
  const spoken = `${heading.title}: ${named}. ${sure ? `${sure.headline} ${sure.advice}` : ""}`;
  return { card, spoken };
}

/** That boundaries of the answer are no longer in force, one paragraph a layer. */
export function replaced(layers: Used, world: World): HTMLElement[] {
  return Object.values(layers).flatMap((used) => {
    if (!used?.superseded_since) return [];
    return h("p", { class: "warning" }, `${world.many(used.layer)}: ${superseded(used.superseded_since, world.hasNewer(used.layer))}`);
  });
}

function areas(of: string[], answer: Lookup, world: World): HTMLElement | null {
  const list = h("dl", { class: "areas" });
  for (const series of of) {
    if (!(series in answer.areas)) continue;
    const matches = answer.areas[series] ?? null;
    const layer = answer.layers[series]?.layer ?? series;
    const near = answer.confidence?.near.filter((other) => other.layer === series) ?? [];
    const edge = layerConfidence(answer.confidence?.layers[series]);
    const value = h("dd", {});
    if (matches === null) append(value, [h("span", { class: "none" }, "no boundaries for that date")]);
    else if (!matches.length) append(value, [h("span", { class: "none" }, none(series, answer, world))]);
    for (const area of matches ?? []) {
      const share = area.share != null && area.share < 1
        ? `${percent(area.share)} of its addresses (${area.addresses})`
        : area.match === "boundary" ? "on its boundary" : "";
      append(value, [h("p", {}, link(`${layer}/${area.code}`, area.name), " ", h("span", { class: "code" }, area.code),
        share && h("span", { class: "share" }, ` ${share}`))]);
    }
    const rest = answer.confidence?.layers[series]?.unassigned;
    if (rest && matches?.length) {
      const where = answer.confidence?.layers[series]?.coverage ? "in none that we hold" : `in no ${world.one(layer)}`;
      append(value, [h("p", { class: "none" }, `${percent(rest.share)} of its addresses (${rest.addresses}) ${where}`)]);
    }
    for (const other of near) {
      append(value, [h("p", { class: "near" }, "or perhaps ", link(`${layer}/${other.code}`, other.name), " ",
        h("span", { class: "code" }, other.code), `, ${metres(other.distance_m)} away`)]);
    }
    if (!near.length && edge && matches?.length) append(value, [h("p", { class: "edge" }, edge)]);
    append(list, [h("dt", {}, world.one(layer)), value]);
  }
  return list.childElementCount ? list : null;
}

function none(series: string, answer: Lookup, world: World): string {
  const gap = answer.confidence?.layers[series]?.coverage;
  if (gap === "outside") return "Not covered";
  if (gap) return notHeld(world.many(answer.layers[series]?.layer ?? series));
  if (series === "parish") return "Not in a parish: this land is unparished";
  return `Not in any ${world.one(series)}`;
}

/** The nearest points, brought when the answer is shown already. */
export async function nearest(answer: Lookup, world: World): Promise<HTMLElement | null> {
  if (!world.points.length) return null;
  const { lon, lat } = answer.location;
  const place = answer.query.postcode ? { postcode: answer.query.postcode } : { lon, lat };
  const lists = await Promise.all(world.points.map(async (layer) => {
    const found = await get<{ nearest: Site[] }>("/v1/nearest", { ...place, layer: layer.id, limit: 3 });
    return { layer, sites: found.nearest };
  }));
  return h("section", { class: "nearest" }, h("h3", {}, "Nearest"),
    ...lists.filter(({ sites }) => sites.length).map(({ layer, sites }) =>
      h("div", {}, h("h4", {}, world.many(layer.id)), h("ul", {}, ...sites.map((site) =>
        h("li", {}, link(`${layer.id}/${site.code}`, site.name), ` ${metres(site.distance_m)}`))))),
    h("p", { class: "quiet" }, "As the crow flies."));
}

/** What an answer was made from: each vintage, the snapshot, the sources. */
export function provenance(layers: Lookup["layers"], world: World, json: string): HTMLElement {
  const { snapshot } = world.answer;
  const used = Object.values(layers).flatMap((layer) => (layer ? [layer] : []));
  const of = used.map((layer) => {
    const told = [inForce(layer), resolution(layer.resolution)].filter(Boolean).join(", ");
    return h("li", {}, `${world.byId.get(layer.layer)?.title ?? layer.layer}: ${told}`);
  });
  const credits = new Set(used.map((layer) => world.byId.get(layer.layer)?.attribution)
    .concat(world.answer.postcodes?.attribution).filter((credit) => !!credit));
  return h("footer", { class: "provenance" },
    h("h3", {}, "Made from"),
    h("ul", {}, ...of),
    ...[...credits].map((credit) => h("p", {}, credit)),
    h("p", {}, `${snapshot.title}, snapshot ${snapshot.id.slice(0, 16)} of ${date(snapshot.built.slice(0, 10))}. `,
      h("a", { href: json }, "View as JSON")));
}

export const kindOfPlace = (answer: Lookup): string => {
  const { easting, northing } = answer.location;
  const grid = `grid ${Math.round(easting)}, ${Math.round(northing)}`;
  return answer.query.postcode ? `Postcode · ${grid}` : `Point · ${grid}`;
};

