// Numbers, dates and confidence as text. Nothing here depends on the DOM.
import type { Confidence, LayerConfidence, LayerUsed, Lookup, Overlap } from "./api.ts";

const integerFormat = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const dateFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

export const count = (value: number, one: string, many = `${one}s`): string => `${integerFormat.format(value)} ${value === 1 ? one : many}`;

export const integer = (value: number): string => integerFormat.format(value);

export function metres(value: number): string {
  if (value < 10) return `${Math.round(value * 10) / 10} m`;
  return value < 1500 ? `${Math.round(value)} m` : `${(value / 1000).toFixed(1)} km`;
}

export const squareKilometres = (m2: number): string => `${(m2 / 1e6).toFixed(m2 < 1e8 ? 2 : 1)} km²`;

/** A percentage. Only an exact 0 or 1 is shown as 0% or 100%. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return "less than 1%";
  if (share < 1 && share > 0.99) return "more than 99%";
  return `${Math.round(share * 100)}%`;
}

export function date(text: string): string {
  return dateFormat.format(new Date(`${text}T00:00:00Z`));
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

const resolutionTexts: Record<string, string> = {
  BFC: "full detail, to the coast", BFE: "full detail", BGC: "simplified outline: may be up to 20 m out",
  BSC: "simplified outline: may be up to 200 m out", BUC: "simplified outline: may be up to 500 m out",
};

export const resolution = (code: string | null): string => (code && resolutionTexts[code]) ?? "";

/** The singular of a layer title: `Local Area Partnership` for `Local Area Partnerships`. */
export function singular(title: string): string {
  const plain = title.split(",")[0]!.replace(/\s*\(.*\)/, "").trim();
  if (/ies$/.test(plain)) return plain.replace(/ies$/, "y");
  return /(sh|ch|x|ss)es$/.test(plain) ? plain.slice(0, -2) : plain.replace(/([^s])s$/, "$1");
}

/** For a location that is not in any area of any layer. */
export const OUTSIDE = "Outside the area that this service covers";

/** The plural of a layer inside a sentence: "wards", but "Local Area Partnerships". */
export function inSentence(plural: string): string {
  const [first = "", ...others] = plural.split(" ");
  const isName = /^.[A-Z]/.test(first) || others.some((word) => /^[A-Z]/.test(word));
  return isName ? plural : plural.charAt(0).toLowerCase() + plural.slice(1);
}

export const notHeld = (plural: string): string => `We do not hold the ${inSentence(plural)} here`;

/** Says that the boundaries of an answer are no longer in force. */
export const superseded = (since: string, hasNewer: boolean): string =>
  `These boundaries were replaced on ${date(since)}.${hasNewer ? "" : " We do not hold newer ones."}`;

/**
 * The confidence of an answer: a headline, and advice. `order` ranks the series: a near boundary of
 * the first is reported before a nearer one of another.
 */
export function confidenceText(answer: Lookup, order: readonly string[], singularName: (series: string) => string, pluralName = singularName): { level: "certain" | "uncertain"; headline: string; advice: string } | null {
  const confidence: Confidence | null = answer.confidence;
  if (!confidence) return null;
  const nearest = confidence.boundary_distance_m;
  const isPoint = !answer.query.postcode;
  const advice = isPoint ? "Choose a more exact point." : "Check the full address.";
  if (confidence.coverage === "outside") {
    const first = confidence.near[0];
    const nearestArea = first && `The nearest area that we hold is ${first.name}, ${metres(first.distance_m)} away.`;
    return { level: "uncertain", headline: `${OUTSIDE}.`, advice: nearestArea ?? "Check with the council for that place." };
  }
  const incomplete = order.filter((key) => confidence.layers[key]?.coverage === "incomplete");
  if (confidence.split) {
    const partly = incomplete.find((key) => confidence.layers[key]?.unassigned);
    const where = partly ? ` Some are where we do not hold the ${inSentence(pluralName(partly))}.` : "";
    return { level: "uncertain", headline: "This postcode is split.", advice: `Its addresses are in more than one area.${where} ${advice}` };
  }
  if (incomplete[0]) {
    const others = order.flatMap((key) => confidence.layers[key] ?? []).filter((layer) => !layer.coverage);
    const certain = others.length > 0 && others.every((layer) => layer.level === "high") ? " The rest of the answer is certain." : "";
    return { level: "uncertain", headline: `${notHeld(pluralName(incomplete[0]))}.`, advice: `There may still be one.${certain}` };
  }
  if (confidence.level === "low") {
    const reason = (answer.location.positional_quality ?? 10) > 20
      ? "The position of this postcode is approximate."
      : "The boundary runs through here.";
    return { level: "uncertain", headline: `Low confidence. ${reason}`, advice };
  }
  if (confidence.level === "near_boundary") {
    const series = order.find((key) => confidence.near.some((other) => other.layer === key));
    const first = confidence.near.find((other) => other.layer === series);
    const boundary = first ? `the boundary with ${first.name}` : "a boundary";
    const distance = first?.distance_m ?? nearest;
    const headline = distance == null ? "Near a boundary." : `${metres(distance)} from ${boundary}.`;
    const mainSeries = order[0];
    const mainIsCertain = mainSeries && series && mainSeries !== series && confidence.layers[mainSeries]?.level === "high" && answer.areas[mainSeries]?.length;
    return { level: "uncertain", headline, advice: mainIsCertain ? `The ${singularName(mainSeries)} is certain, but the ${singularName(series)} is not. ${advice}` : advice };
  }
  const addresses = confidence.by === "addresses" ? "All its known addresses are in the same areas. " : "";
  const distance = nearest == null ? "" : `The nearest boundary is ${metres(nearest)} away.`;
  return { level: "certain", headline: "High confidence.", advice: `${addresses}${distance}`.trim() };
}

/** The distance to the nearest boundary of one layer. */
export function layerConfidence(confidence: LayerConfidence | null | undefined): string {
  if (!confidence || confidence.boundary_distance_m == null) return "";
  return `${metres(confidence.boundary_distance_m)} from its boundary`;
}

export const ALL = "all of it";

/**
 * An overlap as shares of one side: of the requested area ("62% of the land"), or of the other area
 * if those are the smaller ones.
 */
export function describeOverlap(entry: Overlap, side: "area" | "other"): { land: number; postcodes: number | null; text: string } {
  const land = (side === "area" ? entry.share_of_area : entry.share_of_other) ?? 0;
  const postcodes = (side === "area" ? entry.postcodes?.share_of_area : entry.postcodes?.share_of_other) ?? null;
  const isWhole = entry.relation === "equals" || entry.relation === (side === "area" ? "within" : "contains");
  if (isWhole) return { land: 1, postcodes: postcodes == null ? null : 1, text: ALL };
  const parts = [`${percent(land)} of the land`];
  if (postcodes != null) parts.push(`${percent(postcodes)} of the postcodes`);
  return { land, postcodes, text: parts.join(", ") };
}

/** The side whose shares describe the overlaps with one layer: that of the smaller areas. */
export function smallerSide(entries: Overlap[]): "area" | "other" {
  const sum = (pick: (entry: Overlap) => number | null) => entries.reduce((total, entry) => total + (pick(entry) ?? 0), 0);
  return sum((entry) => entry.share_of_other) > sum((entry) => entry.share_of_area) ? "other" : "area";
}
