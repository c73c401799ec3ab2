// The page: it reads its state from the URL, requests the answer, and shows it as text and on the map.
//
// 1. the URL has the query (address.ts), so every answer has a link;
// 2. a card shows the answer as text (answers.ts), which is announced to screen readers;
// 3. the map, which is loaded later (map_loader.ts), shows the same; a click on it is a query, too.
import { formatAddress, parseQuery, readAddress, type PageState } from "./address.ts";
import { answerQuery, type Markers } from "./answers.ts";
import { ApiError, getCached, type Layers } from "./api.ts";
import { LayerCatalogue } from "./catalogue.ts";
import { loadCoverage, loadSites } from "./coverage.ts";
import { elementById, h, setChildren } from "./dom.ts";
import { layerBounds, loadMap } from "./map_loader.ts";
import type { Drawing, MapOptions, MapView } from "./map/types.ts";
import { areaTable, attribution, choice, layersPanel, sharePanel, type Choice } from "./panels.ts";
import { search, type Search } from "./search.ts";
import { uploadPanel } from "./upload.ts";

const settings = JSON.parse(elementById("settings").textContent ?? "{}") as { basemap: MapOptions["basemap"] };
const answerSection = elementById("answer");
const announce = (text: string): void => { elementById("status").textContent = text; };

let state: PageState = readAddress();
let catalogue: LayerCatalogue;
let mapView: MapView | null = null;
let searchField: Search;
let panel: { show(): void };
/** Counts requests, so that a slow answer never replaces a later one. */
let latestRequest = 0;

/** The markers of the current answer, kept for a map that is still loading. */
let markers: Markers = { location: null, area: null };

const currentChoice = (): Choice => choice(state, catalogue);

/** How to update the history, the focus and the map for an answer. */
type Navigation = { history: "push" | "replace" | "none"; focus: boolean; move: boolean };

const USER_NAVIGATION = { history: "push", focus: true, move: true } as const;

/** Changes the state of the page. */
async function navigate(change: Partial<PageState>, navigation: Navigation): Promise<void> {
  const previous = formatAddress(state);
  state = { ...state, ...change };
  const address = formatAddress(state);
  if (navigation.history === "push" && address !== previous) history.pushState(null, "", address);
  if (navigation.history === "replace") history.replaceState(null, "", address);
  panel.show();
  await Promise.all([drawMap(), showAnswer(navigation)]);
}

/** Requests the answer and shows it. */
async function showAnswer(navigation: Navigation): Promise<void> {
  const request = ++latestRequest;
  const isOutdated = () => request !== latestRequest;
  answerSection.setAttribute("aria-busy", "true");
  try {
    const answer = await answerQuery(parseQuery(state.q, catalogue.layerNames()), state.date, catalogue);
    if (isOutdated()) return;
    setChildren(answerSection, answer.card);
    showMarkers(answer.markers);
    if (navigation.move && answer.box) mapView?.fitBounds(answer.box);
    else if (navigation.move && markers.location) mapView?.centreOn(markers.location);
    if (answer.title !== undefined) searchField.set(answer.title);
    document.title = answer.title ? `${answer.title}: Lapwing map` : "Lapwing map";
    announce(answer.announcement);
    // The answer is complete without this part, so its errors are ignored.
    if (answer.loadMore) void answer.loadMore().then((more) => { if (!isOutdated() && more) answer.card.querySelector(".provenance")?.before(more); }, () => undefined);
  } catch (error) {
    if (isOutdated()) return;
    const message = errorMessage(error, "Something went wrong. Reload the page and try again.");
    setChildren(answerSection, h("article", { class: "card" }, h("h2", { tabindex: -1 }, "No result"), h("p", { class: "warning" }, message)));
    showMarkers({ location: null, area: null });
    announce(message);
  } finally {
    if (!isOutdated()) {
      answerSection.removeAttribute("aria-busy");
      if (navigation.focus) answerSection.querySelector<HTMLElement>("h2")?.focus();
    }
  }
}

function showMarkers(changed: Markers): void {
  markers = changed;
  mapView?.markLocation(markers.location);
  mapView?.highlightArea(markers.area);
}

/** The message of the service; an error of the page itself is logged, and `fallback` is shown. */
function errorMessage(error: unknown, fallback: string): string {
  if (error instanceof ApiError) return error.message;
  console.warn(error);
  return fallback;
}

/** Draws the chosen layers. */
async function drawMap(): Promise<void> {
  const current = currentChoice();
  attribution(catalogue, current, settings.basemap);
  const table = state.embed ? undefined : areaTable(catalogue, current).catch(() => undefined);
  if (!mapView) return void (await table);
  const filledLayer = current.fill ? catalogue.vintage(current.fill, current.date) : null;
  const drawing: Drawing = { areas: [], patterns: new Map(), sites: [] };
  if (filledLayer) drawing.patterns = (await loadCoverage(filledLayer, catalogue)).patterns;
  catalogue.areaSeries.forEach((series, line) => {
    const layer = catalogue.vintage(series, current.date);
    const filled = series === current.fill;
    if (layer && (filled || current.layers.includes(series))) drawing.areas.push({ layer, line, filled });
  });
  for (const [shape, layer] of catalogue.points.entries()) {
    if (current.layers.includes(layer.id)) drawing.sites.push({ layer, shape, features: await loadSites(layer) });
  }
  // The choice may have changed while the data were loading.
  if (JSON.stringify(current) === JSON.stringify(currentChoice())) mapView.draw(drawing);
}

/** After a click on the map the focus stays there, unless the answer is off screen, as on a phone. */
function mapNavigation(): Navigation {
  const { top } = answerSection.getBoundingClientRect();
  return { history: "push", focus: top < 0 || top > innerHeight, move: false };
}

/** Moves to an element of the page without changing the hash, which holds the position of the map. */
function jumpTo(event: Event, anchor: Element): void {
  event.preventDefault();
  const target = elementById(anchor.getAttribute("href")!.slice(1));
  target.focus({ preventScroll: true });
  target.scrollIntoView();
}

/** Handles links within the page and links to answers. */
function addLinkHandlers(): void {
  document.addEventListener("click", (event) => {
    const fragmentLink = (event.target as Element).closest?.("a[href^='#']");
    if (fragmentLink) return jumpTo(event, fragmentLink);
    const answerLink = (event.target as Element).closest?.("a[href^='/map?q=']");
    if (!answerLink || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    void navigate({ q: new URLSearchParams(answerLink.getAttribute("href")!.split("?")[1]).get("q") ?? "" }, USER_NAVIGATION);
  });
  window.addEventListener("popstate", () => {
    state = readAddress();
    void navigate({}, { history: "none", focus: false, move: !location.hash });
  });
}

async function start(): Promise<void> {
  document.documentElement.classList.toggle("embed", state.embed);
  catalogue = new LayerCatalogue(await getCached<Layers>("/v1/layers"));
  elementById("snapshot-title").textContent = catalogue.response.snapshot.title;
  elementById("illustrative").hidden = !catalogue.response.snapshot.illustrative;
  searchField = search(catalogue, (q) => void navigate({ q }, USER_NAVIGATION), announce);
  panel = layersPanel(catalogue, currentChoice, (change) => void navigate(change, { history: "push", focus: false, move: false }));
  if (!state.embed) {
    uploadPanel(elementById("upload-body"), catalogue, () => state.date, () => mapView, announce);
    sharePanel(elementById("share-body"), () => formatAddress(state));
    for (const id of ["upload", "share"]) elementById(id).hidden = false;
  }
  addLinkHandlers();
  // A link with a hash has its own map position, which the answer must not change.
  const hasMapPosition = location.hash.startsWith("#map=");
  const firstAnswer = navigate({}, { history: "none", focus: false, move: false });
  // If only some LAPs are known, the wards show the full extent of the county.
  const extentLayers = catalogue.areaSeries.slice(0, 2).flatMap((series) => catalogue.vintage(series, "")?.id ?? []);
  mapView = await loadMap({
    box: extentLayers.length ? await layerBounds(extentLayers).catch(() => null) : null,
    basemap: settings.basemap,
    embed: state.embed,
    onQuery: ({ lon, lat }) => void navigate({ q: `${lon.toFixed(5)},${lat.toFixed(5)}` }, mapNavigation()),
    onSite: (layer, code) => void navigate({ q: `${layer}/${code}` }, mapNavigation()),
  });
  await firstAnswer;
  if (!mapView) return;
  await drawMap();
  showMarkers(markers);
  if (!hasMapPosition && markers.location) mapView.centreOn(markers.location);
  if (!hasMapPosition && markers.area) await showAnswer({ history: "none", focus: false, move: true });
  await mapView.idle();
  document.documentElement.dataset["map"] = "ready";
}

start().catch((error: unknown) => {
  const message = errorMessage(error, "The page could not be loaded. Reload it and try again.");
  setChildren(answerSection, h("p", { class: "warning" }, message));
});
