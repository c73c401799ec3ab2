// The reader's own places, from a CSV file: located by the bulk endpoint, shown as long as the page
// is open, and given back with the added columns. Nothing of it is stored.
import { ask, type Lookup } from "./api.ts";
import { parse } from "./csv.ts";
import { fill, h } from "./dom.ts";
import { box } from "./map.ts";
import type { Box, MapView } from "./map/kind.ts";
import { link } from "./place.ts";
import { count, whole } from "./words.ts";
import type { World } from "./world.ts";

/** More rows than these are in the download, not on the page. */
const LISTED = 200;
const MAPPED = 20_000;

const STATUS: Record<string, string> = {
  not_found: "no such postcode", invalid: "cannot be read", outside: "outside every area",
  no_position: "a postcode without a position", blank: "an empty row",
};

interface Located {
  name: string;
  text: string;
  header: string[];
  rows: string[][];
  places: { lon: number; lat: number; name: string }[];
}

export function ownPlaces(body: HTMLElement, world: World, today: () => string, map: () => MapView | null, say: (text: string) => void): void {
  const result = h("div", { class: "own-result" });
  const input = h("input", { type: "file", id: "own-file", accept: ".csv,.tsv,.txt,text/csv", onchange: () => {
    const file = input.files?.[0];
    if (file) void take(file);
    input.value = "";
  } });
  const zone = h("div", { class: "drop" },
    h("label", { for: "own-file" }, "Choose a CSV file, or drop it here"), input,
    h("p", { class: "quiet" }, "With a column postcode, or lon and lat, or easting and northing."));
  fill(body, zone,
    h("p", { class: "quiet" }, "The file goes to this service to be located, is not stored there, and is forgotten when you close the page."), result);

  const over = (on: boolean) => (event: Event) => {
    event.preventDefault();
    document.documentElement.classList.toggle("dropping", on);
  };
  // The whole page takes it: a file that misses the box would replace the page.
  document.addEventListener("dragover", over(true));
  document.addEventListener("dragleave", over(false));
  document.addEventListener("drop", (event) => {
    over(false)(event);
    const file = event.dataTransfer?.files[0];
    if (file) void take(file);
  });

  async function take(file: File): Promise<void> {
    say(`Locating ${file.name}.`);
    fill(result, h("p", {}, `Locating ${file.name} …`));
    try {
      const located = await locate(file, today(), world);
      show(located);
      map()?.own(located.places);
      const around = box(located.places.map(({ lon, lat }) => ({ geometry: { coordinates: [lon, lat] } })));
      if (around) map()?.fit(around as Box);
      result.scrollIntoView({ block: "nearest" });
    } catch (error) {
      const why = (error as Error).message;
      say(`${file.name} was not located: ${why}`);
      fill(result, h("p", { class: "warning" }, `${file.name} was not located: ${why}`));
    }
  }

  function show({ name, text, header, rows, places }: Located): void {
    const status = statusOf(header);
    const reason = header.lastIndexOf("reason");
    const good = rows.filter((row) => row[status] === "ok");
    const bad = rows.map((row, at) => ({ row, at })).filter(({ row }) => row[status] !== "ok" && row[status] !== "blank");
    const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    const said = `${name}: ${whole(good.length)} of ${count(rows.length, "row")} located${bad.length ? `, ${whole(bad.length)} not` : ""}.`;
    say(said);
    fill(result,
      h("p", {}, h("strong", {}, said), places.length < good.length && ` ${whole(places.length)} are on the map.`),
      h("p", { class: "actions" },
        h("a", { href: url, download: `${name.replace(/\.csv$/i, "")}-located.csv`, class: "button" }, "Download with the added columns"), " ",
        h("button", { type: "button", onclick: () => {
          URL.revokeObjectURL(url);
          result.replaceChildren();
          map()?.own([]);
          say("Your places are removed from the page.");
        } }, "Remove")),
      totals(header, good),
      bad.length > 0 && h("details", { open: true }, h("summary", {}, `${count(bad.length, "row")} not located`),
        h("ul", {}, ...bad.slice(0, LISTED).map(({ row, at }) =>
          h("li", {}, `Row ${at + 2}: ${row.slice(0, status).filter(Boolean).join(", ")}: ${row[reason] || (STATUS[row[status] ?? ""] ?? row[status])}`))),
        bad.length > LISTED && h("p", { class: "quiet" }, `and ${whole(bad.length - LISTED)} more, in the download`)),
      table(header, rows));
  }

  /** How many places each area of the first layer holds. */
  function totals(header: string[], rows: string[][]): HTMLElement | null {
    const series = world.areaSeries.find((key) => header.includes(`${key}_code`));
    if (!series) return null;
    const [codes, names] = [header.lastIndexOf(`${series}_code`), header.lastIndexOf(`${series}_name`)];
    const sums = new Map<string, { name: string; rows: number }>();
    for (const row of rows) {
      const code = row[codes] ?? "";
      const split = code.includes(";");
      const key = split ? ";" : code;
      const name = split ? "split between several" : row[names] || `no ${world.one(series)}`;
      sums.set(key, { name, rows: (sums.get(key)?.rows ?? 0) + 1 });
    }
    const layer = world.vintage(series, today())?.id ?? series;
    const sorted = [...sums].sort((a, b) => b[1].rows - a[1].rows);
    return h("table", {}, h("caption", {}, `By ${world.one(series)}`), h("tbody", {}, ...sorted.map(([code, { name, rows }]) =>
      h("tr", {}, h("th", { scope: "row" }, code && code !== ";" ? link(`${layer}/${code}`, name) : name), h("td", { class: "number" }, whole(rows))))));
  }

  function table(header: string[], rows: string[][]): HTMLElement {
    const status = statusOf(header);
    // All that came, and of what was added the names: codes are in the download.
    const shown = header.map((_, at) => at).filter((at) => at <= status || !header[at]!.endsWith("_code"));
    return h("details", {}, h("summary", {}, `The rows${rows.length > LISTED ? ` (the first ${LISTED})` : ""}`),
      h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "The rows of your file" }, h("table", {},
        h("thead", {}, h("tr", {}, ...shown.map((at) => h("th", { scope: "col" }, header[at]!)))),
        h("tbody", {}, ...rows.slice(0, LISTED).map((row) => h("tr", {}, ...shown.map((at) => h("td", {}, row[at] ?? ""))))))));
  }
}

/** How columns with the place are called, for the dots on the map. The service recognises more. */
const LIKE: Record<string, RegExp> = {
  postcode: /post[\s_]?code|postal[\s_]?code|^pcds?$|\bzip\b/i,
  lon: /(^|[^a-z])(lon|lng|long|longitude)([^a-z]|$)/i, lat: /(^|[^a-z])(lat|latitude)([^a-z]|$)/i,
  easting: /easting|^(geo)?x$|x[\s_]?coord|oseast1m/i, northing: /northing|^(geo)?y$|y[\s_]?coord|osnrth1m/i,
};

/** The column with our status, which is renamed if the file has one of its own. */
const statusOf = (header: string[]): number =>
  Math.max(...header.map((name, at) => (/^(lapwing_)*status$/.test(name) ? at : -1)));

/** Sends the file as it is for the download, and its places once more for their positions. */
async function locate(file: File, date: string, world: World): Promise<Located> {
  const bytes = await file.arrayBuffer();
  const query = new URLSearchParams(date ? { date } : {});
  const post = (type: string, body: BodyInit, extra: Record<string, string> = {}) =>
    ask(`/v1/lookup?${new URLSearchParams({ ...Object.fromEntries(query), ...extra })}`, { method: "POST", headers: { "content-type": type }, body });
  const add = "code,name,confidence,boundary_distance_m,terminated,reason";
  const text = await (await post("text/csv", bytes, { add })).text();
  const [header = [], ...rows] = parse(text);
  const status = statusOf(header);
  const own = header.slice(0, Math.max(status, 0));
  const column = (name: string) => {
    const exact = own.findIndex((cell) => cell.trim().toLowerCase() === name);
    return exact >= 0 ? exact : own.findIndex((cell) => LIKE[name]?.test(cell));
  };
  const label = Math.max(own.findIndex((cell) => cell.trim().toLowerCase() === "name"), 0);
  const at = (row: string[], name: string) => row[column(name)] ?? "";
  const number = (row: string[], name: string) => Number(at(row, name).replace(/[\s,']/g, ""));
  const question = (row: string[]) => {
    if (column("postcode") >= 0) return { postcode: at(row, "postcode") };
    if (column("lon") >= 0) return { lon: number(row, "lon"), lat: number(row, "lat") };
    const [easting, northing] = [number(row, "easting"), number(row, "northing")];
    // Columns called X and Y can be degrees.
    return Math.abs(easting) <= 180 ? { lon: easting, lat: northing } : { easting, northing };
  };
  const good = rows.filter((row) => row[status] === "ok").slice(0, MAPPED);
  const lines = good.map((row, id) => JSON.stringify({ id, ...question(row) })).join("\n");
  const layer = world.areaSeries[0];
  const answers = good.length ? await (await post("application/x-ndjson", lines, layer ? { layers: layer } : {})).text() : "";
  const places = answers.split("\n").filter(Boolean).flatMap((line) => {
    const answer = JSON.parse(line) as Partial<Lookup> & { id: number };
    return answer.location ? [{ lon: answer.location.lon, lat: answer.location.lat, name: good[answer.id]?.[label] ?? "" }] : [];
  });
  return { name: file.name, text, header, rows, places };
}
