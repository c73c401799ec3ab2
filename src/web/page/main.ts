// The page: reads its address, asks the service, and tells the answer in words and on the map.
//
// 1. the address says what is asked (address.ts), and every answer has an address;
// 2. the card tells the answer in words (place.ts, area.ts), spoken to those who listen;
// 3. the map, brought late (map.ts), shows the same; a click on it is a question like any other.
import { understand, read, write, type Asked } from "./address.ts";
import { get, once, Refusal, segment, type Feature, type Hit, type Layers, type Lookup } from "./api.ts";
import { areaCard } from "./area.ts";
import { coverage, site, sites, text } from "./coverage.ts";
import { fill, h, part } from "./dom.ts";
import { bring, boxOf } from "./map.ts";
import type { Drawing, MapView, Start } from "./map/kind.ts";
import { ownPlaces } from "./own.ts";
import { kindOfPlace, link, nearest, placeCard, provenance } from "./place.ts";
import { kindOf, nameOf, queryOf, search, type Search } from "./search.ts";
import { areaTable, attribution, choice, layersPanel, sharing, type Choice } from "./tools.ts";
import { World } from "./world.ts";

const settings = JSON.parse(part("settings").textContent ?? "{}") as { basemap: Start["basemap"] };
const answerPart = part("answer");
const say = (words: string): void => { part("status").textContent = words; };

let asked: Asked = read();
let world: World;
let view: MapView | null = null;
let field: Search;
let panel: { show(): void };
/** Counts questions, so that a slow answer never replaces a later one. */
let turn = 0;

/** What the answer in sight marks on the map; kept for a map that comes later. */
const marks: { place: { lon: number; lat: number } | null; area: Feature | null } = { place: null, area: null };

const chosen = (): Choice => choice(asked, world);

type Step = { history: "push" | "replace" | "none"; focus: boolean; move: boolean };

/** Takes up a change of what is asked or drawn. */
async function go(change: Partial<Asked>, step: Step): Promise<void> {
  const before = asked;
  asked = { ...asked, ...change };
  const address = write(asked);
  if (step.history === "push" && address !== write(before)) history.pushState(null, "", address);
  if (step.history === "replace") history.replaceState(null, "", address);
  panel.show();
  await Promise.all([draw(), tell(step)]);
}

/** Tells the answer in words. */
async function tell(step: Step): Promise<void> {
  const own = ++turn;
  const question = understand(asked.q, world.names());
  answerPart.setAttribute("aria-busy", "true");
  try {
    const told = await answer(question);
    if (own !== turn) return;
    fill(answerPart, told.card);
    Object.assign(marks, told.marks);
    view?.place(marks.place);
    view?.area(marks.area);
    if (step.move && told.box) view?.fit(told.box);
    else if (step.move && marks.place) view?.go(marks.place);
    if (told.title !== undefined) field.set(told.title);
    document.title = told.title ? `${told.title}: Lapwing map` : "Lapwing map";
    say(told.spoken);
    if (told.more) void told.more().then((more) => { if (own === turn && more) told.card.querySelector(".provenance")?.before(more); }, () => undefined);
  } catch (error) {
    if (own !== turn) return;
    const why = error instanceof Refusal ? error.message : "Something went wrong on this page; load it again.";
    if (!(error instanceof Refusal)) console.warn(error);
    fill(answerPart, h("article", { class: "card" }, h("h2", { tabindex: -1 }, "No answer"), h("p", { class: "warning" }, why)));
    Object.assign(marks, { place: null, area: null });
    view?.place(null);
    view?.area(null);
    say(why);
  } finally {
    if (own === turn) {
      answerPart.removeAttribute("aria-busy");
      if (step.focus) answerPart.querySelector<HTMLElement>("h2")?.focus();
    }
  }
}

interface Told {
  card: HTMLElement;
  spoken: string;
  /** For the search field and the window. */
  title?: string;
  marks: typeof marks;
  box?: [number, number, number, number];
  /** What follows when the answer is shown already. */
  more?: () => Promise<HTMLElement | null>;
}

async function answer(question: ReturnType<typeof understand>): Promise<Told> {
  const date = asked.date;
  if (question.kind === "area" && world.byId.get(question.layer)?.kind === "points") {
    const of = await site(question.layer, question.code);
    if (!of.geometry) throw new Refusal("nowhere", `${text(of, "name")} has no known position.`);
    const [lon, lat] = of.geometry.coordinates;
    const kind = [world.one(question.layer), question.code, text(of, "postcode")].filter(Boolean).join(" · ");
    return place({ lon, lat }, date, { title: text(of, "name"), kind });
  }
  if (question.kind === "area") {
    const { card, spoken, answer: of } = await areaCard(question.layer, question.code, date, world);
    const id = of.layers[of.area.layer]?.layer ?? question.layer;
    const feature = await once<Feature>(`/collections/${segment(id)}/items/${segment(of.area.code)}`);
    return { card, spoken, title: of.area.name, marks: { place: null, area: feature }, box: of.area.bbox };
  }
  if (question.kind === "place") return place("postcode" in question ? { postcode: question.postcode } : question, date);
  if (question.kind === "text") return finds(question.text);
  return {
    card: h("article", { class: "card welcome" }, h("h2", { tabindex: -1 }, world.answer.snapshot.title),
      h("p", {}, "Which Local Area Partnership, ward and parish is it? Type a postcode, the name of an area or its code, or click on the map."),
      provenance({}, world, "/v1/layers")),
    spoken: "", title: "", marks: { place: null, area: null },
  };
}

async function place(at: { postcode: string } | { lon: number; lat: number }, date: string, named?: { title: string; kind: string }): Promise<Told> {
  const question = "postcode" in at ? { postcode: at.postcode } : { lon: at.lon, lat: at.lat };
  const query = { ...question, date: date || undefined };
  const found = await get<Lookup>("/v1/lookup", query);
  const { lon, lat } = found.location;
  const heading = named ?? { title: found.query.postcode ?? "This point", kind: kindOfPlace(found) };
  const { card, spoken } = placeCard(found, world, heading);
  const json = `/v1/lookup?${new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]))}`;
  card.append(provenance(found.layers, world, json));
  const title = named?.title ?? found.query.postcode ?? `${lon.toFixed(5)}, ${lat.toFixed(5)}`;
  return { card, spoken, title, marks: { place: { lon, lat }, area: null }, more: () => nearest(found, world) };
}

/** A name that may mean several: the only exact one, or a choice. */
async function finds(q: string): Promise<Told> {
  const { results, did_you_mean } = await get<{ results: Hit[]; did_you_mean?: string }>("/v1/search", { q, limit: 40 });
  if (results[0]?.kind === "position") return place({ lon: results[0].lon, lat: results[0].lat }, asked.date);
  const plain = q.toLowerCase();
  const codeOf = (hit: Hit) => (hit.kind === "area" || hit.kind === "point" ? hit.code : "");
  const exact = results.filter((hit) => [nameOf(hit), codeOf(hit)].some((name) => name.toLowerCase() === plain));
  const only = exact.length === 1 ? exact[0] : results.length === 1 ? results[0] : undefined;
  if (only) return answer(understand(queryOf(only), world.names()));
  const heading = results.length ? `${results.length === 40 ? "The first 40" : results.length} that begin with “${q}”` : "Nothing found";
  return {
    card: h("article", { class: "card" }, h("h2", { tabindex: -1 }, heading),
      results.length ? h("ul", { class: "finds" }, ...results.map((hit) => h("li", {}, link(queryOf(hit), nameOf(hit)), " ", h("span", { class: "kind" }, kindOf(hit, world)))))
        : did_you_mean ? h("p", {}, "Did you mean ", link(did_you_mean, did_you_mean), "?")
        : h("p", {}, `Nothing here begins with “${q}”. Try the beginning of a name, a code, or a whole postcode.`)),
    spoken: heading, marks: { place: null, area: null },
  };
}

/** Draws what is chosen. */
async function draw(): Promise<void> {
  const now = chosen();
  attribution(world, now, settings.basemap);
  const table = asked.embed ? undefined : areaTable(world, now).catch(() => undefined);
  if (!view) return void (await table);
  const filled = now.fill ? world.vintage(now.fill, now.date) : null;
  const drawing: Drawing = { areas: [], inks: new Map(), sites: [] };
  if (filled) drawing.inks = (await coverage(filled, world)).inks;
  world.areaSeries.forEach((series, line) => {
    const layer = world.vintage(series, now.date);
    const isFilled = series === now.fill;
    if (layer && (isFilled || now.layers.includes(series))) drawing.areas.push({ layer, line, filled: isFilled });
  });
  for (const [shape, layer] of world.points.entries()) {
    if (now.layers.includes(layer.id)) drawing.sites.push({ layer, shape, features: await sites(layer) });
  }
  // Something else may have been chosen meanwhile.
  if (JSON.stringify(now) === JSON.stringify(chosen())) view.draw(drawing);
}

/** Who points at the map stays there, unless the answer is out of sight, as on a phone. */
function onMap(): Step {
  const apart = answerPart.getBoundingClientRect().top < 0 || answerPart.getBoundingClientRect().top > innerHeight;
  return { history: "push", focus: apart, move: false };
}

/** The address's hash belongs to the map: links within the page go without it. */
function jump(event: Event, anchor: Element): void {
  event.preventDefault();
  const target = part(anchor.getAttribute("href")!.slice(1));
  target.focus({ preventScroll: true });
  target.scrollIntoView();
}

async function start(): Promise<void> {
  document.documentElement.classList.toggle("embed", asked.embed);
  world = new World(await once<Layers>("/v1/layers"));
  part("place-title").textContent = world.answer.snapshot.title;
  part("illustrative").hidden = !world.answer.snapshot.illustrative;
  const byReader = { history: "push", focus: true, move: true } as const;
  field = search(world, (q) => void go({ q }, byReader), say);
  panel = layersPanel(world, chosen, (change) => void go(change, { history: "push", focus: false, move: false }));
  if (!asked.embed) {
    ownPlaces(part("own-body"), world, () => asked.date, () => view, say);
    sharing(part("share-body"), () => write(asked));
    for (const id of ["own", "share"]) part(id).hidden = false;
  }
  document.addEventListener("click", (event) => {
    const within = (event.target as Element).closest?.("a[href^='#']");
    if (within) return jump(event, within);
    const anchor = (event.target as Element).closest?.("a[href^='/map?q=']");
    if (!anchor || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    void go({ q: new URLSearchParams(anchor.getAttribute("href")!.split("?")[1]).get("q") ?? "" }, byReader);
  });
  window.addEventListener("popstate", () => {
    asked = read();
    void go({}, { history: "none", focus: false, move: !location.hash });
  });
  // A link with a hash says which part of the map is meant.
  const isPlaced = location.hash.startsWith("#map=");
  const words = go({}, { history: "none", focus: false, move: false });
  // Where only some LAPs are known, the wards tell how far the county goes.
  const whole = world.areaSeries.slice(0, 2).flatMap((series) => world.vintage(series, "")?.id ?? []);
  view = await bring({
    box: whole.length ? await boxOf(whole).catch(() => null) : null,
    basemap: settings.basemap,
    embed: asked.embed,
    onAsk: ({ lon, lat }) => void go({ q: `${lon.toFixed(5)},${lat.toFixed(5)}` }, onMap()),
    onSite: (of, code) => void go({ q: `${of}/${code}` }, onMap()),
  });
  await words;
  if (!view) return;
  await draw();
  view.place(marks.place);
  view.area(marks.area);
  if (!isPlaced && marks.place) view.go(marks.place);
  if (!isPlaced && marks.area) await tell({ history: "none", focus: false, move: true });
  await view.settled();
  document.documentElement.dataset["map"] = "ready";
}

start().catch((error: unknown) => {
  const why = error instanceof Refusal ? error.message : "The page could not be started; load it again.";
  console.warn(error);
  fill(answerPart, h("p", { class: "warning" }, why));
});
