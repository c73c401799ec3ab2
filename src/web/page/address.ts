// The page's address is its state: whoever has the link sees the same.

export interface Asked {
  /** What was asked: a postcode, `lon,lat`, `layer/code`, or any text. */
  q: string;
  /** The day whose boundaries are wanted; empty for today's, else the latest. */
  date: string;
  /** The series drawn; `null` where the page chooses. */
  layers: string[] | null;
  /** The series drawn in colours; `null` where the page chooses. */
  fill: string | null;
  /** A compact form for frames on other pages. */
  embed: boolean;
}

export function read(): Asked {
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

export function write(asked: Asked, hash = location.hash): string {
  const query = new URLSearchParams();
  if (asked.q) query.set("q", asked.q);
  if (asked.date) query.set("date", asked.date);
  if (asked.layers) query.set("layers", asked.layers.join(","));
  if (asked.fill != null) query.set("fill", asked.fill);
  if (asked.embed) query.set("embed", "1");
  // A slash and a comma may stand in a query as they are, and links are read by people, too.
  const text = query.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
  return `${location.pathname}${text ? `?${text}` : ""}${hash}`;
}

/** What a text asks for. */
export type Question =
  | { kind: "nothing" }
  | { kind: "place"; postcode: string }
  | { kind: "place"; lon: number; lat: number }
  | { kind: "area"; layer: string; code: string }
  | { kind: "text"; text: string };

export function understand(q: string, layers: ReadonlySet<string>): Question {
  const text = q.trim();
  if (!text) return { kind: "nothing" };
  const degrees = /^(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)$/.exec(text);
  // Only as this page writes them. The service reads positions of any other form.
  if (degrees && Number(degrees[2]) > 45 && Number(degrees[2]) <= 90 && Math.abs(Number(degrees[1])) < 45) {
    return { kind: "place", lon: Number(degrees[1]), lat: Number(degrees[2]) };
  }
  const [layer, code] = [text.slice(0, text.indexOf("/")), text.slice(text.indexOf("/") + 1)];
  if (text.includes("/") && layers.has(layer) && code) return { kind: "area", layer, code };
  if (/^[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}$/i.test(text)) return { kind: "place", postcode: text };
  return { kind: "text", text };
}
