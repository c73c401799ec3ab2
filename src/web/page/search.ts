// The search field: a combobox with a list (WAI-ARIA Authoring Practices, list autocomplete with
// manual selection). Without its script it is a plain form that the service answers in words.
import { get, type Hit } from "./api.ts";
import { fill, h, part } from "./dom.ts";
import { count, date, month } from "./words.ts";
import type { World } from "./world.ts";

/** Long enough not to ask for every letter of a quick typist. */
const PAUSE_MS = 120;

export interface Search { set(text: string): void }

/** What a hit is asked by. */
export const queryOf = (hit: Hit): string => (hit.kind === "postcode" ? hit.postcode : `${hit.layer}/${hit.code}`);

export const nameOf = (hit: Hit): string => (hit.kind === "postcode" ? hit.postcode : hit.name);

export function kindOf(hit: Hit, world: World): string {
  if (hit.kind === "postcode") return hit.terminated ? `Postcode, ended ${month(hit.terminated)}` : "Postcode";
  const layer = world.byId.get(hit.layer);
  const dated = layer && world.vintages(layer.series).length > 1 ? `, ${layer.title.split(",").slice(1).join(",").trim()}` : "";
  const old = hit.superseded_since ? `, replaced on ${date(hit.superseded_since)}` : "";
  return `${world.one(hit.layer)}${dated === ", " ? "" : dated}${old} · ${hit.code}`;
}

export function search(world: World, asked: (q: string, shown: string) => void, say: (text: string) => void): Search {
  const [form, input, list] = [part<HTMLFormElement>("search"), part<HTMLInputElement>("q"), part("suggestions")];
  let hits: Hit[] = [];
  let active = -1;
  let pause = 0;
  let under: AbortController | null = null;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  const close = () => {
    window.clearTimeout(pause);
    under?.abort();
    hits = [];
    activate(-1);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  };
  const activate = (at: number) => {
    active = at;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    if (at < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", `suggestion-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const choose = (hit: Hit) => {
    input.value = nameOf(hit);
    close();
    asked(queryOf(hit), nameOf(hit));
  };
  const suggest = async () => {
    const q = input.value.trim();
    if (!q) return close();
    under?.abort();
    const own = (under = new AbortController());
    try {
      const found = await get<{ results: Hit[] }>("/v1/search", { q, limit: 8 }, { signal: own.signal });
      if (own.signal.aborted || document.activeElement !== input) return;
      hits = found.results;
    } catch {
      // Suggestions are a help: a refusal is told when the question is asked.
      return;
    }
    fill(list, ...hits.map((hit, at) =>
      h("li", { id: `suggestion-${at}`, role: "option", "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); choose(hit); } },
        h("span", { class: "name" }, nameOf(hit)), h("span", { class: "kind" }, kindOf(hit, world)))));
    activate(-1);
    list.hidden = !hits.length;
    input.setAttribute("aria-expanded", String(!!hits.length));
    say(hits.length ? `${count(hits.length, "suggestion")}: arrow down to choose.` : "No suggestions.");
  };
  close();

  input.addEventListener("input", () => {
    window.clearTimeout(pause);
    pause = window.setTimeout(() => void suggest(), PAUSE_MS);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const by = moves[event.key];
    if (by && !hits.length && event.key === "ArrowDown") void suggest();
    if (by && hits.length) {
      event.preventDefault();
      // One place before the first is the field itself.
      const places = hits.length + 1;
      activate(((active + 1 + by + places) % places) - 1);
    }
    if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      close();
    }
    const hit = hits[active];
    if (event.key === "Enter" && hit) {
      event.preventDefault();
      choose(hit);
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    close();
    if (input.value.trim()) asked(input.value.trim(), input.value.trim());
    else input.focus();
  });
  return { set: (text) => { input.value = text; } };
}
