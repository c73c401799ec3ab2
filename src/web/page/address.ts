// The page's state is in its URL, so a link always opens the same view.

export interface PageState {
  /** The query: a postcode, `lon,lat`, `layer/code`, or any text. */
  q: string;
  /** The date of the boundaries; empty for today's, or the latest if none are in force today. */
  date: string;
  /** The series to draw; `null` for the default. */
  layers: string[] | null;
  /** The series to fill with patterns; `null` for the default. */
  fill: string | null;
  /** The compact layout, for an `<iframe>` on another page. */
  embed: boolean;
}

export function readAddress(): PageState {
  const query = new URLSearchParams(location.search);
  const layers = query.get("layers");
  return {
    q: query.get("q")?.trim() ?? "",
    date: /^\d{4}-\d\d-\d\d$/.test(query.get("date") ?? "") ? query.get("date")! : "",
    layers: layers == null ? null : layers.split(",").filter(Boolean),
    fill: query.get("fill"),
    embed: query.get("embed") === "1",
  };
}

export function formatAddress(state: PageState, hash = location.hash): string {
  const query = new URLSearchParams();
  if (state.q) query.set("q", state.q);
  if (state.date) query.set("date", state.date);
  if (state.layers) query.set("layers", state.layers.join(","));
  if (state.fill != null) query.set("fill", state.fill);
  if (state.embed) query.set("embed", "1");
  // A query may contain a plain slash and comma, and people read these links.
  const text = query.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
  return `${location.pathname}${text ? `?${text}` : ""}${hash}`;
}

/** A query, parsed. */
export type Query =
  | { kind: "empty" }
  | { kind: "location"; postcode: string }
  | { kind: "location"; lon: number; lat: number }
  | { kind: "area"; layer: string; code: string }
  | { kind: "text"; text: string };

export function parseQuery(q: string, layers: ReadonlySet<string>): Query {
  const text = q.trim();
  if (!text) return { kind: "empty" };
  const degrees = /^(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)$/.exec(text);
  // Only positions as this page writes them. The service reads those of any other form.
  if (degrees && Number(degrees[2]) > 45 && Number(degrees[2]) <= 90 && Math.abs(Number(degrees[1])) < 45) {
    return { kind: "location", lon: Number(degrees[1]), lat: Number(degrees[2]) };
  }
  const [layer, code] = [text.slice(0, text.indexOf("/")), text.slice(text.indexOf("/") + 1)];
  if (text.includes("/") && layers.has(layer) && code) return { kind: "area", layer, code };
  if (/^[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}$/i.test(text)) return { kind: "location", postcode: text };
  return { kind: "text", text };
}
