// Numbers and judgements in words. Nothing here touches the page.
import type { Confidence, LayerConfidence, LayerUsed, Lookup, Overlap } from "./api.ts";

const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const short = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

export const count = (value: number, one: string, many = `${one}s`): string => `${number.format(value)} ${value === 1 ? one : many}`;

export const whole = (value: number): string => number.format(value);

export function metres(value: number): string {
  if (value < 10) return `${Math.round(value * 10) / 10} m`;
  return value < 1500 ? `${Math.round(value)} m` : `${(value / 1000).toFixed(1)} km`;
}

export const squareKilometres = (m2: number): string => `${(m2 / 1e6).toFixed(m2 < 1e8 ? 2 : 1)} km²`;

/** Never says "all" of less than all, nor "nothing" of something. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return "under 1 %";
  if (share < 1 && share > 0.99) return "over 99 %";
  return `${Math.round(share * 100)} %`;
}

export function date(text: string): string {
  return short.format(new Date(`${text}T00:00:00Z`));
}

export function month(text: string): string {
  return new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(`${text}-01T00:00:00Z`));
}

export function inForce(used: Pick<LayerUsed, "valid_from" | "valid_to">): string {
  const { valid_from: from, valid_to: to } = used;
  if (from && to) return `in force ${date(from)} to ${date(to)}`;
  if (from) return `in force from ${date(from)}`;
  return to ? `in force until ${date(to)}` : "no dates given";
}

const drawn: Record<string, string> = {
  BFC: "full detail, to the coast", BFE: "full detail", BGC: "outline simplified: may be up to 20 m out",
  BSC: "outline simplified: may be up to 200 m out", BUC: "outline simplified: may be up to 500 m out",
};

export const resolution = (code: string | null): string => (code && drawn[code]) ?? "";

/** `Local Area Partnerships` of a title becomes what one of them is called. */
export function singular(title: string): string {
  const plain = title.split(",")[0]!.replace(/\s*\(.*\)/, "").trim();
  if (/ies$/.test(plain)) return plain.replace(/ies$/, "y");
  return /(sh|ch|x|ss)es$/.test(plain) ? plain.slice(0, -2) : plain.replace(/([^s])s$/, "$1");
}

/** For a place in no area of any layer. */
export const OUTSIDE = "Outside the area that this service covers";

/** What all areas of a layer are called, inside a sentence: "wards", but "Local Area Partnerships". */
export function inSentence(many: string): string {
  const [first = "", ...others] = many.split(" ");
  const isName = /^.[A-Z]/.test(first) || others.some((word) => /^[A-Z]/.test(word));
  return isName ? many : many.charAt(0).toLowerCase() + many.slice(1);
}

export const notHeld = (many: string): string => `We do not hold the ${inSentence(many)} here`;

/** That the boundaries of an answer are no longer in force. */
export const superseded = (since: string, hasNewer: boolean): string =>
  `These boundaries were replaced on ${date(since)}.${hasNewer ? "" : " We do not hold newer ones."}`;

/**
 * How sure the whole answer is: a headline, and what to do. `order` says which layers matter most:
 * doubt about the first is told before a nearer boundary of another.
 */
export function confidence(answer: Lookup, order: readonly string[], one: (series: string) => string, many = one): { level: "sure" | "doubt"; headline: string; advice: string } | null {
  const sure: Confidence | null = answer.confidence;
  if (!sure) return null;
  const nearest = sure.boundary_distance_m;
  const isPoint = !answer.query.postcode;
  const ask = isPoint ? "Choose the place more exactly." : "Ask for the address.";
  if (sure.coverage === "outside") {
    const first = sure.near[0];
    const advice = first ? `The nearest area that we hold is ${first.name}, ${metres(first.distance_m)} away.` : "Ask the council of the place.";
    return { level: "doubt", headline: `${OUTSIDE}.`, advice };
  }
  const unknown = order.filter((key) => sure.layers[key]?.coverage === "incomplete");
  if (sure.split) {
    const some = unknown.find((key) => sure.layers[key]?.unassigned);
    const where = some ? ` Some lie where we do not hold the ${inSentence(many(some))}.` : "";
    return { level: "doubt", headline: "This postcode is split.", advice: `Its addresses lie in more than one area.${where} ${ask}` };
  }
  if (unknown[0]) {
    const rest = order.flatMap((key) => sure.layers[key] ?? []).filter((of) => !of.coverage);
    const settled = rest.length > 0 && rest.every((of) => of.level === "high") ? " The rest of the answer is sure." : "";
    return { level: "doubt", headline: `${notHeld(many(unknown[0]))}.`, advice: `That does not mean that there is none.${settled}` };
  }
  if (sure.level === "low") {
    const why = (answer.location.positional_quality ?? 10) > 20
      ? "The position of this postcode is only roughly known."
      : "The line runs through here.";
    return { level: "doubt", headline: `Not sure. ${why}`, advice: ask };
  }
  if (sure.level === "near_boundary") {
    const series = order.find((key) => sure.near.some((other) => other.layer === key));
    const first = sure.near.find((other) => other.layer === series);
    const edge = first ? `the edge of ${first.name}` : "a boundary";
    const far = first?.distance_m ?? nearest;
    const headline = far == null ? "Near a boundary." : `${metres(far)} from ${edge}.`;
    const main = order[0];
    const settled = main && series && main !== series && sure.layers[main]?.level === "high" && answer.areas[main]?.length;
    return { level: "doubt", headline, advice: settled ? `The ${one(main)} is not in doubt; the ${one(series)} is. ${ask}` : ask };
  }
  const by = sure.by === "addresses" ? "All its known addresses lie here. " : "";
  const far = nearest == null ? "" : `The nearest boundary is ${metres(nearest)} away.`;
  return { level: "sure", headline: "Sure.", advice: `${by}${far}`.trim() };
}

/** How sure one layer's answer is, in a few words. */
export function layerConfidence(of: LayerConfidence | null | undefined): string {
  if (!of || of.boundary_distance_m == null) return "";
  return `${metres(of.boundary_distance_m)} from its edge`;
}

export const ALL = "all of it";

/**
 * An overlap read from one side: of the asked area ("62 % of the land"), or, where the others are
 * the smaller ones, of the other.
 */
export function overlap(entry: Overlap, side: "area" | "other"): { land: number; postcodes: number | null; text: string } {
  const land = (side === "area" ? entry.share_of_area : entry.share_of_other) ?? 0;
  const postcodes = (side === "area" ? entry.postcodes?.share_of_area : entry.postcodes?.share_of_other) ?? null;
  const wholly = entry.relation === "equals" || entry.relation === (side === "area" ? "within" : "contains");
  if (wholly) return { land: 1, postcodes: postcodes == null ? null : 1, text: ALL };
  const parts = [`${percent(land)} of the land`];
  if (postcodes != null) parts.push(`${percent(postcodes)} of the postcodes`);
  return { land, postcodes, text: parts.join(", ") };
}

/** From which side the overlaps with one layer are read: from that of the smaller areas. */
export function side(entries: Overlap[]): "area" | "other" {
  const sum = (pick: (entry: Overlap) => number | null) => entries.reduce((total, entry) => total + (pick(entry) ?? 0), 0);
  return sum((entry) => entry.share_of_other) > sum((entry) => entry.share_of_area) ? "other" : "area";
}
