// Answers to queries: each is a card with text, and what the map shows with it.
import type { Query } from "./address.ts";
import { parseQuery } from "./address.ts";
import { ApiError, getCached, getJson, segment, type Feature, type Lookup, type SearchResult } from "./api.ts";
import { areaCard } from "./area.ts";
import type { LayerCatalogue } from "./catalogue.ts";
import { loadSite, propertyText } from "./coverage.ts";
import { h } from "./dom.ts";
import { link, locationCard, locationKind, nearest, provenance, type Heading } from "./location.ts";
import type { Box } from "./map/types.ts";
import { queryFor, resultKind, resultName } from "./search.ts";

/** What the map marks. */
export interface Markers { location: { lon: number; lat: number } | null; area: Feature | null }

export interface Answer {
  card: HTMLElement;
  /** For screen readers. */
  announcement: string;
  /** For the search field and the window. */
  title?: string;
  markers: Markers;
  box?: Box;
  /** Loads the part of the card that may follow later. */
  loadMore?: () => Promise<HTMLElement | null>;
}

/** The maximum number of search results that are listed. */
const MAX_RESULTS = 40;

const NO_MARKERS: Markers = { location: null, area: null };

/** Answers a query with the boundaries of a date. */
export async function answerQuery(query: Query, date: string, catalogue: LayerCatalogue): Promise<Answer> {
  switch (query.kind) {
    case "area":
      return catalogue.byId.get(query.layer)?.kind === "points"
        ? answerSite(query.layer, query.code, date, catalogue)
        : answerArea(query.layer, query.code, date, catalogue);
    case "location":
      return answerLocation("postcode" in query ? { postcode: query.postcode } : { lon: query.lon, lat: query.lat }, date, catalogue);
    case "text":
      return answerText(query.text, date, catalogue);
    case "empty":
      return welcome(catalogue);
  }
}

async function answerSite(layer: string, code: string, date: string, catalogue: LayerCatalogue): Promise<Answer> {
  const site = await loadSite(layer, code);
  const title = propertyText(site, "name");
  if (!site.geometry) throw new ApiError("nowhere", `The location of ${title} is not known.`);
  const [lon, lat] = site.geometry.coordinates;
  const kind = [catalogue.singularName(layer), code, propertyText(site, "postcode")].filter(Boolean).join(" · ");
  return answerLocation({ lon, lat }, date, catalogue, { title, kind });
}

async function answerArea(layer: string, code: string, date: string, catalogue: LayerCatalogue): Promise<Answer> {
  const { card, announcement, answer: { area, layers } } = await areaCard(layer, code, date, catalogue);
  const id = layers[area.layer]?.layer ?? layer;
  const feature = await getCached<Feature>(`/collections/${segment(id)}/items/${segment(area.code)}`);
  return { card, announcement, title: area.name, markers: { location: null, area: feature }, box: area.bbox };
}

async function answerLocation(
  location: { postcode: string } | { lon: number; lat: number }, date: string, catalogue: LayerCatalogue, siteHeading?: Heading,
): Promise<Answer> {
  const parameters: Record<string, string | number> = { ...location, ...(date ? { date } : {}) };
  const lookup = await getJson<Lookup>("/v1/lookup", parameters);
  const { postcode } = lookup.query;
  const { lon, lat } = lookup.location;
  const heading = siteHeading ?? { title: postcode ?? "Selected point", kind: locationKind(lookup) };
  const { card, announcement } = locationCard(lookup, catalogue, heading);
  const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
  card.append(provenance(lookup.layers, catalogue, `/v1/lookup?${query}`));
  const title = siteHeading?.title ?? postcode ?? `${lon.toFixed(5)}, ${lat.toFixed(5)}`;
  return { card, announcement, title, markers: { location: { lon, lat }, area: null }, loadMore: () => nearest(lookup, catalogue) };
}

/** A search: the answer of its only or only exact result, or else the list of results. */
async function answerText(text: string, date: string, catalogue: LayerCatalogue): Promise<Answer> {
  const { results, did_you_mean: suggestion } =
    await getJson<{ results: SearchResult[]; did_you_mean?: string }>("/v1/search", { q: text, limit: MAX_RESULTS });
  const [first] = results;
  if (first?.kind === "position") return answerLocation({ lon: first.lon, lat: first.lat }, date, catalogue);
  const lowerCase = text.toLowerCase();
  const codeOf = (result: SearchResult) => (result.kind === "area" || result.kind === "point" ? result.code : "");
  const exact = results.filter((result) => [resultName(result), codeOf(result)].some((name) => name.toLowerCase() === lowerCase));
  const match = exact.length === 1 ? exact[0] : results.length === 1 ? results[0] : undefined;
  if (match) return answerQuery(parseQuery(queryFor(match), catalogue.layerNames()), date, catalogue);
  const number = results.length === MAX_RESULTS ? `First ${MAX_RESULTS}` : results.length;
  const heading = results.length ? `${number} results starting with “${text}”` : "Nothing found";
  const body = results.length
    ? h("ul", { class: "results" }, ...results.map((result) =>
      h("li", {}, link(queryFor(result), resultName(result)), " ", h("span", { class: "kind" }, resultKind(result, catalogue)))))
    : suggestion ? h("p", {}, "Did you mean ", link(suggestion, suggestion), "?")
    : h("p", {}, `Nothing starts with “${text}”. Try the first letters of a name, a code or a full postcode.`);
  return {
    card: h("article", { class: "card" }, h("h2", { tabindex: -1 }, heading), body),
    announcement: heading, markers: NO_MARKERS,
  };
}

function welcome(catalogue: LayerCatalogue): Answer {
  return {
    card: h("article", { class: "card welcome" }, h("h2", { tabindex: -1 }, catalogue.response.snapshot.title),
      h("p", {}, "Find the Local Area Partnership, ward and parish of a place. Enter a postcode, an area name or a code, or click on the map."),
      provenance({}, catalogue, "/v1/layers")),
    announcement: "", title: "", markers: NO_MARKERS,
  };
}
