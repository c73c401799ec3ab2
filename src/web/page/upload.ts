// A CSV file of places that the reader uploads. The bulk endpoint locates them, and the page shows
// them until it is closed and offers the rows with the added columns. Nothing is stored.
import { request, type Lookup } from "./api.ts";
import { parse } from "./csv.ts";
import { setChildren, h } from "./dom.ts";
import { boundsOf } from "./map_loader.ts";
import type { Box, MapView } from "./map/types.ts";
import { link } from "./location.ts";
import { count, integer } from "./format.ts";
import type { LayerCatalogue } from "./catalogue.ts";

/** Limits of the page; the download has all rows. */
const MAX_LISTED = 200;
const MAX_ON_MAP = 20_000;

const STATUS: Record<string, string> = {
  not_found: "postcode not found", invalid: "not a valid postcode or position", outside: "outside all areas",
  no_position: "a postcode without a position", blank: "an empty row",
};

interface Located {
  name: string;
  text: string;
  header: string[];
  rows: string[][];
  places: { lon: number; lat: number; name: string }[];
}

export function uploadPanel(body: HTMLElement, catalogue: LayerCatalogue, date: () => string, map: () => MapView | null, announce: (text: string) => void): void {
  const result = h("div", { class: "upload-result" });
  const input = h("input", { type: "file", id: "upload-file", accept: ".csv,.tsv,.txt,text/csv", onchange: () => {
    const file = input.files?.[0];
    if (file) void processFile(file);
    input.value = "";
  } });
  const zone = h("div", { class: "drop" },
    h("label", { for: "upload-file" }, "Choose a CSV file or drag it here"), input,
    h("p", { class: "quiet" }, "The file needs a postcode column, or lon and lat, or easting and northing."));
  setChildren(body, zone,
    h("p", { class: "quiet" }, "The file is sent to this service to find the areas. It is not stored, and the results are removed when you close the page."), result);

  const setDropState = (on: boolean) => (event: Event) => {
    event.preventDefault();
    document.documentElement.classList.toggle("dropping", on);
  };
  // The whole page accepts the file: otherwise a file dropped beside the box would replace the page.
  document.addEventListener("dragover", setDropState(true));
  document.addEventListener("dragleave", setDropState(false));
  document.addEventListener("drop", (event) => {
    setDropState(false)(event);
    const file = event.dataTransfer?.files[0];
    if (file) void processFile(file);
  });

  async function processFile(file: File): Promise<void> {
    announce(`Locating the rows of ${file.name}.`);
    setChildren(result, h("p", {}, `Locating the rows of ${file.name}…`));
    try {
      const located = await locate(file, date(), catalogue);
      showResult(located);
      map()?.showPlaces(located.places);
      const bounds = boundsOf(located.places.map(({ lon, lat }) => ({ geometry: { coordinates: [lon, lat] } })));
      if (bounds) map()?.fitBounds(bounds as Box);
      result.scrollIntoView({ block: "nearest" });
    } catch (error) {
      const message = (error as Error).message;
      announce(`${file.name} could not be processed: ${message}`);
      setChildren(result, h("p", { class: "warning" }, `${file.name} could not be processed: ${message}`));
    }
  }

  function showResult({ name, text, header, rows, places }: Located): void {
    const status = statusColumn(header);
    const reason = header.lastIndexOf("reason");
    const located = rows.filter((row) => row[status] === "ok");
    const failed = rows.map((row, index) => ({ row, index })).filter(({ row }) => row[status] !== "ok" && row[status] !== "blank");
    const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    const summary = `${name}: ${integer(located.length)} of ${count(rows.length, "row")} located${failed.length ? `, ${integer(failed.length)} not` : ""}.`;
    announce(summary);
    setChildren(result,
      h("p", {}, h("strong", {}, summary), places.length < located.length && ` The map shows the first ${integer(places.length)}.`),
      h("p", { class: "actions" },
        h("a", { href: url, download: `${name.replace(/\.csv$/i, "")}-located.csv`, class: "button" }, "Download with added columns"), " ",
        h("button", { type: "button", onclick: () => {
          URL.revokeObjectURL(url);
          result.replaceChildren();
          map()?.showPlaces([]);
          announce("Your places have been removed from the page.");
        } }, "Remove")),
      countsByArea(header, located),
      failed.length > 0 && h("details", { open: true }, h("summary", {}, `${count(failed.length, "row")} not located`),
        h("ul", {}, ...failed.slice(0, MAX_LISTED).map(({ row, index }) =>
          h("li", {}, `Row ${index + 2}: ${row.slice(0, status).filter(Boolean).join(", ")}: ${row[reason] || (STATUS[row[status] ?? ""] ?? row[status])}`))),
        failed.length > MAX_LISTED && h("p", { class: "quiet" }, `and ${integer(failed.length - MAX_LISTED)} more in the download`)),
      table(header, rows));
  }

  /** The number of places in each area of the first series. */
  function countsByArea(header: string[], rows: string[][]): HTMLElement | null {
    const series = catalogue.areaSeries.find((key) => header.includes(`${key}_code`));
    if (!series) return null;
    const [codes, names] = [header.lastIndexOf(`${series}_code`), header.lastIndexOf(`${series}_name`)];
    const counts = new Map<string, { name: string; rows: number }>();
    for (const row of rows) {
      const code = row[codes] ?? "";
      const split = code.includes(";");
      const key = split ? ";" : code;
      const name = split ? "split between several" : row[names] || `no ${catalogue.singularName(series)}`;
      counts.set(key, { name, rows: (counts.get(key)?.rows ?? 0) + 1 });
    }
    const layer = catalogue.vintage(series, date())?.id ?? series;
    const sorted = [...counts].sort((a, b) => b[1].rows - a[1].rows);
    return h("table", {}, h("caption", {}, `By ${catalogue.singularName(series)}`), h("tbody", {}, ...sorted.map(([code, { name, rows }]) =>
      h("tr", {}, h("th", { scope: "row" }, code && code !== ";" ? link(`${layer}/${code}`, name) : name), h("td", { class: "number" }, integer(rows))))));
  }

  function table(header: string[], rows: string[][]): HTMLElement {
    const status = statusColumn(header);
    // All columns of the file, and the added names; the added codes are only in the download.
    const columns = header.map((_, index) => index).filter((index) => index <= status || !header[index]!.endsWith("_code"));
    return h("details", {}, h("summary", {}, `Rows${rows.length > MAX_LISTED ? ` (the first ${MAX_LISTED})` : ""}`),
      h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Rows of your file" }, h("table", {},
        h("thead", {}, h("tr", {}, ...columns.map((index) => h("th", { scope: "col" }, header[index]!)))),
        h("tbody", {}, ...rows.slice(0, MAX_LISTED).map((row) => h("tr", {}, ...columns.map((index) => h("td", {}, row[index] ?? ""))))))));
  }
}

/** Names of location columns, to show the rows on the map. The service recognises more. */
const LOCATION_NAMES: Record<string, RegExp> = {
  postcode: /post[\s_]?code|postal[\s_]?code|^pcds?$|\bzip\b/i,
  lon: /(^|[^a-z])(lon|lng|long|longitude)([^a-z]|$)/i, lat: /(^|[^a-z])(lat|latitude)([^a-z]|$)/i,
  easting: /easting|^(geo)?x$|x[\s_]?coord|oseast1m/i, northing: /northing|^(geo)?y$|y[\s_]?coord|osnrth1m/i,
};

/** The added status column, which is renamed if the file has a column with its name. */
const statusColumn = (header: string[]): number =>
  Math.max(...header.map((name, index) => (/^(lapwing_)*status$/.test(name) ? index : -1)));

/** Sends the file as CSV for the download, then the located rows as NDJSON for their positions. */
async function locate(file: File, date: string, catalogue: LayerCatalogue): Promise<Located> {
  const bytes = await file.arrayBuffer();
  const query = new URLSearchParams(date ? { date } : {});
  const postRows = (type: string, body: BodyInit, extra: Record<string, string> = {}) =>
    request(`/v1/lookup?${new URLSearchParams({ ...Object.fromEntries(query), ...extra })}`, { method: "POST", headers: { "content-type": type }, body });
  const add = "code,name,confidence,boundary_distance_m,terminated,reason";
  const text = await (await postRows("text/csv", bytes, { add })).text();
  const [header = [], ...rows] = parse(text);
  const status = statusColumn(header);
  const inputHeader = header.slice(0, Math.max(status, 0));
  const exactColumn = (name: string) => inputHeader.findIndex((cell) => cell.trim().toLowerCase() === name);
  const column = (name: string) => {
    const exact = exactColumn(name);
    return exact >= 0 ? exact : inputHeader.findIndex((cell) => LOCATION_NAMES[name]?.test(cell));
  };
  const nameColumn = Math.max(exactColumn("name"), 0);
  const cell = (row: string[], name: string) => row[column(name)] ?? "";
  const number = (row: string[], name: string) => Number(cell(row, name).replace(/[\s,']/g, ""));
  const rowQuery = (row: string[]) => {
    if (column("postcode") >= 0) return { postcode: cell(row, "postcode") };
    if (column("lon") >= 0) return { lon: number(row, "lon"), lat: number(row, "lat") };
    const [easting, northing] = [number(row, "easting"), number(row, "northing")];
    // Columns called X and Y can be degrees.
    return Math.abs(easting) <= 180 ? { lon: easting, lat: northing } : { easting, northing };
  };
  const located = rows.filter((row) => row[status] === "ok").slice(0, MAX_ON_MAP);
  const lines = located.map((row, id) => JSON.stringify({ id, ...rowQuery(row) })).join("\n");
  const layer = catalogue.areaSeries[0];
  const answers = located.length ? await (await postRows("application/x-ndjson", lines, layer ? { layers: layer } : {})).text() : "";
  const places = answers.split("\n").filter(Boolean).flatMap((line) => {
    const answer = JSON.parse(line) as Partial<Lookup> & { id: number };
    return answer.location ? [{ lon: answer.location.lon, lat: answer.location.lat, name: located[answer.id]?.[nameColumn] ?? "" }] : [];
  });
  return { name: file.name, text, header, rows, places };
}
