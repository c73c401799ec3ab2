// The search field: a combobox with a list (WAI-ARIA Authoring Practices, list autocomplete with
// manual selection). Without JavaScript it is a plain form, and the service answers with text.
import { getJson, type SearchResult } from "./api.ts";
import { setChildren, h, elementById } from "./dom.ts";
import { count, date, month } from "./format.ts";
import type { LayerCatalogue } from "./catalogue.ts";

/** Delay before suggestions are requested, so that fast typing does not send a request for each letter. */
const PAUSE_MS = 120;

export interface Search { set(text: string): void }

/** The query that finds a result. */
export function queryFor(result: SearchResult): string {
  if (result.kind === "position") return `${result.lon},${result.lat}`;
  return result.kind === "postcode" ? result.postcode : `${result.layer}/${result.code}`;
}

export function resultName(result: SearchResult): string {
  if (result.kind === "position") return `${result.lat}, ${result.lon}`;
  return result.kind === "postcode" ? result.postcode : result.name;
}

export function resultKind(result: SearchResult, catalogue: LayerCatalogue): string {
  if (result.kind === "position") return "Position";
  if (result.kind === "postcode") return result.terminated ? `Postcode, withdrawn ${month(result.terminated)}` : "Postcode";
  const layer = catalogue.byId.get(result.layer);
  const vintage = layer && catalogue.vintages(layer.series).length > 1 ? `, ${layer.title.split(",").slice(1).join(",").trim()}` : "";
  const replaced = result.superseded_since ? `, replaced on ${date(result.superseded_since)}` : "";
  return `${catalogue.singularName(result.layer)}${vintage === ", " ? "" : vintage}${replaced} · ${result.code}`;
}

export function search(catalogue: LayerCatalogue, onSearch: (q: string) => void, announce: (text: string) => void): Search {
  const [form, input, list] = [elementById<HTMLFormElement>("search"), elementById<HTMLInputElement>("q"), elementById("suggestions")];
  let results: SearchResult[] = [];
  let active = -1;
  let timer = 0;
  let pendingRequest: AbortController | null = null;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  const close = () => {
    window.clearTimeout(timer);
    pendingRequest?.abort();
    results = [];
    setActive(-1);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  };
  const setActive = (index: number) => {
    active = index;
    [...list.children].forEach((option, position) => option.setAttribute("aria-selected", String(position === index)));
    if (index < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", `suggestion-${index}`);
    list.children[index]?.scrollIntoView({ block: "nearest" });
  };
  const choose = (result: SearchResult) => {
    input.value = resultName(result);
    close();
    onSearch(queryFor(result));
  };
  const suggest = async () => {
    const q = input.value.trim();
    if (!q) return close();
    pendingRequest?.abort();
    const controller = (pendingRequest = new AbortController());
    try {
      const response = await getJson<{ results: SearchResult[] }>("/v1/search", { q, limit: 8 }, { signal: controller.signal });
      if (controller.signal.aborted || document.activeElement !== input) return;
      results = response.results;
    } catch {
      // Suggestions are optional: an error is shown when the query is submitted.
      return;
    }
    setChildren(list, ...results.map((result, index) =>
      h("li", { id: `suggestion-${index}`, role: "option", "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); choose(result); } },
        h("span", { class: "name" }, resultName(result)), h("span", { class: "kind" }, resultKind(result, catalogue)))));
    setActive(-1);
    list.hidden = !results.length;
    input.setAttribute("aria-expanded", String(!!results.length));
    announce(results.length ? `${count(results.length, "suggestion")}. Use the down arrow to choose.` : "No suggestions.");
  };
  close();

  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void suggest(), PAUSE_MS);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = moves[event.key];
    if (step && !results.length && event.key === "ArrowDown") void suggest();
    if (step && results.length) {
      event.preventDefault();
      // The position before the first result is the field itself.
      const positions = results.length + 1;
      setActive(((active + 1 + step + positions) % positions) - 1);
    }
    if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      close();
    }
    const result = results[active];
    if (event.key === "Enter" && result) {
      event.preventDefault();
      choose(result);
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    close();
    if (input.value.trim()) onSearch(input.value.trim());
    else input.focus();
  });
  return { set: (text) => { input.value = text; } };
}
