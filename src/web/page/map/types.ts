// The interface between the page and the map, which is loaded later and may be missing.
import type { Feature, FeatureCollection, Layer, PointGeometry } from "../api.ts";

export interface DrawnLayer { layer: Layer; line: number; filled: boolean }
export interface DrawnSites { layer: Layer; shape: number; features: FeatureCollection<PointGeometry> }

export interface Drawing {
  /** From top to bottom. */
  areas: DrawnLayer[];
  /** The pattern of each code of the filled layer. */
  patterns: ReadonlyMap<string, number>;
  sites: DrawnSites[];
}

export type Box = [west: number, south: number, east: number, north: number];

export interface MapView {
  draw(drawing: Drawing): void;
  /** Marks a location; `null` removes the mark. */
  markLocation(position: { lon: number; lat: number } | null): void;
  /** Highlights an area; `null` removes the highlight. */
  highlightArea(feature: Feature | null): void;
  /** Shows the places of an uploaded file. */
  showPlaces(places: { lon: number; lat: number; name: string }[]): void;
  fitBounds(box: Box): void;
  centreOn(position: { lon: number; lat: number }): void;
  /** Resolves when everything requested is drawn. */
  idle(): Promise<void>;
}

export interface MapOptions {
  container: HTMLElement;
  box: Box | null;
  basemap: { url: string; attribution: string } | null;
  embed: boolean;
  onQuery(position: { lon: number; lat: number }): void;
  onSite(layer: string, code: string): void;
  onError(message: string): void;
}
