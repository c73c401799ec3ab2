// The answer card of a location: a postcode, a point on the map, or a site such as a GP practice.
import { getJson, type LayersUsed, type Lookup, type NearestSite } from "./api.ts";
import { h, append } from "./dom.ts";
import { confidenceText, date, inForce, layerConfidence, metres, month, notHeld, percent, resolution, superseded } from "./format.ts";
import type { LayerCatalogue } from "./catalogue.ts";

/** A link to an answer on this page. */
export const link = (q: string, text: string): HTMLAnchorElement =>
  h("a", { href: `/map?q=${encodeURIComponent(q).replaceAll("%2F", "/")}` }, text);

/** The number of series (LAP, ward and parish) shown before the confidence; the others follow it. */
const MAIN_SERIES = 3;

export interface Heading { title: string; kind: string }

export function locationCard(answer: Lookup, catalogue: LayerCatalogue, heading: Heading): { card: HTMLElement; announcement: string } {
  const summary = confidenceText(answer, catalogue.areaSeries,
    (series) => catalogue.singularName(series), (series) => catalogue.pluralName(series));
  const confidence = summary && h("p", { class: `confidence ${summary.level}` }, h("strong", {}, summary.headline), " ", summary.advice);
  const isOutside = answer.confidence?.coverage === "outside";
  const main = catalogue.areaSeries.slice(0, MAIN_SERIES);
  const card = h("article", { class: "card" },
    h("h2", { tabindex: -1 }, heading.title),
    heading.kind && h("p", { class: "kind" }, heading.kind),
    answer.terminated && h("p", { class: "warning" },
      `This postcode was withdrawn in ${month(answer.terminated)}. The result is for its last location.`),
    isOutside && confidence,
    ...supersededNotices(answer.layers, catalogue),
    areaList(main, answer, catalogue),
    !isOutside && confidence,
    areaList(catalogue.areaSeries.slice(MAIN_SERIES), answer, catalogue),
    answer.location.accuracy && h("p", { class: "quiet" }, "Outside the area of the accurate grid conversion: the position is accurate to about 5 m."),
  );
  const first = catalogue.areaSeries.flatMap((series) => answer.areas[series] ?? []).slice(0, 3).map((area) => area.name);
  const named = first.join(", ") || (answer.confidence?.coverage ? "not in any area that we hold" : "not in any area");
  const announcement = `${heading.title}: ${named}. ${summary ? `${summary.headline} ${summary.advice}` : ""}`;
  return { card, announcement };
}

/** Which boundaries of an answer are no longer in force, one paragraph for each layer. */
export function supersededNotices(layers: LayersUsed, catalogue: LayerCatalogue): HTMLElement[] {
  return Object.values(layers).flatMap((used) => {
    if (!used?.superseded_since) return [];
    return h("p", { class: "warning" }, `${catalogue.pluralName(used.layer)}: ${superseded(used.superseded_since, catalogue.hasNewer(used.layer))}`);
  });
}

function areaList(seriesList: string[], answer: Lookup, catalogue: LayerCatalogue): HTMLElement | null {
  const list = h("dl", { class: "areas" });
  for (const series of seriesList) {
    if (!(series in answer.areas)) continue;
    const matches = answer.areas[series] ?? null;
    const layer = answer.layers[series]?.layer ?? series;
    const near = answer.confidence?.near.filter((other) => other.layer === series) ?? [];
    const distance = layerConfidence(answer.confidence?.layers[series]);
    const value = h("dd", {});
    if (matches === null) append(value, [h("span", { class: "none" }, "no boundaries for that date")]);
    else if (!matches.length) append(value, [h("span", { class: "none" }, noMatchText(series, answer, catalogue))]);
    for (const area of matches ?? []) {
      const share = area.share != null && area.share < 1
        ? `${percent(area.share)} of its addresses (${area.addresses})`
        : area.match === "boundary" ? "on the boundary" : "";
      append(value, [h("p", {}, link(`${layer}/${area.code}`, area.name), " ", h("span", { class: "code" }, area.code),
        share && h("span", { class: "share" }, ` ${share}`))]);
    }
    const unassigned = answer.confidence?.layers[series]?.unassigned;
    if (unassigned && matches?.length) {
      const where = `not in any ${catalogue.singularName(layer)}${answer.confidence?.layers[series]?.coverage ? " that we hold" : ""}`;
      append(value, [h("p", { class: "none" }, `${percent(unassigned.share)} of its addresses (${unassigned.addresses}) ${where}`)]);
    }
    for (const other of near) {
      append(value, [h("p", { class: "near" }, "possibly ", link(`${layer}/${other.code}`, other.name), " ",
        h("span", { class: "code" }, other.code), `, ${metres(other.distance_m)} away`)]);
    }
    if (!near.length && distance && matches?.length) append(value, [h("p", { class: "edge" }, distance)]);
    append(list, [h("dt", {}, catalogue.singularName(layer)), value]);
  }
  return list.childElementCount ? list : null;
}

function noMatchText(series: string, answer: Lookup, catalogue: LayerCatalogue): string {
  const gap = answer.confidence?.layers[series]?.coverage;
  if (gap === "outside") return "Not covered";
  if (gap) return notHeld(catalogue.pluralName(answer.layers[series]?.layer ?? series));
  if (series === "parish") return "Not in a parish (unparished area)";
  return `Not in any ${catalogue.singularName(series)}`;
}

/** The nearest sites, loaded after the answer is shown. */
export async function nearest(answer: Lookup, catalogue: LayerCatalogue): Promise<HTMLElement | null> {
  if (!catalogue.points.length) return null;
  const { lon, lat } = answer.location;
  const location = answer.query.postcode ? { postcode: answer.query.postcode } : { lon, lat };
  const lists = await Promise.all(catalogue.points.map(async (layer) => {
    const found = await getJson<{ nearest: NearestSite[] }>("/v1/nearest", { ...location, layer: layer.id, limit: 3 });
    return { layer, sites: found.nearest };
  }));
  return h("section", { class: "nearest" }, h("h3", {}, "Nearest"),
    ...lists.filter(({ sites }) => sites.length).map(({ layer, sites }) =>
      h("div", {}, h("h4", {}, catalogue.pluralName(layer.id)), h("ul", {}, ...sites.map((site) =>
        h("li", {}, link(`${layer.id}/${site.code}`, site.name), ` ${metres(site.distance_m)}`))))),
    h("p", { class: "quiet" }, "Distances are in a straight line."));
}

/** The sources of an answer: each vintage, its attribution, and the snapshot. */
export function provenance(layers: Lookup["layers"], catalogue: LayerCatalogue, json: string): HTMLElement {
  const { snapshot } = catalogue.response;
  const used = Object.values(layers).flatMap((layer) => (layer ? [layer] : []));
  const vintages = used.map((layer) => {
    const details = [inForce(layer), resolution(layer.resolution)].filter(Boolean).join(", ");
    return h("li", {}, `${catalogue.byId.get(layer.layer)?.title ?? layer.layer}: ${details}`);
  });
  const credits = new Set(used.map((layer) => catalogue.byId.get(layer.layer)?.attribution)
    .concat(catalogue.response.postcodes?.attribution).filter((credit) => !!credit));
  return h("footer", { class: "provenance" },
    h("h3", {}, "Sources"),
    h("ul", {}, ...vintages),
    ...[...credits].map((credit) => h("p", {}, credit)),
    h("p", {}, `${snapshot.title}, snapshot ${snapshot.id.slice(0, 16)} of ${date(snapshot.built.slice(0, 10))}. `,
      h("a", { href: json }, "View as JSON")));
}

export const locationKind = (answer: Lookup): string => {
  const { easting, northing } = answer.location;
  const grid = `easting ${Math.round(easting)}, northing ${Math.round(northing)}`;
  return answer.query.postcode ? `Postcode · ${grid}` : `Point · ${grid}`;
};

