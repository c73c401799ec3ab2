// What the page and the map say to each other. The map is loaded late and may be absent.
import type { Feature, Features, Layer, Position } from "../api.ts";

export interface DrawnLayer { layer: Layer; line: number; filled: boolean }
export interface DrawnSites { layer: Layer; shape: number; features: Features<Position> }

export interface Drawing {
  /** The first is drawn on top. */
  areas: DrawnLayer[];
  /** Of the filled layer: which ink each code has. */
  inks: ReadonlyMap<string, number>;
  sites: DrawnSites[];
}

export type Box = [west: number, south: number, east: number, north: number];

export interface MapView {
  draw(drawing: Drawing): void;
  /** Marks a place, or none. */
  place(at: { lon: number; lat: number } | null): void;
  /** Marks an area, or none. */
  area(feature: Feature | null): void;
  /** The reader's own places. */
  own(places: { lon: number; lat: number; name: string }[]): void;
  fit(box: Box): void;
  go(at: { lon: number; lat: number }): void;
  /** Done when all that is asked for is drawn. */
  settled(): Promise<void>;
}

export interface Start {
  container: HTMLElement;
  box: Box | null;
  basemap: { url: string; attribution: string } | null;
  embed: boolean;
  onAsk(at: { lon: number; lat: number }): void;
  onSite(layer: string, code: string): void;
  onTrouble(why: string): void;
}
