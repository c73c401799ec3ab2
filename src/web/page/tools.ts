// Beside the map: which layers are drawn, of which day, and what each area of the coloured layer
// holds. This is the legend, too.
import type { Asked } from "./address.ts";
import { INKS, lineSwatch, shapeSwatch, swatch } from "./colours.ts";
import { coverage, sitesByArea } from "./coverage.ts";
import { fill, h, part } from "./dom.ts";
import { link } from "./place.ts";
import { date, whole } from "./words.ts";
import type { World } from "./world.ts";

/** A list of more areas is no list that people read. */
const LISTED = 80;
const PRINTED = 16;

export interface Choice { layers: string[]; fill: string; date: string }

/** What is drawn where the reader has not chosen: LAPs in colours, wards, and practices. */
export function choice(asked: Asked, world: World): Choice {
  const coloured = world.areaSeries[0] ?? "";
  const usual = [...world.areaSeries.slice(0, 2), ...world.points.slice(0, 1).map((layer) => layer.id)];
  return { layers: asked.layers ?? usual, fill: asked.fill ?? coloured, date: asked.date };
}

export function layersPanel(world: World, now: () => Choice, chosen: (choice: Partial<Choice>) => void): { show(): void } {
  const body = part("layers-body");
  const box = (id: string, text: string, sign: HTMLElement) => {
    const input = h("input", { type: "checkbox", value: id, onchange: () => {
      const rest = now().layers.filter((other) => other !== id);
      chosen({ layers: input.checked ? [...rest, id] : rest });
    } });
    return { input, row: h("label", { class: "layer" }, input, sign, h("span", {}, text)) };
  };
  const areas = world.areaSeries.map((series, at) => ({ id: series, ...box(series, "", lineSwatch(at)) }));
  const points = world.points.map((layer, at) => ({ id: layer.id, ...box(layer.id, `${world.many(layer.id)} (${whole(layer.count)})`, shapeSwatch(at)) }));
  const colours = h("select", { id: "fill", onchange: () => chosen({ fill: colours.value }) },
    ...world.areaSeries.map((series) => h("option", { value: series }, world.many(series))),
    h("option", { value: "" }, "nothing"));
  const changes = world.changes();
  const days = h("select", { id: "day", onchange: () => {
    exact.hidden = days.value !== "other";
    if (days.value === "other") exact.focus();
    else chosen({ date: days.value });
  } },
    h("option", { value: "" }, "today, else the latest"),
    ...changes.map((change) => h("option", { value: change.date }, `${date(change.date)}: ${change.titles.join(", ")}`)),
    h("option", { value: "other" }, "another day…"));
  const exact = h("input", { type: "date", "aria-label": "Day whose boundaries are wanted", hidden: true, onchange: () => {
    if (exact.value) chosen({ date: exact.value });
  } });
  fill(body,
    h("fieldset", {}, h("legend", {}, "Boundaries"), ...areas.map(({ row }) => row)),
    h("p", { class: "pick" }, h("label", { for: "fill" }, "Colours show"), colours),
    points.length > 0 && h("fieldset", {}, h("legend", {}, "Places"), ...points.map(({ row }) => row)),
    changes.length > 0 && h("p", { class: "pick" }, h("label", { for: "day" }, "Boundaries of"), days, exact));
  return {
    show: () => {
      const { layers, fill: filled, date: day } = now();
      for (const { id, input, row } of [...areas, ...points]) {
        input.checked = layers.includes(id);
        const text = row.lastElementChild!;
        if (world.areaSeries.includes(id)) {
          const vintage = world.vintage(id, day);
          text.textContent = vintage ? `${vintage.title} (${whole(vintage.count)})` : `${world.many(id)}: none on that day`;
          input.disabled = !vintage;
        }
      }
      colours.value = filled;
      const listed = [...days.options].some((option) => option.value === day);
      days.value = listed ? day : "other";
      exact.hidden = listed;
      exact.value = day;
    },
  };
}

/** The coloured areas, each with its sign and how many of each kind of place it holds. */
export async function areaTable(world: World, { fill: series, date: day }: Choice): Promise<void> {
  const section = part("by-area");
  const layer = series ? world.vintage(series, day) : null;
  section.hidden = !layer;
  if (!layer) return;
  part("by-area-title").textContent = world.many(layer.id);
  const { areas, inks } = await coverage(layer, world);
  // A legend that would fill the sheet is left out of print.
  section.classList.toggle("long", areas.length > PRINTED);
  if (!areas.length || areas.length > LISTED) {
    fill(part("by-area-body"), h("p", { class: "quiet" }, `${whole(layer.count)} areas: search for one by its name or code.`));
    return;
  }
  const counts = await Promise.all(world.points.map((points) => sitesByArea(points, layer, world)));
  fill(part("by-area-body"), h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": `${world.many(layer.id)} and what they hold` }, h("table", {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Area"), ...world.points.map((points) => h("th", { scope: "col", class: "number" }, world.many(points.id))))),
    h("tbody", {}, ...areas.map(({ code, name }) => h("tr", {},
      h("th", { scope: "row" }, h("span", { class: "named" }, swatch(INKS[inks.get(code) ?? 0]!), link(`${layer.id}/${code}`, name))),
      ...counts.map((of) => h("td", { class: "number" }, whole(of.get(code)?.length ?? 0)))))))));
}

/** The credit of everything drawn, always in sight. */
export function attribution(world: World, { layers, date: day }: Choice, basemap: { attribution: string } | null): void {
  const credits = new Set<string>();
  for (const id of layers) {
    const layer = world.layer(id, day);
    if (layer?.attribution) credits.add(layer.attribution);
  }
  if (basemap) credits.add(basemap.attribution);
  fill(part("attribution"), [...credits].join(" · "), credits.size > 0 && " · ", "Drawn with ", h("a", { href: "/map/licences" }, "MapLibre"));
}

/** A link to what is seen, and a frame for another page. */
export function sharing(body: HTMLElement, address: () => string): void {
  const made = (label: string, text: () => string, rows: number) => {
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
  const shared = made("Link to what you see", () => url().href, 2);
  const frame = made("A frame for your own page", () => {
    const embedded = url();
    embedded.searchParams.set("embed", "1");
    return `<iframe src="${embedded.href.replaceAll("&", "&amp;").replaceAll("%2F", "/")}" title="Lapwing map" width="100%" height="520" loading="lazy" style="border:0"></iframe>`;
  }, 4);
  const details = h("details", { ontoggle: () => { shared.update(); frame.update(); } },
    h("summary", {}, "Link and frame"), shared.row, frame.row);
  fill(body, details);
}
