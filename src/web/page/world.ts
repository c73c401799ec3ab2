// The layers of this snapshot, and which vintage of each holds on a day.
import type { Layer, Layers } from "./api.ts";
import { singular } from "./words.ts";

/** Those that people ask for first; the others follow as the catalogue has them. */
const FIRST = ["lap", "ward", "parish"];

export class World {
  readonly answer: Layers;
  readonly byId: Map<string, Layer>;
  /** Keys of series of areas, in the order in which they are shown. */
  readonly areaSeries: string[];
  /** Layers of points. */
  readonly points: Layer[];

  constructor(answer: Layers) {
    this.answer = answer;
    this.byId = new Map(answer.layers.map((layer) => [layer.id, layer]));
    const series = [...new Set(answer.layers.filter((layer) => layer.kind === "areas").map((layer) => layer.series))];
    const rank = (key: string) => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
    // Sorting keeps the catalogue's order between equals.
    this.areaSeries = series.sort((a, b) => rank(a) - rank(b));
    this.points = answer.layers.filter((layer) => layer.kind === "points");
  }

  /** Every name by which a layer can be asked for. */
  names(): Set<string> {
    return new Set(this.answer.layers.flatMap((layer) => [layer.id, layer.series]));
  }

  vintages(series: string): Layer[] {
    return this.answer.layers.filter((layer) => layer.series === series);
  }

  /** The vintage of a series on a day; without one, today's, else the latest. As the service does. */
  vintage(series: string, date: string): Layer | null {
    const vintages = this.vintages(series);
    const on = (day: string) => vintages.findLast((layer) =>
      (layer.valid_from ?? "") <= day && day < (layer.valid_to ?? "9999"));
    if (date) return on(date) ?? null;
    const latest = vintages.reduce<Layer | null>((best, layer) =>
      !best || (layer.valid_from ?? "") >= (best.valid_from ?? "") ? layer : best, null);
    return on(new Date().toISOString().slice(0, 10)) ?? latest;
  }

  /** Whether there are later boundaries of the same kind. */
  hasNewer(id: string): boolean {
    const layer = this.byId.get(id);
    return !!layer && this.vintages(layer.series).some((other) => (other.valid_from ?? "") > (layer.valid_from ?? ""));
  }

  /** The layer that a series or own id names. */
  layer(name: string, date: string): Layer | null {
    return this.byId.get(name) ?? this.vintage(name, date);
  }

  /** What one area or point of a layer is called: "Local Area Partnership". */
  one(name: string): string {
    const layer = this.byId.get(name) ?? this.vintages(name)[0];
    return layer ? singular(layer.title) : name;
  }

  /** What all of them are called, without the vintage: "Wards". */
  many(name: string): string {
    const layer = this.byId.get(name) ?? this.vintages(name)[0];
    return layer ? layer.title.split(",")[0]!.trim() : name;
  }

  /** The days on which boundaries changed, the latest first. */
  changes(): { date: string; titles: string[] }[] {
    const byDate = new Map<string, string[]>();
    for (const layer of this.answer.layers) {
      if (layer.valid_from) byDate.set(layer.valid_from, [...(byDate.get(layer.valid_from) ?? []), layer.title]);
    }
    return [...byDate].map(([date, titles]) => ({ date, titles })).sort((a, b) => b.date.localeCompare(a.date));
  }
}
