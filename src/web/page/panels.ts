// The panels beside the map: the layers to draw and their date, and a table of the filled layer with
// the number of sites in each area. They are also the legend.
import type { PageState } from "./address.ts";
import { PATTERNS, lineSwatch, shapeSwatch, swatch } from "./colours.ts";
import { loadCoverage, sitesByArea } from "./coverage.ts";
import { setChildren, h, elementById } from "./dom.ts";
import { link } from "./location.ts";
import { date, integer } from "./format.ts";
import type { LayerCatalogue } from "./catalogue.ts";

/** A longer table of areas is not shown; the reader can search instead. */
const MAX_LISTED = 80;
const MAX_PRINTED = 16;

export interface Choice { layers: string[]; fill: string; date: string }

/** What to draw: the choice of the reader, or by default the LAPs with fills, the wards and the GP practices. */
export function choice(state: PageState, catalogue: LayerCatalogue): Choice {
  const coloured = catalogue.areaSeries[0] ?? "";
  const defaults = [...catalogue.areaSeries.slice(0, 2), ...catalogue.points.slice(0, 1).map((layer) => layer.id)];
  return { layers: state.layers ?? defaults, fill: state.fill ?? coloured, date: state.date };
}

export function layersPanel(catalogue: LayerCatalogue, currentChoice: () => Choice, onChange: (choice: Partial<Choice>) => void): { show(): void } {
  const body = elementById("layers-body");
  const checkbox = (id: string, text: string, symbol: HTMLElement) => {
    const input = h("input", { type: "checkbox", value: id, onchange: () => {
      const rest = currentChoice().layers.filter((other) => other !== id);
      onChange({ layers: input.checked ? [...rest, id] : rest });
    } });
    return { input, row: h("label", { class: "layer" }, input, symbol, h("span", {}, text)) };
  };
  const areas = catalogue.areaSeries.map((series, index) => ({ id: series, ...checkbox(series, "", lineSwatch(index)) }));
  const points = catalogue.points.map((layer, index) => ({ id: layer.id, ...checkbox(layer.id, `${catalogue.pluralName(layer.id)} (${integer(layer.count)})`, shapeSwatch(index)) }));
  const fillSelect = h("select", { id: "fill", onchange: () => onChange({ fill: fillSelect.value }) },
    ...catalogue.areaSeries.map((series) => h("option", { value: series }, catalogue.pluralName(series))),
    h("option", { value: "" }, "Nothing"));
  const changes = catalogue.boundaryChanges();
  const dateSelect = h("select", { id: "day", onchange: () => {
    dateInput.hidden = dateSelect.value !== "other";
    if (dateSelect.value === "other") dateInput.focus();
    else onChange({ date: dateSelect.value });
  } },
    h("option", { value: "" }, "Today (or the latest available)"),
    ...changes.map((change) => h("option", { value: change.date }, `${date(change.date)}: ${change.titles.join(", ")}`)),
    h("option", { value: "other" }, "Another date…"));
  const dateInput = h("input", { type: "date", "aria-label": "Date of the boundaries", hidden: true, onchange: () => {
    if (dateInput.value) onChange({ date: dateInput.value });
  } });
  setChildren(body,
    h("fieldset", {}, h("legend", {}, "Boundaries"), ...areas.map(({ row }) => row)),
    h("p", { class: "pick" }, h("label", { for: "fill" }, "Colour by"), fillSelect),
    points.length > 0 && h("fieldset", {}, h("legend", {}, "Places"), ...points.map(({ row }) => row)),
    changes.length > 0 && h("p", { class: "pick" }, h("label", { for: "day" }, "Boundaries on"), dateSelect, dateInput));
  return {
    show: () => {
      const { layers, fill: fillSeries, date: day } = currentChoice();
      for (const { id, input, row } of [...areas, ...points]) {
        input.checked = layers.includes(id);
        const text = row.lastElementChild!;
        if (catalogue.areaSeries.includes(id)) {
          const vintage = catalogue.vintage(id, day);
          text.textContent = vintage ? `${vintage.title} (${integer(vintage.count)})` : `${catalogue.pluralName(id)}: none on that date`;
          input.disabled = !vintage;
        }
      }
      fillSelect.value = fillSeries;
      const isListed = [...dateSelect.options].some((option) => option.value === day);
      dateSelect.value = isListed ? day : "other";
      dateInput.hidden = isListed;
      dateInput.value = day;
    },
  };
}

/** A table of the filled areas, each with its pattern and the number of sites of each layer. */
export async function areaTable(catalogue: LayerCatalogue, { fill: series, date: day }: Choice): Promise<void> {
  const section = elementById("by-area");
  const layer = series ? catalogue.vintage(series, day) : null;
  section.hidden = !layer;
  if (!layer) return;
  elementById("by-area-title").textContent = catalogue.pluralName(layer.id);
  const { areas, patterns } = await loadCoverage(layer, catalogue);
  // A legend that would fill the page is not printed.
  section.classList.toggle("long", areas.length > MAX_PRINTED);
  if (!areas.length || areas.length > MAX_LISTED) {
    setChildren(elementById("by-area-body"), h("p", { class: "quiet" }, `${integer(layer.count)} areas: search for one by its name or code.`));
    return;
  }
  const counts = await Promise.all(catalogue.points.map((points) => sitesByArea(points, layer, catalogue)));
  setChildren(elementById("by-area-body"), h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": `${catalogue.pluralName(layer.id)} and their sites` }, h("table", {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Area"), ...catalogue.points.map((points) => h("th", { scope: "col", class: "number" }, catalogue.pluralName(points.id))))),
    h("tbody", {}, ...areas.map(({ code, name }) => h("tr", {},
      h("th", { scope: "row" }, h("span", { class: "named" }, swatch(PATTERNS[patterns.get(code) ?? 0]!), link(`${layer.id}/${code}`, name))),
      ...counts.map((sitesOfLayer) => h("td", { class: "number" }, integer(sitesOfLayer.get(code)?.length ?? 0)))))))));
}

/** The attribution of everything drawn, always visible. */
export function attribution(catalogue: LayerCatalogue, { layers, date: day }: Choice, basemap: { attribution: string } | null): void {
  const credits = new Set<string>();
  for (const id of layers) {
    const layer = catalogue.layer(id, day);
    if (layer?.attribution) credits.add(layer.attribution);
  }
  if (basemap) credits.add(basemap.attribution);
  setChildren(elementById("attribution"), [...credits].join(" · "), credits.size > 0 && " · ", "Map drawn with ", h("a", { href: "/map/licences" }, "MapLibre"));
}

/** A link to this view, and HTML that embeds it in another page. */
export function sharePanel(body: HTMLElement, address: () => string): void {
  const copyField = (label: string, text: () => string, rows: number) => {
    const field = h("textarea", { readonly: true, rows, "aria-label": label, spellcheck: "false" });
    const copied = h("span", { role: "status", class: "quiet" });
    const button = h("button", { type: "button", onclick: () => {
      field.value = text();
      field.select();
      navigator.clipboard?.writeText(field.value).then(() => { copied.textContent = "Copied."; }, () => { copied.textContent = "Press Ctrl+C to copy."; });
    } }, "Copy");
    return { field, update: () => { field.value = text(); copied.textContent = ""; }, row: h("div", { class: "copy" }, h("p", {}, label), field, button, copied) };
  };
  const url = () => new URL(address(), location.href);
  const shared = copyField("Link to this view", () => url().href, 2);
  const frame = copyField("HTML to embed this map in your own page", () => {
    const embedded = url();
    embedded.searchParams.set("embed", "1");
    return `<iframe src="${embedded.href.replaceAll("&", "&amp;").replaceAll("%2F", "/")}" title="Lapwing map" width="100%" height="520" loading="lazy" style="border:0"></iframe>`;
  }, 4);
  const details = h("details", { ontoggle: () => { shared.update(); frame.update(); } },
    h("summary", {}, "Link and embed code"), shared.row, frame.row);
  setChildren(body, details);
}
