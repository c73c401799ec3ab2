// The layers of this snapshot, and the vintage of each series on a date.
import type { Layer, Layers } from "./api.ts";
import { singular } from "./format.ts";

/** The series shown first; the others follow in the order of the catalogue. */
const FIRST_SERIES = ["lap", "ward", "parish"];

export class LayerCatalogue {
  readonly response: Layers;
  readonly byId: Map<string, Layer>;
  /** Series of areas, in display order. */
  readonly areaSeries: string[];
  /** Point layers. */
  readonly points: Layer[];

  constructor(response: Layers) {
    this.response = response;
    this.byId = new Map(response.layers.map((layer) => [layer.id, layer]));
    const series = [...new Set(response.layers.filter((layer) => layer.kind === "areas").map((layer) => layer.series))];
    const rank = (key: string) => (FIRST_SERIES.includes(key) ? FIRST_SERIES.indexOf(key) : FIRST_SERIES.length);
    // A stable sort keeps the order of the catalogue among the others.
    this.areaSeries = series.sort((a, b) => rank(a) - rank(b));
    this.points = response.layers.filter((layer) => layer.kind === "points");
  }

  /** Every name that a layer can be requested by: ids and series. */
  layerNames(): Set<string> {
    return new Set(this.response.layers.flatMap((layer) => [layer.id, layer.series]));
  }

  vintages(series: string): Layer[] {
    return this.response.layers.filter((layer) => layer.series === series);
  }

  /** The vintage of a series on a date; without a date, today's, or the latest. The same rule as the service's. */
  vintage(series: string, date: string): Layer | null {
    const vintages = this.vintages(series);
    const inForceOn = (day: string) => vintages.findLast((layer) =>
      (layer.valid_from ?? "") <= day && day < (layer.valid_to ?? "9999"));
    if (date) return inForceOn(date) ?? null;
    const latest = vintages.reduce<Layer | null>((best, layer) =>
      !best || (layer.valid_from ?? "") >= (best.valid_from ?? "") ? layer : best, null);
    return inForceOn(new Date().toISOString().slice(0, 10)) ?? latest;
  }

  /** True if there are later boundaries of the same series. */
  hasNewer(id: string): boolean {
    const layer = this.byId.get(id);
    return !!layer && this.vintages(layer.series).some((other) => (other.valid_from ?? "") > (layer.valid_from ?? ""));
  }

  /** The layer with this id, or of the series with this name. */
  layer(name: string, date: string): Layer | null {
    return this.byId.get(name) ?? this.vintage(name, date);
  }

  /** The name of one area or site of a layer: "Local Area Partnership". */
  singularName(name: string): string {
    const layer = this.byId.get(name) ?? this.vintages(name)[0];
    return layer ? singular(layer.title) : name;
  }

  /** The title of a layer without the vintage: "Wards". */
  pluralName(name: string): string {
    const layer = this.byId.get(name) ?? this.vintages(name)[0];
    return layer ? layer.title.split(",")[0]!.trim() : name;
  }

  /** The dates on which boundaries changed, the latest first. */
  boundaryChanges(): { date: string; titles: string[] }[] {
    const byDate = new Map<string, string[]>();
    for (const layer of this.response.layers) {
      if (layer.valid_from) byDate.set(layer.valid_from, [...(byDate.get(layer.valid_from) ?? []), layer.title]);
    }
    return [...byDate].map(([date, titles]) => ({ date, titles })).sort((a, b) => b.date.localeCompare(a.date));
  }
}
